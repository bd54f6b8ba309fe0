"""Who is shown for whom: pointers from absorbed and merged authors to the one in their place.

Identifiers absorb, people merge. A person's merge is of people: it holds for whoever is absorbed on either side later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from papers.models import Author, Decision
from papers.rows import update_rows


def set_roots(author_ids: Collection[int]) -> tuple[dict[int, int], set[int]]:
    """Point each of these authors, and all merged with them, at the author shown in their place.

    Returns who moved, as author → root, and everybody whom that concerns: the old and the new roots too.
    Pointers only: an authorship keeps its author, so that taking a merge back restores every link.
    """
    rows, decided = _merge_component(author_ids)
    into = _pointers(rows, decided)
    moved, concerned, changed = {}, set(), []
    for pk, row in rows.items():
        root, before = _end(pk, into), row.merged_into_id or pk
        if root != before:
            moved[pk] = root
            concerned |= {pk, root, before}
            row.merged_into_id = root if root != pk else None
            changed.append(row)
    update_rows(changed, ["merged_into"])
    return moved, concerned


def _pointers(rows: Mapping[int, Author], decided: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Author → the one they lead to: by identifiers, then by decisions, the newest first, for all whom those took in.

    Of an author's merges the newest counts. One that would close a circle with a newer one does nothing.
    """
    into: dict[int, int] = {}
    for pk, row in sorted(rows.items()):
        if row.absorbed_by_id and _end(row.absorbed_by_id, into) != pk:
            into[pk] = row.absorbed_by_id
    people = {pk: _end(pk, into) for pk in rows}
    for one, other in decided:
        person, root = people[one], _end(people[other], into)
        if person not in into and root != person:
            into[person] = root
    return into


def _end(pk: int, into: Mapping[int, int]) -> int:
    while pk in into:
        pk = into[pk]
    return pk


def _merge_component(author_ids: Collection[int]) -> tuple[dict[int, Author], list[tuple[int, int]]]:
    """The authors that pointers or standing merges tie to the given ones, and these merges, the newest first."""
    rows: dict[int, Author] = {}
    merges: dict[tuple[datetime, int], tuple[int, int]] = {}
    asked, frontier = set[int](), set(author_ids)
    standing = Decision.objects.standing().filter(kind=Decision.Kind.MERGE, author__isnull=False)
    while frontier:
        found = Author.objects.filter(Q(pk__in=frontier) | Q(absorbed_by__in=frontier) | Q(merged_into__in=frontier))
        rows.update({row.pk: row for row in found})
        near = standing.filter(Q(author__in=frontier) | Q(other_author__in=frontier))
        for at, pk, one, other in near.values_list("made_at", "pk", "author_id", "other_author_id"):
            if one and other:
                merges[at, pk] = (one, other)
        asked |= frontier
        tied = {pk for pair in merges.values() for pk in pair} | rows.keys()
        tied |= {pk for row in found for pk in (row.absorbed_by_id, row.merged_into_id) if pk}
        frontier = tied - asked
    return rows, [pair for _, pair in sorted(merges.items(), reverse=True)]
