from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.test import Client

from papers.models import Author, Authorship
from profiles.parameters import BadParameter, ListQuery, read_list_query
from tests.factories import make_author, make_authorship, make_paper
from tests.profiles.conftest import check_page, computed


def titles(client: Client, author: Author, query: str = "") -> list[str]:
    html = check_page(client.get(author.get_absolute_url() + query))
    return [re.sub(r"<[^>]+>", "", t) for t in re.findall(r'<h3><a href="/papers/[^>]+>(.*?)</a></h3>', html)]


NEWEST = ["Another beginning", "A retracted claim", "On n2", "Nobody knows when"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", NEWEST),
        ("?sort=newest", NEWEST),
        ("?sort=cited", ["Nobody knows when", "On n2", "A retracted claim", "Another beginning"]),
        ("?sort=novel", NEWEST),
        ("?category=cs.LG", NEWEST[:2]),
        ("?year=2019", ["On n2"]),
        ("?year=unknown", ["Nobody knows when"]),
        ("?q=SHEEP", ["On n2"]),
        ("?q=icml+farmers", ["On n2"]),
        ("?q=bjork+claim", ["A retracted claim"]),
        ("?q=words", []),  # a summary of ours is not searched
        ("?category=cs.LG&year=2020&q=claim&sort=cited", ["A retracted claim"]),
        ("?category=cs.LG&year=2019", []),
        ("?category=no.SUCH", []),
        ("?year=1066", []),
        ("?coauthor=nobody", []),
        ("?q=%25", []),
        ("?unknown=1", NEWEST),
    ],
)
def test_the_address_says_what_is_listed(client: Client, ada: Author, query: str, found: list[str]) -> None:
    assert titles(client, ada, query) == found


def test_an_empty_list_says_what_to_do(client: Client, ada: Author) -> None:
    html = check_page(client.get(ada.get_absolute_url() + "?category=no.SUCH&q=x"))
    assert "No paper fits all of these filters." in html
    assert "0 of 4 papers" in html
    assert 'aria-label="Remove the filter Category: no.SUCH"' in html


def test_it_names_the_order(client: Client, ada: Author) -> None:
    html = check_page(client.get(ada.get_absolute_url()))
    assert "In order: newest first, papers without a date last, equal dates by title." in html
    html = check_page(client.get(ada.get_absolute_url() + "?sort=score"))
    assert "In order: highest AI score first, papers without a score last." in html


def test_it_filters_by_coauthor(client: Client, ada: Author) -> None:
    cy = make_author("Cy Only-Once")
    make_authorship(make_paper("With Cy"), cy)
    make_authorship(Authorship.objects.filter(shown_author=ada, paper__title="On $n^2$").get().paper, cy)
    assert titles(client, ada, f"?coauthor={cy.public_id}") == ["On n2"]
    assert "Cy Only-Once" in client.get(ada.get_absolute_url() + f"?coauthor={cy.public_id}").content.decode()
    Author.objects.filter(pk=cy.pk).update(is_hidden=True)
    assert titles(client, ada, f"?coauthor={cy.public_id}") == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?sort=best", "There is no sort order"),
        ("?page=-1", "is no page number"),
        ("?page=abc", "is no page number"),
        ("?page=0", "is no page number"),
        ("?page=1.5", "is no page number"),
        ("?page=99999999999999999999", "is no page number"),
        ("?year=abc", "is no year"),
        ("?year=²⁰¹⁹", "is no year"),
        ("?q=" + "a" * 201, "longer than 200"),
        ("?q=%00", "holds a NUL"),
        ("?category=%00", "holds a NUL"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_in_a_sentence(
    client: Client, ada: Author, query: str, sentence: str
) -> None:
    response = client.get(ada.get_absolute_url() + query)
    assert response.status_code == 400
    assert sentence in check_page(response)


def test_a_page_past_the_end_is_not_found(client: Client, ada: Author) -> None:
    response = client.get(ada.get_absolute_url() + "?page=2")
    assert response.status_code == 404
    assert "This list ends at page 1; there is no page 2." in check_page(response)


def test_pages_hold_25_each_and_no_paper_is_lost(client: Client) -> None:
    author = make_author("Pageful Person")
    for i in range(60):
        make_authorship(make_paper(f"Title {i:02}", year=2000), author)
    computed(author)
    seen = [titles(client, author, f"?page={page}") for page in (1, 2, 3)]
    assert [len(page) for page in seen] == [25, 25, 10]
    assert [t for page in seen for t in page] == [f"Title {i:02}" for i in range(60)]
    html = client.get(author.get_absolute_url() + "?page=2&sort=cited").content.decode()
    assert "26–50 of 60" in html
    assert 'href="?sort=cited&amp;page=3#papers"' in html
    assert 'start="26"' in html


@pytest.mark.parametrize("word", ["ä", "İ", "\u202e", "'", '"', "\\", "💥", "_", "%"])
def test_any_word_may_be_searched_for(client: Client, ada: Author, word: str) -> None:
    assert client.get(f"{ada.get_absolute_url()}?q={quote(word)}").status_code == 200


def test_an_address_survives_being_read_again() -> None:
    query = ListQuery(q="a b", sort="cited", category="cs.LG", year="2019", coauthor="x", page=3)
    given = dict(pair.split("=") for pair in query.address(page=3).removeprefix("?").split("&"))
    assert read_list_query({**given, "q": "a b"}) == query
    assert query.address(year="").endswith("coauthor=x")
    assert ListQuery().address() == "?"
    with pytest.raises(BadParameter):
        read_list_query({"page": "٣"})
