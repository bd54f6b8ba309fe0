"""Small records for ingest tests, and what the database shows, comparable between orders of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from papers.ingest import PageResult, store_page
from papers.models import Author, AuthorIdentifier, Authorship, Coauthorship, ImportRun, Paper, PaperIdentifier
from papers.records import AuthorRecord, AuthorshipRecord, Fetched, PaperRecord, ReportedFigures

MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)


def entry(name: str, position: int | None = None, **identifiers: str) -> AuthorshipRecord:
    return AuthorshipRecord(name=name, position=position, identifiers=identifiers)


def paper(
    source: str,
    external_id: str,
    title: str = "Tides in shallow seas and their archives",
    authors: Sequence[AuthorshipRecord] = (),
    hours: float = 0,
    **fields: Any,
) -> Fetched:
    placed = tuple(a.model_copy(update={"position": i}) for i, a in enumerate(authors, start=1))
    fields.setdefault("publication_date", date(2020, 5, 1))
    record = PaperRecord(
        source=source, external_id=external_id, title=title, authorships=fields.pop("authorships", placed), **fields
    )
    return fetched(record, hours)


def author(source: str, external_id: str, name: str, hours: float = 0, **fields: Any) -> Fetched:
    fields.setdefault("identifiers", {})
    identifiers = {source: external_id, **fields.pop("identifiers")}
    reported = ReportedFigures(**fields.pop("reported", {}))
    record = AuthorRecord(
        source=source, external_id=external_id, name=name, identifiers=identifiers, reported=reported, **fields
    )
    return fetched(record, hours)


def fetched(record: PaperRecord | AuthorRecord, hours: float = 0) -> Fetched:
    payload = {"of": record.external_id, "record": record.model_dump(mode="json")}
    return Fetched(record=record, payload=payload, retrieved_at=MORNING + timedelta(hours=hours))


def store(*items: Fetched, run: ImportRun | None = None) -> PageResult:
    with transaction.atomic():
        return store_page(items, run, cause="a test")


def new_run(source: str = "openalex") -> ImportRun:
    return ImportRun.objects.create(source=source, query="a test", heartbeat_at=MORNING)


def author_of(scheme: str, value: str) -> Author:
    found = AuthorIdentifier.objects.select_related("author__merged_into").get(scheme=scheme, value=value).author
    return found.merged_into or found


def titles_of(author: Author) -> set[str]:
    rows = Authorship.objects.listed().of(author)
    return set(rows.values_list("paper__title", flat=True))


def shown_state() -> dict[str, Any]:
    """All that pages can show, named by identifiers and names instead of row numbers and random ids."""
    names = {pk: _person(pk) for pk in Author.objects.shown().values_list("pk", flat=True)}
    return {
        "papers": sorted((_paper(p) for p in Paper.objects.shown()), key=str),
        "authors": sorted((_author(a) for a in Author.objects.shown()), key=str),
        "pairs": sorted(
            (
                (names[c.author_id], names[c.coauthor_id], c.papers, c.first_year, c.last_year)
                for c in Coauthorship.objects.all()
            ),
            key=str,
        ),
    }


def _person(pk: int) -> str:
    identifiers = AuthorIdentifier.objects.filter(author=pk).values_list("scheme", "value")
    return "|".join(sorted(f"{s}:{v}" for s, v in identifiers)) or Author.objects.get(pk=pk).name


def _author(author: Author) -> dict[str, Any]:
    return {
        "who": _person(author.pk),
        "name": author.name,
        "orcid": author.orcid,
        "hidden": author.is_hidden,
        "homepage": author.homepage,
        "names": sorted(author.names.values_list("name", flat=True)),
        "affiliations": sorted(
            author.affiliations.values_list("institution__name", "first_year", "last_year", "source"), key=str
        ),
        "reported": sorted(author.reported_figures.values_list("source", "h_index", "papers", "citations"), key=str),
        "papers": sorted(Authorship.objects.listed().of(author).values_list("paper__title", flat=True)),
    }


_INTERNAL = {"id", "public_id", "founded_by", "created_at", "merged_into"}


def _paper(paper: Paper) -> dict[str, Any]:
    shown = {f.name: getattr(paper, f.name) for f in Paper._meta.concrete_fields if f.name not in _INTERNAL}
    byline = Authorship.objects.filter(paper=paper).order_by("order")
    return {
        **shown,
        "identifiers": sorted(PaperIdentifier.objects.filter(paper=paper).values_list("scheme", "value")),
        "counts": sorted(paper.cited_by_counts.values_list("source", "external_id", "count")),
        "byline": [
            (a.name, a.position, sorted(a.identifiers), a.link, _person(a.shown_author_id) if a.shown_author_id else "")
            for a in byline
        ],
    }


def in_pieces(items: Sequence[Fetched], sizes: Iterable[int]) -> list[list[Fetched]]:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(list(items[at : at + size]))
        at += size
    return [piece for piece in [*pieces, list(items[at:])] if piece]
