from __future__ import annotations

import gzip
import json
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.fingerprint import MAX_FINGERPRINT, same_people, title_fingerprint
from tests.shared import SHARED, needs_shared


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("DISCO Nets : DISsimilarity COefficients Networks", "DISCO Nets: DISsimilarity COefficients Networks"),
        (r"The $\beta$-VAE and {\em its} limits", "The beta-VAE and Its Limits"),
        ("The β-VAE and its limits", "THE BETA VAE AND ITS LIMITS"),
        (r"An $O(n^2)$ algorithm for la\-bels", "An O(n²) algorithm for labels"),
        ("An O(n^2) algorithm for labels", "An O(n<sup>2</sup>) algorithm for labels"),
        ("Schr\u00f6dinger bridges made easy", "Schro\u0308dinger Bridges Made Easy."),
        ("RETRACTED: On the growth of crystals", "On the growth of crystals"),
        ("Auto-encoders of state-of-the-art", "Autoencoders of State of the Art"),
        ("Tom &amp; Jerry learn to cooperate", "Tom & Jerry learn to cooperate"),
    ],
)
def test_it_holds_one_title_for_one(a: str, b: str) -> None:
    assert title_fingerprint(a) == title_fingerprint(b) is not None


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Causal discovery in the wild, Part I", "Causal discovery in the wild, Part II"),
        ("Programming robots in C", "Programming robots in C++"),
        ("Robust control in H∞ spaces", "Robust control in H2 spaces"),
        ("The α-divergence of measures", "The β-divergence of measures"),
        ("基于深度学习的图像识别方法", "基于深度学习的语音识别方法"),
        ("x" * 30 + " long title " + "y" * 200 + " one", "x" * 30 + " long title " + "y" * 200 + " two"),
    ],
)
def test_it_tells_titles_apart(a: str, b: str) -> None:
    assert title_fingerprint(a) != title_fingerprint(b)
    assert title_fingerprint(a)
    assert title_fingerprint(b)


@pytest.mark.parametrize(
    "title",
    [
        "",
        ":",
        "Introduction",
        "Editorial",
        "Deep Learning",
        "A b c",
        "Discussion of “Contextual bandits”",
        "Erratum to: A title",
        "Comment on the paper of somebody",
        "Asian Conference on Machine Learning: Preface",
        "图像识别",
        "$x$ $y$ $z$",
    ],
)
def test_it_gives_none_where_titles_are_shared(title: str) -> None:
    assert title_fingerprint(title) is None


@pytest.mark.parametrize(
    "title", ["A note on cyclic graphs", "Discussion Tracker for students", "Retraction-based planners for arms"]
)
def test_it_keys_titles_that_begin_like_front_matter(title: str) -> None:
    assert title_fingerprint(title) is not None


@given(st.text(max_size=600))
def test_it_is_bounded_and_stable(title: str) -> None:
    key = title_fingerprint(title)
    assert key is None or (6 <= len(key) <= MAX_FINGERPRINT and " " not in key)
    assert title_fingerprint(f"  {title.strip()} ") == title_fingerprint(title.strip())


def test_it_needs_one_compatible_name() -> None:
    assert same_people(["A. Lee", "Bo Ek"], ["Bo Ek", "Cy Fox"])
    assert same_people(["K. Müller"], ["Klaus Mueller"])
    assert same_people(["Ann Lee, Bo Ek, Cy Fox"], ["Cy Fox"])
    assert same_people(["Ann Lee, Bo Ek"], ["Ann Lee", "Bo Ek"])
    assert not same_people(["Ann Lee"], ["Anton Lee"])


def test_it_does_not_judge_unknown_bylines() -> None:
    assert same_people([], ["Ann Lee"])
    assert same_people([":", "ATLAS Collaboration"], ["Ann Lee"])


def test_it_is_quick_on_large_bylines() -> None:
    byline = [f"Ann{i} Lee{i}" for i in range(5_000)]
    assert not same_people(byline, [f"Bo{i} Lee{i}" for i in range(5_000)])


@needs_shared
def test_it_keys_every_captured_title_apart() -> None:
    papers = json.loads((SHARED / "seed" / "author_page.json").read_text())["papers"]
    keys = {title_fingerprint(paper["title"]) for paper in papers}
    assert len(keys) == len(papers) == 45
    assert None not in keys


@needs_shared
def test_it_joins_few_strangers_in_the_corpus() -> None:
    bylines: dict[str, list[list[str]]] = defaultdict(list)
    with gzip.open(SHARED / "corpus" / "papers.jsonl.gz", "rt") as lines:
        for line in lines:
            paper = json.loads(line)
            key = title_fingerprint(paper["title"] or "")
            if key:
                bylines[key].append([author["name"] for author in paper["authors"]])
    twice = [found for found in bylines.values() if len(found) > 1]
    strangers = [found for found in twice if not same_people(found[0], found[1])]
    assert len(twice) > 150
    assert len(strangers) < len(twice) * 0.02
