"""Evidence + decisions → what a paper displays, with where each value comes from. Pure.

The result does not depend on the order of the evidence: sources rank by a declared order per field, records of one
source by their external id. A person's decision beats any source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from papers.byline import BylineDecision, Entry, resolve_byline
from papers.records import PaperRecord
from papers.sources.catalogue import COUNT_ORDER

DEFAULT_RANK = ("arxiv", "crossref", "openalex", "semanticscholar", "dblp", "orcid", "capture", "paperlists", "file")
FIELD_RANKS = {
    "publication_date": ("arxiv", "capture", "crossref", "openalex", "semanticscholar", "dblp"),
    "venue": ("crossref", "openalex", "dblp", "semanticscholar", "paperlists", "file", "capture", "arxiv"),
    "categories": ("arxiv", "capture", "file", "paperlists"),
    "kind": ("crossref", "openalex", "semanticscholar", "dblp"),
}
TEXT_FIELDS = ("title", "abstract", "summary", "venue", "organisation", "kind", "language")
_REPOSITORY = re.compile(r"\barxiv\b|\brepository\b|\bpreprint|\bssrn\b|\bbiorxiv\b|\bhal\b", re.IGNORECASE)


@dataclass(frozen=True)
class Evidence:
    """One source's record of the paper, and when it was retrieved."""

    record: PaperRecord
    retrieved_at: datetime


@dataclass(frozen=True)
class FieldDecision:
    """A standing decision on the paper itself: `set` of a field, `status` or `hide`."""

    id: int
    kind: str
    field: str
    value: Any
    made_at: datetime


@dataclass(frozen=True)
class SourceCount:
    source: str
    external_id: str
    count: int
    retrieved_at: datetime


@dataclass
class PaperValues:
    """Everything a paper's row displays. `provenance`: field → source slug, or "decision:<id>"."""

    fields: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)
    identifiers: frozenset[tuple[str, str]] = frozenset()
    counts: tuple[SourceCount, ...] = ()
    entries: tuple[Entry, ...] = ()


def rank_of(field_name: str) -> Callable[[Evidence], tuple[int, str, str]]:
    order = FIELD_RANKS.get(field_name, DEFAULT_RANK)

    def key(evidence: Evidence) -> tuple[int, str, str]:
        source = evidence.record.source
        place = order.index(source) if source in order else len(order)
        return place, source, evidence.record.external_id

    return key


def resolve_paper(
    evidence: Sequence[Evidence],
    decisions: Iterable[FieldDecision] = (),
    byline_decisions: Sequence[BylineDecision] = (),
) -> PaperValues:
    """What a paper displays. `evidence` must not be empty: a paper that no source knows has no values."""
    if not evidence:
        raise ValueError("a paper needs at least one source record")
    values = PaperValues()
    for name in TEXT_FIELDS:
        _take_text(values, name, evidence)
    _take_date(values, evidence)
    _take_categories(values, evidence)
    _take_status(values, evidence)
    _take_counts(values, evidence)
    values.identifiers = frozenset(pair for e in evidence for pair in e.record.identifiers.items())
    values.fields["versions"] = _versions(evidence)
    byline = resolve_byline([e.record for e in evidence], byline_decisions)
    values.entries = byline.entries
    values.fields["authors_truncated"] = byline.is_truncated
    values.fields["author_count"] = byline.author_count
    values.fields["is_hidden"] = False
    _apply_decisions(values, decisions)
    return values


def _take_text(values: PaperValues, name: str, evidence: Sequence[Evidence]) -> None:
    known = [e for e in sorted(evidence, key=rank_of(name)) if getattr(e.record, name)]
    if name == "venue":  # a repository is where a paper lies, not where it appeared
        known.sort(key=lambda e: bool(_REPOSITORY.search(e.record.venue or "")))
    values.fields[name] = getattr(known[0].record, name) if known else ""
    if known and name != "summary":  # a summary is ours, whatever record carries it
        values.provenance[name] = known[0].record.source


def _take_date(values: PaperValues, evidence: Sequence[Evidence]) -> None:
    """A finer date beats a coarser one; among equals the source's rank decides."""
    fineness = {"day": 0, "month": 1, "year": 2, None: 0}
    dated = [e for e in sorted(evidence, key=rank_of("publication_date")) if e.record.publication_date]
    dated.sort(key=lambda e: fineness[e.record.date_precision])
    values.fields["publication_date"] = dated[0].record.publication_date if dated else None
    values.fields["date_precision"] = (dated[0].record.date_precision or "day") if dated else ""
    if dated:
        values.provenance["publication_date"] = dated[0].record.source


def _take_categories(values: PaperValues, evidence: Sequence[Evidence]) -> None:
    known = [e for e in sorted(evidence, key=rank_of("categories")) if e.record.categories]
    values.fields["categories"] = list(known[0].record.categories) if known else []
    values.fields["primary_category"] = known[0].record.categories[0] if known else ""
    if known:
        values.provenance["categories"] = known[0].record.source
    topical = [e for e in sorted(evidence, key=rank_of("topics")) if e.record.topics]
    values.fields["topics"] = list(topical[0].record.topics) if topical else []


def _take_status(values: PaperValues, evidence: Sequence[Evidence]) -> None:
    """Retracted if any source says so; withdrawn if one does and no version with a DOI stands."""
    by_status: dict[str, str] = {}
    for e in sorted(evidence, key=rank_of("status")):
        by_status.setdefault(e.record.status, e.record.source)
    published = any(e.record.status == "active" and "doi" in e.record.identifiers for e in evidence)
    if "retracted" in by_status:
        status = "retracted"
    elif "withdrawn" in by_status and not published:
        status = "withdrawn"
    else:
        status = "active"
    values.fields["status"] = status
    if status in by_status:
        values.provenance["status"] = by_status[status]


def displayed_count(counts: Iterable[SourceCount]) -> tuple[int | None, str]:
    """(count, source): the first source in COUNT_ORDER that knows; within a source the largest, never the sum."""
    largest: dict[str, int] = {}
    for c in counts:
        largest[c.source] = max(c.count, largest.get(c.source, 0))
    for source in (*COUNT_ORDER, *sorted(set(largest) - set(COUNT_ORDER))):
        if source in largest:
            return largest[source], source
    return None, ""


def _take_counts(values: PaperValues, evidence: Sequence[Evidence]) -> None:
    values.counts = tuple(
        SourceCount(e.record.source, e.record.external_id, e.record.cited_by_count, e.retrieved_at)
        for e in sorted(evidence, key=rank_of("cited_by_count"))
        if e.record.cited_by_count is not None
    )
    values.fields["cited_by_count"], values.fields["cited_by_source"] = displayed_count(values.counts)
    references = [e.record.reference_count for e in sorted(evidence, key=rank_of("reference_count"))]
    values.fields["reference_count"] = next((n for n in references if n is not None), None)


def _versions(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    return [
        {"source": e.record.source, **version.model_dump(mode="json")}
        for e in sorted(evidence, key=rank_of("versions"))
        for version in e.record.versions
    ]


def _apply_decisions(values: PaperValues, decisions: Iterable[FieldDecision]) -> None:
    """The newest standing decision on a field wins; older ones change nothing."""
    for decision in sorted(decisions, key=lambda d: (d.made_at, d.id)):
        origin = f"decision:{decision.id}"
        if decision.kind == "hide":
            values.fields["is_hidden"] = True
            values.provenance["is_hidden"] = origin
        elif decision.kind == "status":
            values.fields["status"] = decision.value
            values.provenance["status"] = origin
        elif decision.kind == "set":
            _set_field(values, decision)
            values.provenance[decision.field] = origin


def _set_field(values: PaperValues, decision: FieldDecision) -> None:
    if decision.field == "publication_date":
        # {"date": "2019-05-01", "precision": "month"}, or null for "nobody knows"
        given = decision.value
        values.fields["publication_date"] = date.fromisoformat(given["date"]) if given else None
        values.fields["date_precision"] = given["precision"] if given else ""
    elif decision.field == "categories":
        values.fields["categories"] = list(decision.value)
        values.fields["primary_category"] = decision.value[0] if decision.value else ""
    elif decision.field in TEXT_FIELDS:
        values.fields[decision.field] = decision.value or ""
    else:
        raise ValueError(f"no decision can set {decision.field!r} of a paper")
