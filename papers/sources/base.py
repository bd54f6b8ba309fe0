"""What every source client offers, and how an element of a reply becomes a record or a refusal. No database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from papers.records import AuthorRecord, Count, Fetched, Name, Page, PaperRecord, Record, Rejected, Title, clean_text

AnyRecord = PaperRecord | AuthorRecord


class AuthorCandidate(Record):
    """Somebody whom a name may mean, with what tells them apart. `external_id` None: the source has names only."""

    source: str
    external_id: str | None
    name: Name
    other_names: tuple[Name, ...] = ()
    orcid: str | None = None
    affiliation: str | None = None
    papers: Count | None = None
    citations: Count | None = None
    topics: tuple[str, ...] = ()
    titles: tuple[Title, ...] = ()


class Source(Protocol):
    """A source of papers. Every method may raise a SourceError; nothing is written anywhere."""

    slug: str

    def author(self, identifier: str) -> Fetched:
        """The author of an id in any accepted form; the record is an AuthorRecord."""

    def search_authors(self, name: str) -> list[AuthorCandidate]:
        """Whom the name may mean, likeliest first; an empty list where nobody fits."""

    def papers_of(self, external_author_id: str, cursor: str | None) -> Page:
        """One page of an author's papers. `cursor` None starts the walk, `Page.next_cursor` goes on with it."""

    def papers(self, ids: Sequence[str]) -> Page:
        """The papers of these ids, asked for in batches; each id not found is among `Page.rejected`."""

    def complete(self, fetched: Fetched) -> Fetched:
        """The same record with its whole author list, where the source can give it; else `fetched` itself."""


class Reply(BaseModel):
    """Base of the models of replies: fields we do not know are let through, since services add them without notice."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Unusable(ValueError):
    """An element that cannot become a record; the message is the reason shown to a curator."""


def tidy(value: object, limit: int | None = None) -> str | None:
    """Text without controls and runs of white space; None where nothing, or no text, or more than `limit` is left."""
    kept = clean_text(value)
    if not isinstance(kept, str) or (limit is not None and len(kept) > limit):
        return None
    return kept


def printed_name(value: object) -> str | None:
    """A name as a byline prints it: "Muro, Fernando" turned round, the 4-digit number of a DBLP homonym taken off."""
    name = tidy(value)
    if name is None:
        return None
    name = re.sub(r"\s\d{4}$", "", name)
    family, comma, given = name.partition(", ")
    if comma and "," not in given and not re.fullmatch(r"(?:[JS]r|I{1,3}|IV|Ph\.?D|M\.?D)\.?", given, re.IGNORECASE):
        name = f"{given} {family}"
    return name if re.search(r"\w", name) else None


def unique(values: Iterable[str | None]) -> tuple[str, ...]:
    """The values that are there, each once, in their order."""
    return tuple(dict.fromkeys(value for value in values if value))


def reason_of(error: ValidationError) -> str:
    """One line of a validation error: the first three fields and what is wrong with them, never their values."""
    parts = [f"{'.'.join(map(str, e['loc'])) or 'element'}: {e['msg']}" for e in error.errors(include_input=False)[:3]]
    more = error.error_count() - len(parts)
    return "; ".join(parts) + (f"; and {more} more" if more > 0 else "")


def read_element(
    source: str, payload: Any, build: Callable[[Any], AnyRecord], id_of: Callable[[Any], str | None], at: datetime
) -> Fetched | Rejected:
    """The record of one element of a reply, or its refusal with the reason."""
    try:
        return Fetched(record=build(payload), payload=payload, retrieved_at=at)
    except ValidationError as error:
        reason = reason_of(error)
    except Unusable as error:
        reason = str(error)
    return Rejected(source=source, external_id=id_of(payload), payload=payload, reason=reason, retrieved_at=at)


def page_of(read: Iterable[Fetched | Rejected], **rest: Any) -> Page:
    """A page of what was read, in order. `rest`: next_cursor, total, gap."""
    elements = tuple(read)
    items = tuple(e for e in elements if isinstance(e, Fetched))
    return Page(items=items, rejected=tuple(e for e in elements if isinstance(e, Rejected)), **rest)


def not_found(source: str, external_id: str, at: datetime) -> Rejected:
    """The refusal that stands for an id which was asked for and did not come."""
    return Rejected(
        source=source,
        external_id=external_id,
        payload=None,
        reason="asked for by id, but the source did not send it",
        retrieved_at=at,
    )
