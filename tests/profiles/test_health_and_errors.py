from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.core.cache import cache
from django.core.exceptions import BadRequest, DisallowedHost
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from profiles.middleware import ServiceUnavailableMiddleware
from profiles.tasks import HEARTBEAT_KEY, beat_heartbeat
from profiles.views import errors
from tests.profiles.conftest import check_page


@pytest.mark.django_db
def test_alive_needs_nothing(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_once_the_schedule_has_fired(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["beat"] == "has not fired yet"
    beat_heartbeat()
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "cache": "ok", "beat": "ok"}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "status"), [(59, 200), (61, 503)])
def test_a_schedule_that_has_stopped_is_seen_within_two_periods(client: Client, age: int, status: int) -> None:
    cache.set(HEARTBEAT_KEY, (timezone.now() - timedelta(seconds=age)).isoformat())
    assert client.get("/readyz").status_code == status


@pytest.mark.django_db
def test_an_unknown_address_has_a_page(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "Nothing is at this address" in check_page(response)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.django_db
def test_pages_are_only_read(client: Client, method: str) -> None:
    assert getattr(client, method)("/").status_code == 405


def test_a_fault_has_a_page_that_needs_neither_database_nor_request() -> None:
    response = errors.server_error(HttpRequest())
    assert response.status_code == 500
    assert "Something failed on our side" in response.content.decode()


def test_a_forged_host_is_not_repeated() -> None:
    request = RequestFactory().get("/")
    assert b"evil" not in errors.bad_request(request, DisallowedHost("evil.example")).content
    assert b"a sentence" in errors.bad_request(request, BadRequest("a sentence")).content
    assert b"Nothing is at this address" in errors.page_not_found(request, Http404({"path": "x"})).content


def test_a_database_that_is_away_is_said_and_not_failed() -> None:
    middleware = ServiceUnavailableMiddleware(lambda request: HttpResponse())
    request = RequestFactory().get("/")
    with pytest.raises(OperationalError) as caught, connection.wrap_database_errors:
        psycopg.connect("host=127.0.0.1 port=1 connect_timeout=5")
    response = middleware.process_exception(request, caught.value)
    assert response is not None
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "Away for a moment" in response.content.decode()
    assert middleware.process_exception(request, ValueError("ours")) is None


def test_the_page_for_an_outage_uses_nothing_that_may_be_out() -> None:
    assert "Away for a moment" in render_to_string("errors/503.html")
