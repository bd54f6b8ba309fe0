"""The sample's data files as records, so that they take the same path as any source's. Pure: no database.

`capture` is what one captured author page lists (its order is the file's order; the summaries are ours).
`paperlists` is what the public paperlists data say of those papers and of the co-authors' papers; its counts
are Google Scholar's of February 2026. The data of the `listed` file name no year: there it stays unknown.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from papers.records import AuthorRecord, AuthorshipRecord, Fetched, PaperRecord, ReportedFigures
from papers.venues import venue_name

DATA = Path(__file__).resolve().parent / "data"
CAPTURE = "capture"
PAPERLISTS = "paperlists"
AUTHOR_NAME = "Sebastian Nowozin"
AUTHOR_KEY = "sebastian-nowozin"
# The counts are dated "Feb 2026" and no finer; the capture bears no date (its newest paper is of June 2025), so both
# take the first instant of the one month that is known: a later reply of any real source is then the newer one.
RETRIEVED_AT = datetime(2026, 2, 1, tzinfo=UTC)


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CapturedPaper(_Line):
    """One row of the captured page. `authors` are those it prints; `et_al`: it says there are more."""

    title: str
    date: date
    authors: tuple[str, ...]
    et_al: bool
    category: str  # whole: "stat.ML"
    organisation: str | None
    summary: str | None = None
    abstract: str | None = None


class ListedPaper(_Line):
    """One paper of the paperlists data: the whole author list, the venue's slug, citations or null for unknown."""

    title: str
    authors: tuple[str, ...]
    venue: str
    year: int | None
    citations: int | None


def title_key(title: str, digits: int) -> str:
    """`digits` hexadecimal digits that name a title for good: of its text, whatever its case and spacing."""
    folded = " ".join(unicodedata.normalize("NFC", title).casefold().split())
    return hashlib.sha256(folded.encode()).hexdigest()[:digits]


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-")


def _authorship(name: str, position: int | None, *, own: bool) -> AuthorshipRecord:
    return AuthorshipRecord(name=name, position=position, identifiers={CAPTURE: AUTHOR_KEY} if own else {})


def _numbered(names: tuple[str, ...], *, own_name: str | None) -> tuple[AuthorshipRecord, ...]:
    return tuple(_authorship(name, place, own=name == own_name) for place, name in enumerate(names, 1))


def captured_record(paper: CapturedPaper) -> PaperRecord:
    """The row as a record. The page's author is on every paper: where not printed, with the place unknown."""
    authorships = _numbered(paper.authors, own_name=AUTHOR_NAME)
    if AUTHOR_NAME not in paper.authors:
        authorships += (_authorship(AUTHOR_NAME, None, own=True),)
    return PaperRecord(
        source=CAPTURE,
        external_id=f"{_slug(paper.title)}-{title_key(paper.title, 8)}",
        title=paper.title,
        abstract=paper.abstract,
        summary=paper.summary,
        publication_date=paper.date,
        date_precision="day",
        categories=(paper.category,),
        organisation=paper.organisation,
        authorships=authorships,
        authors_truncated=paper.et_al,
        author_count=None if paper.et_al else len(authorships),
    )


def listed_record(paper: ListedPaper, *, own_name: str | None = None) -> PaperRecord:
    """The list's line as a record; `own_name` marks the entry that is known to be the captured author."""
    return PaperRecord(
        source=PAPERLISTS,
        external_id=f"{paper.venue}{paper.year or ''}-{title_key(paper.title, 12)}",
        title=paper.title,
        publication_date=date(paper.year, 1, 1) if paper.year else None,
        date_precision="year" if paper.year else None,
        venue=venue_name(paper.venue),
        authorships=_numbered(paper.authors, own_name=own_name),
        author_count=len(paper.authors),
        cited_by_count=paper.citations,
    )


def captured_author_record(name: str, category: str, reported: ReportedFigures) -> AuthorRecord:
    return AuthorRecord(
        source=CAPTURE,
        external_id=AUTHOR_KEY,
        name=name,
        identifiers={CAPTURE: AUTHOR_KEY},
        category=category,
        reported=reported,
    )


def capture_author() -> Fetched:
    """The author whom the captured page is about, with the figures it reports of itself."""
    page = json.loads((DATA / "capture.json").read_text(encoding="utf-8"))
    head = {field: page[field] for field in ("name", "category", "reported")}
    record = captured_author_record(head["name"], head["category"], ReportedFigures.model_validate(head["reported"]))
    return Fetched(record=record, payload=head, retrieved_at=RETRIEVED_AT)


def capture_papers() -> Iterator[Fetched]:
    """The 45 papers of the captured page, in its order, without abstracts."""
    for row in json.loads((DATA / "capture.json").read_text(encoding="utf-8"))["papers"]:
        record = captured_record(CapturedPaper.model_validate(row))
        yield Fetched(record=record, payload=row, retrieved_at=RETRIEVED_AT)


def listed_facts() -> Iterator[Fetched]:
    """What the lists know of 15 of the captured papers: venue, every author, citations."""
    return _listed("paperlists_capture.jsonl", own_name=AUTHOR_NAME)


def network_papers() -> Iterator[Fetched]:
    """The 912 papers of the author's co-authors; none is by the author, and no name has an identifier."""
    return _listed("paperlists_network.jsonl", own_name=None)


def _listed(file: str, *, own_name: str | None) -> Iterator[Fetched]:
    with (DATA / file).open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            record = listed_record(ListedPaper.model_validate(row), own_name=own_name)
            yield Fetched(record=record, payload=row, retrieved_at=RETRIEVED_AT)
