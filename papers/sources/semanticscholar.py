"""The Semantic Scholar client: authors, their papers, batches. https://api.semanticscholar.org/api-docs/graph"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from papers import identifiers
from papers.records import AuthorRecord, Fetched, Page, Rejected
from papers.sources.base import AuthorCandidate, not_found, page_of, tidy
from papers.sources.errors import BadReply, BadRequest
from papers.sources.http import Http, Reply
from papers.sources.semanticscholar_records import SLUG, read

PER_PAGE = 100
BATCH_SIZE = 500
SEARCH_SIZE = 25
LAST_OFFSET = 10_000  # offset + limit must stay below this
PAGE_TRIES = 3
PAGE_REST_SECONDS = 2.0
PAPER_FIELDS = (
    "paperId,corpusId,externalIds,title,abstract,venue,publicationVenue,journal,year,publicationDate,"
    "publicationTypes,s2FieldsOfStudy,citationCount,referenceCount,authors"
)
AUTHOR_FIELDS = "authorId,name,externalIds,affiliations,homepage,paperCount,citationCount,hIndex"


class SemanticScholar:
    """See base.Source."""

    slug = SLUG

    def __init__(self, http: Http) -> None:
        self._http = http

    def author(self, identifier: str) -> Fetched:
        reply = self._http.get(SLUG, f"/author/{_author_id(identifier)}", {"fields": AUTHOR_FIELDS})
        element = read(reply.json(), reply.retrieved_at)
        if isinstance(element, Rejected):
            raise BadReply(SLUG, f"Semantic Scholar's author {identifier[:80]} cannot be used: {element.reason}.")
        if not isinstance(element.record, AuthorRecord):
            raise BadReply(SLUG, "Semantic Scholar sent another kind of record than the author asked for.")
        return element

    def search_authors(self, name: str) -> list[AuthorCandidate]:
        wanted = tidy(name.replace("-", " "))  # the search finds nothing for hyphenated words
        if wanted is None or len(wanted) > 200:
            raise BadRequest(SLUG, "A name of 1 to 200 characters is needed to search Semantic Scholar for an author.")
        query: dict[str, str | int] = {"query": wanted, "fields": AUTHOR_FIELDS, "offset": 0, "limit": SEARCH_SIZE}
        reply = self._http.get(SLUG, "/author/search", query)
        page = page_of(read(element, reply.retrieved_at) for element in _data_of(_envelope(reply)))
        return [_candidate(item.record) for item in page.items if isinstance(item.record, AuthorRecord)]

    def papers_of(self, external_author_id: str, cursor: str | None) -> Page:
        offset = _offset_of(cursor)
        author = _author_id(external_author_id)
        limit = min(PER_PAGE, LAST_OFFSET - 1 - offset)
        query: dict[str, str | int] = {"fields": PAPER_FIELDS, "offset": offset, "limit": limit}
        reply, elements, following = self._page(f"/author/{author}/papers", query)
        stuck = following is not None and (not elements or following <= offset)
        too_far = following is not None and following >= LAST_OFFSET - 1
        over = following is None or stuck or too_far
        gap = None
        if stuck or too_far:
            gap = f"Semantic Scholar has more papers of this author than the {offset + len(elements):,} that it gave."
        return page_of(
            (read(element, reply.retrieved_at) for element in elements),
            next_cursor=None if over else str(following),
            gap=gap,
        )

    def _page(self, path: str, query: dict[str, str | int]) -> tuple[Reply, list[Any], int | None]:
        """A page of a walk; an empty one with a promise of more is asked for again."""
        for attempt in range(1, PAGE_TRIES + 1):
            reply = self._http.get(SLUG, path, query)
            envelope = _envelope(reply)
            elements, following = _data_of(envelope), _next_of(envelope)
            if elements or following is None or attempt == PAGE_TRIES:
                break
            self._http.rest(PAGE_REST_SECONDS * attempt)
        return reply, elements, following

    def papers(self, ids: Sequence[str]) -> Page:
        wanted = list(dict.fromkeys(_paper_key(identifier) for identifier in ids))
        found: list[Fetched | Rejected] = []
        for start in range(0, len(wanted), BATCH_SIZE):
            found += self._batch(wanted[start : start + BATCH_SIZE])
        return page_of(found, total=len(wanted))

    def _batch(self, keys: list[str]) -> list[Fetched | Rejected]:
        reply = self._http.post(SLUG, "/paper/batch", {"fields": PAPER_FIELDS}, {"ids": keys})
        elements = reply.json()
        if not isinstance(elements, list) or len(elements) != len(keys):
            raise BadReply(SLUG, f"Semantic Scholar did not answer each of the {len(keys)} ids asked for; try again.")
        at = reply.retrieved_at
        return [
            not_found(SLUG, key, at) if element is None else read(element, at)
            for key, element in zip(keys, elements, strict=True)
        ]

    def complete(self, fetched: Fetched) -> Fetched:
        return fetched  # beyond 500 authors the record stays marked as cut short


def _envelope(reply: Reply) -> dict[str, Any]:
    value = reply.json()
    if not isinstance(value, dict):
        raise BadReply(SLUG, "Semantic Scholar sent no page of results where one was due; try again later.")
    return value


def _data_of(envelope: dict[str, Any]) -> list[Any]:
    """The elements of a page; a search without hits has a total of 0 and no data."""
    if "data" not in envelope and envelope.get("total") == 0:
        return []
    if not isinstance(envelope.get("data"), list):
        raise BadReply(SLUG, "Semantic Scholar sent a page without data; try again later.")
    return list(envelope["data"])


def _next_of(envelope: dict[str, Any]) -> int | None:
    following = envelope.get("next")
    return following if isinstance(following, int) and not isinstance(following, bool) else None


def _offset_of(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,5}", cursor) or int(cursor) >= LAST_OFFSET - 1:
        raise BadRequest(SLUG, f"{cursor[:80]!r} is no place in a walk over an author's papers; start the import anew.")
    return int(cursor)


def _author_id(identifier: str) -> str:
    found = identifiers.keep_valid({"semanticscholar": identifier}).get("semanticscholar", "")
    if not found.isdigit():
        raise BadRequest(
            SLUG,
            f"{identifier[:80]!r} is no Semantic Scholar author id; give one like 1741101, or search by name "
            "(an ORCID iD finds nobody there).",
        )
    return found


def _paper_key(identifier: str) -> str:
    """How a batch names a paper: 40 hexadecimal digits, DOI:…, ARXIV:… or CorpusId:…."""
    known = identifiers.keep_valid(dict.fromkeys(("semanticscholar", "doi", "arxiv", "corpusid"), identifier))
    if len(known.get("semanticscholar", "")) == 40:
        return known["semanticscholar"]
    for scheme, prefix in (("arxiv", "ARXIV"), ("doi", "DOI"), ("corpusid", "CorpusId")):
        if scheme in known:
            return f"{prefix}:{known[scheme]}"
    raise BadRequest(
        SLUG, f"{identifier[:80]!r} names no paper; give 40 hexadecimal digits, a DOI, an arXiv id or CorpusId:…."
    )


def _candidate(record: AuthorRecord) -> AuthorCandidate:
    return AuthorCandidate(
        source=SLUG,
        external_id=record.external_id,
        name=record.name,
        other_names=record.other_names[:5],
        orcid=record.identifiers.get("orcid"),
        affiliation="; ".join(a.institution.name for a in record.affiliations) or None,
        papers=record.reported.papers,
        citations=record.reported.citations,
    )
