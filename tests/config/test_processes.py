"""Worker, beat and web as they really run, on the tests' own broker and database."""

import os
import time
import urllib.request
from pathlib import Path

import pytest
from django.db import connection
from django_celery_beat.models import PeriodicTask

from config.celery import app
from config.stack.processes import command_line, started_at
from tests.processes import beat, web, worker
from tests.services import database_url

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_runs_a_worker_that_answers_and_dies_when_killed(tmp_path: Path) -> None:
    with worker(database_url(connection.settings_dict), tmp_path / "worker.log") as running:
        replies = app.control.ping(timeout=5, limit=1) or []
        assert [list(reply.values()) for reply in replies] == [[{"ok": "pong"}]]
        running.kill()
        assert running.process.poll() == -9
        assert app.control.ping(timeout=1) == []


def test_it_runs_a_beat_that_writes_its_schedule_to_the_database(tmp_path: Path) -> None:
    with beat(database_url(connection.settings_dict), tmp_path / "beat.log") as running:
        deadline = time.monotonic() + 30
        while not PeriodicTask.objects.exists():
            assert time.monotonic() < deadline, running.output()
            time.sleep(0.1)
        running.end()
        assert running.process.poll() is not None


def test_it_serves_over_http(tmp_path: Path) -> None:
    with (
        web(database_url(connection.settings_dict), tmp_path / "web.log") as (_, address),
        urllib.request.urlopen(f"{address}/healthz", timeout=20) as reply,
    ):
        assert reply.status == 200


def test_it_tells_a_process_from_a_later_one_of_the_same_number() -> None:
    assert "pytest" in command_line(os.getpid())
    assert started_at(os.getpid()) == started_at(os.getpid()) != started_at(1)
    assert command_line(2**22 + 1) == started_at(2**22 + 1) == ""
