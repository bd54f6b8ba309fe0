"""Evidence, derived rows and decisions in the admin: to look at, quickly, whatever their number; never to edit."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from papers import curation
from papers.models import Author, Decision, ImportRun, MatchResult, Paper, QuarantinedRecord, SourceRecord
from profiles import imports
from tests.factories import make_author, make_authorship, make_paper
from tests.replay import Replay

PAGES = ("author", "paper", "institution", "sourcerecord", "identifierclaim", "matchresult", "quarantinedrecord",
         "decision", "importrun")  # fmt: skip


@pytest.fixture
def run(replaying: Replay, db: None) -> ImportRun:
    run = imports.request_import(imports.Wanted("openalex", "A9900000001"))
    assert run is not None
    return imports.carry_out_here(run)


@pytest.fixture
def everything(run: ImportRun) -> dict[str, object]:
    """One row of each kind."""
    paper, author = Paper.objects.latest("pk"), run.author
    assert author is not None
    MatchResult.objects.create(paper=paper, folded_name="ilse brandvold", author=author, score=0.9, matcher_version="1")
    QuarantinedRecord.objects.create(
        run=run, source="openalex", external_id="W1", payload={}, reason="no id", retrieved_at=timezone.now()
    )
    curation.decide([Decision(kind="set", paper=paper, field="title", value="Mine")], by=None, reason="clearer")
    return {"paper": paper, "author": author}


@pytest.mark.parametrize("name", PAGES)
def test_lists_and_pages_are_bounded_and_cannot_be_edited(
    desk: Client, everything: object, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    address = f"/admin/papers/{name}/"
    with django_assert_max_num_queries(12):
        page = desk.get(address)
    assert page.status_code == 200
    first = desk.get(address).context["cl"].result_list[0]
    with django_assert_max_num_queries(16):
        shown = desk.get(f"{address}{first.pk}/change/")
    assert shown.status_code == 200
    html = shown.content.decode()
    assert 'name="_save"' not in html
    assert desk.get(f"{address}{first.pk}/delete/").status_code == 403
    if name != "importrun":
        assert desk.get(f"{address}add/").status_code == 403
        assert desk.post(f"{address}{first.pk}/change/", {}).status_code == 403


@pytest.mark.parametrize(("name", "many"), [("author", 60), ("paper", 60)])
def test_a_longer_list_takes_no_more_queries(
    desk: Client, name: str, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make: Callable[[], object] = make_author if name == "author" else make_paper
    make()
    address = f"/admin/papers/{name}/"
    desk.get(address)
    with django_assert_num_queries(4):
        desk.get(address)
    for _ in range(many):
        make()
    with django_assert_num_queries(4):
        desk.get(address)


def test_an_author_of_many_papers_shows_the_newest_hundred(desk: Client, db: None) -> None:
    author = make_author("Ann Lee")
    for year in range(1900, 2020):
        make_authorship(make_paper(year=year), author)
    page = desk.get(f"/admin/papers/author/{author.pk}/change/").content.decode()
    assert "The first 100 are shown; there are more." in page
    assert ">2019<" in page
    assert ">1900<" not in page


@pytest.mark.parametrize(
    ("name", "asked", "hits"),
    [
        ("author", "brandv", 1),
        ("author", "Sæmundsdottir", 1),
        ("author", "0009-0099-0001-1230", 1),
        ("author", "nobody at all", 0),
        ("author", "' OR 1=1 --", 0),
        ("paper", "10.99999/byline.1", 1),
        ("paper", "tidal energy", 1),
        ("sourcerecord", "W9900000001", 1),
        ("sourcerecord", "doi:10.99999/byline.1", 1),
        ("sourcerecord", "W99", 0),
        ("importrun", "A9900000001", 1),
        ("identifierclaim", "orcid:0009-0099-0001", 0),
    ],
)
def test_rows_are_found(desk: Client, run: ImportRun, name: str, asked: str, hits: int) -> None:
    page = desk.get(f"/admin/papers/{name}/", {"q": asked})
    assert page.status_code == 200
    assert page.context["cl"].result_count == hits


def test_a_hostile_payload_stays_text(desk: Client, run: ImportRun) -> None:
    record = SourceRecord.objects.filter(kind="paper").latest("pk")
    SourceRecord.objects.filter(pk=record.pk).update(
        payload={"title": "</pre><script>alert(1)</script>", "x": "y" * 300_000}
    )
    page = desk.get(f"/admin/papers/sourcerecord/{record.pk}/change/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "characters more" in page
    assert len(page) < 300_000


def test_derived_rows_say_how_they_are_changed(desk: Client, run: ImportRun) -> None:
    page = desk.get(f"/admin/papers/author/{run.author_id}/change/").content.decode()
    assert "goes by a decision, which no import can undo" in page


def revoke(desk: Client, decision: Decision, **more: str) -> str:
    data = {"action": "revoke_decisions", "_selected_action": str(decision.pk), **more}
    return unescape(desk.post("/admin/papers/decision/", data, follow=True).content.decode())


def test_a_decision_is_revoked_with_a_reason(desk: Client, everything: dict[str, object], curator: User) -> None:
    decision, paper = Decision.objects.get(), everything["paper"]
    assert isinstance(paper, Paper)
    paper.refresh_from_db()
    assert paper.title == "Mine"
    assert "1 standing decision will be revoked" in revoke(desk, decision)
    assert "Say why" in revoke(desk, decision, confirmed="1", reason="  ")
    paper.refresh_from_db()
    assert paper.title == "Mine"
    assert "Revoked: 1." in revoke(desk, decision, confirmed="1", reason="a slip")
    paper.refresh_from_db()
    decision.refresh_from_db()
    assert paper.title != "Mine"
    assert (decision.revoked_by, decision.revoke_reason) == (curator, "a slip")


def test_a_reader_of_decisions_cannot_revoke(everything: object, django_user_model: type[User]) -> None:
    user = django_user_model.objects.create_user("reader", password="a long pass phrase", is_staff=True)
    user.user_permissions.add(*user.user_permissions.model.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    assert client.get("/admin/papers/decision/").status_code == 200
    revoke(client, Decision.objects.get(), confirmed="1", reason="no")
    assert Decision.objects.standing().count() == 1


def test_hidden_authors_are_found_by_curators(desk: Client, db: None) -> None:
    hidden = make_author("Hidden Person", is_hidden=True)
    hidden.names.create(name="Hidden Person", folded="hidden person")
    page = desk.get("/admin/papers/author/", {"q": "hidden"})
    assert list(page.context["cl"].result_list) == [hidden]
    assert Author.objects.shown().count() == 0
