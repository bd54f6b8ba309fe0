"""Marked authors, with several connections at once: what ingest and other workers do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from django.db import connection, transaction

from metrics.models import AuthorMetrics, MetricChange
from metrics.snapshots import _settle, dirty_batches, refresh, refresh_dirty
from metrics.tasks import refresh_all_authors, refresh_dirty_authors
from papers.models import Author, DirtyAuthor, Paper
from tests.factories import NOW, make_author, make_authorship, make_paper, mark_dirty

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")


def cited_author(citations: int = 3) -> Author:
    author = make_author()
    make_authorship(make_paper(citations=citations), author)
    return author


def elsewhere(work: Callable[[], T], pool: ThreadPoolExecutor) -> Future[T]:
    """Run on a thread, and so a connection, of its own."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    return pool.submit(run)


def test_marks_are_worked_off_with_their_own_causes() -> None:
    authors = [cited_author(), cited_author()]
    refresh([a.pk for a in authors], now=NOW, cause="first")
    Paper.objects.update(cited_by_count=20)
    for n, author in enumerate(authors):
        mark_dirty(author, cause=f"run {n}")
    assert refresh_dirty(now=NOW) == 2
    assert not DirtyAuthor.objects.exists()
    causes = MetricChange.objects.filter(metric="citations").order_by("cause").values_list("author", "cause")
    assert list(causes) == [(authors[0].pk, "run 0"), (authors[1].pk, "run 1")]


def test_batches_and_limit_bound_the_work() -> None:
    for _ in range(5):
        mark_dirty(cited_author())
    assert [b.authors for b in dirty_batches(now=NOW, limit=4, batch=3)] == [3, 1]
    assert DirtyAuthor.objects.count() == 1
    assert refresh_dirty() == 1
    assert refresh_dirty() == 0


def test_marks_held_by_another_transaction_are_left_to_it() -> None:
    mine, theirs = cited_author(), cited_author()
    mark_dirty(mine)
    mark_dirty(theirs)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        DirtyAuthor.objects.select_for_update().get(author=theirs)
        assert elsewhere(lambda: refresh_dirty(now=NOW), pool).result(timeout=20) == 1
    assert list(DirtyAuthor.objects.values_list("author", flat=True)) == [theirs.pk]


def test_a_mark_set_while_its_author_is_computed_stays() -> None:
    author = cited_author()
    mark_dirty(author)

    def import_more() -> str:
        make_authorship(make_paper(citations=9), author)
        return str(mark_dirty(author, cause="second import").token)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert refresh_dirty(now=NOW, limit=1) == 1
            marked = elsewhere(import_more, pool)  # waits for our transaction, which has taken the old mark
            with pytest.raises(TimeoutError):
                marked.result(timeout=0.5)
        token = marked.result(timeout=20)
    assert str(DirtyAuthor.objects.get(author=author).token) == token
    assert refresh_dirty(now=NOW) == 1
    assert AuthorMetrics.objects.get(author=author).citations == 12


def test_a_mark_with_another_token_is_not_taken_away() -> None:
    again, once = mark_dirty(cited_author()), mark_dirty(cited_author())
    mark_dirty(again.author, cause="anew")
    _settle([again, once])
    assert list(DirtyAuthor.objects.values_list("author", "cause")) == [(again.author_id, "anew")]


def test_a_run_that_dies_leaves_figures_and_marks_as_they_were() -> None:
    author = cited_author()
    mark_dirty(author)

    class Killed(Exception):
        pass

    def die_before_commit() -> None:
        with transaction.atomic():
            refresh_dirty(now=NOW)
            raise Killed

    with pytest.raises(Killed):
        die_before_commit()
    assert not AuthorMetrics.objects.exists()
    assert DirtyAuthor.objects.filter(author=author).exists()
    assert refresh_dirty(now=NOW) == 1


def test_an_older_reading_never_overwrites_a_newer_one() -> None:
    """A refresh that starts while another holds the author reads only once that one is through."""
    author = cited_author(citations=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            refresh([author.pk], now=NOW, cause="first")
            second = elsewhere(lambda: refresh([author.pk], now=NOW, cause="second"), pool)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
            Paper.objects.update(cited_by_count=8)
        assert second.result(timeout=20) == 1
    assert AuthorMetrics.objects.get(author=author).citations == 8


def test_many_at_once_over_the_same_authors_neither_fail_nor_differ() -> None:
    ids = [cited_author(n).pk for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        orders = [ids, ids[::-1], ids[::2] + ids[1::2], ids[6:] + ids[:6]]
        runs = [elsewhere(partial(refresh, order, now=NOW, cause="at once"), pool) for order in orders]
        assert sum(run.result(timeout=20) for run in runs) == 12
    assert AuthorMetrics.objects.count() == 12


def test_the_scheduled_jobs_do_it() -> None:
    author, other = cited_author(), cited_author()
    mark_dirty(author)
    refresh_dirty_authors()
    assert AuthorMetrics.objects.filter(author=author).exists()
    refresh_all_authors()
    assert AuthorMetrics.objects.filter(author=other).exists()
    assert refresh_dirty_authors.name == "metrics.tasks.refresh_dirty_authors"
    assert refresh_all_authors.name == "metrics.tasks.refresh_all_authors"
