"""One way to ask a source over HTTP: time-outs, a size limit, bounded retries, the shared rate limit, no surprises.

Nothing here sleeps longer than two minutes for one request: a longer wait raises RateLimited, and the task is
scheduled anew. Keys travel in headers and reach no address, message or log.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from papers.sources.catalogue import name_of
from papers.sources.errors import (
    MAX_PAUSE_SECONDS,
    RETRIED_STATUSES,
    BadReply,
    BadRequest,
    RateLimited,
    SourceError,
    Unavailable,
    asked_wait,
    error_of,
    rate_limited,
    retry_after_seconds,
)
from papers.sources.limiter import Limiter
from papers.sources.replies import decode_json

VERSION = "0.1.0"
DEFAULT_BASE_URLS: Mapping[str, str] = {
    "openalex": "https://api.openalex.org",
    "arxiv": "https://export.arxiv.org/api/query",
    "semanticscholar": "https://api.semanticscholar.org/graph/v1",
}


@dataclass(frozen=True)
class Reply:
    """A whole reply with a success status. Header names are in lower case."""

    source: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    retrieved_at: datetime

    def json(self) -> Any:
        """The JSON value of the body. Raises BadReply."""
        return decode_json(self.source, self.body)


@dataclass(frozen=True)
class Patience:
    """How long and how often one request is tried. Seconds and bytes."""

    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    transfer_timeout: float = 120.0
    attempts: int = 4
    first_backoff: float = 1.0
    longest_backoff: float = 30.0
    total_wait: float = 120.0
    max_bytes: int = 32 * 1024 * 1024
    redirects: int = 3


DEFAULT_PATIENCE = Patience()


class _Again(Exception):
    """An attempt that failed in a way that another may not. `asked`: the wait that the service asked for."""

    def __init__(self, error: SourceError, asked: float | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.asked = asked


def complete_base_url(source: str, base_url: str) -> str:
    """An address without a path gets the service's usual one, so that "http://127.0.0.1:9000" may stand in for it."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadRequest(source, f"{base_url[:80]!r} is no address of {name_of(source)}; correct it in the settings.")
    path = parts.path.rstrip("/") or urlsplit(DEFAULT_BASE_URLS.get(source, "")).path
    if source == "arxiv" and path.endswith("/api"):
        path += "/query"
    return f"{parts.scheme}://{parts.netloc}{path}"


def _same_host(first: str, second: str) -> bool:
    a, b = urlsplit(first), urlsplit(second)
    upgrade = (a.scheme, b.scheme) == ("http", "https") and a.port is None and b.port is None
    return a.hostname == b.hostname and (upgrade or (a.scheme, a.port) == (b.scheme, b.port))


class Http:
    """Asks sources. `base_urls` and `keys` by slug; `sleep` can be replaced by a test."""

    def __init__(
        self,
        limiter: Limiter,
        *,
        base_urls: Mapping[str, str] = DEFAULT_BASE_URLS,
        keys: Mapping[str, str] | None = None,
        contact_email: str = "",
        patience: Patience = DEFAULT_PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        given = {**DEFAULT_BASE_URLS, **{slug: url for slug, url in base_urls.items() if url}}
        self._base_urls = {slug: complete_base_url(slug, url) for slug, url in given.items()}
        self._keys = {slug: key for slug, key in (keys or {}).items() if key}
        self._limiter = limiter
        self._patience = patience
        self._sleep = sleep
        self._session = requests.Session()
        self._session.auth = _leave_headers_alone
        about = f" (mailto:{contact_email})" if contact_email else ""
        self._session.headers.update({"User-Agent": f"Byline/{VERSION}{about}", "Accept-Encoding": "gzip, deflate"})

    def get(self, source: str, path: str = "", params: Mapping[str, str | int] | None = None) -> Reply:
        """The reply to GET base address + path. Raises a SourceError for anything but a success."""
        return self._ask(source, "GET", path, params or {}, None)

    def post(self, source: str, path: str, params: Mapping[str, str | int], body: Any) -> Reply:
        """The reply to POST with a JSON body: here only ever a question that may be asked twice."""
        return self._ask(source, "POST", path, params, body)

    def rest(self, seconds: float) -> None:
        """A short wait before a page is asked for again."""
        self._sleep(seconds)

    def _ask(self, source: str, method: str, path: str, params: Mapping[str, str | int], body: Any) -> Reply:
        waited, attempt = 0.0, 0
        while True:
            attempt += 1
            try:
                with self._limiter.turn(source, max_wait=self._patience.total_wait - waited) as slept:
                    waited += slept
                    reply = self._follow(source, method, self._base_urls[source] + path, params, body)
            except _Again as again:
                waited += self._hold_back(source, again, attempt, self._patience.total_wait - waited)
            else:
                self._watch_budget(reply)
                return reply

    def _hold_back(self, source: str, again: _Again, attempt: int, left: float) -> float:
        """Wait before the next attempt; gives the seconds slept. Raises the error where there is to be none."""
        if again.asked:
            self._limiter.pause(source, again.asked)  # everybody waits, not this process alone
            if again.asked > left and isinstance(again.error, RateLimited):
                raise again.error
            if again.asked > left:
                raise rate_limited(source, "asks us to wait", again.asked, datetime.now(UTC)) from again.error
        if attempt >= self._patience.attempts:
            raise again.error
        if again.asked:
            return 0.0  # the next slot waits the pause out
        backoff = min(self._patience.first_backoff * 2.0 ** (attempt - 1), self._patience.longest_backoff)
        pause = min(backoff * random.uniform(0.5, 1.0), left)  # noqa: S311 - jitter, no secret
        self._sleep(pause)
        return pause

    def _follow(self, source: str, method: str, url: str, params: Mapping[str, str | int], body: Any) -> Reply:
        """The reply at the end of at most three redirects, which may not leave the host."""
        for _ in range(self._patience.redirects + 1):
            status, headers, content = self._exchange(source, method, url, params, body)
            target = urljoin(url, headers.get("location", ""))
            if status not in (301, 302, 307, 308) or "location" not in headers or not _same_host(url, target):
                return _judged(source, status, headers, content)
            url, params = target, {}
        raise BadReply(source, f"{name_of(source)} sent us round in a circle of redirects; try again later.")

    def _exchange(
        self, source: str, method: str, url: str, params: Mapping[str, str | int], body: Any
    ) -> tuple[int, dict[str, str], bytes]:
        timeout = (self._patience.connect_timeout, self._patience.read_timeout)
        try:
            with self._session.request(
                method, url, params=dict(params), json=body, headers=self._headers(source),
                timeout=timeout, allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                headers = {name.lower(): value for name, value in response.headers.items()}
                return response.status_code, headers, self._read(source, response)
        except requests.Timeout as error:
            raise _Again(Unavailable(source, f"{name_of(source)} did not answer in time; try again later.")) from error
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
            raise _Again(BadReply(source, f"{name_of(source)} cut its reply short; try again later.")) from error
        except requests.RequestException as error:
            raise _Again(
                Unavailable(source, f"{name_of(source)} cannot be reached; check the network, or try again later.")
            ) from error

    def _read(self, source: str, response: requests.Response) -> bytes:
        """The body, decoded; refused where it is too long or takes too long."""
        pieces, size, deadline = [], 0, time.monotonic() + self._patience.transfer_timeout
        for piece in response.iter_content(64 * 1024):
            size += len(piece)
            if size > self._patience.max_bytes:
                limit = f"{self._patience.max_bytes:,} bytes"
                raise BadReply(source, f"{name_of(source)} sent more than {limit}; ask for fewer records at once.")
            if time.monotonic() > deadline:
                raise requests.Timeout("the transfer took too long")
            pieces.append(piece)
        return b"".join(pieces)

    def _headers(self, source: str) -> dict[str, str]:
        key = self._keys.get(source)
        if key is None:
            return {}
        return {"x-api-key": key} if source == "semanticscholar" else {"Authorization": f"Bearer {key}"}

    def _watch_budget(self, reply: Reply) -> None:
        """Pause a source whose budget does not pay for one more request like this one (OpenAlex's X-RateLimit-*)."""
        left = _number(reply.headers.get("x-ratelimit-remaining"))
        told = reply.headers.get("x-ratelimit-credits-required") or reply.headers.get("x-ratelimit-credits-used")
        cost = _number(told)
        reset = retry_after_seconds(reply.headers.get("x-ratelimit-reset"), reply.retrieved_at)
        if reply.source == "openalex" and left is not None and reset and left < (1 if cost is None else cost):
            self._limiter.pause(reply.source, min(reset, MAX_PAUSE_SECONDS))


def _leave_headers_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a .netrc of the machine from replacing our key."""
    return request


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _judged(source: str, status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """The reply of a success; else its error, wrapped in _Again where another attempt may do."""
    now = datetime.now(UTC)
    error = error_of(source, status, headers, body, now)
    if error is None:
        return Reply(source, status, headers, body, now)
    if status in RETRIED_STATUSES:
        raise _Again(error, asked_wait(headers, body, now))
    raise error
