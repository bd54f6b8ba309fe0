"""The OpenAlex client: authors by id, ORCID or name; all works of an author by cursor. https://docs.openalex.org"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from papers import identifiers
from papers.records import AuthorRecord, Fetched, Page, PaperRecord, Rejected
from papers.sources.base import AuthorCandidate, not_found, page_of, reason_of, tidy, unique
from papers.sources.errors import BadReply, BadRequest, NotFound, SourceError
from papers.sources.http import Http, Reply
from papers.sources.openalex_models import Meta
from papers.sources.openalex_records import NOBODY, SLUG, read

PER_PAGE = 100  # the most that OpenAlex gives; also the most values in one OR filter
SEARCH_SIZE = 25
PAGE_TRIES = 3
PAGE_REST_SECONDS = 2.0


def elements_of(reply: Reply) -> tuple[list[Any], Meta]:
    """The elements of a list and what its envelope says. Raises BadReply for another shape."""
    value = reply.json()
    if not isinstance(value, dict) or not isinstance(value.get("results"), list):
        raise BadReply(SLUG, "OpenAlex sent no list of results where one was due; try again later.")
    try:
        return value["results"], Meta.model_validate(value.get("meta") or {})
    except ValidationError as error:
        raise BadReply(SLUG, f"OpenAlex sent an odd envelope ({reason_of(error)}); try again later.") from error


def split_cursor(cursor: str | None) -> tuple[int, str]:
    """Our cursor is "<results so far>:<OpenAlex's cursor>"; None is the start."""
    seen, colon, theirs = (cursor or "0:*").partition(":")
    if not colon or not seen.isascii() or not seen.isdigit() or not theirs:
        raise BadRequest(SLUG, f"{cursor!r} is no place in a walk over OpenAlex's works; start the import anew.")
    return int(seen), theirs


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), PER_PAGE):
        yield values[start : start + PER_PAGE]


class OpenAlex:
    """See base.Source."""

    slug = SLUG

    def __init__(self, http: Http) -> None:
        self._http = http

    def author(self, identifier: str) -> Fetched:
        reply = self._http.get(SLUG, f"/authors/{_author_key(identifier)}")
        return _one(reply.json(), reply.retrieved_at, AuthorRecord)

    def search_authors(self, name: str) -> list[AuthorCandidate]:
        wanted = tidy(name)
        if wanted is None or len(wanted) > 200:
            raise BadRequest(SLUG, "A name of 1 to 200 characters is needed to search OpenAlex for an author.")
        reply = self._http.get(SLUG, "/authors", {"search": wanted, "per_page": SEARCH_SIZE})
        page = page_of(read(element, reply.retrieved_at) for element in elements_of(reply)[0])
        return [_candidate(item.record, item.payload) for item in page.items if isinstance(item.record, AuthorRecord)]

    def papers_of(self, external_author_id: str, cursor: str | None) -> Page:
        seen, theirs = split_cursor(cursor)
        author = identifiers.keep_valid({"openalex": external_author_id}).get("openalex", "")
        if not author.startswith("A") or author in NOBODY:
            raise BadRequest(SLUG, f"{external_author_id[:80]!r} is no OpenAlex author id; one looks like A5023888391.")
        wanted = f"authorships.author.id:{author}"
        return self._page({"filter": wanted, "per_page": PER_PAGE, "cursor": theirs}, seen)

    def _page(self, query: dict[str, str | int], seen: int) -> Page:
        """One page of a walk. A page that ends the walk too early is asked for again, then told as a gap."""
        for attempt in range(1, PAGE_TRIES + 1):
            reply = self._http.get(SLUG, "/works", query)
            elements, meta = elements_of(reply)
            total, so_far = meta.count, seen + len(elements)
            over = not elements or not meta.next_cursor or (total is not None and so_far >= total)
            if not over or total is None or so_far >= total:
                break
            if attempt < PAGE_TRIES:
                self._http.rest(PAGE_REST_SECONDS * attempt)
        short = over and total is not None and so_far < total
        return page_of(
            (read(element, reply.retrieved_at) for element in elements),
            next_cursor=None if over else f"{so_far}:{meta.next_cursor}",
            total=total,
            gap=f"OpenAlex counts {total:,} works but gave {so_far:,}, asked {PAGE_TRIES} times." if short else None,
        )

    def papers(self, ids: Sequence[str]) -> Page:
        wanted = [_work_key(identifier) for identifier in dict.fromkeys(ids)]
        found: list[Fetched | Rejected] = []
        for scheme in ("openalex", "doi"):
            for batch in _batches([value for kind, value in wanted if kind == scheme]):
                found += self._batch(scheme, batch)
        return page_of(found, total=len(wanted))

    def _batch(self, scheme: str, values: Sequence[str]) -> list[Fetched | Rejected]:
        """Works of up to 100 ids. One that a list leaves out may have been merged: asked for singly, it is found."""
        plain = [value for value in values if not {",", "|"} & set(value)]  # these two part the values of a filter
        read_all: list[Fetched | Rejected] = []
        if plain:
            reply = self._http.get(SLUG, "/works", {"filter": f"{scheme}:{'|'.join(plain)}", "per_page": PER_PAGE})
            read_all = [read(element, reply.retrieved_at) for element in elements_of(reply)[0]]
        come = {_value_of(element, scheme) for element in read_all}
        return read_all + [self._single(scheme, value) for value in values if value not in come]

    def _single(self, scheme: str, value: str) -> Fetched | Rejected:
        path = f"/works/{value}" if scheme == "openalex" else f"/works/doi:{quote(value, safe='/:;().')}"
        try:
            reply = self._http.get(SLUG, path)
        except (NotFound, BadRequest):
            return not_found(SLUG, value, datetime.now(UTC))
        return read(reply.json(), reply.retrieved_at)

    def complete(self, fetched: Fetched) -> Fetched:
        record = fetched.record
        if not isinstance(record, PaperRecord) or record.source != SLUG or not record.authors_truncated:
            return fetched
        reply = self._http.get(SLUG, f"/works/{record.external_id}")
        payload = reply.json()
        if isinstance(payload, dict):
            # What asking singly has taught us; without it a stored list of exactly 100 would look cut short again.
            payload.setdefault("is_authors_truncated", False)
        return _one(payload, reply.retrieved_at, PaperRecord)


def _one(payload: Any, at: datetime, kind: type[AuthorRecord] | type[PaperRecord]) -> Fetched:
    """The single record of a reply. Raises NotFound for a placeholder, BadReply for anything that is no such record."""
    element = read(payload, at)
    if isinstance(element, Rejected):
        error: type[SourceError] = NotFound if element.external_id in NOBODY else BadReply
        raise error(SLUG, f"OpenAlex's record {element.external_id or ''} cannot be used: {element.reason}.")
    if not isinstance(element.record, kind):
        raise BadReply(SLUG, "OpenAlex sent another kind of record than the one asked for; check the identifier.")
    return element


def _author_key(identifier: str) -> str:
    """The path of an author: an A-id, or "orcid:" and an ORCID iD."""
    text = identifier.strip()
    known = identifiers.keep_valid({"openalex": text, "orcid": text})
    if known.get("openalex", "").startswith("A"):
        if known["openalex"] in NOBODY:
            raise NotFound(SLUG, f"{known['openalex']} stands for deleted or unknown authors, not for a person.")
        return known["openalex"]
    if "orcid" in known:
        return f"orcid:{known['orcid']}"
    why = f"{text[:80]!r} is neither an OpenAlex author id nor an ORCID iD"
    if re.search(r"(?:\d{4}-?){3}\d{3}[\dX]", text, re.ASCII | re.IGNORECASE):
        why = f"{text[:80]!r} is no ORCID iD: its last character does not fit the others"
    raise BadRequest(SLUG, f"{why}; give one like A5023888391 or 0000-0002-1825-0097, or search by name.")


def _work_key(identifier: str) -> tuple[str, str]:
    """("openalex", "W…") or ("doi", "10.…")."""
    known = identifiers.keep_valid({"openalex": identifier, "doi": identifier})
    if known.get("openalex", "").startswith("W"):
        return "openalex", known["openalex"]
    if "doi" in known or "arxiv" in known:
        return "doi", known.get("doi") or f"10.48550/arxiv.{known['arxiv']}"
    raise BadRequest(SLUG, f"{identifier[:80]!r} is neither an OpenAlex work id nor a DOI; one looks like W2741809807.")


def _value_of(element: Fetched | Rejected, scheme: str) -> str | None:
    if isinstance(element, Rejected):
        return element.external_id
    held = element.record.identifiers
    if scheme == "doi" and "doi" not in held and "arxiv" in held:
        return f"10.48550/arxiv.{held['arxiv']}"
    return held.get(scheme)


def _candidate(record: AuthorRecord, payload: Any) -> AuthorCandidate:
    places = [a.institution.name for a in record.affiliations if a.is_last_known]
    topics = payload.get("topics") if isinstance(payload, dict) else None
    names = [t.get("display_name") for t in topics or [] if isinstance(t, dict)] if isinstance(topics, list) else []
    return AuthorCandidate(
        source=SLUG,
        external_id=record.external_id,
        name=record.name,
        other_names=record.other_names[:5],
        orcid=record.identifiers.get("orcid"),
        affiliation="; ".join(places) or (record.affiliations[0].institution.name if record.affiliations else None),
        papers=record.reported.papers,
        citations=record.reported.citations,
        topics=unique(tidy(name, 200) for name in names)[:3],
    )
