"""The HTTP client against a real server that misbehaves on demand."""

from __future__ import annotations

import copy
import gzip
import time
import tomllib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from papers.sources.errors import (
    BadReply,
    BadRequest,
    Forbidden,
    NotFound,
    RateLimited,
    SourceError,
    Unavailable,
    retry_after_seconds,
)
from papers.sources.http import Http, Patience, complete_base_url
from papers.sources.limiter import Limiter
from tests.replay import Fault, Replay
from tests.sources.conftest import QUICK, make_http

WORKS = "/openalex/works"
ONE = "/works/W9900000001"


def test_it_says_who_asks_and_keeps_the_key_out_of_the_address(http: Http, replay: Replay) -> None:
    http.get("openalex", ONE)
    http.get("semanticscholar", "/author/990000001")
    openalex, semantic = replay.seen
    version = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["version"]
    assert openalex.headers["User-Agent"] == f"Byline/{version} (mailto:curator@example.org)"
    assert openalex.headers["Authorization"] == "Bearer oa-secret"
    assert semantic.headers["x-api-key"] == "s2-secret"
    assert "Authorization" not in semantic.headers
    assert "secret" not in openalex.target + semantic.target


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_it_tries_again_after_a_passing_failure(http: Http, replay: Replay, status: int) -> None:
    replay.fault(WORKS, Fault(status), Fault(status))
    assert http.get("openalex", ONE).json()["id"].endswith("W9900000001")
    assert replay.count(WORKS) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, Unavailable), (503, Unavailable), (429, RateLimited)],
)
def test_it_gives_up_after_four_tries(http: Http, replay: Replay, status: int, kind: type[SourceError]) -> None:
    replay.fault(WORKS, *[Fault(status)] * 9)
    with pytest.raises(kind):
        http.get("openalex", ONE)
    assert replay.count(WORKS) == 4


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, BadRequest), (401, Forbidden), (403, Forbidden), (404, NotFound), (410, NotFound), (418, BadRequest)],
)
def test_it_does_not_repeat_a_question_that_was_refused(
    http: Http, replay: Replay, status: int, kind: type[SourceError]
) -> None:
    replay.fault(WORKS, Fault(status, body=b'{"error":"x","message":"It was <b>wrong</b>"}'))
    with pytest.raises(kind) as caught:
        http.get("openalex", ONE)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert replay.count(WORKS) == 1


def test_it_honours_a_short_retry_after(replay: Replay, limiter: Limiter) -> None:
    http = make_http(replay, limiter, sleep=time.sleep)
    replay.fault(WORKS, Fault(429, {"Retry-After": "1"}))
    start = time.monotonic()
    http.get("openalex", ONE)
    assert time.monotonic() - start >= 0.95


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_it_raises_at_once_for_a_long_retry_after_and_pauses_the_source(
    http: Http, replay: Replay, limiter: Limiter, form: str
) -> None:
    at = datetime.now(UTC) + timedelta(seconds=3600)
    replay.fault(WORKS, Fault(429, {"Retry-After": "3600" if form == "seconds" else format_datetime(at, usegmt=True)}))
    with pytest.raises(RateLimited) as caught:
        http.get("openalex", ONE)
    assert caught.value.retry_after == pytest.approx(3600, abs=5)
    assert abs((caught.value.retry_at - at).total_seconds()) < 5
    with pytest.raises(RateLimited):
        http.get("openalex", ONE)
    assert replay.count(WORKS) == 1  # the second question was not even asked
    http.get("semanticscholar", "/author/990000001")  # another source is not held back


def test_it_reads_a_spent_budget(http: Http, replay: Replay) -> None:
    with pytest.raises(RateLimited, match="budget is spent") as caught:
        http.get("openalex", "/works", {"filter": "authorships.author.id:A9900000429"})
    assert caught.value.retry_after == 7200


def test_it_stops_before_the_budget_is_overdrawn(http: Http, replay: Replay) -> None:
    budget = {"X-RateLimit-Remaining": "0", "X-RateLimit-Credits-Used": "1", "X-RateLimit-Reset": "5000"}
    replay.fault(WORKS, Fault(headers=budget))
    assert http.get("openalex", ONE).status == 200
    with pytest.raises(RateLimited):
        http.get("openalex", ONE)
    assert replay.count(WORKS) == 1


def test_it_goes_on_when_the_request_was_free(http: Http, replay: Replay) -> None:
    budget = {"X-RateLimit-Remaining": "0", "X-RateLimit-Credits-Used": "0", "X-RateLimit-Reset": "5000"}
    replay.fault(WORKS, Fault(headers=budget))
    http.get("openalex", ONE)
    assert http.get("openalex", ONE).status == 200


def test_it_tries_again_after_a_dropped_connection_and_a_cut_reply(http: Http, replay: Replay) -> None:
    replay.fault(WORKS, Fault(drop=True), Fault(cut=50))
    assert http.get("openalex", ONE).json()["id"].endswith("W9900000001")
    assert replay.count(WORKS) == 3


def test_it_says_that_a_reply_is_always_cut_short(http: Http, replay: Replay) -> None:
    replay.fault(WORKS, *[Fault(cut=50)] * 4)
    with pytest.raises(BadReply, match="cut its reply short"):
        http.get("openalex", ONE)


def test_it_does_not_wait_for_ever(replay: Replay, limiter: Limiter) -> None:
    http = make_http(replay, limiter, patience=Patience(read_timeout=0.1, attempts=2, first_backoff=0.01))
    replay.fault(WORKS, Fault(delay=0.5), Fault(delay=0.5))
    with pytest.raises(Unavailable, match="in time"):
        http.get("openalex", ONE)


def test_it_says_that_there_is_no_network(limiter: Limiter) -> None:
    http = Http(limiter, base_urls={"openalex": "http://127.0.0.1:1"}, patience=QUICK, sleep=lambda _: None)
    with pytest.raises(Unavailable, match="check the network"):
        http.get("openalex", ONE)


def test_it_takes_no_more_than_it_can_hold(replay: Replay, limiter: Limiter) -> None:
    http = make_http(replay, limiter, patience=Patience(max_bytes=10_000))
    bomb = gzip.compress(b" " * 1_000_000)
    replay.fault(WORKS, Fault(headers={"Content-Encoding": "gzip"}, body=bomb))
    with pytest.raises(BadReply, match="10,000 bytes"):
        http.get("openalex", ONE)


def test_it_follows_a_merged_id_on_the_same_host(http: Http, replay: Replay) -> None:
    replay.fault(WORKS, Fault(301, {"Location": "/openalex/works/W9900000002"}))
    assert http.get("openalex", ONE).json()["id"].endswith("W9900000002")


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "http://localhost:1/", "file:///etc/passwd", "//[::1]/"])
def test_it_does_not_leave_the_host(http: Http, replay: Replay, target: str) -> None:
    replay.fault(WORKS, Fault(302, {"Location": target}))
    with pytest.raises(BadReply, match="elsewhere"):
        http.get("openalex", ONE)


def test_it_does_not_go_in_circles(http: Http, replay: Replay) -> None:
    replay.fault(WORKS, *[Fault(301, {"Location": "/openalex" + ONE})] * 9)
    with pytest.raises(BadReply, match="redirects"):
        http.get("openalex", ONE)
    assert replay.count(WORKS) == 4


@pytest.mark.parametrize(
    "body", [b"<!doctype html><p>Sorry", b'{"results": [', b"", b"NaN", b"[" * 100_000, b"\xff\xfe"]
)
def test_it_refuses_what_is_no_json(http: Http, replay: Replay, body: bytes) -> None:
    replay.fault(WORKS, Fault(201, body=body))
    with pytest.raises(BadReply):
        http.get("openalex", ONE).json()


def test_it_keeps_nothing_that_postgresql_cannot_store(http: Http, replay: Replay) -> None:
    replay.fault(WORKS, Fault(201, body=rb'{"a\u0000b": ["x\u0000", "\ud800y", "\ud83d\ude00", 1e999]}'))
    assert http.get("openalex", ONE).json() == {"ab": ["x", "y", "\U0001f600", None]}


@pytest.mark.parametrize(
    ("source", "given", "complete"),
    [
        ("arxiv", "http://127.0.0.1:9", "http://127.0.0.1:9/api/query"),
        ("arxiv", "http://127.0.0.1:9/api/", "http://127.0.0.1:9/api/query"),
        ("arxiv", "http://127.0.0.1:9/x/api/query", "http://127.0.0.1:9/x/api/query"),
        ("semanticscholar", "https://example.org/", "https://example.org/graph/v1"),
        ("openalex", "https://example.org/", "https://example.org"),
    ],
)
def test_it_completes_a_bare_address(source: str, given: str, complete: str) -> None:
    assert complete_base_url(source, given) == complete


def test_it_refuses_an_address_that_is_none() -> None:
    with pytest.raises(BadRequest, match="settings"):
        complete_base_url("openalex", "ftp://example.org")


def test_its_errors_survive_the_way_between_workers() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    for error in (NotFound("openalex", "Gone."), RateLimited("arxiv", "Wait.", 9.0, at)):
        again = copy.copy(error)  # by way of __reduce__, as pickling does
        assert (type(again), str(again), again.source) == (type(error), str(error), error.source)
    assert copy.copy(RateLimited("arxiv", "Wait.", 9.0, at)).retry_at == at


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("53578 (as reported)", 53578.0), ("soon", None), ("", None), (None, None), ("-5", None)],
)
def test_it_reads_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, datetime(2026, 1, 1, tzinfo=UTC)) == seconds
