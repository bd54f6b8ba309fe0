from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics import formulas
from metrics.models import AuthorMetrics, MetricChange
from metrics.snapshots import refresh, refresh_all
from papers.models import Author, Authorship, Paper
from tests.factories import NOW, make_author, make_authorship, make_count, make_paper, mark_dirty

pytestmark = pytest.mark.django_db

PAPERS = st.fixed_dictionaries(
    {
        "citations": st.none() | st.integers(0, 3) | st.integers(0, 200),
        "year": st.none() | st.integers(2015, 2027),
        "source": st.sampled_from(["openalex", "semanticscholar", "file"]),
        "category": st.sampled_from(["", "cs.CV", "cs.LG", "stat.ML"]),
        "status": st.sampled_from([*Paper.Status.values, "active", "active", "active"]),
        "is_hidden": st.sampled_from([False, False, False, True]),
        "is_merged": st.sampled_from([False, False, False, True]),
        "byline": st.lists(st.integers(0, 3), max_size=5),  # the same author twice, too
    }
)


def make_world(papers: list[dict[str, Any]]) -> list[Author]:
    """Three authors and one that is merged into the first, on these papers."""
    authors = [make_author() for _ in range(3)]
    authors.append(make_author(merged_into=authors[0]))
    survivor = make_paper()
    for fields in papers:
        is_merged, byline = fields["is_merged"], fields["byline"]
        given_fields = {name: value for name, value in fields.items() if name not in ("is_merged", "byline")}
        paper = make_paper(merged_into=survivor if is_merged else None, **given_fields)
        make_count(paper, "crossref", 999_999, retrieved_at=NOW - timedelta(days=900))  # not the displayed source
        for place, who in enumerate(byline):
            make_authorship(paper, authors[who], occurrence=place)
    return authors


def recomputed(author: Author) -> dict[str, Any]:
    """The figures in Python, from the queryset behind the page's list."""
    shown = {entry.paper_id: entry.paper for entry in Authorship.objects.of(author).listed().select_related("paper")}
    papers = list(shown.values())
    counts = [p.cited_by_count for p in papers]
    recent = [p.cited_by_count for p in papers if p.year and p.year >= formulas.recent_since(NOW.year)]
    categories = Counter(p.primary_category for p in papers if p.primary_category)
    dates = [
        c.retrieved_at
        for p in papers
        for c in p.cited_by_counts.all()
        if c.source == p.cited_by_source and p.cited_by_count is not None
    ]
    return {
        "papers": formulas.papers(counts),
        "papers_counted": formulas.counted(counts),
        "citations": formulas.citations(counts),
        "h_index": formulas.h_index(counts),
        "g_index": formulas.g_index(counts),
        "i10_index": formulas.i10_index(counts),
        "recent_since": 2022,
        "recent_papers": formulas.papers(recent),
        "recent_citations": formulas.citations(recent),
        "recent_h_index": formulas.h_index(recent),
        "by_year": [row._asdict() for row in formulas.by_year((p.year, p.cited_by_count) for p in papers)],
        "by_category": [
            {"category": name, "papers": n}
            for name, n in sorted(categories.items(), key=lambda item: (-item[1], item[0]))
        ],
        "count_sources": dict(Counter(p.cited_by_source or "unknown" for p in papers)),
        "counts_from": min(dates, default=None),
        "counts_to": max(dates, default=None),
    }


def stored(author: Author) -> dict[str, Any]:
    row = AuthorMetrics.objects.get(author=author)
    return {name: getattr(row, name) for name in recomputed(author)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PAPERS, max_size=14))
def test_the_statement_agrees_with_the_formulas(papers: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        authors = make_world(papers)
        refresh([a.pk for a in authors], now=NOW, cause="test")
        for author in authors[:3]:
            assert stored(author) == recomputed(author)
        assert not AuthorMetrics.objects.filter(author=authors[3]).exists()
        assert refresh([a.pk for a in authors], now=NOW, cause="test") == 0
        assert refresh_all(now=NOW) == 0  # the cheap check finds the same inputs as the whole computation
        transaction.set_rollback(True)


def test_the_papers_counted_are_those_that_the_page_lists() -> None:
    author = make_author()
    listed = [make_paper(citations=3), make_paper(citations=4, status="retracted")]
    unlisted = [
        make_paper(citations=50, status="withdrawn"),
        make_paper(citations=50, is_hidden=True),
        make_paper(citations=50, merged_into=listed[0]),
    ]
    for paper in (*listed, *unlisted):
        make_authorship(paper, author)
    refresh([author.pk], now=NOW, cause="test")
    row = AuthorMetrics.objects.get(author=author)
    assert (row.papers, row.citations) == (2, 7)
    assert row.papers == Paper.objects.listed().filter(authorships__shown_author=author).distinct().count()


def test_an_author_without_papers_has_none_and_no_other_figure() -> None:
    author = make_author()
    refresh([author.pk], now=NOW, cause="test")
    row = AuthorMetrics.objects.get(author=author)
    assert (row.papers, row.citations, row.h_index, row.by_year, row.count_sources) == (0, None, None, [], {})


def test_nothing_is_written_where_nothing_changed() -> None:
    author = make_author()
    make_authorship(make_paper(citations=5), author)
    assert refresh([author.pk], now=NOW, cause="first") == 1
    version = row_version(author)
    assert refresh([author.pk], now=NOW + timedelta(days=1), cause="again") == 0
    assert row_version(author) == version
    assert AuthorMetrics.objects.get(author=author).computed_at == NOW
    assert not MetricChange.objects.exists()


def row_version(author: Author) -> tuple[str, str]:
    """The transactions that wrote and that locked the row: both stay where nothing was so much as locked."""
    rows = AuthorMetrics.objects.filter(author=author).extra(select={"xmin_": "xmin::text", "xmax_": "xmax::text"})
    row: tuple[str, str] = rows.values_list("xmin_", "xmax_").get()
    return row


def test_a_change_is_kept_with_its_cause() -> None:
    author, later = make_author(), NOW + timedelta(hours=1)
    papers = [make_paper(citations=1), make_paper(citations=None)]
    for paper in papers:
        make_authorship(paper, author)
    refresh([author.pk], now=NOW, cause="first import")
    Paper.objects.filter(pk=papers[1].pk).update(cited_by_count=12, cited_by_source="file")
    assert refresh([author.pk], now=later, cause="a file was read") == 1
    changes = MetricChange.objects.filter(author=author).values_list("metric", "old", "new", "cause", "changed_at")
    assert {row[:3] for row in changes} == {("citations", 1, 13), ("g_index", 1, 2), ("i10_index", 0, 1)}
    assert {row[3:] for row in changes} == {("a file was read", later)}
    row = AuthorMetrics.objects.get(author=author)
    assert (row.first_computed_at, row.computed_at) == (NOW, later)


def test_a_newer_retrieval_of_the_same_count_moves_its_date_and_no_figure() -> None:
    author, paper, later = make_author(), make_paper(citations=4), NOW + timedelta(days=3)
    make_authorship(paper, author)
    refresh([author.pk], now=NOW, cause="test")
    paper.cited_by_counts.update(retrieved_at=later)
    assert refresh_all(now=later) == 1
    assert AuthorMetrics.objects.get(author=author).counts_to == later
    assert not MetricChange.objects.exists()


def test_who_is_merged_away_loses_the_figures_and_gets_them_back() -> None:
    author, survivor = make_author(), make_author()
    entry = make_authorship(make_paper(citations=4), author)
    refresh([author.pk, survivor.pk], now=NOW, cause="first")
    Author.objects.filter(pk=author.pk).update(merged_into=survivor)
    Authorship.objects.filter(pk=entry.pk).update(shown_author=survivor)
    assert refresh_all(now=NOW) == 2
    assert not AuthorMetrics.objects.filter(author=author).exists()
    assert AuthorMetrics.objects.get(author=survivor).citations == 4
    Author.objects.filter(pk=author.pk).update(merged_into=None)
    Authorship.objects.filter(pk=entry.pk).update(shown_author=author)
    refresh([author.pk, survivor.pk], now=NOW, cause="undone")
    ends = MetricChange.objects.filter(author=author, metric="citations").order_by("pk")
    assert list(ends.values_list("old", "new")) == [(4, None), (None, 4)]


def test_a_new_year_makes_the_last_five_years_anew() -> None:
    author = make_author()
    make_authorship(make_paper(citations=4, year=2022), author)
    refresh_all(now=NOW)
    assert refresh_all(now=NOW.replace(year=2027)) == 1
    row = AuthorMetrics.objects.get(author=author)
    assert (row.recent_since, row.recent_papers, row.recent_citations) == (2023, 0, None)


def test_refresh_all_goes_in_batches_and_repairs_what_no_mark_told() -> None:
    authors = [make_author() for _ in range(5)]
    paper = make_paper(citations=2)
    for author in authors:
        make_authorship(paper, author)
    assert refresh_all(now=NOW, batch=2) == 5
    Paper.objects.filter(pk=paper.pk).update(is_hidden=True)
    assert refresh_all(now=NOW, batch=2) == 5
    assert set(AuthorMetrics.objects.values_list("papers", flat=True)) == {0}


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        (
            {"papers": 45, "papers_counted": 45, "citations": 15_836, "h_index": 117, "g_index": 117},
            "h_index_within_papers",
        ),
        ({"citations": 80}, "h_index_squared_within_citations"),
        ({"papers": 9}, "papers_counted_within_papers"),
        ({"papers_counted": 0}, "figures_unknown_where_no_count_is_known"),
        ({"g_index": None}, "figures_unknown_where_no_count_is_known"),
        ({"g_index": 11}, "indices_in_order"),
        ({"g_index": 8}, "indices_in_order"),
    ],
)
def test_the_database_refuses_impossible_figures(wrong: dict[str, Any], constraint: str) -> None:
    possible = {"papers": 10, "papers_counted": 10, "citations": 20_000, "h_index": 9, "g_index": 10, "i10_index": 9}
    recent = {"recent_since": 2022, "recent_papers": 0, "definition_version": "1", "computed_at": NOW}
    AuthorMetrics.objects.create(author=make_author(), **possible | recent)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AuthorMetrics.objects.create(author=make_author(), **possible | recent | wrong)


def test_a_marked_author_that_is_hidden_is_kept_up_to_date() -> None:
    author = make_author(is_hidden=True)
    make_authorship(make_paper(citations=1), author)
    mark_dirty(author)
    refresh_all(now=NOW)
    assert AuthorMetrics.objects.get(author=author).citations == 1
