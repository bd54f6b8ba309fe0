"""What can go wrong when a source is asked: one type a remedy, each with one line that says what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from papers.records import clean_text
from papers.sources.catalogue import name_of

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
DEFAULT_PAUSE_SECONDS = 300.0
MAX_PAUSE_SECONDS = 2 * 86_400.0


class SourceError(Exception):
    """A source could not be read. `source` is its slug; str() is the line for people."""

    def __init__(self, source: str, message: str) -> None:
        super().__init__(source, message)  # both in args, so that the error survives pickling between workers
        self.source = source
        self.message = message

    def __str__(self) -> str:
        return self.message


class NotFound(SourceError):
    """The source knows no such thing, or the search found nothing."""


class BadRequest(SourceError):
    """The question was wrong: the same one will fail again."""


class Forbidden(SourceError):
    """The key is missing, wrong or not allowed to ask."""


class RateLimited(SourceError):
    """The source asks for more patience than a worker has. Ask again at `retry_at` (`retry_after` seconds from now)."""

    def __init__(self, source: str, message: str, retry_after: float, retry_at: datetime) -> None:
        super().__init__(source, message)
        self.args = (source, message, retry_after, retry_at)
        self.retry_after = retry_after
        self.retry_at = retry_at


class Unavailable(SourceError):
    """No usable answer after the bounded retries: no network, time-outs, 5xx. Later may do."""


class LimiterUnavailable(Unavailable):
    """Valkey, which keeps the shared rate limits, cannot be reached: then no source is asked."""


class BadReply(SourceError):
    """The answer is not what the service documents: HTML for JSON, cut short, another shape."""


def rate_limited(source: str, why: str, seconds: float, now: datetime) -> RateLimited:
    """A RateLimited that says when to come back."""
    wait = min(max(seconds, 1.0), MAX_PAUSE_SECONDS)
    at = now + timedelta(seconds=wait)
    return RateLimited(source, f"{name_of(source)} {why}; try again after {at:%Y-%m-%d %H:%M:%S} UTC.", wait, at)


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or an HTTP date; None where it holds neither."""
    if not value:
        return None
    if number := re.match(r"\s*(\d{1,9})\b", value):
        return float(number[1])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _told(body: bytes) -> str:
    """The service's own words, made safe for one line: no tags, no controls, at most 160 characters."""
    text = body[:4_000].decode("utf-8", "replace")
    for pattern in (r'"message"\s*:\s*"([^"]+)"', r'"error"\s*:\s*"([^"]+)"', r"<summary[^>]*>([^<]+)</summary>"):
        if found := re.search(pattern, text):
            return str(clean_text(found[1]) or "")[:160]
    return "" if text.lstrip().startswith(("<", "{", "[")) else str(clean_text(text) or "")[:160]


def _budget_is_spent(body: bytes) -> bool:
    return b"insufficient budget" in body.lower()


def asked_wait(headers: Mapping[str, str], body: bytes, now: datetime) -> float | None:
    """The seconds that a refusal asks us to wait; None where it does not say."""
    told = retry_after_seconds(headers.get("retry-after"), now)
    if told is None and _budget_is_spent(body):
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        reset = retry_after_seconds(headers.get("x-ratelimit-reset"), now)
        return (midnight - now).total_seconds() if reset is None else reset
    return told


def _too_many(source: str, headers: Mapping[str, str], body: bytes, now: datetime) -> SourceError:
    wait = asked_wait(headers, body, now)
    why = "says that the day's budget is spent" if _budget_is_spent(body) else "asks for fewer requests"
    return rate_limited(source, why, DEFAULT_PAUSE_SECONDS if wait is None else wait, now)


def error_of(source: str, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> SourceError | None:
    """The typed error that a status stands for, or None for a success. `headers` has lower-case names."""
    if 200 <= status < 300:
        return None
    told = _told(body)
    said = f" ({told})" if told else ""
    if status == 429:
        return _too_many(source, headers, body, now)
    return _by_status(source, status, said)


def _by_status(source: str, status: int, said: str) -> SourceError:
    name = name_of(source)
    if status in (404, 410):
        return NotFound(source, f"{name} knows no such record{said}; check the identifier.")
    if status in (401, 403):
        return Forbidden(source, f"{name} refused the request{said}; check its API key in the settings.")
    if 300 <= status < 400:
        return BadReply(source, f"{name} sent us elsewhere (HTTP {status}), which we do not follow; check its address.")
    if 400 <= status < 500:
        return BadRequest(source, f"{name} did not accept the question{said}; correct the identifier or the name.")
    return Unavailable(source, f"{name} is out of order (HTTP {status}){said}; try again later.")
