"""The run page: how far an import has come, what it left out and why, and what can be done about it."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from papers.ingest.evidence import quarantine
from papers.models import Decision, ImportRun, Paper, QuarantinedRecord, SourceRecord
from papers.records import Rejected
from profiles import imports
from tests.replay import Fault, Replay

RUNS = "/admin/papers/importrun/"


def page_of(desk: Client, run: ImportRun, part: str = "change") -> str:
    reply = desk.get(f"{RUNS}{run.pk}/{part}/")
    assert reply.status_code == 200
    return " ".join(unescape(reply.content.decode()).split())


def imported(source: str = "openalex", text: str = "A9900000001") -> ImportRun:
    run = imports.request_import(imports.Wanted(source, text, asked_by="curator"))
    assert run is not None
    return imports.carry_out_here(run)


def refuse(run: ImportRun, external_id: str, payload: object, reason: str = "as it was then") -> QuarantinedRecord:
    return QuarantinedRecord.objects.create(
        run=run, source=run.source, external_id=external_id, payload=payload, reason=reason, retrieved_at=timezone.now()
    )


def work(external_id: str, **more: object) -> dict[str, object]:
    byline = [{"author": {"id": "https://openalex.org/A9900000001", "display_name": "Ilse Brandvold"}}]
    address = f"https://openalex.org/{external_id}"
    return {"id": address, "title": "Tides in a teacup", "type": "article", "authorships": byline, **more}


def test_it_shows_what_is_read_while_it_is_read(desk: Client) -> None:
    run = ImportRun.objects.create(
        source="openalex", query="A1", state="running", upstream=8, seen=3, message="Reading"
    )
    page = page_of(desk, run)
    assert '<progress id="run-bar" max="8" value="3">' in page
    assert f'hx-get="{RUNS}{run.pk}/progress/" hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    part = page_of(desk, run, "progress")
    assert part.startswith('<div id="run"')
    assert "<html" not in part


def test_a_bar_without_a_known_end_has_no_value(desk: Client) -> None:
    run = ImportRun.objects.create(source="semanticscholar", query="1", state="running", seen=3)
    assert '<progress id="run-bar" ></progress>' in page_of(desk, run)


def test_it_says_when_no_worker_comes(desk: Client) -> None:
    run = ImportRun.objects.create(source="openalex", query="A1")
    assert "No worker" not in page_of(desk, run)
    ImportRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=3))
    assert "No worker has taken it up for 3 minutes" in page_of(desk, run)


def test_it_says_when_a_waiting_import_goes_on(desk: Client) -> None:
    at = timezone.now() + timedelta(hours=2)
    run = ImportRun.objects.create(source="openalex", query="A1", state="waiting", resume_at=at)
    assert f'It goes on by itself after <time datetime="{at.isoformat(timespec="microseconds")}' in page_of(desk, run)


def test_it_ends_with_the_figures_and_stops_asking(desk: Client, replaying: Replay) -> None:
    run = imported()
    page = page_of(desk, run)
    assert f"{run.upstream} upstream, {run.shown} shown" in page
    for reason, count in run.left_out.items():
        assert f"<strong>{count}</strong> {reason}" in page
    assert run.author is not None
    assert f'href="{run.author.get_absolute_url()}"' in page
    assert "hx-get" not in page
    assert "http-equiv" not in page
    assert 'hx-swap-oob="innerHTML:#run-said"' in page_of(desk, run, "progress")


def test_it_shows_why_an_import_is_partial_and_takes_it_up_again(
    desk: Client, replaying: Replay, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    replaying.fault("/openalex/works", Fault(), Fault(404))
    run = imported()
    assert run.state == ImportRun.State.PARTIAL
    page = page_of(desk, run)
    assert run.message in page
    assert "Take up again" in page
    with django_capture_on_commit_callbacks() as handed:
        desk.post(f"{RUNS}{run.pk}/again/")
    fresh = ImportRun.objects.latest("pk")
    assert fresh.pk != run.pk
    assert fresh.arguments["identifier"] == run.arguments["identifier"]
    assert len(handed) == 1
    done = imports.carry_out_here(fresh)
    assert (done.state, done.upstream, done.seen) == (ImportRun.State.DONE, 8, 8)
    assert done.unchanged >= run.created - 1, "what the first import kept is not written again"


def test_what_came_from_a_file_is_not_taken_up_again(desk: Client, db: None) -> None:
    run = ImportRun.objects.create(source="file", query="sample", state="done")
    assert "Import again" not in page_of(desk, run)
    reply = desk.post(f"{RUNS}{run.pk}/again/", follow=True)
    assert "cannot be asked for again" in unescape(reply.content.decode())
    assert ImportRun.objects.count() == 1


def test_a_refused_record_that_reads_now_is_taken_in(desk: Client, replaying: Replay) -> None:
    run = imported()
    assert run.author is not None
    refused = refuse(run, "W9900000777", work("W9900000777"))
    assert "as it was then" in page_of(desk, run)
    reply = desk.post(f"{RUNS}{run.pk}/replay/", {"one": refused.pk}, follow=True)
    assert "Read again and settled: 1." in reply.content.decode()
    refused.refresh_from_db()
    assert refused.resolved_at is not None
    paper = Paper.objects.get(records__external_id="W9900000777")
    assert paper.authorships.get().shown_author == run.author
    desk.post(f"{RUNS}{run.pk}/replay/", {"all": "1"})
    assert SourceRecord.objects.filter(external_id="W9900000777").count() == 1


def test_a_record_that_is_refused_still_says_why(desk: Client, replaying: Replay) -> None:
    run = imported()
    refused = refuse(run, "W9900000778", work("W9900000778", title=None))
    quarantine(
        [Rejected(source="openalex", external_id=None, payload=None, reason="", retrieved_at=timezone.now())], run
    )
    never = run.quarantined.get(external_id="")
    reply = desk.post(f"{RUNS}{run.pk}/replay/", {"record": [refused.pk, never.pk]}, follow=True)
    assert "Still refused: 2" in reply.content.decode()
    refused.refresh_from_db()
    assert refused.resolved_at is None
    assert refused.reason != "as it was then"
    assert not SourceRecord.objects.filter(external_id="W9900000778").exists()


def test_front_matter_is_settled_without_a_paper(desk: Client, replaying: Replay) -> None:
    run = imported()
    refused = refuse(run, "W9900000780", work("W9900000780", type="paratext"))
    reply = desk.post(f"{RUNS}{run.pk}/replay/", {"one": refused.pk}, follow=True)
    assert "front matter" in reply.content.decode()
    assert not SourceRecord.objects.filter(external_id="W9900000780").exists()


def test_a_replay_of_an_import_by_name_is_for_the_author_who_is_meant(desk: Client, replaying: Replay) -> None:
    author = imported().author
    assert author is not None
    run = imports.request_import(imports.Wanted("arxiv", "Ilse Brandvold", author=author.public_id))
    assert run is not None
    xml = (
        '<entry xmlns="http://www.w3.org/2005/Atom"><id>http://arxiv.org/abs/2501.90009v1</id>'
        "<title>Teacups, again</title><published>2025-01-02T00:00:00Z</published>"
        "<author><name>Ilse Brandvold</name></author></entry>"
    )
    refused = refuse(run, "2501.90009", {"xml": xml})
    desk.post("/admin/papers/quarantinedrecord/", {"action": "replay_records", "_selected_action": [refused.pk]})
    paper = Paper.objects.get(records__external_id="2501.90009")
    assert paper.authorships.get().shown_author == author
    assert Decision.objects.filter(paper=paper, kind="assign", other_author=author).exists()


def test_who_may_only_look_may_not_act(desk: Client, replaying: Replay, django_user_model: type[User]) -> None:
    run = imported()
    refused = refuse(run, "W9900000777", work("W9900000777"))
    django_user_model.objects.create_user("reader", password="a long pass phrase", is_staff=True)
    client = Client()
    client.login(username="reader", password="a long pass phrase")
    for part in ("change", "progress"):
        assert client.get(f"{RUNS}{run.pk}/{part}/").status_code == 403
    for part in ("again", "replay"):
        assert client.post(f"{RUNS}{run.pk}/{part}/", {"one": refused.pk}).status_code == 403
    assert desk.get(f"{RUNS}{run.pk}/again/").status_code == 405
    refused.refresh_from_db()
    assert refused.resolved_at is None


def test_a_watcher_who_is_logged_out_is_sent_to_the_log_in(desk: Client) -> None:
    run = ImportRun.objects.create(source="openalex", query="A1", state="running")
    desk.logout()
    address = f"{RUNS}{run.pk}/progress/"
    reply = desk.get(address, headers={"HX-Request": "true"})
    assert (reply.headers["HX-Refresh"], reply.content) == ("true", b"")
    assert desk.get(address).headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("number", ["0", "99999999", "abc", "9" * 40])
def test_an_unknown_import_is_not_found(desk: Client, number: str) -> None:
    assert desk.get(f"{RUNS}{number}/change/").status_code == 404


def test_what_was_done_is_in_the_log(desk: Client, replaying: Replay) -> None:
    desk.post(RUNS + "add/", {"step": "import", "source": "openalex", "text": "A9900000001"})
    assert LogEntry.objects.get().change_message == "Asked for the import."


def test_the_number_of_queries_does_not_grow(
    desk: Client, replaying: Replay, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run = imported()
    for n in range(300):
        refuse(run, f"W99{n:08}", work(f"W99{n:08}"))
    with django_assert_max_num_queries(10):
        page = page_of(desk, run)
    assert "The first 100 of 300." in page
