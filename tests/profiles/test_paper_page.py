from __future__ import annotations

import pytest
from django.test import Client

from papers.models import Author, Authorship, Institution, Paper, SourceRecord
from tests.factories import NOW, make_author, make_authorship, make_count, make_paper
from tests.profiles.conftest import check_page


def the_paper() -> Paper:
    return Paper.objects.get(title="On $n^2$")


def test_it_shows_the_paper_whole(client: Client, ada: Author) -> None:
    paper = the_paper()
    authorship = Authorship.objects.get(paper=paper, shown_author=ada)
    authorship.institutions.add(Institution.objects.get(name="Somewhere University"))
    html = " ".join(check_page(client.get(paper.get_absolute_url())).split())
    assert '<h1 dir="auto">On <math><msup><mi>n</mi><mn>2</mn></msup></math></h1>' in html
    assert f'<a href="{ada.get_absolute_url()}" dir="auto">Ada Example</a><sup>1</sup>' in html
    for text in ("17 May 2019", "ICML", "stat.ML", "farmers", "We count <em>sheep</em>.", "Somewhere University"):
        assert text in html
    assert 'href="https://doi.org/10.5555/one"' in html
    assert "<dt>Title</dt><dd>arXiv</dd>" in html
    assert "<dt>Venue</dt><dd>curated</dd>" in html


def test_it_has_tags_for_reference_managers(client: Client, ada: Author) -> None:
    html = check_page(client.get(the_paper().get_absolute_url()))
    assert '<meta name="citation_title" content="On n2">' in html
    assert '<meta name="citation_author" content="Ada Example">' in html
    assert '<meta name="citation_publication_date" content="2019/05/17">' in html
    assert '<meta name="citation_doi" content="10.5555/one">' in html
    assert '<meta name="citation_arxiv_id" content="1905.00001">' in html


def test_counts_stand_side_by_side_and_the_used_one_is_named(client: Client, ada: Author) -> None:
    paper = the_paper()
    make_count(paper, "semanticscholar", 20)
    html = " ".join(check_page(client.get(paper.get_absolute_url())).split())
    assert '<tr class="used"><th scope="row">OpenAlex</th><td>12</td>' in html
    assert '<tr><th scope="row">Semantic Scholar</th><td>20</td>' in html
    assert "1 Jun 2026" in html
    assert "Data from Semantic Scholar" in html


def test_no_count_is_no_zero(client: Client, ada: Author) -> None:
    html = check_page(client.get(Paper.objects.get(title="Another beginning").get_absolute_url()))
    assert "No source gives a cited-by count for this paper." in html
    assert "Summary by Byline, not the abstract" in html


def test_records_lead_to_the_source(client: Client, ada: Author) -> None:
    paper = the_paper()
    SourceRecord.objects.create(
        source="openalex", kind="paper", external_id="W123456", payload={"secret": "raw"}, payload_hash="x", record={},
        record_hash="x", retrieved_at=NOW, paper=paper,
    )  # fmt: skip
    html = check_page(client.get(paper.get_absolute_url()))
    assert 'href="https://openalex.org/W123456"' in html
    assert "secret" not in html


@pytest.mark.parametrize(("status", "text"), [("retracted", "Retracted."), ("withdrawn", "Withdrawn.")])
@pytest.mark.django_db
def test_its_status_stands_at_the_head(client: Client, status: str, text: str) -> None:
    assert text in check_page(client.get(make_paper("x", status=status).get_absolute_url()))


@pytest.mark.django_db
def test_a_paper_that_nobody_knows_much_about(client: Client) -> None:
    html = check_page(client.get(make_paper("Bare", year=None).get_absolute_url()))
    assert "No source names the authors." in html
    assert "no date known" in html


@pytest.mark.django_db
def test_addresses_move_and_vanish_as_they_should(client: Client) -> None:
    paper, survivor = make_paper("One"), make_paper("The other")
    response = client.get(f"/papers/{paper.public_id}/")
    assert (response.status_code, response["Location"]) == (301, paper.get_absolute_url())
    assert response["Cache-Control"] == "no-cache"
    Paper.objects.filter(pk=paper.pk).update(merged_into=survivor)
    assert client.get(paper.get_absolute_url())["Location"] == survivor.get_absolute_url()
    Paper.objects.filter(pk=survivor.pk).update(is_hidden=True)
    assert client.get(paper.get_absolute_url()).status_code == 404
    assert client.get(survivor.get_absolute_url()).status_code == 404
    assert client.get("/papers/2222222222/x/").status_code == 404


@pytest.mark.django_db
def test_a_link_that_is_no_web_address_is_no_link(client: Client) -> None:
    versions = [{"source": "arxiv", "label": "v1", "released": "2019-01-02", "url": "javascript:alert(1)"}]
    html = check_page(client.get(make_paper("x", versions=versions).get_absolute_url()))
    assert "javascript:" not in html
    assert "2 Jan 2019" in html


@pytest.mark.django_db
def test_a_hidden_author_stands_as_plain_text(client: Client) -> None:
    paper = make_paper("x")
    author = make_author("Gone Private", is_hidden=True)
    make_authorship(paper, author)
    html = check_page(client.get(paper.get_absolute_url()))
    assert "Gone Private" in html
    assert author.public_id not in html
