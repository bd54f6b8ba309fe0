"""A person's decision outlives every import, and taking it back gives the sources' state again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from papers.curation import decide, revoke
from papers.models import Author, Authorship, Coauthorship, Decision, DirtyAuthor, Paper
from tests.ingest.records import author, author_of, entry, new_run, paper, shown_state, store, titles_of

pytestmark = pytest.mark.django_db

ADA, BO = entry("Ada Quist", openalex="A1"), entry("Bo Lund", openalex="A2")
FIRST, SECOND = "First of the tide papers", "Second of the tide papers"


@pytest.fixture
def curator() -> User:
    return User.objects.create_user("curator")


@pytest.fixture(autouse=True)
def _world() -> None:
    store(author("openalex", "A1", "Ada Quist"), author("openalex", "A2", "Bo Lund"))
    store(paper("openalex", "W1", FIRST, [ADA, BO]), paper("openalex", "W2", SECOND, [ADA]))


def said(curator: User, kind: str, **fields: Any) -> Decision:
    return decide([Decision(kind=kind, **fields)], by=curator, reason="seen on the PDF")[0]


def the(title: str) -> Paper:
    return Paper.objects.get(title=title)


def test_revoke_restores_source(curator: User) -> None:
    before = shown_state()
    w1, ada, bo = the(FIRST), author_of("openalex", "A1"), author_of("openalex", "A2")
    kinds = Decision.Kind
    acts: list[tuple[str, dict[str, Any]]] = [
        (kinds.SET, {"paper": w1, "field": "title", "value": "The right title"}),
        (kinds.SET, {"paper": w1, "field": "publication_date", "value": {"date": "2019-01-01", "precision": "year"}}),
        (kinds.SET, {"paper": w1, "field": "categories", "value": ["cs.LG"]}),
        (kinds.STATUS, {"paper": w1, "value": "withdrawn"}),
        (kinds.HIDE, {"paper": w1}),
        (kinds.HIDE, {"author": bo}),
        (kinds.PREFER_NAME, {"author": ada, "value": "Ada Lund"}),
        (kinds.RETIRE_NAME, {"author": ada, "value": "Ada Quist"}),
        (kinds.REJECT, {"paper": w1, "other_author": ada, "identifier": "openalex:A1"}),
        (kinds.ASSIGN, {"paper": w1, "other_author": bo, "identifier": "openalex:A1"}),
        (kinds.MERGE, {"author": bo, "other_author": ada}),
        (kinds.MERGE, {"paper": w1, "other_paper": the(SECOND)}),
    ]
    for kind, fields in acts:
        decision = said(curator, kind, **fields)
        assert shown_state() != before, kind
        store(paper("openalex", "W3", "Third of the tide papers", [ADA, BO], hours=2))  # an import in between
        revoke([decision], by=curator)
        store(paper("openalex", "W3", "Third of the tide papers", [ADA, BO], hours=2))
        expected = shown_state()
        decision = said(curator, kind, **fields)
        revoke([decision], by=curator)
        assert shown_state() == expected, kind
    Decision.objects.filter(revoked_at=None).delete()
    assert Paper.objects.shown().count() == 3


def test_a_set_field_survives_a_changed_import(curator: User) -> None:
    said(curator, "set", paper=the(FIRST), field="title", value="The right title")
    store(paper("openalex", "W1", "Quite another title", [ADA, BO], hours=1))
    shown = Paper.objects.get(founded_by="openalex:W1")
    assert shown.title == "The right title"
    assert shown.title_html == "The right title"
    assert shown.provenance["title"].startswith("decision:")


def test_removal_sticks(curator: User) -> None:
    ada = author_of("openalex", "A1")
    said(curator, "reject", paper=the(FIRST), other_author=ada, identifier="openalex:A1")
    assert titles_of(ada) == {SECOND}
    store(paper("openalex", "W1", FIRST, [ADA, BO], hours=1, cited_by_count=9))
    assert titles_of(ada) == {SECOND}
    assert Authorship.objects.get(paper=the(FIRST), name="Ada Quist").shown_author is None


def test_a_rejection_binds_everyone_merged_with_the_rejected(curator: User) -> None:
    store(author("semanticscholar", "77", "Ada Quist"))
    other = author_of("semanticscholar", "77")
    said(curator, "reject", paper=the(FIRST), other_author=other, identifier="openalex:A1")
    assert FIRST in titles_of(author_of("openalex", "A1"))
    said(curator, "merge", author=other, other_author=author_of("openalex", "A1"))
    store(paper("openalex", "W1", FIRST, [ADA, BO], hours=1, cited_by_count=9))
    assert FIRST not in titles_of(author_of("openalex", "A1"))


def test_hidden_stays_hidden_through_imports(curator: User) -> None:
    said(curator, "hide", paper=the(FIRST))
    store(paper("openalex", "W1", "A new title for it", [ADA, BO], hours=1))
    assert Paper.objects.shown().count() == 1
    assert titles_of(author_of("openalex", "A1")) == {SECOND}
    assert not Coauthorship.objects.exists()


def test_unmerge_restores_links(curator: User) -> None:
    ada, bo = author_of("openalex", "A1"), author_of("openalex", "A2")
    merge = said(curator, "merge", author=bo, other_author=ada)
    assert author_of("openalex", "A2") == ada
    store(
        paper("openalex", "W3", "Third of the tide papers", [entry("Bo Lund", openalex="A2")], hours=1),
        paper("openalex", "W4", "Fourth of the tide papers", [ADA], hours=1),
    )
    assert len(titles_of(ada)) == 4
    assert set(Authorship.objects.filter(name="Bo Lund").values_list("author", flat=True)) == {bo.pk}
    revoke([merge], by=curator)
    bo.refresh_from_db()
    assert bo.merged_into is None
    assert titles_of(bo) == {FIRST, "Third of the tide papers"}
    assert titles_of(ada) == {FIRST, SECOND, "Fourth of the tide papers"}
    assert Coauthorship.objects.get(author=ada, coauthor=bo).papers == 1


def test_merged_papers_come_apart_again(curator: User) -> None:
    merge = said(curator, "merge", paper=the(FIRST), other_paper=the(SECOND))
    shown = Paper.objects.shown().get()
    assert shown.founded_by == "openalex:W2", "the one that was merged into stays"
    revoke([merge], by=curator)
    assert {p.founded_by for p in Paper.objects.shown()} == {"openalex:W1", "openalex:W2"}


def test_not_the_same_paper_binds_the_importer(curator: User) -> None:
    one = paper("semanticscholar", "1" * 40, "A title that two papers really share here", [entry("Ada Quist")])
    other = paper("dblp", "x/1", "A title that two papers really share here", [entry("Cy Berg")])
    store(one, other)
    a, b = Paper.objects.get(founded_by="semanticscholar:" + "1" * 40), Paper.objects.get(founded_by="dblp:x/1")
    said(curator, "different", paper=a, other_paper=b)
    store(paper("dblp", "x/1", "A title that two papers really share here", [entry("Ada Quist")], hours=1))
    assert Paper.objects.shown().count() == 4


def test_not_the_same_person_binds_shared_identifiers(curator: User) -> None:
    store(author("semanticscholar", "77", "A. Quist"))
    said(curator, "different", author=author_of("semanticscholar", "77"), other_author=author_of("openalex", "A1"))
    store(author("semanticscholar", "77", "A. Quist", hours=1, identifiers={"openalex": "A1"}))
    assert author_of("semanticscholar", "77") != author_of("openalex", "A1")


def test_a_retired_name_finds_but_is_not_shown(curator: User) -> None:
    ada = author_of("openalex", "A1")
    said(curator, "prefer_name", author=ada, value="Ada Lund")
    said(curator, "retire_name", author=ada, value="Ada Quist")
    store(author("openalex", "A1", "Ada Quist", hours=1, homepage="https://example.org/"))
    ada.refresh_from_db()
    assert (ada.name, ada.slug) == ("Ada Lund", "ada-lund")
    assert ada.names.get(name="Ada Quist").is_retired


def test_a_decision_marks_the_authors_whose_figures_it_changes(curator: User) -> None:
    DirtyAuthor.objects.all().delete()
    said(curator, "status", paper=the(FIRST), value="withdrawn")
    assert {d.author.name for d in DirtyAuthor.objects.select_related("author")} == {"Ada Quist", "Bo Lund"}


def test_assigned_by_name_stays_assigned_when_the_record_comes_without_saying_so(curator: User) -> None:
    store(paper("arxiv", "2001.00001", "Third of the tide papers", [entry("Ada Quist")]), run=new_run("arxiv"))
    ada, stranger = author_of("openalex", "A1"), Author.objects.get(founded_by__startswith="name:arxiv")
    third = the("Third of the tide papers")
    said(curator, "assign", paper=third, other_author=ada, name="Ada Quist")
    store(
        paper("arxiv", "2001.00001", "Third of the tide papers", [entry("Ada Quist")], hours=1, venue="Tides"),
        run=new_run("arxiv"),
    )
    assert third.title in titles_of(ada)
    assert titles_of(stranger) == set()


def test_two_opposite_acts_the_newest_standing_wins(curator: User) -> None:
    said(curator, "set", paper=the(FIRST), field="venue", value="Tides")
    newest = said(curator, "set", paper=the(FIRST), field="venue", value="Currents")
    assert the(FIRST).venue == "Currents"
    revoke([newest], by=curator)
    assert the(FIRST).venue == "Tides"


def test_an_author_of_one_paper_who_is_rejected_there_is_kept_for_the_way_back(curator: User) -> None:
    store(paper("arxiv", "2001.00001", "Third of the tide papers", [entry("Cy Strom")]), run=new_run("arxiv"))
    third, stranger = the("Third of the tide papers"), Author.objects.get(founded_by__startswith="name:arxiv")
    rejected = said(curator, "reject", paper=third, other_author=stranger, name="Cy Strom")
    assert titles_of(stranger) == set()
    revoke([rejected], by=curator)
    assert titles_of(stranger) == {third.title}
