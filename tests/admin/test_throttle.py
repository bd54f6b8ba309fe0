"""Log-in: a few attempts, then a wait that no right password shortens."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from profiles.backstage import throttle

LOGIN = "/admin/login/"
RIGHT = "a long pass phrase"


def attempt(password: str, name: str = "curator", **meta: str) -> int:
    data = {"username": name, "password": password, "next": "/admin/"}
    return int(Client().post(LOGIN, data, **meta).status_code)  # type: ignore[arg-type]


def test_the_sixth_failure_is_told_to_wait(curator: User) -> None:
    assert [attempt("wrong") for _ in range(throttle.PER_NAME)] == [200] * throttle.PER_NAME
    reply = Client().post(LOGIN, {"username": "curator", "password": RIGHT})
    assert reply.status_code == 429
    assert reply.headers["Retry-After"] == "300"
    assert "Too many attempts to log in. Wait 5 minutes" in reply.content.decode()


def test_the_wait_ends(curator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(throttle.PER_NAME + 1):
        attempt("wrong")
    cache.clear()  # what Valkey does after five minutes
    assert attempt(RIGHT) == 302


def test_a_wait_ends_by_itself_even_when_attempts_go_on(curator: User) -> None:
    for _ in range(throttle.PER_NAME):
        attempt("wrong")
    key = throttle._key("127.0.0.1", "curator")
    cache.touch(key, 100)
    attempt("wrong")
    assert 0 < cache._cache.get_client().ttl(cache.make_key(key)) <= 100  # type: ignore[attr-defined]


def test_a_success_forgives_the_failures_before_it(curator: User) -> None:
    for _ in range(2):
        assert [attempt("wrong") for _ in range(throttle.PER_NAME - 1)] == [200] * (throttle.PER_NAME - 1)
        assert attempt(RIGHT) == 302


def test_another_name_and_another_address_are_free(curator: User) -> None:
    for _ in range(throttle.PER_NAME + 1):
        attempt("wrong")
    assert attempt("wrong", "somebody") == 200
    assert attempt(RIGHT, REMOTE_ADDR="192.0.2.7") == 302


def test_the_case_of_the_name_does_not_help(curator: User) -> None:
    for n in range(throttle.PER_NAME):
        attempt("wrong", "curator" if n % 2 else "CURATOR")
    assert attempt(RIGHT) == 429


def test_many_names_from_one_address_are_slowed_too(curator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "PER_ADDRESS", 6)
    assert [attempt("wrong", f"user{n}") for n in range(7)] == [200] * 6 + [429]


def test_a_forged_forwarding_header_does_not_help_without_a_proxy(curator: User, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = None
    for n in range(throttle.PER_NAME):
        attempt("wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}")
    assert attempt(RIGHT, HTTP_X_FORWARDED_FOR="192.0.2.99") == 429


def test_behind_a_proxy_the_last_forwarded_address_counts(curator: User, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for n in range(throttle.PER_NAME):
        attempt("wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}, 192.0.2.1")
    assert attempt(RIGHT, HTTP_X_FORWARDED_FOR="10.9.9.9, 192.0.2.1") == 429
    assert attempt(RIGHT, HTTP_X_FORWARDED_FOR="10.0.0.1, 192.0.2.2") == 302


def test_without_the_cache_nobody_logs_in(curator: User, settings: Settings) -> None:
    gone = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {"default": gone}
    assert attempt(RIGHT) == 503
