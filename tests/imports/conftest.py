"""Imports against the replaying server: real HTTP, real PostgreSQL, real Valkey, and a real worker where it matters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from pytest_django import Settings

from profiles.sources import forget_clients
from tests.replay import Replay


@pytest.fixture(autouse=True)
def _no_pause_is_left(settings: Settings) -> None:
    """Pauses that a source asked for outlive the process that heard them; one test's must not reach the next."""
    server = redis.Redis.from_url(settings.REDIS_URL)
    for key in server.scan_iter("byline:sources*"):
        server.delete(key)


@pytest.fixture
def replay(settings: Settings) -> Iterator[Replay]:
    """Pages of three: walks have several steps."""
    yield from _replaying(settings, page_size=3)


@pytest.fixture
def roomy(settings: Settings) -> Iterator[Replay]:
    """Whole pages, as arXiv's client counts on."""
    yield from _replaying(settings, page_size=100)


def _replaying(settings: Settings, page_size: int) -> Iterator[Replay]:
    with Replay(page_size=page_size) as server:
        settings.SOURCE_URLS = server.base_urls()
        forget_clients()
        yield server
    forget_clients()
