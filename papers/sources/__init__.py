"""The sources of Byline: clients that ask and read, and know no database.

limiter = Limiter.from_url(settings.REDIS_URL)
source = build_source("openalex", Http(limiter, base_urls=…, keys=…, contact_email=…))
"""

from __future__ import annotations

from collections.abc import Callable

from papers.sources.arxiv import Arxiv
from papers.sources.base import AuthorCandidate, Source
from papers.sources.errors import BadRequest
from papers.sources.http import Http
from papers.sources.openalex import OpenAlex
from papers.sources.semanticscholar import SemanticScholar

__all__ = ["SOURCES", "AuthorCandidate", "Http", "Source", "build_source"]

SOURCES: dict[str, Callable[[Http], Source]] = {
    "openalex": OpenAlex,
    "arxiv": Arxiv,
    "semanticscholar": SemanticScholar,
}


def build_source(slug: str, http: Http) -> Source:
    """The client of a source. Raises BadRequest for one that cannot be asked."""
    if slug not in SOURCES:
        raise BadRequest(slug, f"{slug!r} is no source that can be asked; known are {', '.join(SOURCES)}.")
    return SOURCES[slug](http)
