"""Novelty and AI score on pages: with interval, basis and evidence, or with the reason for none."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from metrics.models import AuthorScore, PaperScore
from papers.models import Author, Paper
from tests.factories import NOW, make_author, make_authorship, make_paper
from tests.profiles.conftest import check_page, computed

TITLES = ("Middle wording", "Unheard wording", "No score", "Old wording")


def give_score(paper: Paper, metric: str, value: float | None, reason: str = "", **fields: object) -> PaperScore:
    bounds = {"low": None, "high": None} if value is None else {"low": max(value - 10, 0), "high": min(value + 10, 100)}
    given = {"version": "1.test", "inputs": 0, "computed_at": NOW, "basis": "title", **bounds, **fields}
    return PaperScore.objects.create(paper=paper, metric=metric, value=value, reason=reason, **given)


@pytest.fixture
def scored() -> Author:
    author = make_author("Scored Author")
    for title, novelty, forecast in zip(TITLES, (50.4, 91.2, None, 3.0), (45.0, 40.0, None, 70.0), strict=True):
        paper = make_paper(title)
        make_authorship(paper, author)
        give_score(paper, "novelty", novelty, "" if novelty else "Only 7 earlier papers are known here.")
        give_score(paper, "ai_score", forecast, "" if forecast else "It has no title.")
    computed(author)
    return author


def give_author(author: Author, metric: str, **fields: object) -> None:
    given = {"papers": 4, "scored": 3, "title_only": 3, "version": "1.test", "computed_at": NOW}
    AuthorScore.objects.create(author=author, metric=metric, **given | fields)


def read(client: Client, author: Author, query: str = "") -> str:
    return " ".join(check_page(client.get(author.get_absolute_url() + query)).split())


def test_the_header_has_value_interval_and_basis_or_the_reason(client: Client, scored: Author) -> None:
    give_author(scored, "novelty", value=56.7, low=52.0, high=61.4)
    give_author(scored, "ai_score", reason="needs 3 scored papers, 2 known", scored=2, title_only=2)
    html = read(client, scored)
    assert '57<span class="unit">&nbsp;%</span></span> <span class="label">Novelty</span>' in html
    assert '<span class="note">± 5, title only</span>' in html
    assert (
        '—</span> <span class="label">AI score</span> <span class="note">needs 3 scored papers, 2 known</span>' in html
    )
    assert "nan" not in html.lower().replace("finance", "")


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("novel", ["Unheard wording", "Middle wording", "Old wording", "No score"]),
        ("score", ["Old wording", "Middle wording", "Unheard wording", "No score"]),
    ],
)
def test_the_list_is_sorted_by_score_with_the_unknown_last(
    client: Client, scored: Author, sort: str, order: list[str]
) -> None:
    html = read(client, scored, f"?sort={sort}")
    assert re.findall(r'<h3><a href="/papers/[^>]+>(.*?)</a></h3>', html) == order
    assert "novelty 91 %" in html
    assert "AI score 70" in html


def test_the_papers_page_names_near_papers_that_are_held_and_counts_the_others(client: Client) -> None:
    near, hidden = make_paper("A near one"), make_paper("A hidden one", is_hidden=True)
    paper = make_paper("The paper itself")
    held = [{"paper": near.pk, "cosine": 0.314}, {"paper": hidden.pk, "cosine": 0.2}]
    evidence = {"nearest": held, "not_held": 8, "phrases": ["wet fish"], "priors": 1456, "cohort": 711}
    evidence |= {"cohort_year": 2020, "group": "robotics"}
    give_score(paper, "novelty", 64.0, provisional=True, evidence=evidence)
    give_score(paper, "ai_score", None, "It has no title.")
    html = " ".join(check_page(client.get(paper.get_absolute_url())).split())
    assert f'<a href="{near.get_absolute_url()}" dir="auto">A near one</a>' in html
    assert "31 % alike" in html
    assert "711 papers of 2020 in robotics" in html
    assert "A hidden one" not in html
    assert "9 of the 10 nearest earlier papers are not held here" in html
    assert "<q>wet fish</q>" in html
    assert "54–74" in html
    assert "from title only; provisional, only 1,456 earlier papers are known" in html
    assert "It has no title." in html
    assert "does not tell whether a text was written by a machine" in html


def test_a_paper_that_is_not_scored_yet_has_no_such_section(client: Client) -> None:
    assert "scores-heading" not in check_page(client.get(make_paper("New").get_absolute_url()))
