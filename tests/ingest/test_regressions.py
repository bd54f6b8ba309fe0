"""Bugs that random sequences and concurrent runs have found, each by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, TimeoutError
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from metrics.models import AuthorMetrics
from metrics.snapshots import refresh_dirty
from papers.curation import RefusedDecision, decide, revoke
from papers.ingest import lock_ingest
from papers.models import (
    Author,
    AuthorIdentifier,
    Authorship,
    Coauthorship,
    Decision,
    DirtyAuthor,
    Paper,
    PaperIdentifier,
    ReportedFigure,
)
from papers.records import AuthorRecord, Fetched
from tests.factories import mark_dirty
from tests.ingest.records import MORNING, author, author_of, entry, fetched, paper, shown_state, store, titles_of

pytestmark = pytest.mark.django_db

ADA = "0000-0002-1825-0097"
FIRST, SECOND, THIRD = (f"{n} of the tide papers" for n in ("First", "Second", "Third"))


def said(kind: str, **fields: Any) -> Decision:
    return decide([Decision(kind=kind, **fields)], by=None, reason="a test")[0]


def three() -> list[Author]:
    store(*(author("openalex", f"A{n}", f"Ada Quist {n}") for n in (1, 2, 3)))
    byline = [entry("Ada Quist", openalex="A1"), entry("Bo Lund", openalex="A2"), entry("Cy Berg", openalex="A3")]
    store(paper("openalex", "W1", FIRST, byline))
    return [author_of("openalex", f"A{n}") for n in (1, 2, 3)]


def roots() -> dict[int, int | None]:
    return dict(Author.objects.values_list("pk", "merged_into"))


def test_two_opposite_merges_are_one_with_the_newer_survivor() -> None:
    one, other, third = three()
    said("merge", author=one, other_author=other)
    newer = said("merge", author=other, other_author=one)
    assert roots() == {one.pk: None, other.pk: one.pk, third.pk: None}
    revoke([newer], by=None)
    assert roots() == {one.pk: other.pk, other.pk: None, third.pk: None}


def test_of_two_merges_of_one_author_the_newest_counts_wherever_one_looks_from() -> None:
    one, old, new = three()
    said("merge", author=one, other_author=old)
    said("merge", author=one, other_author=new)
    assert roots() == {one.pk: new.pk, old.pk: None, new.pk: None}
    said("set", author=old, field="category", value="cs.LG")
    assert roots() == {one.pk: new.pk, old.pk: None, new.pk: None}


def test_a_merge_holds_for_whoever_absorbs_the_merged_later() -> None:
    store(author("openalex", "A1", "Ada Quist"), author("semanticscholar", "77", "A. Quist"))
    store(author("openalex", "A2", "Bo Lund"), paper("openalex", "W1", FIRST, [entry("Ada Quist", openalex="A1")]))
    said("merge", author=author_of("semanticscholar", "77"), other_author=author_of("openalex", "A2"))
    store(author("semanticscholar", "77", "A. Quist", hours=1, identifiers={"openalex": "A1"}))
    assert author_of("openalex", "A1") == author_of("semanticscholar", "77") == author_of("openalex", "A2")
    assert titles_of(author_of("openalex", "A2")) == {FIRST}


def test_a_rejection_follows_merges_at_once() -> None:
    one, other, _ = three()
    said("reject", paper=Paper.objects.get(), other_author=other, identifier="openalex:A1")
    merge = said("merge", author=other, other_author=one)
    assert Authorship.objects.get(name="Ada Quist").shown_author is None
    revoke([merge], by=None)
    assert Authorship.objects.get(name="Ada Quist").shown_author == one


def test_an_identifier_that_the_source_takes_back_is_forgotten() -> None:
    store(author("openalex", "A1", "Ada Quist", identifiers={"orcid": ADA}))
    store(paper("openalex", "W1", FIRST, [entry("Ada Quist", openalex="A1")]))
    hidden = author_of("openalex", "A1")
    said("hide", author=hidden)
    store(author("openalex", "A1", "Ada Quist", hours=1))
    assert not AuthorIdentifier.objects.filter(scheme="orcid").exists()
    assert author_of("openalex", "A1") == hidden, "the row stays, and with it what a person decided"
    assert not Author.objects.shown().exists()


def test_an_identifier_that_no_shown_byline_entry_has_makes_no_author() -> None:
    same = {"doi": "10.1000/one"}
    store(paper("openalex", "W1", FIRST, [entry("Ada Quist", openalex="A1")], identifiers=same))
    store(paper("openalex", "W2", FIRST, [entry("Ada Quist", openalex="A2")], identifiers=same))
    assert list(Author.objects.values_list("name", flat=True)) == ["Ada Quist"]


@pytest.mark.parametrize("scheme", [("pmcid", "PMC1"), ("dblp", "conf/x/Quist20"), ("corpusid", "7")])
def test_any_identifier_of_a_paper_that_two_records_share_makes_one(scheme: tuple[str, str]) -> None:
    store(paper("openalex", "W1", FIRST, identifiers=dict([scheme])))
    store(paper("semanticscholar", "1" * 40, SECOND, identifiers=dict([scheme])))
    assert Paper.objects.shown().count() == 1


def test_an_identifier_claimed_in_vain_is_given_once_the_other_lets_go() -> None:
    store(paper("arxiv", "2001.00001", FIRST, identifiers={"arxiv": "2001.00001", "doi": "10.1000/one"}))
    store(paper("arxiv", "2002.00002", SECOND, identifiers={"arxiv": "2002.00002", "doi": "10.1000/one"}))
    store(paper("arxiv", "2001.00001", FIRST, identifiers={"arxiv": "2001.00001"}, hours=1))
    assert PaperIdentifier.objects.get(scheme="doi").paper.title == SECOND


def test_figures_that_a_source_no_longer_gives_go() -> None:
    store(author("openalex", "A1", "Ada Quist", reported={"h_index": 9}))
    store(author("openalex", "A1", "Ada Quist", hours=1))
    assert not ReportedFigure.objects.exists()


def told(hours: float, **identifiers: str) -> Fetched:
    return fetched(AuthorRecord(source="file", external_id="x", name="Ada Quist", identifiers=identifiers), hours)


def test_what_a_source_says_of_an_author_goes_with_its_identifier() -> None:
    """The record of 77 stays as it is; another one decides which of two people 77 is."""
    store(told(0, openalex="A1", semanticscholar="77"))
    store(author("semanticscholar", "77", "A. Quist", reported={"h_index": 3}))
    assert author_of("openalex", "A1").reported_figures.count() == 1
    store(told(1, openalex="A1"))
    assert author_of("semanticscholar", "77") != author_of("openalex", "A1")
    assert author_of("semanticscholar", "77").reported_figures.count() == 1
    assert not author_of("openalex", "A1").reported_figures.exists()


def test_pairs_follow_an_author_who_turns_out_to_be_a_hidden_one() -> None:
    three()
    store(author("semanticscholar", "77", "A. Quist"))
    said("hide", author=author_of("semanticscholar", "77"))
    assert Coauthorship.objects.count() == 6
    store(author("semanticscholar", "77", "A. Quist", hours=1, identifiers={"openalex": "A1"}))
    assert Coauthorship.objects.count() == 2


def test_a_cut_list_that_grows_beyond_a_hundred_makes_no_pairs_any_more() -> None:
    crowd = [entry(f"Member {n:03}", openalex=f"A{n + 1}") for n in range(101)]
    store(paper("openalex", "W1", FIRST, crowd[:100], authors_truncated=True))
    assert Coauthorship.objects.count() == 9900
    store(paper("openalex", "W1", FIRST, crowd, hours=1, authors_truncated=True))
    assert not Coauthorship.objects.exists()


def test_a_newer_retrieval_of_the_same_count_is_told_with_the_figures() -> None:
    byline = [entry("Ada Quist", openalex="A1")]
    store(paper("openalex", "W1", FIRST, byline, cited_by_count=4))
    refresh_dirty()
    store(paper("openalex", "W1", FIRST, byline, hours=5, cited_by_count=4, venue="Tides"))
    refresh_dirty()
    assert AuthorMetrics.objects.get().counts_to == MORNING + timedelta(hours=5)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("set", {"of": "paper", "field": "title", "value": None}),
        ("set", {"of": "paper", "field": "title", "value": "x" * 2001}),
        ("set", {"of": "paper", "field": "cited_by_count", "value": 3}),
        ("set", {"of": "paper", "field": "publication_date", "value": "2019"}),
        ("set", {"of": "paper", "field": "publication_date", "value": {"date": "2019-02-30", "precision": "day"}}),
        ("set", {"of": "paper", "field": "categories", "value": "cs.LG"}),
        ("set", {"of": "author", "field": "name", "value": "Ada"}),
        ("set", {"of": "author", "field": "homepage", "value": "javascript:alert(1)"}),
        ("status", {"of": "paper", "value": "gone"}),
        ("status", {"of": "author", "value": "active"}),
        ("prefer_name", {"of": "author", "value": "…"}),
        ("retire_name", {"of": "author", "value": ["Ada"]}),
        ("assign", {"of": "paper", "name": "Ada Quist"}),
        ("reject", {"of": "paper", "other": True}),
        ("merge", {"of": "paper"}),
        ("merge", {"of": "author", "itself": True}),
        ("sunder", {"of": "author"}),
    ],
)
def test_a_decision_of_the_wrong_shape_is_refused_and_nothing_is_written(kind: str, fields: dict[str, Any]) -> None:
    one, other, _ = three()
    before = shown_state()
    target: dict[str, Any] = {"paper": Paper.objects.get()} if fields["of"] == "paper" else {"author": one}
    target |= {"other_author": other} if fields.get("other") else {}
    target |= {"other_author": one} if fields.get("itself") else {}
    given = {name: value for name, value in fields.items() if name in ("field", "value", "name")}
    with pytest.raises(RefusedDecision, match=r"needs|no kind"):
        said(kind, **target, **given)
    assert not Decision.objects.exists()
    assert shown_state() == before


def test_who_is_declared_different_cannot_be_merged_before_that_is_taken_back() -> None:
    one, other, _ = three()
    different = said("different", author=one, other_author=other)
    with pytest.raises(RefusedDecision, match="take it back first"):
        said("merge", author=other, other_author=one)
    revoke([different], by=None)
    said("merge", author=other, other_author=one)


def test_a_name_that_folds_to_many_times_its_length_stops_no_import() -> None:
    store(
        paper("arxiv", "2001.00001", FIRST, [entry("ﷺ" * 300), entry("Ada " + "ﷺ" * 20), entry("…"), entry("ß" * 300)])
    )
    assert Paper.objects.get().authorships.count() == 4


def test_two_names_of_one_paper_that_fold_alike_are_two_people() -> None:
    store(paper("arxiv", "2001.00001", FIRST, [entry("José Quist"), entry("Jose Quist")]))
    assert set(Authorship.objects.values_list("name", "occurrence")) == {("José Quist", 0), ("Jose Quist", 1)}
    assert Author.objects.count() == 2


def test_who_has_gone_meanwhile_cannot_be_decided_about() -> None:
    one, gone = Author.objects.create(founded_by="openalex:A1", name="Ada"), Author(pk=10**9, name="Bo")
    cases: list[dict[str, Any]] = [{"author": gone}, {"author": one, "other_author": gone}]
    for fields in cases:
        with pytest.raises(RefusedDecision, match="no longer here"):
            said("merge" if len(fields) > 1 else "hide", **fields)


@pytest.mark.django_db(transaction=True)
def test_ingest_and_metrics_never_wait_for_each_other() -> None:
    """Ingest moves what an author is founded on and marks them, while metrics works off an earlier mark."""
    store(paper("openalex", "W1", FIRST, [entry("Ada Quist", openalex="A1")]))
    whom = author_of("openalex", "A1")

    def work_off() -> int:
        try:
            return refresh_dirty()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_ingest()
            Author.objects.filter(pk=whom.pk).update(founded_by="orcid:" + ADA)
            refreshing = pool.submit(work_off)
            with pytest.raises(TimeoutError):
                refreshing.result(timeout=0.5)
            mark_dirty(whom)
        assert refreshing.result(timeout=20) == 1
    assert not DirtyAuthor.objects.exists()
