"""The source clients, set up as this installation is."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from papers.models import ImportRun
from papers.sources import Http, Source, build_source
from papers.sources.http import DEFAULT_BASE_URLS, DEFAULT_PATIENCE, Patience
from papers.sources.limiter import Limiter

# A person waits for the answer: at worst 6 s for a turn, and two attempts of about 10 s.
IMPATIENT = Patience(
    connect_timeout=3.0,
    read_timeout=7.0,
    transfer_timeout=8.0,
    attempts=2,
    first_backoff=0.5,
    longest_backoff=1.0,
    total_wait=6.0,
)


@cache
def _http(patience: Patience, elsewhere: tuple[str, str] = ("", "")) -> Http:
    return Http(
        Limiter.from_url(settings.REDIS_URL),
        base_urls={**settings.SOURCE_URLS, elsewhere[0]: elsewhere[1]},
        keys={slug: key for slug, key in settings.SOURCE_KEYS.items() if key},
        contact_email=settings.CONTACT_EMAIL or "",
        patience=patience,
    )


def source_client(slug: str) -> Source:
    """The client of a source. Raises a SourceError for one that cannot be asked."""
    return build_source(slug, _http(DEFAULT_PATIENCE))


def client_for(run: ImportRun) -> Source:
    """The client that carries a run out: at the address that the run names, where whoever asked for it named one."""
    address = run.arguments.get("address", "")
    if not address:
        return source_client(run.source)
    return build_source(run.source, _http(DEFAULT_PATIENCE, (run.source, address)))


def moved_address(slug: str) -> str:
    """Where this process's settings say that a source answers, if that is not its usual address.

    A command hands it on with the run: the worker that carries the run out may have been started with other settings.
    """
    address: str = settings.SOURCE_URLS.get(slug, "")
    return address if address != DEFAULT_BASE_URLS.get(slug) else ""


def impatient_client(slug: str) -> Source:
    """The same for a request that a person waits for: it gives up within half a minute."""
    return build_source(slug, _http(IMPATIENT))


def forget_clients() -> None:
    """Build the clients anew, with the settings of now."""
    _http.cache_clear()
