"""One rate limit a source, shared by every process on every machine through Valkey.

A slot is reserved atomically, by Valkey's own clock; the caller then sleeps until it comes. A pause (Retry-After, a
spent budget) holds everyone back. Without Valkey nothing is asked: an unlimited fleet is worse than a still one.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import MappingProxyType
from typing import cast

import redis

from papers.sources.errors import LimiterUnavailable, rate_limited

# Seconds between two requests. arXiv counts Atom, OAI and RSS together, hence one entry; its terms ask for 3 s.
INTERVALS: Mapping[str, float] = MappingProxyType(
    {"openalex": 0.1, "arxiv": 3.0, "semanticscholar": 1.0, "crossref": 0.4, "dblp": 2.0, "orcid": 0.1}
)
MAX_WAIT_SECONDS = 120.0

# arXiv asks for one connection at a time as well. A process that dies on the line frees it after LINE_SECONDS.
ONE_AT_A_TIME = frozenset({"arxiv"})
LINE_SECONDS = 20.0
_POLL_SECONDS = 0.2

# KEYS: next free slot, end of pause. ARGV: interval and longest wait, in ms. Gives the wait in ms, negative if refused.
_RESERVE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local slot = tonumber(redis.call('GET', KEYS[1]) or '0')
local pause = tonumber(redis.call('GET', KEYS[2]) or '0')
local start = math.max(now, slot, pause)
local wait = start - now
if wait > tonumber(ARGV[2]) then return -wait end
local next = start + tonumber(ARGV[1])
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', string.format('%.0f', next - now + 1000))
return wait
"""

# A pause is only ever made longer. KEYS: end of pause. ARGV: its length in ms.
_PAUSE = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local until_ms = now + tonumber(ARGV[1])
if until_ms > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], string.format('%.0f', until_ms), 'PX', ARGV[1])
end
return 1
"""

# KEYS: the line. ARGV: the token of whoever holds it, who alone may free it.
_HANG_UP = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class Limiter:
    """Grants each request its turn. `sleep` can be replaced by a test; `prefix` parts test runs from each other."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        intervals: Mapping[str, float] = INTERVALS,
        max_wait: float = MAX_WAIT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        prefix: str = "byline:sources",
    ) -> None:
        self._client = client
        self._intervals = dict(intervals)
        self._max_wait = max_wait
        self._sleep = sleep
        self._prefix = prefix

    @classmethod
    def from_url(cls, url: str, *, intervals: Mapping[str, float] = INTERVALS) -> Limiter:
        client = redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=5)
        return cls(client, intervals=intervals)

    def acquire(self, source: str, *, max_wait: float | None = None) -> float:
        """Wait for this source's next slot; gives the seconds slept.

        Raises RateLimited where the wait would be longer than `max_wait`, LimiterUnavailable without Valkey.
        """
        longest = self._max_wait if max_wait is None else max_wait
        slept = 0.0
        while True:
            wait = self._reserve(source, longest - slept)
            if wait > 0:
                self._sleep(wait)
            slept += wait
            # Somebody may have been told to pause while we slept: then our slot is worth nothing.
            if wait == 0 or self._pause_left(source) == 0:
                return slept

    @contextmanager
    def turn(self, source: str, *, max_wait: float | None = None) -> Iterator[float]:
        """Acquire, and hold the line for the length of one request where a source takes one at a time.

        Gives the seconds slept. Raises as `acquire` does.
        """
        longest = self._max_wait if max_wait is None else max_wait
        slept = self.acquire(source, max_wait=longest)
        if source not in ONE_AT_A_TIME:
            yield slept
            return
        token = uuid.uuid4().hex
        slept += self._take_line(source, token, longest - slept)
        try:
            yield slept
        finally:
            with suppress(redis.RedisError):  # the line frees itself
                self._client.eval(_HANG_UP, 1, self._key(source, "line"), token)

    def _take_line(self, source: str, token: str, longest: float) -> float:
        slept = 0.0
        while not self._line_is_ours(source, token):
            if slept + _POLL_SECONDS > longest:
                raise rate_limited(source, "is being asked by another process", LINE_SECONDS, datetime.now(UTC))
            self._sleep(_POLL_SECONDS)
            slept += _POLL_SECONDS
        return slept

    def _line_is_ours(self, source: str, token: str) -> bool:
        try:
            return bool(self._client.set(self._key(source, "line"), token, nx=True, px=round(LINE_SECONDS * 1000)))
        except redis.RedisError as error:
            raise self._out_of_reach(source, error) from error

    def pause(self, source: str, seconds: float) -> None:
        """Hold every process back from this source for so long. A shorter pause never replaces a longer one."""
        if seconds > 0:
            self._run(_PAUSE, [self._key(source, "pause")], [max(1, round(seconds * 1000))])

    def _reserve(self, source: str, longest: float) -> float:
        interval = round(self._intervals.get(source, 1.0) * 1000)
        keys = [self._key(source, "slot"), self._key(source, "pause")]
        wait = self._run(_RESERVE, keys, [interval, max(0, round(longest * 1000))]) / 1000
        if wait < 0:
            raise rate_limited(source, "is paused or has a long queue", -wait, datetime.now(UTC))
        return wait

    def _pause_left(self, source: str) -> float:
        try:
            left = int(self._client.pttl(self._key(source, "pause")))
        except redis.RedisError as error:
            raise self._out_of_reach(source, error) from error
        return max(0, left) / 1000

    def _run(self, script: str, keys: list[str], arguments: list[int]) -> int:
        try:
            return cast(int, self._client.eval(script, len(keys), *keys, *(str(a) for a in arguments)))
        except redis.RedisError as error:
            raise self._out_of_reach(keys[0].split("{")[1].split("}")[0], error) from error

    def _key(self, source: str, what: str) -> str:
        return f"{self._prefix}:{{{source}}}:{what}"  # braces: both keys on one node of a cluster

    @staticmethod
    def _out_of_reach(source: str, error: redis.RedisError) -> LimiterUnavailable:
        return LimiterUnavailable(
            source,
            "Valkey, which keeps the shared rate limits, cannot be used "
            f"({type(error).__name__}), so no source was asked; check REDIS_URL or run `manage.py stack start`.",
        )
