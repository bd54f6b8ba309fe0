"""The shared rate limit, on a real Valkey and between real processes."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid

import pytest
import redis

from papers.sources.errors import LimiterUnavailable, RateLimited
from papers.sources.limiter import INTERVALS, Limiter

INTERVAL = 0.1
_WORKER = """
import sys, time, redis
from papers.sources.limiter import Limiter
url, prefix, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
limiter = Limiter(redis.Redis.from_url(url), intervals={"arxiv": float(sys.argv[4])}, prefix=prefix)
for _ in range(many):
    limiter.acquire("arxiv")
    print(time.time(), flush=True)
"""


def _limiter(url: str, **rest: object) -> Limiter:
    return Limiter(redis.Redis.from_url(url), prefix=f"test:{uuid.uuid4().hex}", **rest)  # type: ignore[arg-type]


def test_it_shares_one_limit_between_processes(valkey_url: str) -> None:
    prefix, each = f"test:{uuid.uuid4().hex}", 6
    command = [sys.executable, "-c", _WORKER, valkey_url, prefix, str(each), str(INTERVAL)]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [worker.communicate(timeout=60)[0] for worker in workers]
    times = sorted(float(line) for text in printed for line in text.split())
    assert len(times) == 2 * each
    # The k-th grant of all cannot come before k intervals have passed; 20 ms for clocks and wake-ups.
    late = [at - times[0] - k * INTERVAL for k, at in enumerate(times)]
    assert min(late) > -0.02


def test_it_waits_for_its_slot(valkey_url: str) -> None:
    slept: list[float] = []
    limiter = _limiter(valkey_url, intervals={"arxiv": 3.0}, sleep=slept.append)
    assert limiter.acquire("arxiv") == 0
    assert limiter.acquire("arxiv") == pytest.approx(3.0, abs=0.2)
    assert limiter.acquire("arxiv") == pytest.approx(6.0, abs=0.4)  # nobody has really slept
    assert len(slept) == 2


def test_it_keeps_sources_apart(valkey_url: str) -> None:
    limiter = _limiter(valkey_url, intervals={"arxiv": 3.0, "openalex": 3.0})
    limiter.acquire("arxiv")
    assert limiter.acquire("openalex") == 0


def test_it_refuses_a_wait_that_is_too_long_and_takes_no_slot_for_it(valkey_url: str) -> None:
    limiter = _limiter(valkey_url, intervals={"arxiv": 100.0}, sleep=lambda _: None)
    limiter.acquire("arxiv")
    limiter.acquire("arxiv")
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            limiter.acquire("arxiv")
        assert 190 < caught.value.retry_after <= 200


def test_it_holds_everybody_back_during_a_pause(valkey_url: str) -> None:
    limiter = _limiter(valkey_url, intervals={"openalex": 0.0})
    limiter.pause("openalex", 500)
    limiter.pause("openalex", 1)  # a shorter pause does not shorten the longer one
    with pytest.raises(RateLimited, match="try again after") as caught:
        limiter.acquire("openalex")
    assert 490 < caught.value.retry_after <= 500


def test_it_waits_out_a_short_pause(valkey_url: str) -> None:
    limiter = _limiter(valkey_url, intervals={"openalex": 0.0})
    limiter.pause("openalex", 0.3)
    start = time.monotonic()
    limiter.acquire("openalex")
    assert time.monotonic() - start >= 0.28


def test_it_sees_a_pause_that_came_while_it_slept(valkey_url: str) -> None:
    prefix, client = f"test:{uuid.uuid4().hex}", redis.Redis.from_url(valkey_url)
    other = Limiter(client, prefix=prefix)
    limiter = Limiter(client, prefix=prefix, intervals={"openalex": 1.0}, sleep=lambda _: other.pause("openalex", 300))
    limiter.acquire("openalex")
    with pytest.raises(RateLimited):
        limiter.acquire("openalex")


def test_it_gives_arxiv_one_connection_at_a_time(valkey_url: str) -> None:
    prefix, client = f"test:{uuid.uuid4().hex}", redis.Redis.from_url(valkey_url)
    first, second = (Limiter(client, prefix=prefix, intervals={"arxiv": 0.0, "openalex": 0.0}) for _ in range(2))
    with first.turn("arxiv"), first.turn("openalex"):
        with second.turn("openalex") as slept:
            assert slept == 0
        with pytest.raises(RateLimited, match="another process"), second.turn("arxiv", max_wait=0.5):
            pass
    with second.turn("arxiv") as slept:
        assert slept == 0


def test_it_waits_for_the_line_and_takes_none_but_its_own_away(valkey_url: str) -> None:
    prefix, client = f"test:{uuid.uuid4().hex}", redis.Redis.from_url(valkey_url)
    line = f"{prefix}:{{arxiv}}:line"
    client.set(line, "somebody who died", px=300)
    limiter = Limiter(client, prefix=prefix, intervals={"arxiv": 0.0})
    with limiter.turn("arxiv") as slept:
        assert 0.2 <= slept <= 1
        client.set(line, "somebody else")
    assert client.get(line) == b"somebody else"


def test_it_says_so_when_valkey_is_out_of_reach() -> None:
    limiter = Limiter.from_url("redis://127.0.0.1:1/0")
    with pytest.raises(LimiterUnavailable, match="REDIS_URL"):
        limiter.acquire("arxiv")


def test_it_keeps_to_what_the_services_ask() -> None:
    assert (INTERVALS["arxiv"], INTERVALS["semanticscholar"], INTERVALS["openalex"]) == (3.0, 1.0, 0.1)
