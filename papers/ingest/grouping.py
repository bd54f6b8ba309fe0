"""Which source records are one paper, and which row shows it.

Identifier first, then title fingerprint; two different DOIs, or two different arXiv ids, veto. Every paper row is
founded by one record, so that a group keeps its row while it grows, and gets its own back when it is taken apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from django.db.models import Q

from papers.clusters import Edge, clusters
from papers.fingerprint import same_people
from papers.models import Decision, Paper, PaperIdentifier, SourceRecord
from papers.records import PaperRecord
from papers.rows import update_rows

VETO_SCHEMES = ("doi", "arxiv")
MAX_YEARS_APART = 5  # a title can come back: within five years and with a shared author it is one paper


@dataclass
class Group:
    """One paper's records; `row` shows it."""

    records: list[SourceRecord]
    row: Paper


@dataclass
class Grouping:
    groups: list[Group] = field(default_factory=list)
    emptied: list[Paper] = field(default_factory=list)  # rows whose records another row shows now


def record_key(row: SourceRecord) -> str:
    return f"{row.source}:{row.external_id}"


def group_records(changed: Collection[SourceRecord]) -> Grouping:
    """Group everything that the changed records can touch; creates paper rows, moves records, sets merge pointers."""
    records = _connected(changed)
    if not records:
        return Grouping()
    parsed = {key: PaperRecord.model_validate(row.record) for key, row in records.items()}
    together, apart = _decisions(records)
    found = clusters(
        {key: _marks(record) for key, record in parsed.items()},
        _edges(records, parsed),
        together=together,
        apart=apart,
    )
    return _place(records, found)


def _connected(changed: Collection[SourceRecord]) -> dict[str, SourceRecord]:
    """The changed records and all that share a key, a paper or a decision with them, transitively.

    What their papers were identified by until now counts too: another paper may have claimed it in vain.
    """
    found = {record_key(row): row for row in changed}
    frontier = list(changed)
    until_now = PaperIdentifier.objects.filter(paper__in={row.paper_id for row in changed if row.paper_id})
    keys = {f"{scheme}:{value}" for scheme, value in until_now.values_list("scheme", "value")}
    while frontier:
        keys |= {key for row in frontier for key in row.keys}
        papers = {row.paper_id for row in frontier if row.paper_id}
        near = SourceRecord.objects.filter(kind=SourceRecord.Kind.PAPER, deleted_at=None)
        linked = near.filter(Q(keys__overlap=sorted(keys)) | Q(paper__in=papers | _merged_with(papers)))
        frontier = list(linked.exclude(pk__in=[r.pk for r in found.values()]))
        found.update({record_key(row): row for row in frontier})
        keys.clear()
    return found


def _merged_with(papers: set[int]) -> set[int]:
    """The papers that decisions tie to the given ones, either way: merged, or once merged and now apart."""
    tied = Decision.objects.filter(kind__in=(Decision.Kind.MERGE, Decision.Kind.DIFFERENT)).filter(
        Q(paper__in=papers) | Q(other_paper__in=papers)
    )
    return {pk for pair in tied.values_list("paper_id", "other_paper_id") for pk in pair if pk}


def _marks(record: PaperRecord) -> dict[str, frozenset[str]]:
    return {s: frozenset({record.identifiers[s]}) for s in VETO_SCHEMES if s in record.identifiers}


def _edges(records: dict[str, SourceRecord], parsed: dict[str, PaperRecord]) -> Iterable[Edge]:
    sharing: dict[str, list[str]] = defaultdict(list)
    for key in sorted(records):
        for shared in records[key].keys:
            sharing[shared].append(key)
    for shared, members in sharing.items():
        if not shared.startswith("title:"):
            yield from (Edge((0,), a, b) for a, b in pairwise(members))
            continue
        for i, a in enumerate(members):
            for b in members[i + 1 :]:
                if _may_be_one(parsed[a], parsed[b]):
                    yield Edge((1,), a, b)


def _may_be_one(a: PaperRecord, b: PaperRecord) -> bool:
    """A shared title is not enough: near in time, and with an author in common where both name some."""
    if a.publication_date and b.publication_date:
        if abs(a.publication_date.year - b.publication_date.year) > MAX_YEARS_APART:
            return False
    return same_people([e.name for e in a.authorships], [e.name for e in b.authorships])


def _decisions(records: dict[str, SourceRecord]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Standing `merge` and `different` as pairs of the founding records of the papers they name."""
    founders = {row.paper_id for row in records.values() if row.paper_id}
    standing = (
        Decision.objects.standing()
        .filter(kind__in=(Decision.Kind.MERGE, Decision.Kind.DIFFERENT), paper__isnull=False)
        .filter(Q(paper__in=founders) | Q(other_paper__in=founders) | Q(paper__founded_by__in=records))
        .values_list("kind", "paper__founded_by", "other_paper__founded_by")
    )
    together: list[tuple[str, str]] = []
    apart: list[tuple[str, str]] = []
    for kind, one, other in standing:
        if one is None or other is None:
            continue
        (together if kind == Decision.Kind.MERGE else apart).append((one, other))
    return together, apart


def _place(records: dict[str, SourceRecord], found: Iterable[frozenset[str]]) -> Grouping:
    """Give every group its row: one that a member founded (decided survivors, then the oldest), or a new one."""
    founded = {p.founded_by: p for p in Paper.objects.filter(founded_by__in=records).select_for_update()}
    survivors = set(
        Decision.objects.standing()
        .filter(kind=Decision.Kind.MERGE, other_paper__in=[p.pk for p in founded.values()])
        .values_list("other_paper_id", flat=True)
    )
    result = Grouping()
    new_rows, moved = [], []
    for members in found:
        rows = sorted((founded[key] for key in members if key in founded), key=lambda p: (p.pk not in survivors, p.pk))
        row = rows[0] if rows else Paper(founded_by=min(members))
        if not rows:
            new_rows.append(row)
        result.groups.append(Group([records[key] for key in sorted(members)], row))
        for loser in rows[1:]:
            if loser.merged_into_id != row.pk:
                loser.merged_into = row
                moved.append(loser)
            result.emptied.append(loser)
        if row.merged_into_id is not None:
            row.merged_into = None
            moved.append(row)
    Paper.objects.bulk_create(new_rows)
    update_rows(moved, ["merged_into"])
    _move_records(result.groups)
    return result


def _move_records(groups: Iterable[Group]) -> None:
    moving = []
    for group in groups:
        for record in group.records:
            if record.paper_id != group.row.pk:
                record.paper = group.row
                moving.append(record)
    update_rows(moving, ["paper"], batch_size=1000)
