from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from papers.models import Affiliation, Author, AuthorName, Institution
from papers.names import fold
from profiles.search import MAX_RESULTS, candidate_sql, search_authors, typos
from tests.factories import make_author, make_authorship, make_paper
from tests.profiles.conftest import check_page, computed, give_name

pytestmark = pytest.mark.django_db


def person(name: str, **fields: Any) -> Author:
    author = make_author(name, **fields)
    give_name(author, name)
    return author


def found(name: str) -> list[str]:
    return [one.author.name for one in search_authors(name).found]


@pytest.mark.parametrize(
    "typed",
    ["Marc Mézard", "Marc Mezard", "mezard", "MÉZARD, Marc", "Mezard M", "M. Mézard", "mez", "Mezrad", "Marc Mesard",
     "Mark Mezard", "Mezardd", "Mzard"],
)  # fmt: skip
def test_accents_and_one_typo_are_forgiven(typed: str) -> None:
    person("Marc Mézard")
    person("Somebody Else")
    assert found(typed) == ["Marc Mézard"]


@pytest.mark.parametrize("typed", ["Müller", "Muller", "Mueller", "muler"])
def test_umlauts_may_be_written_out(typed: str) -> None:
    person("Jörg Müller")
    person("Hans Schmidt")
    assert found(typed) == ["Jörg Müller"]


@pytest.mark.parametrize("typed", ["Li", "li yi", "Yi Li", "李", "李明", "O'Neill", "ONeill", "Çağlar", "İbrahim"])
def test_short_names_and_other_scripts_are_found(typed: str) -> None:
    for name in ("Yi Li", "李明", "李", "Ed O’Neill", "Çağlar Gülçehre", "İbrahim Ateş", "Elina Olive"):
        person(name)
    assert found(typed)
    assert "Elina Olive" not in found(typed)


def test_the_name_as_typed_comes_first_and_the_typo_is_said(client: Client) -> None:
    person("Anna Smit")
    person("Anna Smith")
    assert found("Anna Smith") == ["Anna Smith"]
    assert found("Anna Smit") == ["Anna Smit", "Anna Smith"]
    html = check_page(client.get("/", {"q": "Ana Smiht"}))
    assert "with a name like it" in html
    assert "Nobody here is written" in html


def test_a_retired_name_finds_and_is_not_shown(client: Client) -> None:
    author = person("Ada Example")
    give_name(author, "Adam Formerly", is_retired=True)
    assert found("Formerly") == ["Ada Example"]
    html = check_page(client.get("/", {"q": "Adam"}))
    assert "Ada Example" in html
    assert "Formerly" not in html


@pytest.mark.parametrize("typed", ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097", "A5023888391"])
def test_an_identifier_finds_its_bearer(ada: Author, typed: str) -> None:
    assert found(typed) == ["Ada Example"]
    Author.objects.filter(pk=ada.pk).update(is_hidden=True)
    assert found(typed) == []


def test_hidden_and_merged_authors_are_not_found() -> None:
    person("Hidden Person", is_hidden=True)
    survivor = person("Shown Person")
    merged = person("Merged Person")
    Author.objects.filter(pk=merged.pk).update(merged_into=survivor)
    assert found("Person") == ["Shown Person"]


def test_homonyms_are_told_apart(client: Client) -> None:
    first, second = person("Wei Wang"), person("Wei Wang")
    place = Institution.objects.create(key="name:a", name="Academy of Tests")
    Affiliation.objects.create(author=first, institution=place, source="openalex", is_last_known=True)
    make_authorship(make_paper("x", year=2015, citations=7, category="cs.RO"), second)
    make_authorship(make_paper("y", year=2019), second)
    computed(first, second)
    html = " ".join(check_page(client.get("/", {"q": "wei wang"})).split())
    assert html.count("Wei Wang</a>") == 2
    assert html.index(second.public_id) < html.index(first.public_id)
    for text in ("Academy of Tests", "cs.RO", "2 papers", "7 citations", "2015–2019", "0 papers"):
        assert text in html


def test_a_very_common_name_is_bounded_and_says_so(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    authors = [make_author("Wei Wang") for _ in range(MAX_RESULTS + 5)]
    AuthorName.objects.bulk_create([AuthorName(author=a, name=a.name, folded=fold(a.name)) for a in authors])
    response = client.get("/", {"q": "wang"})
    html = check_page(response)
    assert html.count("Wei Wang</a>") == MAX_RESULTS
    assert "There are more: add a first name." in html


@pytest.mark.parametrize("typed", ["%", "_", "' OR 1=1 --", "\\", "💥", "a" * 200, "((", "a b c d e f g h i j"])
def test_odd_names_are_no_fault(client: Client, typed: str) -> None:
    person("Somebody Else")
    html = check_page(client.get("/", {"q": typed}))
    assert "Somebody Else" not in html or typed == "a b c d e f g h i j"


def test_a_name_too_long_is_refused(client: Client) -> None:
    assert client.get("/", {"q": "a" * 201}).status_code == 400
    assert client.get("/", {"q": "a\0b"}).status_code == 400


MANY_NAMES = """
WITH people AS (
    INSERT INTO papers_author
        (public_id, name, orcid, homepage, category, founded_by, is_hidden, provenance, created_at)
    SELECT 'bulk' || i, '', '', '', '', 'bulk:' || i, false, '{}', now() FROM generate_series(1, 40000) i RETURNING id
)
INSERT INTO papers_authorname (author_id, name, folded, is_retired)
SELECT id, id, substr(md5(id::text), 1, 6) || ' ' || substr(md5('x' || id), 1, 8), false FROM people
"""


def test_the_search_reads_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY_NAMES)
        cursor.execute("SELECT gin_clean_pending_list('author_name_trigram')")  # as the autovacuum would
        cursor.execute("ANALYZE papers_authorname, papers_author, metrics_authormetrics")
        for typed, alike in (("nowozin", False), ("li wei", False), ("s nowozin", False), ("nowosin", True)):
            sql, values = candidate_sql(typed.split(), alike=alike)
            cursor.execute("EXPLAIN " + sql, values)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "author_name_trigram" in plan, typed
            assert "Seq Scan on papers_authorname" not in plan, typed


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("same", "same", 0), ("smith", "smiht", 1), ("smith", "smit", 1), ("smith", "smyth", 1), ("smith", "sith", 1),
     ("smith", "jones", 3), ("", "ab", 2), ("abcdef", "a", 3)],
)  # fmt: skip
def test_typos_are_counted(a: str, b: str, distance: int) -> None:
    assert typos(a, b, 2) == distance
    assert typos(b, a, 2) == distance
