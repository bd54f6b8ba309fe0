from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from metrics.models import MetricChange
from metrics.snapshots import refresh
from papers.models import Author, Paper
from profiles.history import DECIDED, EVENTS_A_PAGE, MAX_STEPS, public_cause
from profiles.step_chart import HEIGHT, WIDTH, Step, step_chart
from tests.factories import NOW, make_author, make_authorship, make_paper
from tests.profiles.conftest import check_page

QUERIES = 6  # of at most eight, at every length
CHANGE = re.compile(r'<span class="label">([^<]+)</span> <span class="from">([^<]+)</span>.*?<span class="to">([^<]+)<')


def address(author: Author) -> str:
    return f"/authors/{author.public_id}/history/"


def read(client: Client, author: Author, query: str = "") -> str:
    return " ".join(check_page(client.get(address(author) + query)).split())


def set_count(author: Author, count: int | None, *, at: datetime, cause: str = "import from OpenAlex") -> None:
    Paper.objects.filter(authorships__shown_author=author).update(cited_by_count=count)
    refresh([author.pk], now=at, cause=cause)


@pytest.fixture
def kept() -> Author:
    """One paper: 11,000 citations, then unknown, then 12,345 on another day."""
    author = make_author("Ilse Kept")
    make_authorship(make_paper(citations=11_000), author)
    refresh([author.pk], now=NOW, cause="import from OpenAlex")
    set_count(author, None, at=NOW + timedelta(hours=1))
    set_count(author, 12_345, at=NOW + timedelta(days=2), cause="formerly another name")
    return author


def changed(author: Author, times: int) -> None:
    """As many changes as a long life brings, an hour apart."""
    MetricChange.objects.bulk_create(
        MetricChange(author=author, metric=metric, old=i, new=i + 1, cause="x", changed_at=NOW + timedelta(hours=i))
        for i in range(times)
        for metric in ("papers", "citations", "h_index", "g_index", "i10_index")
    )


def test_every_change_is_told_with_its_day_and_cause(client: Client, kept: Author) -> None:
    html = read(client, kept)
    line = html.partition('id="line-heading"')[2]
    days = re.findall(r'<h3><time datetime="([^"]+)">([^<]+)</time>', line)
    assert days == [("2026-06-03", "3 Jun 2026"), ("2026-06-01", "1 Jun 2026"), ("2026-06-01", "1 Jun 2026")]
    assert CHANGE.findall(line)[0] == ("Citations", "unknown", "12,345")
    assert ("Citations", "11,000", "unknown") in CHANGE.findall(line)
    assert ("h-index", "1", "unknown") in CHANGE.findall(line)
    assert "</time> Import from OpenAlex</p>" in line
    assert "changed 2 times since 1 Jun 2026" in html


def test_the_page_holds_exactly_the_stored_changes(client: Client, kept: Author) -> None:
    stored = MetricChange.objects.filter(author=kept)
    assert len(CHANGE.findall(read(client, kept))) == stored.count() == 8


def test_it_begins_with_the_first_figures(client: Client, kept: Author) -> None:
    first = read(client, kept).partition("First computed")[2]
    assert '<span class="label">Citations</span> <span class="to">11,000</span>' in first
    assert '<span class="label">Papers</span> <span class="to">1</span>' in first


def test_what_a_curator_wrote_is_not_shown(client: Client, kept: Author) -> None:
    html = read(client, kept)
    assert "formerly" not in html
    assert "A curator&#x27;s decision" in html
    assert public_cause("import from OpenAlex under her former name") == DECIDED
    assert public_cause("import from arXiv") == "import from arXiv"


def test_where_nothing_has_changed_it_says_since_when(client: Client, ada: Author) -> None:
    html = read(client, ada)
    assert "<strong>Nothing has changed since 1 Jun 2026</strong>" in html
    assert "First computed" in html
    assert CHANGE.findall(html) == []
    author_page = check_page(client.get(ada.get_absolute_url()))
    assert f'<a href="{address(ada)}">nothing has changed since 1 Jun 2026</a>' in author_page


def test_before_any_figures_it_says_that_they_are_coming(client: Client) -> None:
    assert "The figures are being computed." in read(client, make_author("New Comer"))


def test_the_author_page_tells_the_last_change(client: Client, kept: Author) -> None:
    html = " ".join(check_page(client.get(kept.get_absolute_url())).split())
    last = '<time datetime="2026-06-03T12:00:00+00:00">on 3 Jun 2026</time>'
    assert f'last changed <a href="{address(kept)}">{last}</a>' in html


def test_long_histories_have_pages(client: Client, ada: Author) -> None:
    changed(ada, EVENTS_A_PAGE + 2)
    first, second = read(client, ada), read(client, ada, "?page=2")
    assert len(CHANGE.findall(first)) == EVENTS_A_PAGE * 5
    assert len(CHANGE.findall(second)) == 2 * 5
    assert 'rel="next" href="?page=2#line-heading"' in first
    assert 'rel="prev" href="?page=1#line-heading"' in second
    assert "First computed" in second
    assert "First computed" not in first
    assert client.get(address(ada) + "?page=3").status_code == 404
    assert client.get(address(ada) + "?page=-1").status_code == 400


@pytest.mark.parametrize("times", [0, 1, 200])
def test_neither_queries_nor_charts_grow(
    client: Client, ada: Author, django_assert_num_queries: DjangoAssertNumQueries, times: int
) -> None:
    changed(ada, times)
    with django_assert_num_queries(QUERIES if times else QUERIES - 1):  # no page, no rows to read
        response = client.get(address(ada))
    html = check_page(response)
    assert html.count("<circle") == 5 * min(times + 1, MAX_STEPS) * bool(times)
    assert len(response.content) < 250_000


def test_another_authors_changes_stay_out(client: Client, kept: Author, ada: Author) -> None:
    assert "Nothing has changed" in read(client, ada)


VALUES = st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=1, max_size=60)


@given(VALUES)
def test_steps_stay_inside_and_higher_means_more(values: list[int | None]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    steps = [Step(start + timedelta(days=i), value) for i, value in enumerate(values)]
    chart = step_chart(steps, start + timedelta(days=len(values)))
    known = [value for value in values if value is not None]
    if chart is None:
        assert not known
        return
    assert [dot.step.value for dot in chart.dots] == known
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in chart.dots)
    by_value = sorted(chart.dots, key=lambda dot: dot.step.value or 0)
    assert [dot.y for dot in by_value] == sorted((dot.y for dot in chart.dots), reverse=True)
    begins = sum(v is not None and (i == 0 or values[i - 1] is None) for i, v in enumerate(values))
    assert chart.path.count("M") == begins
