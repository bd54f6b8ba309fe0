from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from papers.models import Authorship
from profiles.bylines import PrintedName, shorten
from tests.factories import make_author, make_authorship, make_paper
from tests.profiles.conftest import check_page


def names(count: int, *, own: int | None = None, has_place: bool = True) -> list[PrintedName]:
    return [PrintedName(f"N{i}", is_own=i == own, order=i, has_place=has_place or i != own) for i in range(count)]


def visible(count: int, own: int, author_count: int | None, is_cut: bool = False) -> list[list[str]]:
    byline = shorten(names(count, own=own), author_count, is_cut)
    return [[n.name for n in part] for part in byline.parts]


def test_a_short_list_is_whole() -> None:
    assert visible(6, 5, 6) == [["N0", "N1", "N2", "N3", "N4", "N5"]]
    assert shorten(names(6), 6, False).more == 0


def test_a_long_list_keeps_the_first_the_own_and_the_last() -> None:
    assert visible(20, 9, 20) == [["N0", "N1", "N2"], ["N9"], ["N19"]]
    byline = shorten(names(20, own=9), 20, False)
    assert byline.more == 15
    assert len(byline.named) == 20
    assert visible(20, 3, 20) == [["N0", "N1", "N2", "N3"], ["N19"]]
    assert visible(20, 19, 20) == [["N0", "N1", "N2"], ["N19"]]


def test_a_list_that_is_cut_short_has_no_last_name_and_no_number() -> None:
    byline = shorten(names(3), None, True)
    assert byline.more is None
    assert byline.is_cut_short
    assert visible(9, 8, None, True) == [["N0", "N1", "N2"], ["N8"]]


def test_a_list_cut_short_of_known_length_says_how_many_are_missing() -> None:
    byline = shorten(names(3), 40, True)
    assert byline.more == 37


def test_the_own_name_without_a_place_stands_beside_the_list() -> None:
    byline = shorten(names(4, own=3, has_place=False), None, True)
    assert byline.beside is not None
    assert byline.beside.name == "N3"
    assert [[n.name for n in part] for part in byline.parts] == [["N0", "N1", "N2"]]


def test_no_names_are_no_fault() -> None:
    assert shorten([], None, False).parts == ()
    assert shorten([], 5, False).more == 5


@pytest.mark.django_db
def test_thousands_of_names_stay_bounded_on_the_list_and_whole_on_the_paper(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    own = make_author("Own Name")
    paper = make_paper("A collaboration", author_count=3000)
    rows = [
        Authorship(paper=paper, order=i, position=i + 1, name=f"Member {i}", source="openalex") for i in range(3000)
    ]
    rows[2500].author = rows[2500].shown_author = own
    rows[2500].name = "O. Name"
    Authorship.objects.bulk_create(rows)
    html = " ".join(check_page(client.get(own.get_absolute_url())).split())
    assert '<strong class="own" dir="auto">O. Name</strong>' in html
    assert "and 2,995 more" in html
    assert "2,900 more on the page of the paper" in html
    assert "Member 2999" in html
    assert "Member 150<" not in html
    with django_assert_max_num_queries(8):
        whole = check_page(client.get(paper.get_absolute_url()))
    assert "Member 1500" in whole


@pytest.mark.django_db
def test_a_place_that_nobody_knows_is_said_gently(client: Client) -> None:
    own = make_author("Own Name")
    paper = make_paper("Cut short", authors_truncated=True)
    for name in ("First One", "Second One"):
        make_authorship(paper, None, name)
    make_authorship(paper, own, position=None)
    html = " ".join(check_page(client.get(own.get_absolute_url())).split())
    assert "Second One</span> and others, among them <strong" in html
    assert "number and place unknown" in html
    page = check_page(client.get(paper.get_absolute_url()))
    assert "The place of Own Name in the author list is not known." in page
