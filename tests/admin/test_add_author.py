"""Adding an author: search, see who is meant, choose; every failure is one sentence and creates nothing."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from papers.models import Author, AuthorIdentifier, ImportRun
from profiles import imports, sources
from profiles.backstage import adding
from tests.replay import Fault, Replay

ADD = "/admin/papers/importrun/add/"


def search(desk: Client, text: str, source: str = "openalex") -> str:
    reply = desk.post(ADD, {"step": "search", "source": source, "text": text})
    assert reply.status_code == 200
    return unescape(reply.content.decode())


def choose(desk: Client, text: str, source: str = "openalex", **more: str) -> str:
    """The page after the choice: the run's address, or the form with its error."""
    reply = desk.post(ADD, {"step": "import", "source": source, "text": text, **more})
    return str(reply.headers["Location"]) if reply.status_code == 302 else unescape(reply.content.decode())


def imported(replaying: Replay, source: str = "openalex", text: str = "A9900000001") -> ImportRun:
    run = imports.request_import(imports.Wanted(source, text))
    assert run is not None
    return imports.carry_out_here(run)


@pytest.fixture
def nothing_created(db: None) -> object:
    yield
    assert not ImportRun.objects.exists()
    assert not Author.objects.exists()


def test_it_asks_no_source_before_a_form_is_sent(desk: Client, replaying: Replay) -> None:
    assert desk.get(ADD + "?source=openalex&text=Ilse+Brandvold").status_code == 200
    assert replaying.count() == 0


def test_it_tells_namesakes_apart(desk: Client, replaying: Replay) -> None:
    page = search(desk, "Ilse Brandvold")
    assert "Who is meant? 2 at OpenAlex" in page
    for fact in ("A9900000001", "Institute of Cold Harbours", "0009-0099-0001-1230", "160", "A9900000011",
                 "Coastal Measurement", "no affiliation told", "I. Brandvold"):  # fmt: skip
        assert fact in page


@pytest.mark.parametrize("text", ["A9900000001", "https://orcid.org/0009-0099-0001-1230"])
def test_it_finds_one_author_by_an_id(desk: Client, replaying: Replay, text: str) -> None:
    page = search(desk, text)
    assert "Who is meant? 1 at OpenAlex" in page
    assert "Institute of Cold Harbours" in page


def test_it_says_who_is_here_already(desk: Client, replaying: Replay) -> None:
    run = imported(replaying)
    assert run.author is not None
    page = search(desk, "Ilse Brandvold")
    assert page.count("Here already:") == 1
    assert run.author.get_absolute_url() in page


def test_it_creates_one_run_and_hands_it_to_a_worker(
    desk: Client, replaying: Replay, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as handed:
        address = choose(desk, "A9900000001")
    run = ImportRun.objects.get()
    assert address == reverse("admin:papers_importrun_change", args=[run.pk])
    assert (run.state, run.source, run.arguments["asked_by"]) == ("queued", "openalex", "curator")
    assert len(handed) == 1
    assert choose(desk, "A9900000001") == address, "the same import, asked for again while it is open, is the same"
    assert ImportRun.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0009-0099-0001-1231", "ORCID"),
        ("W9900000001", "author ids begin with A"),
        ("A9900009999", "knows no such record"),
        ("Zzyzx Nobody", "OpenAlex knows nobody under “Zzyzx Nobody”"),
        ("", "This field is required."),
        ("x" * 301, "at most 300 characters"),
    ],
)
@pytest.mark.usefixtures("nothing_created")
def test_it_answers_a_wrong_question_with_one_sentence(
    desk: Client, replaying: Replay, text: str, sentence: str
) -> None:
    assert sentence in search(desk, text)


def test_an_orcid_at_a_source_that_does_not_know_them_is_told(desk: Client, replaying: Replay) -> None:
    assert "is no Semantic Scholar author id" in search(desk, "0009-0099-0001-1230", "semanticscholar")
    assert "printed names only" in search(desk, "0009-0099-0001-1230", "arxiv")


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault(429, {"Retry-After": "600"}), "asks for fewer requests; try again after"),
        (Fault(500), "out of order (HTTP 500)"),
        (Fault(body=b"<html>come back later</html>"), "OpenAlex"),
        (Fault(drop=True), "cannot be reached"),
        (Fault(delay=1.5), "did not answer in time"),
        (Fault(cut=30), "cut its reply short"),
    ],
)
@pytest.mark.usefixtures("nothing_created")
def test_it_answers_a_failing_source_with_one_sentence(
    desk: Client, replaying: Replay, fault: Fault, sentence: str
) -> None:
    replaying.fault("/openalex", fault, fault)
    page = search(desk, "Ilse Brandvold")
    assert 'role="alert"' in page
    assert sentence in page


@pytest.mark.usefixtures("nothing_created")
def test_it_says_that_no_source_answers(desk: Client, settings: Settings) -> None:
    settings.SOURCE_URLS = {"openalex": "http://127.0.0.1:9"}
    sources.forget_clients()
    try:
        assert "OpenAlex cannot be reached" in search(desk, "Ilse Brandvold")
    finally:
        sources.forget_clients()


@pytest.mark.usefixtures("nothing_created")
def test_it_starts_nothing_without_valkey(desk: Client, replaying: Replay, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    sources.forget_clients()
    assert "Valkey" in search(desk, "Ilse Brandvold")
    assert "so nothing was started" in choose(desk, "A9900000001")


def test_a_name_at_arxiv_needs_somebody_who_is_meant(desk: Client, replaying: Replay) -> None:
    page = search(desk, "Ilse Brandvold", "arxiv")
    assert "knows names, not people" in page
    assert 'value="I. Brandvold"' in page
    assert "A name identifies nobody" in choose(desk, "Ilse Brandvold", "arxiv")
    assert "not both" in choose(desk, "Ilse Brandvold", "arxiv", author="b", orcid="0009-0099-0001-1230")
    assert not ImportRun.objects.exists()


def test_a_name_at_arxiv_is_imported_for_the_author_who_is_meant(desk: Client, replaying: Replay) -> None:
    author = imported(replaying).author
    assert author is not None
    assert f'value="{author.public_id}"' in search(desk, "Ilse Brandvold", "arxiv")
    choose(desk, "Ilse Brandvold", "arxiv", author=author.public_id)
    run = ImportRun.objects.get(source="arxiv")
    assert (run.author, run.arguments["by_name"]) == (author, True)
    other = choose(desk, "I. Brandvold", "arxiv", other=f"https://example.org{author.get_absolute_url()}")
    assert ImportRun.objects.get(query="I. Brandvold").author == author
    assert other.endswith("/change/")


def test_a_name_at_arxiv_is_imported_for_an_orcid(desk: Client, replaying: Replay) -> None:
    assert "check" in choose(desk, "Ilse Brandvold", "arxiv", orcid="0009-0099-0001-1231").lower()
    assert not Author.objects.exists()
    choose(desk, "Ilse Brandvold", "arxiv", orcid="0009-0099-0001-1230")
    known = AuthorIdentifier.objects.get(scheme="orcid", value="0009-0099-0001-1230")
    assert ImportRun.objects.get().author == known.author


def test_namesakes_are_the_same_name_first_then_the_same_initial(replaying: Replay, db: None) -> None:
    author = imported(replaying).author
    assert author in adding.namesakes(["Ilse Brandvold"])
    assert author in adding.namesakes(["I. Brandvold"])
    assert author not in adding.namesakes(["Jo Brandvold"])


def test_only_those_who_may_add_do(replaying: Replay, curator: object, django_user_model: type) -> None:
    django_user_model.objects.create_user("reader", password="a long pass phrase", is_staff=True)  # type: ignore[attr-defined]
    client = Client()
    client.login(username="reader", password="a long pass phrase")
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, {"step": "import", "source": "openalex", "text": "A9900000001"}).status_code == 403
    assert not ImportRun.objects.exists()


def test_a_hostile_name_stays_text(desk: Client, replaying: Replay) -> None:
    assert (
        "<script>alert(1)"
        not in desk.post(
            ADD, {"step": "search", "source": "openalex", "text": "<script>alert(1)</script>"}
        ).content.decode()
    )
