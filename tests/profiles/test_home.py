from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from papers.models import Author
from tests.profiles.conftest import check_page


@pytest.mark.django_db
def test_an_empty_installation_says_what_to_do(client: Client) -> None:
    html = check_page(client.get("/"))
    assert "No authors yet" in html
    assert "manage.py load_sample" in html


def test_it_shows_authors_and_categories(client: Client, ada: Author) -> None:
    html = " ".join(check_page(client.get("/")).split())
    assert f'href="{ada.get_absolute_url()}"' in html
    assert "4 papers" in html
    assert '<span class="tag">cs.LG</span> <span class="quiet">2 papers</span>' in html
    Author.objects.filter(pk=ada.pk).update(is_hidden=True)
    assert "Ada Example" not in client.get("/").content.decode()


def test_it_takes_few_queries(client: Client, ada: Author, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        client.get("/")
    with django_assert_num_queries(1):
        client.get("/")


@pytest.mark.django_db
def test_the_about_page_names_every_source_and_how_to_write(client: Client, settings: object) -> None:
    html = check_page(client.get("/about/"))
    for name in ("OpenAlex", "Semantic Scholar", "arXiv", "Crossref", "ORCID", "h-index"):
        assert name in html
    assert "https://www.semanticscholar.org/product/api/license" in html
    assert "names no address to write to" in html
    settings.CONTACT_EMAIL = "curators@example.org"  # type: ignore[attr-defined]
    assert 'href="mailto:curators@example.org"' in client.get("/about/").content.decode()
