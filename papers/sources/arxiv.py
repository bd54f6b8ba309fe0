"""The arXiv client: the Atom query API, by id and by a printed name. https://info.arxiv.org/help/api/user-manual.html"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from papers import identifiers
from papers.records import Fetched, Page, PaperRecord, Rejected
from papers.sources.arxiv_records import SLUG, Feed, parse_feed, read
from papers.sources.base import AuthorCandidate, not_found, page_of, tidy
from papers.sources.errors import BadRequest
from papers.sources.http import Http, Reply

PER_PAGE = 100
LAST_START = 30_000  # arXiv serves no results beyond this
PAGE_TRIES = 3
PAGE_REST_SECONDS = 3.0
MAX_CANDIDATES = 25


class Arxiv:
    """See base.Source. arXiv has no author records: a name finds papers, never a person."""

    slug = SLUG

    def __init__(self, http: Http) -> None:
        self._http = http

    def author(self, identifier: str) -> Fetched:
        raise BadRequest(
            SLUG,
            f"arXiv has no author records, so {identifier[:80]!r} identifies nobody there; "
            "search by name and say with --orcid or --author who is meant.",
        )

    def search_authors(self, name: str) -> list[AuthorCandidate]:
        """The printed names with the same family name among the first 100 papers, with their papers counted."""
        reply = self._http.get(SLUG, "", _query(search_query=author_query(name), start=0))
        page = page_of(read(entry, reply.retrieved_at) for entry in parse_feed(reply.body).entries)
        return _candidates(_plain(name), [item.record for item in page.items if isinstance(item.record, PaperRecord)])

    def papers_of(self, external_author_id: str, cursor: str | None) -> Page:
        """One page of the papers on which this name is printed, oldest first, so that new ones move no page."""
        start = _start_of(cursor)
        query = _query(search_query=author_query(external_author_id), start=start)
        reply, feed = self._feed(query, start)
        came, total = len(feed.entries), feed.total
        following = start + PER_PAGE
        over = came == 0 or total is None or following >= total or following >= LAST_START
        return page_of(
            (read(entry, reply.retrieved_at) for entry in feed.entries),
            next_cursor=None if over else str(following),
            total=total,
            gap=_gap(start, came, total),
        )

    def _feed(self, query: dict[str, str | int], start: int) -> tuple[Reply, Feed]:
        """A page of a walk: one that is shorter than promised is asked for again before it is believed."""
        for attempt in range(1, PAGE_TRIES + 1):
            reply = self._http.get(SLUG, "", query)
            feed = parse_feed(reply.body)
            if len(feed.entries) >= _promised(start, feed.total) or attempt == PAGE_TRIES:
                break
            self._http.rest(PAGE_REST_SECONDS * attempt)
        return reply, feed

    def papers(self, ids: Sequence[str]) -> Page:
        wanted = list(dict.fromkeys(_base_id(identifier) for identifier in ids))
        found: list[Fetched | Rejected] = []
        for start in range(0, len(wanted), PER_PAGE):
            batch = wanted[start : start + PER_PAGE]
            reply = self._http.get(SLUG, "", _query(id_list=",".join(batch), start=0))
            came = [read(entry, reply.retrieved_at) for entry in parse_feed(reply.body).entries]
            known = {_external_id(element) for element in came}
            # arXiv leaves unknown ids of a list out without a word.
            found += came + [not_found(SLUG, one, reply.retrieved_at) for one in batch if one not in known]
        return page_of(found, total=len(wanted))

    def complete(self, fetched: Fetched) -> Fetched:
        return fetched  # arXiv's lists are whole, or say "et al." in the record itself


def _query(*, search_query: str = "", id_list: str = "", start: int) -> dict[str, str | int]:
    asked: dict[str, str | int] = {"id_list": id_list} if id_list else {"search_query": search_query}
    order = {"sortBy": "submittedDate", "sortOrder": "ascending"} if search_query else {}
    return {**asked, "start": start, "max_results": PER_PAGE, **order}


def author_query(name: str) -> str:
    """au:"…" of a name."""
    return f'au:"{_plain(name)}"'


def _plain(name: str) -> str:
    """A name without quotes, colons and brackets, which are the query's own grammar."""
    plain = tidy(re.sub(r'[":()\[\]\\]', " ", name))
    if plain is None or len(plain) > 200 or not re.search(r"\w", plain):
        raise BadRequest(SLUG, "A name of 1 to 200 characters is needed to search arXiv for an author.")
    return plain


def _start_of(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,6}", cursor):
        raise BadRequest(SLUG, f"{cursor[:80]!r} is no place in a walk over arXiv's papers; start the import anew.")
    return int(cursor)


def _promised(start: int, total: int | None) -> int:
    return 0 if total is None else max(0, min(PER_PAGE, total - start))


def _gap(start: int, came: int, total: int | None) -> str | None:
    missing = _promised(start, total) - came
    if missing > 0:
        return f"arXiv counts {total:,} papers but left out {missing} of those from {start + 1:,} on."
    if total is not None and total > LAST_START and start + PER_PAGE >= LAST_START:
        return f"arXiv counts {total:,} papers and serves the first {LAST_START:,} alone."
    return None


def _base_id(identifier: str) -> str:
    try:
        return identifiers.normalise("arxiv", identifier)
    except identifiers.InvalidIdentifier as error:
        raise BadRequest(SLUG, f"{error}.") from error


def _external_id(element: Fetched | Rejected) -> str | None:
    if isinstance(element, Rejected):
        return re.sub(r"v\d+$", "", element.external_id or "")
    return element.record.external_id


def _family(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c)).split()[-1].strip(".,")


def _candidates(name: str, papers: Sequence[PaperRecord]) -> list[AuthorCandidate]:
    """Printed names that share the last word of the name asked for, most papers first."""
    titles: dict[str, list[str]] = {}
    wanted = _family(name)
    for paper in papers:
        for authorship in paper.authorships:
            if _family(authorship.name) == wanted:
                titles.setdefault(authorship.name, []).append(paper.title)
    ranked = sorted(titles.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:MAX_CANDIDATES]
    return [
        AuthorCandidate(source=SLUG, external_id=None, name=printed, papers=len(on), titles=tuple(on[:3]))
        for printed, on in ranked
    ]
