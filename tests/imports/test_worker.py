"""Imports by a real worker: taken from the queue, killed at every step, taken up again."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from metrics.models import AuthorMetrics
from papers.ingest.pages import INGEST_LOCK
from papers.models import ImportRun
from profiles import imports
from profiles.tasks import resume_stalled_imports
from tests.ingest.records import shown_state
from tests.processes import Running, worker
from tests.replay import Fault, Replay
from tests.services import database_url

pytestmark = pytest.mark.django_db(transaction=True)

ILSE = "A9900000001"
State = ImportRun.State


@contextmanager
def working(replay: Replay, tmp_path: Path, name: str = "worker") -> Iterator[Running]:
    url = database_url(connection.settings_dict)
    with worker(url, tmp_path / f"{name}.log", environ=replay.environment()) as running:
        yield running


def ask() -> ImportRun:
    run = imports.request_import(imports.Wanted("openalex", ILSE))
    assert run is not None
    imports.enqueue(run)
    return run


def wait(until: Callable[[], bool], what: str, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.05)


def finished(run: ImportRun) -> bool:
    run.refresh_from_db()
    return not run.is_open


def everything() -> tuple[Any, ...]:
    figures = AuthorMetrics.objects.values_list("author__name", "papers", "citations", "h_index", "by_year")
    run = ImportRun.objects.values("state", "upstream", "seen", "shown", "created", "left_out").get()
    return shown_state(), sorted(figures, key=str), run


def test_a_worker_imports_and_refreshes_the_figures(replay: Replay, tmp_path: Path) -> None:
    with working(replay, tmp_path):
        run = ask()
        wait(lambda: finished(run), "the end of the import")
        wait(lambda: AuthorMetrics.objects.filter(author=run.author_id).exists(), "the figures")
    assert (run.state, run.seen, run.shown) == (State.DONE, 8, 7)
    assert AuthorMetrics.objects.get(author=run.author_id).papers == 7


def test_a_worker_asks_where_the_command_was_told_to(replay: Replay, tmp_path: Path) -> None:
    """The command's environment names another server than the worker's, which was started before."""
    with worker(database_url(connection.settings_dict), tmp_path / "worker.log") as running:
        out = io.StringIO()
        call_command("import_author", ILSE, source="openalex", json=True, stdout=out)
        running.wait_for("run_import")
    assert json.loads(out.getvalue())["state"] == State.DONE
    assert replay.count("/openalex/works") > 0


def _at_the_first_question(replay: Replay) -> None:
    replay.fault("/openalex/authors", Fault(delay=4))


def _between_two_pages(replay: Replay) -> None:
    replay.fault("/openalex/works", Fault(), Fault(delay=4))


def _at_the_last_page(replay: Replay) -> None:
    replay.fault("/openalex/works", Fault(), Fault(), Fault(), Fault(delay=4))


KILLED = {
    "at the first question": (_at_the_first_question, "/openalex/authors", 1),
    "between two pages": (_between_two_pages, "/openalex/works", 2),
    "at the last page": (_at_the_last_page, "/openalex/works", 4),
}


@pytest.mark.parametrize("moment", KILLED)
def test_kill_is_atomic(replay: Replay, tmp_path: Path, moment: str) -> None:
    """Killed while a reply is awaited; taken up by another worker; as if nothing had been."""
    expected = _undisturbed(replay, tmp_path)
    prepare, prefix, requests = KILLED[moment]
    prepare(replay)
    with working(replay, tmp_path, "killed") as doomed:
        run = ask()
        wait(lambda: replay.count(prefix) >= requests, f"request {requests}")
        doomed.kill()
    replay.forget()
    assert not finished(run)
    _taken_up_again(replay, tmp_path, run)
    assert everything() == expected


def test_a_kill_inside_a_transaction_leaves_the_state_before(replay: Replay, tmp_path: Path) -> None:
    expected = _undisturbed(replay, tmp_path)
    with _slow_bylines(), working(replay, tmp_path, "killed") as doomed:
        run = ask()
        wait(_someone_holds_the_lock, "a transaction under way")
        time.sleep(0.3)
        doomed.kill()
    wait(lambda: not _someone_holds_the_lock(), "the end of the killed worker's transaction")
    assert not finished(run)
    assert run.seen_ids == []
    _taken_up_again(replay, tmp_path, run)
    assert everything() == expected


def test_two_workers_with_one_run_do_it_once(replay: Replay, tmp_path: Path) -> None:
    replay.fault("/openalex/works", Fault(delay=2))
    with working(replay, tmp_path, "one"), working(replay, tmp_path, "two"):
        run = ask()
        imports.enqueue(run)
        wait(lambda: finished(run), "the end of the import")
        time.sleep(1)
    assert (run.state, run.created) == (State.DONE, 7)
    assert replay.count("/openalex/authors") == 1


def test_a_run_that_must_wait_is_put_back_not_slept_upon(replay: Replay, tmp_path: Path) -> None:
    replay.fault("/openalex/works", Fault(), Fault(429, {"Retry-After": "4000"}))
    with working(replay, tmp_path):
        run = ask()
        wait(lambda: _state(run) == State.WAITING, "the wait")
    assert run.resume_at is not None
    assert run.resume_at > timezone.now() + timedelta(minutes=50)
    assert run.seen == 3


def _state(run: ImportRun) -> str:
    run.refresh_from_db()
    return run.state


def _undisturbed(replay: Replay, tmp_path: Path) -> tuple[Any, ...]:
    with working(replay, tmp_path, "undisturbed"):
        run = ask()
        wait(lambda: finished(run), "the end of the import")
        wait(lambda: AuthorMetrics.objects.filter(author=run.author_id).exists(), "the figures")
    state = everything()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE papers_author, papers_paper, papers_importrun, papers_institution CASCADE")
    replay.forget()
    return state


def _taken_up_again(replay: Replay, tmp_path: Path, run: ImportRun) -> None:
    """What beat does every minute, a while later."""
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=10))
    with working(replay, tmp_path, "second"):
        resume_stalled_imports()
        wait(lambda: finished(run), "the end of the import")
        wait(lambda: AuthorMetrics.objects.filter(author=run.author_id).exists(), "the figures")


@contextmanager
def _slow_bylines() -> Iterator[None]:
    """A trigger that holds a transaction open in its middle for a while."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END'"
        )
        cursor.execute("CREATE TRIGGER dawdle AFTER INSERT ON papers_authorship EXECUTE FUNCTION dawdle()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION dawdle CASCADE")


def _someone_holds_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE locktype = 'advisory' AND objid = %s AND a.datname = current_database())",
            [INGEST_LOCK],
        )
        return bool(cursor.fetchone()[0])
