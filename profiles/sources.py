"""The source clients, set up as this installation is."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from papers.sources import Http, Source, build_source
from papers.sources.limiter import Limiter


@cache
def _http() -> Http:
    return Http(
        Limiter.from_url(settings.REDIS_URL),
        base_urls=settings.SOURCE_URLS,
        keys={slug: key for slug, key in settings.SOURCE_KEYS.items() if key},
        contact_email=settings.CONTACT_EMAIL or "",
    )


def source_client(slug: str) -> Source:
    """The client of a source. Raises a SourceError for one that cannot be asked."""
    return build_source(slug, _http())
