from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from papers.models import Author, AuthorName, Authorship, Paper
from tests.factories import make_author, make_authorship, make_paper
from tests.profiles.conftest import check_page, computed, give_name

QUERIES = 7  # of at most eight, at every size


def rows(html: str) -> list[str]:
    return html.split('<li class="paper">')[1:]


def row(html: str, title: str) -> str:
    return next(part for part in rows(html) if title in part)


def test_it_shows_who_the_author_is(client: Client, ada: Author) -> None:
    html = check_page(client.get(ada.get_absolute_url()))
    assert '<h1 dir="auto">Ada Example</h1>' in html
    assert 'href="https://orcid.org/0000-0002-1825-0097"' in html
    assert 'href="https://openalex.org/A5023888391"' in html
    assert html.index("Somewhere University") < html.index("Before Institute")
    assert ">stat.ML</a>" in html


def test_its_figures_are_the_stored_ones_with_their_explanation(client: Client, ada: Author) -> None:
    html = check_page(client.get(ada.get_absolute_url()))
    metrics = ada.metrics
    flat = " ".join(html.split())
    for label, value in (("Papers", metrics.papers), ("Citations", metrics.citations), ("h-index", metrics.h_index)):
        assert f'<span class="value">{value}</span> <span class="label">{label}</span>' in flat
    assert "the count is at least the place" in html
    assert flat.count('<span class="note">being computed</span>') == 2
    assert "OpenAlex 2, Semantic Scholar 1, unknown 1" in flat


def test_a_reported_figure_that_cannot_be_is_said_to_be_so(client: Client, ada: Author) -> None:
    html = " ".join(check_page(client.get(ada.get_absolute_url())).split())
    assert "inconsistent: h 17 cannot come from 4 papers" in html
    assert "h-index</span>" in html
    assert '<span class="value">17</span>' not in html


def test_it_says_so_while_the_figures_are_being_computed(client: Client) -> None:
    author = make_author("New Comer")
    make_authorship(make_paper("First steps"), author)
    html = check_page(client.get(author.get_absolute_url()))
    assert "The figures are being computed." in html
    assert "First steps" in html


def test_it_has_a_page_for_an_author_of_no_papers(client: Client) -> None:
    author = make_author("Quiet One")
    assert "No papers are listed yet." in check_page(client.get(author.get_absolute_url()))


def test_an_unknown_count_is_no_zero(client: Client, ada: Author) -> None:
    html = client.get(ada.get_absolute_url()).content.decode()
    unknown = row(html, "Another beginning")
    assert "—" in unknown
    assert "Cited-by count unknown" in unknown
    assert ">0<" not in unknown
    known = row(html, "Nobody knows when")
    assert ">40</span>" in known
    assert "Semantic Scholar" in known


def test_dates_are_shown_at_their_precision(client: Client, ada: Author) -> None:
    html = client.get(ada.get_absolute_url()).content.decode()
    assert '<time datetime="2019-05-17">17 May 2019</time>' in row(html, "On <math>")
    assert '<time datetime="2021">2021</time>' in row(html, "Another beginning")
    assert "no date" in row(html, "Nobody knows when")


def test_a_row_has_maths_abstract_links_and_tags(client: Client, ada: Author) -> None:
    part = row(client.get(ada.get_absolute_url()).content.decode(), "On <math>")
    assert "We count <em>sheep</em>." in part
    assert 'href="https://doi.org/10.5555/one"' in part
    assert 'href="https://arxiv.org/abs/1905.00001"' in part
    for text in ("stat.ML", "ICML", "farmers"):
        assert text in part


def test_a_summary_of_ours_is_marked_as_ours(client: Client, ada: Author) -> None:
    part = row(client.get(ada.get_absolute_url()).content.decode(), "Another beginning")
    assert "In our words." in part
    assert "Summary by Byline, not the abstract" in part


def test_retracted_is_listed_and_withdrawn_stands_apart(client: Client, ada: Author) -> None:
    html = check_page(client.get(ada.get_absolute_url()))
    assert ">Retracted</strong>" in row(html, "A retracted claim")
    listed, _, withdrawn = html.partition('id="withdrawn-heading"')
    assert "Taken back" not in listed
    assert "Taken back" in withdrawn
    assert "Kept out of sight" not in html
    assert len(rows(html)) == ada.metrics.papers == 4


def test_every_source_is_named_and_linked(client: Client, ada: Author) -> None:
    html = check_page(client.get(ada.get_absolute_url()))
    credits = html.partition('id="credits-heading"')[2]
    assert '<a href="https://openalex.org/">OpenAlex</a>: checked' in credits
    assert '<a href="https://www.semanticscholar.org/">Semantic Scholar</a>' in credits
    assert "Data from Semantic Scholar" in credits


def test_coauthors_have_counts_years_and_a_filter(client: Client, ada: Author) -> None:
    html = " ".join(check_page(client.get(ada.get_absolute_url())).split())
    bo = Author.objects.get(name="Bo Björk")
    assert f'href="{bo.get_absolute_url()}"' in html
    assert f'href="?coauthor={bo.public_id}#papers" aria-label="4 papers with Bo Björk"' in html
    assert "2019–2021" in html
    assert "1 of 1 shown" in html


@pytest.mark.parametrize("slug", ["", "wrong/"])
def test_another_slug_leads_to_the_right_one(client: Client, ada: Author, slug: str) -> None:
    response = client.get(f"/authors/{ada.public_id}/{slug}?sort=cited")
    assert response.status_code == 301
    assert response["Location"] == f"{ada.get_absolute_url()}?sort=cited"
    assert response["Cache-Control"] == "no-cache"


def test_a_merged_id_leads_to_the_survivor(client: Client, ada: Author) -> None:
    merged = make_author("A. Example", merged_into=ada)
    response = client.get(merged.get_absolute_url())
    assert (response.status_code, response["Location"]) == (301, ada.get_absolute_url())
    assert response["Cache-Control"] == "no-cache"


def test_a_hidden_author_is_nowhere(client: Client, ada: Author) -> None:
    bo = Author.objects.get(name="Bo Björk")
    Author.objects.filter(pk=bo.pk).update(is_hidden=True)
    merged = make_author("B. Björk", merged_into=bo)
    for address in (bo.get_absolute_url(), f"/authors/{bo.public_id}/", merged.get_absolute_url()):
        assert client.get(address).status_code == 404
    html = check_page(client.get(ada.get_absolute_url()))
    assert bo.public_id not in html
    assert "No co-author is known" in html
    assert '<span dir="auto">Bo Björk</span>' in html


def test_an_unknown_author_is_not_found(client: Client) -> None:
    response = client.get("/authors/2222222222/nobody/")
    assert response.status_code == 404
    assert "There is no author with this address." in check_page(response)


def test_a_retired_name_gives_way_to_the_name_its_bearer_goes_by(client: Client, ada: Author) -> None:
    Authorship.objects.filter(shown_author=ada).update(name="Adam Formerly")
    give_name(ada, "Adam Formerly", is_retired=True)
    html = check_page(client.get(ada.get_absolute_url()))
    assert "Formerly" not in html
    assert html.count('<strong class="own" dir="auto">Ada Example</strong>') == 4
    bo = Author.objects.get(name="Bo Björk")
    assert "Formerly" not in check_page(client.get(bo.get_absolute_url()))
    paper = Paper.objects.listed().filter(title="Another beginning").get()
    assert "Formerly" not in check_page(client.get(paper.get_absolute_url()))
    assert AuthorName.objects.filter(is_retired=True).exists()


def test_hostile_text_stays_text(client: Client) -> None:
    author = make_author("<script>alert(1)</script>", homepage='https://example.org/"onload="x')
    make_authorship(make_paper("x", venue="<img src=x onerror=alert(1)>", organisation='"><b>'), author)
    computed(author)
    html = check_page(client.get(author.get_absolute_url() + "?q=%3Cscript%3E"))
    assert "<script>alert" not in html
    assert "<img" not in html


def many_papers(author: Author, count: int) -> None:
    mates = [make_author() for _ in range(30)]
    papers = [
        Paper(title=f"Paper {i}", title_html=f"Paper {i}", title_plain=f"Paper {i}", founded_by=f"many:{author.pk}:{i}",
              author_count=8, cited_by_count=i, cited_by_source="openalex", primary_category="cs.LG")
        for i in range(count)
    ]  # fmt: skip
    papers = Paper.objects.bulk_create(papers)
    bylines: list[Authorship] = []
    for i, paper in enumerate(papers):
        people = [author, *(mates[(i + k) % 30] for k in range(7))]
        bylines += [
            Authorship(paper=paper, order=k, position=k + 1, name=a.name, source="openalex", author=a, shown_author=a)
            for k, a in enumerate(people)
        ]
    Authorship.objects.bulk_create(bylines)
    computed(author)


@pytest.mark.parametrize("count", [1, 45, 2000])
def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    author = make_author("Prolific Person")
    many_papers(author, count)
    for query in ("", "?sort=cited", "?q=paper&category=cs.LG"):
        with django_assert_num_queries(QUERIES):
            response = client.get(author.get_absolute_url() + query)
        assert response.status_code == 200
        assert len(response.content) < 120_000


def test_the_list_alone_is_sent_where_htmx_asks_for_it(client: Client, ada: Author) -> None:
    headers: dict[str, Any] = {"HX-Request": "true", "HX-Target": "papers"}
    response = client.get(ada.get_absolute_url(), {"sort": "cited"}, headers=headers)
    assert response.content.decode().strip().startswith('<section id="papers"')
    assert "<h1" not in response.content.decode()
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}
    back = client.get(ada.get_absolute_url(), headers={**headers, "HX-History-Restore-Request": "true"})
    assert "<h1" in back.content.decode()


def test_an_author_without_papers_is_not_promised_figures(client: Client, db: None) -> None:
    page = client.get(make_author("Nobody Yet").get_absolute_url()).content.decode()
    assert "being computed" not in page
    assert "There are none without papers" in page
