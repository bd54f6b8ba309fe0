"""Any recorded reply of OpenAlex, arXiv or Semantic Scholar as a page of records, or as a typed error.

This is how raw replies are read without asking anybody: for replays, checks and files. It recognises the shape by
what is in it. A reply never comes out silently empty: nothing to read is NotFound, nothing usable is BadReply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from papers.records import AuthorRecord, Fetched, Page, PaperRecord, Rejected
from papers.sources import arxiv_records, openalex_records, semanticscholar_records
from papers.sources.base import page_of
from papers.sources.catalogue import name_of
from papers.sources.errors import BadReply, NotFound, error_of
from papers.sources.replies import decode_json, no_papers

_OPENALEX_KINDS = {
    "I": "an institution",
    "S": "a source",
    "T": "a topic",
    "K": "a keyword",
    "P": "a publisher",
    "F": "a funder",
    "C": "a concept",
    "G": "an award",
}


def read_reply(
    source: str, status: int, headers: Mapping[str, str], body: bytes, *, retrieved_at: datetime | None = None
) -> Page:
    """The records of one raw reply; elements that are no valid record are in `Page.rejected` with the reason.

    Raises a SourceError for an error reply, for a reply without papers or authors, and where no element is usable.
    """
    at = retrieved_at or datetime.now(UTC)
    readers = {"openalex": _openalex, "arxiv": _arxiv, "semanticscholar": _semanticscholar}
    if source not in readers:
        raise BadReply(source, f"Replies of {source!r} cannot be read; known are {', '.join(readers)}.")
    error = error_of(source, status, {name.lower(): value for name, value in headers.items()}, body, at)
    if error is not None:
        raise error
    return _not_empty(source, readers[source](body, at))


def _not_empty(source: str, page: Page) -> Page:
    """The page, unless nothing in it can be used."""
    if page.items:
        return page
    if page.rejected:
        first, many = page.rejected[0], len(page.rejected)
        if all(element.payload is None or element.external_id in openalex_records.NOBODY for element in page.rejected):
            raise NotFound(source, f"{name_of(source)} knows nobody and nothing by what was asked ({first.reason}).")
        raise BadReply(source, f"None of the {many:,} elements from {name_of(source)} can be used: {first.reason}.")
    if not page.total:
        raise NotFound(source, f"{name_of(source)} found nothing; check the identifier or the name.")
    return page


def record_from(source: str, payload: Any) -> PaperRecord | AuthorRecord:
    """The record of a payload that was kept from one of the three sources, for replaying a rejected one.

    Raises Unusable or pydantic's ValidationError, both ValueErrors, with the reason.
    """
    readers: dict[str, Callable[[Any], PaperRecord | AuthorRecord]] = {
        "openalex": openalex_records.record_from,
        "arxiv": arxiv_records.record_from,
        "semanticscholar": semanticscholar_records.record_from,
    }
    return readers[source](payload)


def _count(envelope: Mapping[str, Any], key: str) -> int | None:
    value = envelope.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _error_inside(source: str, value: Any) -> None:
    """Raise for an error envelope that came under a success status."""
    if isinstance(value, dict) and ("error" in value or "message" in value) and "id" not in value:
        said = str(value.get("message") or value.get("error"))[:160]
        raise BadReply(source, f"{name_of(source)} answered with an error ({said}); try again later.")


def _openalex(body: bytes, at: datetime) -> Page:
    value = decode_json("openalex", body)
    _error_inside("openalex", value)
    if not isinstance(value, dict):
        raise BadReply("openalex", "OpenAlex sent neither a record nor a list of them; try again later.")
    if isinstance(value.get("results"), list):
        return _openalex_list(value, at)
    if "group_by" in value:
        raise no_papers("openalex", "it counts groups (group_by)")
    given = value.get("id")
    if not isinstance(given, str):
        raise no_papers("openalex", "it has no id; add id to the fields selected")
    prefix = given.rsplit("/", 1)[-1][:1].upper()
    if prefix not in ("W", "A"):
        raise no_papers("openalex", f"it is {_OPENALEX_KINDS.get(prefix, 'of a kind that we do not know')}")
    return page_of([openalex_records.read(value, at)], total=1)


def _openalex_list(value: dict[str, Any], at: datetime) -> Page:
    elements, meta = value["results"], value.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    if not elements and value.get("group_by"):
        raise no_papers("openalex", "it counts groups (group_by)")
    total, theirs = _count(meta, "count"), meta.get("next_cursor")
    return page_of(
        (openalex_records.read(element, at) for element in elements),
        next_cursor=f"{len(elements)}:{theirs}" if isinstance(theirs, str) and theirs and elements else None,
        total=total,
        gap=None if elements or not total else f"An empty page of a list of {total:,}: its end, or cut short.",
    )


def _arxiv(body: bytes, at: datetime) -> Page:
    feed = arxiv_records.parse_feed(body)
    read = [arxiv_records.read(entry, at) for entry in feed.entries]
    gap = None if read or not feed.total else f"An empty page of a list of {feed.total:,}: its end, or cut short."
    if read and len(read) < len(feed.asked_ids) and feed.total == len(read):
        gap = f"arXiv left out {len(feed.asked_ids) - len(read)} of the {len(feed.asked_ids)} ids asked for."
    return page_of(read, total=feed.total, gap=gap)


def _semanticscholar(body: bytes, at: datetime) -> Page:
    value = decode_json("semanticscholar", body)
    if isinstance(value, list):
        return page_of((_semanticscholar_element(element, at) for element in value), total=len(value))
    if not isinstance(value, dict):
        raise BadReply("semanticscholar", "Semantic Scholar sent neither a record nor a list; try again later.")
    if "paperId" in value or "authorId" in value:
        return page_of([semanticscholar_records.read(value, at)], total=1)
    _error_inside("semanticscholar", value)
    elements = value.get("data", value.get("recommendedPapers", [] if value.get("total") == 0 else None))
    if not isinstance(elements, list):
        raise no_papers("semanticscholar", f"its fields are {', '.join(sorted(map(str, value))[:5]) or 'none'}")
    following, total = value.get("next", value.get("token")), _count(value, "total")
    return page_of(
        (_semanticscholar_element(element, at) for element in elements),
        next_cursor=str(following) if isinstance(following, (int, str)) and following else None,
        total=total,
        gap=None if elements or not total else f"An empty page of a list of {total:,}: its end, or cut short.",
    )


def _semanticscholar_element(element: Any, at: datetime) -> Fetched | Rejected:
    """One element of a list: a paper, an author, a citation that wraps a paper, or the null of an unknown id."""
    if element is None:
        reason = "null: the source knows no such id"
        return Rejected(source="semanticscholar", external_id=None, payload=None, reason=reason, retrieved_at=at)
    if isinstance(element, dict):
        for key in ("citedPaper", "citingPaper"):
            element = element[key] if isinstance(element.get(key), dict) else element
    return semanticscholar_records.read(element, at)
