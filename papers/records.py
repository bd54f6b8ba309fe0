"""What a source says, in one shape for all sources. Pydantic only: no Django, no database.

A record is the part of a raw reply that Byline uses. It validates at the border: text without NUL
and control characters, identifiers in bare normal form, unknown as None. It keeps the source's order of authors.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from papers import identifiers

MAX_TITLE = 2_000
MAX_NAME = 300
MAX_TEXT = 400_000
MAX_AUTHORS = 20_000


def clean_text(value: object) -> object:
    """Drop what no title or name can hold (NUL, controls, lone surrogates); fold white space; "" is None."""
    if not isinstance(value, str):
        return value
    kept = "".join(
        " " if c.isspace() else c for c in value if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs")
    )
    return unicodedata.normalize("NFC", " ".join(kept.split())) or None


def _within(limit: int) -> AfterValidator:
    def check(value: str | None) -> str | None:
        if value is not None and len(value) > limit:
            raise ValueError(f"longer than {limit:,} characters")
        return value

    return AfterValidator(check)


Title = Annotated[str, BeforeValidator(clean_text), _within(MAX_TITLE)]
Name = Annotated[str, BeforeValidator(clean_text), _within(MAX_NAME)]
# Where nothing may be said, a source's "" is None too; `Text | None` would refuse it.
MaybeName = Annotated[str | None, BeforeValidator(clean_text), _within(MAX_NAME)]
MaybeText = Annotated[str | None, BeforeValidator(clean_text), _within(MAX_TEXT)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Identifiers = Annotated[dict[str, str], AfterValidator(identifiers.normalise_all)]
DatePrecision = Literal["year", "month", "day"]
Status = Literal["active", "withdrawn", "retracted"]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InstitutionRecord(Record):
    """An organisation as a source names it. `identifiers`: openalex, ror."""

    name: Name
    identifiers: Identifiers = Field(default_factory=dict)
    country_code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None


class AuthorshipRecord(Record):
    """One name of a byline. `position` counts from 1; None: on the paper, place unknown."""

    name: Name
    position: Annotated[int, Field(ge=1)] | None = None
    identifiers: Identifiers = Field(default_factory=dict)  # orcid, openalex, semanticscholar, dblp, ...
    affiliation: MaybeText = None
    institutions: tuple[InstitutionRecord, ...] = ()
    is_corresponding: bool = False


class VersionRecord(Record):
    """One version of a paper that the source knows: its label (v1, published …), day and address."""

    label: Annotated[str, Field(max_length=60)]
    released: date | None = None
    url: Annotated[str, Field(max_length=2000, pattern=r"^https?://")] | None = None


class PaperRecord(Record):
    """One paper as one source knows it. (source, external_id) names it for good."""

    source: Annotated[str, Field(pattern=r"^[a-z]{2,20}$")]
    external_id: Annotated[str, Field(min_length=1, max_length=300)]
    title: Title
    abstract: MaybeText = None
    summary: MaybeText = None  # ours, never the paper's: shown only where no abstract is known
    publication_date: date | None = None
    date_precision: DatePrecision | None = None
    identifiers: Identifiers = Field(default_factory=dict)  # doi, arxiv, openalex, semanticscholar, pmid, dblp …
    categories: tuple[Annotated[str, Field(max_length=60)], ...] = ()  # whole: "stat.ML"; the first is primary
    topics: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    venue: MaybeName = None
    organisation: MaybeName = None  # a tag of the paper, as the capture prints it ("deepmind")
    kind: Annotated[str, Field(max_length=60)] | None = None  # the source's own word: article, preprint, …
    language: Annotated[str, Field(max_length=12)] | None = None
    status: Status = "active"
    authorships: Annotated[tuple[AuthorshipRecord, ...], Field(max_length=MAX_AUTHORS)] = ()
    authors_truncated: bool = False  # the list is known to be cut short
    author_count: Annotated[int, Field(ge=1)] | None = None  # None: not known
    cited_by_count: Count | None = None
    reference_count: Count | None = None
    versions: tuple[VersionRecord, ...] = ()

    def key(self) -> tuple[str, str]:
        return self.source, self.external_id


class ReportedFigures(Record):
    """What a source says of the author as a whole: its own count over its own paper set."""

    papers: Count | None = None
    citations: Count | None = None
    h_index: Count | None = None
    i10_index: Count | None = None
    novelty_percent: Annotated[float, Field(ge=0, le=100)] | None = None
    ai_score: Annotated[float, Field(ge=0, le=100)] | None = None


class AffiliationRecord(Record):
    institution: InstitutionRecord
    years: tuple[int, ...] = ()
    is_last_known: bool = False


class AuthorRecord(Record):
    """One person as one source knows them."""

    source: Annotated[str, Field(pattern=r"^[a-z]{2,20}$")]
    external_id: Annotated[str, Field(min_length=1, max_length=300)]
    name: Name
    other_names: tuple[Name, ...] = ()
    identifiers: Identifiers = Field(default_factory=dict)
    affiliations: tuple[AffiliationRecord, ...] = ()
    homepage: Annotated[str, Field(max_length=2000, pattern=r"^https?://")] | None = None
    category: Annotated[str, Field(max_length=60)] | None = None
    reported: ReportedFigures = ReportedFigures()

    def key(self) -> tuple[str, str]:
        return self.source, self.external_id


class Fetched(Record):
    """A record with the raw reply it came from, kept whole, and when it was retrieved."""

    record: PaperRecord | AuthorRecord
    payload: Any  # JSON: the reply's own element; for XML {"xml": "..."}
    retrieved_at: datetime


class Rejected(Record):
    """An element of a reply that is no valid record: kept, with the reason, and replayable."""

    source: str
    external_id: str | None
    payload: Any
    reason: str
    retrieved_at: datetime


class Page(Record):
    """One bounded piece of a walk: what came, what was refused, and where to go on."""

    items: tuple[Fetched, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    next_cursor: str | None = None  # None: the walk is over
    total: int | None = None  # what the source says there is, over all pages
    gap: str | None = None  # a sentence, where the walk is known to be short
