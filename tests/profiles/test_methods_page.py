from __future__ import annotations

import re

from django.template.defaultfilters import floatformat
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from metrics.registry import METRICS
from papers.sources.catalogue import CATALOGUE, COUNT_ORDER
from profiles.evaluation import measured
from tests.profiles.conftest import check_page


def read(client: Client) -> str:
    return " ".join(check_page(client.get("/methods/")).split())


def test_every_metric_is_defined_with_what_it_does_not_mean(client: Client) -> None:
    html = read(client)
    for metric in METRICS:
        part = html.partition(f'id="{metric.anchor}"')[2].partition("</section>")[0]
        for text in (metric.label, metric.definition, metric.limits):
            assert text.replace("'", "&#x27;") in part, metric.slug
        assert (f"definition {metric.version}" in part) == metric.computed
        assert ("not computed yet" in part) == (not metric.computed)
        assert metric.reference_url in part


def test_it_says_what_the_scores_do_not_measure_before_how_well_they_do(client: Client) -> None:
    part = read(client).partition('id="scores-measured"')[2].partition('id="papers-counted"')[0]
    assert part.index("what neither measures") < part.index("Spearman")
    assert len(measured()) == 18
    assert {figure.name.split(":")[0].split(",")[0] for figure in measured()} == {"Novelty", "AI score"}
    for figure in measured():
        value, low, high = (floatformat(number, 3) for number in (figure.value, figure.low, figure.high))
        assert f"<td>{value}</td><td>{low}–{high}</td>" in part


def test_it_says_how_papers_are_counted_and_whose_counts_are_taken(client: Client) -> None:
    html = read(client)
    order = re.findall(r"<li>([^<]+)</li>", html.partition('<ol class="order">')[2].partition("</ol>")[0])
    assert order == [CATALOGUE[slug].name for slug in COUNT_ORDER]
    assert "more than 100 authors" in html
    assert "Withdrawn papers stand under a heading of their own" in html


def test_every_anchor_that_is_linked_exists(client: Client) -> None:
    html = read(client)
    ids = set(re.findall(r'id="([^"]+)"', html))
    about = check_page(client.get("/about/"))
    linked = re.findall(r'href="#([^"]+)"', html) + re.findall(r'href="/methods/#([^"]+)"', about)
    assert len(linked) > 2 * len(METRICS)
    assert set(linked) <= ids
    assert 'href="/methods/"' in about


def test_it_asks_the_database_nothing(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        client.get("/methods/")
