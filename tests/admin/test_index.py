"""The admin's first page: the last imports, and whether the schedule fires."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from papers.models import ImportRun
from profiles.tasks import HEARTBEAT_KEY, beat_heartbeat


def page(desk: Client) -> str:
    reply = desk.get("/admin/")
    assert reply.status_code == 200
    return reply.content.decode()


def test_it_shows_the_last_imports(desk: Client) -> None:
    assert "Nothing has been imported yet." in page(desk)
    for n in range(7):
        ImportRun.objects.create(source="openalex", query=f"author number {n}", state="done")
    shown = page(desk)
    assert "author number 6" in shown
    assert "author number 1" not in shown
    assert "/admin/papers/importrun/add/" in shown


@pytest.mark.parametrize(
    ("age", "sentence"),
    [
        (None, "The schedule has not fired yet."),
        (timedelta(seconds=5), "The schedule fires"),
        (timedelta(seconds=61), "The schedule has stopped firing:"),
    ],
)
def test_it_says_whether_the_schedule_fires(desk: Client, age: timedelta | None, sentence: str) -> None:
    if age is not None:
        cache.set(HEARTBEAT_KEY, (timezone.now() - age).isoformat())
    assert sentence in page(desk)


def test_the_task_is_the_sign_of_life(desk: Client) -> None:
    beat_heartbeat()
    assert "The schedule fires" in page(desk)


def test_it_stands_without_valkey(desk: Client, settings: Settings) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    assert "Whether the schedule fires is not known" in page(desk)
