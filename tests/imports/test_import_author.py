"""manage.py import_author, carried out in this process: what it finds, what it says, and how it fails."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from metrics.models import AuthorMetrics, AuthorScore
from papers.models import Author, Authorship, CitedByCount, ImportRun, Paper, QuarantinedRecord
from profiles.sources import forget_clients
from tests.ingest.records import author_of, shown_state
from tests.replay import Fault, Replay
from tests.shared import SHARED, needs_shared

pytestmark = pytest.mark.django_db

ILSE, ORCID = "A9900000001", "0009-0099-0001-1230"
State = ImportRun.State
JSON = {"Content-Type": "application/json"}


def run(source: str, who: str, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_author", who, source=source, here=True, json=True, stdout=out, **options)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def fails(source: str, who: str, **options: Any) -> CommandError:
    with pytest.raises(CommandError) as caught:
        run(source, who, **options)
    assert "\n" not in str(caught.value)
    assert caught.value.returncode != 0
    return caught.value


def figures() -> list[tuple[Any, ...]]:
    return sorted(AuthorMetrics.objects.values_list("author__name", "papers", "citations", "h_index"), key=str)


def test_an_author_of_openalex_stands_with_papers_and_figures(replay: Replay) -> None:
    result = run("openalex", ILSE)
    assert (result["state"], result["upstream"], result["seen"], result["shown"]) == ("done", 8, 8, 7)
    assert result["left_out"] == {"front matter, not a paper": 1}
    ilse = author_of("openalex", ILSE)
    assert ilse.orcid == ORCID
    assert result["address"] == ilse.get_absolute_url()
    listed = Paper.objects.listed().filter(authorships__shown_author=ilse).distinct()
    known = [p.cited_by_count for p in listed if p.cited_by_count is not None]
    metrics = AuthorMetrics.objects.get(author=ilse)
    assert (metrics.papers, metrics.citations, metrics.papers_counted) == (7, sum(known), len(known))
    assert Paper.objects.filter(status="retracted").exists()


def test_a_list_cut_at_a_hundred_names_is_fetched_whole(replay: Replay) -> None:
    run("openalex", ILSE)
    longest = max(Paper.objects.shown(), key=lambda p: p.author_count or 0)
    assert (longest.author_count, longest.authors_truncated) == (120, False)
    assert longest.authorships.count() == 120


def test_the_same_import_again_writes_zero_rows(replay: Replay) -> None:
    run("openalex", ILSE)
    before, counted = shown_state(), figures()
    scored = list(AuthorScore.objects.order_by("pk").values())
    with CaptureQueriesContext(connection) as queries:
        again = run("openalex", ILSE)
    assert list(AuthorScore.objects.order_by("pk").values()) == scored  # one statement looks, and has nothing to write
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 7)
    written = [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE", "WITH")]
    assert [sql for sql in written if not re.search("papers_importrun|metrics_authorscore", sql)] == []
    assert (shown_state(), figures()) == (before, counted)


def test_three_sources_make_one_author_and_each_paper_once(roomy: Replay) -> None:
    run("openalex", ILSE)
    run("semanticscholar", "990000001")
    run("arxiv", "Ilse Brandvold", orcid=ORCID)
    ilse = author_of("orcid", ORCID)
    assert author_of("semanticscholar", "990000001") == ilse
    mine = Paper.objects.listed().filter(authorships__shown_author=ilse).distinct()
    titles = [p.title_plain.casefold() for p in mine]
    assert len(titles) == len(set(titles))
    assert CitedByCount.objects.filter(paper__in=mine, source="semanticscholar").exists()
    assert mine.filter(categories__len__gt=0).exists()


def test_order_of_sources_does_not_matter(replay: Replay) -> None:
    def after(*sources: str) -> object:
        for source in sources:
            run(source, {"openalex": ILSE, "semanticscholar": "990000001"}[source], orcid=ORCID)
        state = shown_state()
        transaction.savepoint_rollback(start)
        return state

    start = transaction.savepoint()
    one = after("openalex", "semanticscholar")
    assert after("semanticscholar", "openalex") == one


def test_an_orcid_names_the_author_too(replay: Replay) -> None:
    assert run("openalex", f"https://orcid.org/{ORCID}")["shown"] == 7


def test_a_name_alone_lists_candidates_and_exits_2(replay: Replay) -> None:
    for source in ("openalex", "semanticscholar", "arxiv"):
        assert fails(source, "Ilse Brandvold").returncode == 2
    assert not Author.objects.exists()
    assert not ImportRun.objects.exists()


def test_an_author_here_can_be_said_to_be_meant(roomy: Replay) -> None:
    run("openalex", ILSE)
    ilse = author_of("openalex", ILSE)
    before = Authorship.objects.listed().of(ilse).count()
    result = run("arxiv", "Ilse Brandvold", author=ilse.public_id)
    assert result["author"] == ilse.public_id
    assert Authorship.objects.listed().of(ilse).count() > before
    assert Authorship.objects.of(ilse).filter(link="decision").exists()


@pytest.mark.parametrize(
    ("source", "who", "options", "says"),
    [
        ("openalex", "A12345", {}, "knows no such record"),
        ("openalex", "0009-0099-0001-1231", {}, "is no ORCID iD"),
        ("openalex", ILSE, {"orcid": "1234"}, "is no ORCID iD"),
        ("openalex", "W123", {}, "is no author of OpenAlex"),
        ("semanticscholar", "1", {}, "knows no such record"),
        ("arxiv", "Ilse Brandvold", {"author": "nobody"}, "No author here"),
        ("openalex", "  ", {}, "Say whom to import"),
    ],
)
def test_bad_input_is_one_clear_line(replay: Replay, source: str, who: str, options: dict[str, str], says: str) -> None:
    assert says in str(fails(source, who, **options))
    assert not Paper.objects.exists()
    assert not ImportRun.objects.exclude(state=State.FAILED).exists()


FAULTS = {
    "429 with a long Retry-After": (Fault(429, {"Retry-After": "4000"}), State.WAITING, "try again after"),
    "500": (Fault(500), State.PARTIAL, "out of order"),
    "HTML for JSON": (Fault(200, {"Content-Type": "text/html"}, b"<html>hello"), State.PARTIAL, "OpenAlex"),
    "a truncated page": (
        Fault(200, {"Content-Type": "application/json"}, b'{"results": [{'),
        State.PARTIAL,
        "OpenAlex",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_reply_changes_no_number(replay: Replay, fault: str) -> None:
    """A failure on the second page of a second import: what the first one brought stays as it was."""
    run("openalex", ILSE)
    before, counted = shown_state(), figures()
    what, state, says = FAULTS[fault]
    replay.fault("/openalex/works", Fault(), *[what] * 6)
    assert says in str(fails("openalex", ILSE))
    latest = ImportRun.objects.latest("pk")
    assert latest.state == state
    assert says in latest.message
    assert (shown_state(), figures()) == (before, counted)


def test_a_short_retry_after_is_honoured(replay: Replay) -> None:
    replay.fault("/openalex/works", Fault(429, {"Retry-After": "1"}))
    assert run("openalex", ILSE)["state"] == "done"


def test_no_network_at_all(replay: Replay) -> None:
    replay.stop()
    assert "OpenAlex" in str(fails("openalex", ILSE))
    assert ImportRun.objects.get().state == State.FAILED
    assert not Author.objects.exists()


def test_a_partial_import_goes_on_where_it_stopped_when_asked_again(replay: Replay) -> None:
    replay.fault("/openalex/works", Fault(), Fault(429, {"Retry-After": "4000"}))
    fails("openalex", ILSE)
    waiting = ImportRun.objects.get()
    assert (waiting.state, waiting.seen) == (State.WAITING, 3)
    assert waiting.resume_at is not None


def test_refused_records_are_kept_with_the_reason(replay: Replay) -> None:
    body = {"meta": {"count": 1, "next_cursor": None}, "results": [{"id": "https://openalex.org/W77", "title": None}]}
    replay.fault("/openalex/works", Fault(200, JSON, json.dumps(body).encode()))
    assert "refused" in str(fails("openalex", ILSE))
    kept = QuarantinedRecord.objects.get()
    assert kept.external_id == "W77"
    assert kept.reason
    assert ImportRun.objects.get().state == State.PARTIAL


@needs_shared
def test_a_real_author_out_of_recorded_replies(settings: Any) -> None:
    with Replay(SHARED / "fixtures" / "openalex") as server:
        settings.SOURCE_URLS = server.base_urls()
        forget_clients()
        result = run("openalex", "0000-0001-8457-9889")
    forget_clients()
    assert (result["upstream"], result["seen"], result["created"]) == (64, 64, 64)
    assert result["shown"] + sum(result["left_out"].values()) == 64
