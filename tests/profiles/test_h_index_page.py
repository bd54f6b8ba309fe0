from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from metrics import formulas
from papers.models import Author, Paper, ReportedFigure
from profiles.rank_chart import HEIGHT, MAX_RANKS, WIDTH, rank_chart
from tests.factories import NOW, make_author, make_authorship, make_paper, mark_dirty
from tests.profiles.conftest import check_page, computed
from tests.profiles.test_author_page import many_papers

QUERIES = 3  # of at most eight, at every size


def address(author: Author) -> str:
    return f"/authors/{author.public_id}/h-index/"


def author_of(*counts: int | None) -> Author:
    author = make_author("Ilse Counted")
    for count in counts:
        make_authorship(make_paper(citations=count), author)
    computed(author)
    return author


def read(client: Client, author: Author) -> str:
    return " ".join(check_page(client.get(address(author))).split())


def shown(html: str) -> list[tuple[int, int, int]]:
    """(place, count, lacking) of every row, in the order of the page."""
    place, count = r'<th scope="row">([\d,]+)</th> <td class="title">', r'<td class="count">([\d,]+)</td>'
    found = re.findall(place + ".*?" + count + r' <td class="lacking">(.*?)</td>', html)
    return [(_int(place), _int(count), _int(lacks) if lacks[0] != "<" else 0) for place, count, lacks in found]


def _int(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("counts", [(9, 9, 9, 5, 4, 4, 1, 0, None), (3, 3, 3), (1,), (0, 0), (40, 40, 2, None, None)])
def test_it_shows_the_number_its_papers_and_what_each_lacks(client: Client, counts: tuple[int | None, ...]) -> None:
    author = author_of(*counts)
    html = read(client, author)
    h = formulas.h_index(counts)
    assert h is not None
    assert h == author.metrics.h_index
    assert f"<h1>h-index {h}</h1>" in html
    known = sorted((c for c in counts if c is not None), reverse=True)
    assert shown(html) == [(i, c, max(0, h + 1 - c)) for i, c in enumerate(known, 1)][: h + 10]
    core, _, under = html.partition('class="under"')
    assert len(shown(core)) == h
    assert bool(under) == (len(known) > h)


def test_it_says_what_would_lift_it(client: Client) -> None:
    html = read(client, author_of(9, 9, 4, 4, 3, 0))
    assert "What would make it 5" in html
    assert "5 papers cited at least 5 times: 2 are, the next 3 lack 4 citations together." in html
    assert "It takes" not in html
    html = read(client, author_of(9, 2))
    assert (
        "3 papers cited at least 3 times: 1 is, it takes a further paper with a known count, and 1 citation more"
        in html
    )


@pytest.mark.parametrize("counts", [(9, 9, 4, 4, 3, 0), (5, 5, 5, 5, 5, 4), (1, 0), (0,)])
def test_those_citations_do_lift_it_and_one_fewer_does_not(client: Client, counts: tuple[int, ...]) -> None:
    h = formulas.h_index(counts) or 0
    html = read(client, author_of(*counts))
    missing = sum(lacks for _, _, lacks in shown(html)[: h + 1])
    assert f" {missing} citation" in html.partition('id="goal-heading"')[2]
    assert formulas.h_index([max(count, h + 1) if rank <= h else count for rank, count in enumerate(counts)]) == h + 1
    assert formulas.h_index([*(max(count, h + 1) for count in counts[:h]), h]) == h


def test_unknown_counts_are_counted_and_never_0(client: Client) -> None:
    html = read(client, author_of(5, None, None))
    assert "2 of the papers have no known count: left out, not taken for 0." in html
    assert "2 papers without a known count" in html
    assert len(shown(html)) == 1


def test_where_no_count_is_known_there_is_no_number(client: Client) -> None:
    html = read(client, author_of(None, None))
    assert "<h1>h-index</h1>" in html
    assert "<strong>No count is known.</strong> 2 papers are listed" in html
    assert shown(html) == []


def test_an_author_of_no_papers_has_a_page(client: Client) -> None:
    assert "No papers are listed yet." in read(client, author_of())


def test_withdrawn_and_hidden_papers_stay_out_and_retracted_ones_are_marked(client: Client, ada: Author) -> None:
    html = read(client, ada)
    assert "Taken back" not in html
    assert "Kept out of sight" not in html
    assert [(count, lacks) for _, count, lacks in shown(html)] == [(40, 0), (12, 0), (3, 1)]
    assert ">Retracted</strong>" in html
    assert "On <math>" in html
    assert "Semantic Scholar, 1 Jun 2026" in html


def test_the_variants_stand_beside_it_with_their_definitions(client: Client, ada: Author) -> None:
    html = read(client, ada)
    metrics = ada.metrics
    for label, value in (("h-index", metrics.h_index), ("g-index", metrics.g_index), ("i10-index", metrics.i10_index)):
        assert f'<dt>{label} <span class="value">{value}</span></dt>' in html
    assert 'h-index, last five years <span class="value">—</span>' in html
    assert 'href="/methods/#g-index"' in html


def test_reported_figures_stand_beside_ours_with_what_they_count(client: Client, ada: Author) -> None:
    ReportedFigure.objects.create(
        author=ada,
        source="openalex",
        external_id="A5",
        papers=9,
        citations=70,
        h_index=3,
        i10_index=2,
        retrieved_at=NOW,
    )
    html = read(client, ada).partition('id="compared-heading"')[2]
    assert "Inconsistent: h 17 cannot come from 4 papers" in html
    assert html.count("Inconsistent") == 1
    assert "All works that OpenAlex gives to this author" in html
    assert "<td>4</td><td>55</td><td>3</td><td>2</td>" in html
    assert "<td>9</td><td>70</td><td>3</td><td>2</td>" in html


def test_while_figures_are_being_computed_it_shows_no_papers(client: Client, ada: Author) -> None:
    mark_dirty(ada)
    html = read(client, ada)
    assert "The figures are being computed." in html
    assert f"<h1>h-index {ada.metrics.h_index}</h1>" in html
    assert shown(html) == []


@pytest.mark.parametrize("change", [{"cited_by_count": 1}, {"cited_by_count": 30}, {"status": "withdrawn"}])
def test_it_never_contradicts_itself(client: Client, ada: Author, change: dict[str, Any]) -> None:
    """Where the papers of this moment do not give the stored number, they are not shown under it."""
    Paper.objects.filter(title="A retracted claim").update(**change)
    html = read(client, ada)
    assert "The figures are being computed." in html
    assert shown(html) == []


def test_it_says_so_before_any_figures_are_there(client: Client) -> None:
    author = make_author("New Comer")
    make_authorship(make_paper("First steps", citations=4), author)
    assert "The figures are being computed." in read(client, author)


def test_addresses_move_and_vanish_as_the_author_page_does(client: Client, ada: Author) -> None:
    merged = make_author("A. Example", merged_into=ada)
    for part in ("h-index", "history"):
        response = client.get(f"/authors/{merged.public_id}/{part}/?page=1")
        assert (response.status_code, response["Location"]) == (301, f"/authors/{ada.public_id}/{part}/?page=1")
        assert response["Cache-Control"] == "no-cache"
        assert client.get(f"/authors/2222222222/{part}/").status_code == 404
    Author.objects.filter(pk=ada.pk).update(is_hidden=True)
    for part in ("h-index", "history"):
        for author in (ada, merged):
            assert client.get(f"/authors/{author.public_id}/{part}/").status_code == 404


def test_the_author_page_leads_to_it(client: Client, ada: Author) -> None:
    html = check_page(client.get(ada.get_absolute_url()))
    assert f'<a href="{address(ada)}">Show the papers behind it</a>' in html
    assert 'href="/methods/#i10-index"' in html


@pytest.mark.parametrize("count", [1, 45, 2000])
def test_neither_queries_nor_rows_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    author = make_author("Prolific Person")
    many_papers(author, count)
    with django_assert_num_queries(QUERIES):
        response = client.get(address(author))
    html = " ".join(check_page(response).split())
    h = author.metrics.h_index or 0
    assert h == formulas.h_index(list(range(count)))
    rows = shown(html)
    assert len(rows) == min(h, MAX_RANKS) + min(10, count - h)
    assert all(place == rank or place > MAX_RANKS for rank, (place, _, _) in enumerate(rows, 1))
    assert ("are in the <a" in html) == (h > MAX_RANKS)
    assert len(response.content) < 250_000


COUNTS = st.lists(st.integers(0, 10**6), max_size=400).map(lambda counts: sorted(counts, reverse=True))


@given(COUNTS)
def test_the_square_fits_under_the_bars(counts: list[int]) -> None:
    h = formulas.h_index(counts) or 0
    chart = rank_chart(counts[:MAX_RANKS], h, len(counts))
    if chart is None:
        assert not counts
        return
    assert len(chart.bars) <= MAX_RANKS
    assert len(chart.bars) + chart.beyond == len(counts)
    assert chart.width <= WIDTH + 0.1
    assert chart.height <= HEIGHT + 0.1
    assert h > MAX_RANKS or chart.side_x == chart.side
    for bar in chart.bars:
        assert 0 <= bar.x < bar.x + bar.width <= chart.width + 0.1
        assert -0.1 <= bar.y <= bar.y + bar.height <= chart.height + 0.1
        if bar.rank <= h:
            assert bar.height >= chart.side - 0.1
    nxt: Any = next((bar for bar in chart.bars if bar.rank == h + 1), None)
    assert nxt is None or nxt.count <= h
