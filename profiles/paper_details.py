"""What the paper page shows of one paper, in a fixed number of queries however long its byline is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from papers.models import Authorship, CitedByCount, Institution, Paper, PaperIdentifier, SourceRecord
from papers.sources.catalogue import COUNT_ORDER, source_info
from profiles import credits
from profiles.bylines import PrintedName, printed_name, with_names
from profiles.paper_scores import scores_of

MAX_NUMBERED = 100  # longer bylines stand without the numbers of their affiliations
_FIELDS = {
    "title": "Title",
    "abstract": "Abstract",
    "summary": "Summary",
    "publication_date": "Date",
    "venue": "Venue",
    "organisation": "Organisation tag",
    "categories": "Categories",
    "kind": "Kind",
    "language": "Language",
    "status": "Status",
}


@dataclass(frozen=True)
class Affiliated:
    """A name with the numbers of its affiliations in the list below the byline, from 1."""

    name: PrintedName
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class SourceCount:
    """What one source says of how often the paper is cited; `is_used`: the page shows this one."""

    count: CitedByCount
    is_used: bool


@dataclass(frozen=True)
class RecordLink:
    """A record that the paper was made from, with the source's own page of it where there is one."""

    record: SourceRecord
    name: str
    address: str | None


def find_paper(public_id: str) -> Paper | None:
    """The paper of an address, hidden and merged ones too."""
    return Paper.objects.select_related("merged_into").filter(public_id=public_id).first()


def details_of(paper: Paper) -> dict[str, Any]:
    names, affiliations = _byline(paper)
    counts = _counts(paper)
    records = _records(paper)
    provenance = [
        (name, credits.origin_name(paper.provenance[key])) for key, name in _FIELDS.items() if key in paper.provenance
    ]
    slugs = {link.record.source for link in records} | {row.count.source for row in counts}
    return {
        "names": names,
        "affiliations": affiliations,
        "unplaced": [one.name.name for one in names if not one.name.has_place][:3],
        "counts": counts,
        "scores": scores_of(paper),
        "records": records,
        "identifiers": list(PaperIdentifier.objects.filter(paper=paper).order_by("scheme", "value")),
        "provenance": provenance,
        "credits": credits.credits(slugs | set(paper.provenance.values())),
    }


def _byline(paper: Paper) -> tuple[list[Affiliated], list[str]]:
    """Every name in order; the affiliations that they print, once each, in the order of their first mention."""
    institutions: Any = Institution.objects.filter(authorships=OuterRef("pk")).order_by("name").values("name")
    rows = list(
        with_names(Authorship.objects.filter(paper=paper))
        .annotate(institution_names=ArraySubquery(institutions))
        .order_by("order")
    )
    if len(rows) > MAX_NUMBERED:
        return [Affiliated(printed_name(row)) for row in rows], sorted({a for row in rows for a in _printed(row)})
    numbers: dict[str, int] = {}
    names = []
    for row in rows:
        mine = tuple(numbers.setdefault(name, len(numbers) + 1) for name in _printed(row))
        names.append(Affiliated(printed_name(row), mine))
    return names, list(numbers)


def _printed(row: Authorship) -> list[str]:
    found: list[str] = getattr(row, "institution_names", [])
    return found or ([row.affiliation] if row.affiliation else [])


def _counts(paper: Paper) -> list[SourceCount]:
    """Each source's count, side by side, in the order in which the page prefers them."""
    order = {slug: place for place, slug in enumerate(COUNT_ORDER)}
    rows: Iterable[CitedByCount] = CitedByCount.objects.filter(paper=paper).order_by("source", "-count", "external_id")
    used = next((r.pk for r in rows if (r.source, r.count) == (paper.cited_by_source, paper.cited_by_count)), None)
    ranked = sorted(rows, key=lambda r: order.get(r.source, len(order)))
    return [SourceCount(row, row.pk == used) for row in ranked]


def _records(paper: Paper) -> list[RecordLink]:
    rows = SourceRecord.objects.filter(paper=paper, kind=SourceRecord.Kind.PAPER)
    rows = rows.only("source", "external_id", "retrieved_at", "deleted_at").order_by("source", "external_id")
    return [RecordLink(row, credits.short_name(row.source), _address(row)) for row in rows]


def _address(row: SourceRecord) -> str | None:
    try:
        return source_info(row.source).record_address(row.external_id)
    except KeyError:
        return None
