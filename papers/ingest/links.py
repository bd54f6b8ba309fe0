"""Write bylines: each entry with the author that identity names, and the institutions it prints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from papers.byline import Entry
from papers.coauthors import MAX_AUTHORS
from papers.identity import Link
from papers.ingest.display import Displayed
from papers.models import Authorship, Institution, Paper
from papers.names import fold
from papers.records import InstitutionRecord
from papers.rows import update_rows

_COLUMNS = (
    "order", "position", "source", "identifiers", "affiliation", "is_corresponding", "author", "shown_author", "link",
)  # fmt: skip


@dataclass
class Bylines:
    """`touched`: authors whose papers changed. `left`: author → who now stands where they stood, if anybody."""

    touched: set[int] = field(default_factory=set)
    left: dict[int, int | None] = field(default_factory=dict)
    rewritten: set[int] = field(default_factory=set)  # papers whose byline changed


def write_bylines(shown: Sequence[Displayed], links: dict[int, list[Link]], emptied: Sequence[Paper]) -> Bylines:
    result = Bylines()
    papers = [d.paper.pk for d in shown] + [p.pk for p in emptied]
    existing: dict[int, dict[tuple[str, int], Authorship]] = defaultdict(dict)
    for row in Authorship.objects.filter(paper__in=papers):
        existing[row.paper_id][row.name, row.occurrence] = row
    fresh: list[Authorship] = []
    changed: list[Authorship] = []
    gone: list[Authorship] = []
    for paper in emptied:
        gone += existing[paper.pk].values()
    for displayed in shown:
        held = existing[displayed.paper.pk]
        was_crowd, is_crowd = (len(byline) > MAX_AUTHORS for byline in (held, displayed.values.entries))
        for order, (entry, link) in enumerate(zip(displayed.values.entries, links[displayed.paper.pk], strict=True)):
            key = (entry.name, entry.occurrence)
            if key not in held:
                row = Authorship(paper=displayed.paper, name=entry.name, occurrence=entry.occurrence)
                _fill(row, order, entry, link)
                fresh.append(row)
                result.touched |= {link.shown_id} if link.shown_id else set()
            elif _fill(row := held.pop(key), order, entry, link, result):
                changed.append(row)
        gone += held.values()
        if displayed.structural or displayed.counted or was_crowd != is_crowd:
            result.touched |= {link.shown_id for link in links[displayed.paper.pk] if link.shown_id}
    result.touched |= {row.shown_author_id for row in gone if row.shown_author_id}
    result.left |= {row.author_id: _successor(row, shown, links, emptied) for row in gone if row.author_id}
    result.rewritten = {row.paper_id for row in (*fresh, *changed, *gone)}
    Authorship.objects.filter(pk__in=[row.pk for row in gone]).delete()
    Authorship.objects.bulk_create(fresh, batch_size=2000)
    update_rows(changed, _COLUMNS, batch_size=1000)
    _write_institutions(shown)
    return result


def _fill(row: Authorship, order: int, entry: Entry, link: Link, result: Bylines | None = None) -> bool:
    wanted = (
        order, entry.position, entry.source, list(entry.identifiers), entry.affiliation, entry.is_corresponding,
        link.author_id, link.shown_id, link.how,
    )  # fmt: skip
    names = [c if c not in ("author", "shown_author") else f"{c}_id" for c in _COLUMNS]
    if tuple(getattr(row, name) for name in names) == wanted:
        return False
    if result is not None and row.author_id and row.author_id != link.author_id:
        result.left[row.author_id] = link.author_id
    if result is not None:
        result.touched |= {pk for pk in (row.shown_author_id, link.shown_id) if pk}
    for name, value in zip(names, wanted, strict=True):
        setattr(row, name, value)
    return True


def _successor(
    gone: Authorship, shown: Sequence[Displayed], links: dict[int, list[Link]], emptied: Sequence[Paper]
) -> int | None:
    """Who bears the name of a vanished entry on the paper that stands in its paper's place."""
    place = next((p.merged_into_id for p in emptied if p.pk == gone.paper_id), gone.paper_id)
    folded = fold(gone.name)
    for displayed in shown:
        if displayed.paper.pk == place:
            for entry, link in zip(displayed.values.entries, links[displayed.paper.pk], strict=True):
                if folded in entry.folded:
                    return link.author_id
    return None


def institution_key(record: InstitutionRecord) -> str:
    for scheme in ("ror", "openalex"):
        if scheme in record.identifiers:
            return f"{scheme}:{record.identifiers[scheme]}"
    return f"name:{record.name.casefold()}"


def institutions_of(records: Iterable[InstitutionRecord]) -> dict[str, Institution]:
    """The rows of these organisations by key; new ones are created."""
    named = {institution_key(r): r for r in records}
    known = {row.key: row for row in Institution.objects.filter(key__in=named)}
    fresh = [
        Institution(key=key, name=r.name, country_code=r.country_code or "")
        for key, r in sorted(named.items())
        if key not in known
    ]
    Institution.objects.bulk_create(fresh)
    return known | {row.key: row for row in fresh}


def _write_institutions(shown: Sequence[Displayed]) -> None:
    rows = institutions_of(i for d in shown for e in d.values.entries for i in e.institutions)
    papers = [d.paper.pk for d in shown]
    authorships = {
        (paper, name, occurrence): pk
        for pk, paper, name, occurrence in Authorship.objects.filter(paper__in=papers).values_list(
            "pk", "paper", "name", "occurrence"
        )
    }
    through = Authorship.institutions.through
    wanted = {
        (authorships[d.paper.pk, e.name, e.occurrence], rows[institution_key(i)].pk)
        for d in shown
        for e in d.values.entries
        for i in e.institutions
    }
    held = through.objects.filter(authorship__paper__in=papers)
    known = {(a, i): pk for pk, a, i in held.values_list("pk", "authorship_id", "institution_id")}
    through.objects.filter(pk__in=[pk for pair, pk in known.items() if pair not in wanted]).delete()
    through.objects.bulk_create(
        [through(authorship_id=a, institution_id=i) for a, i in sorted(wanted - known.keys())], batch_size=2000
    )
