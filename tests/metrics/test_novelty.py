from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.evaluation.novelty import load_reference, spearman
from metrics.field import empty_field, with_papers
from metrics.novelty.measure import Looked, Measurer
from metrics.novelty.placing import percentiles, placed, quantiles
from metrics.novelty.results import Abstention, NoveltyResult, Reason
from metrics.novelty.score import Scorer, score
from metrics.pack import Pack, empty_pack
from metrics.packing import build, read_all
from metrics.wording import (
    Basis,
    PaperText,
    ReadPaper,
    content_words,
    phrases,
    read,
)
from tests.metrics.wordings import GROUP, literature
from tests.shared import SHARED, needs_shared

PAPERS = literature()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("pack")
    build(PAPERS, folder, {})
    return Pack.load(folder)


def _read(papers: list[PaperText]) -> list[ReadPaper]:
    return [known for paper in papers if (known := read(paper)) is not None]


def _value(result: NoveltyResult | Abstention) -> NoveltyResult:
    assert isinstance(result, NoveltyResult), result
    return result


def test_percentiles_of_a_worked_case() -> None:
    assert percentiles([5, 1, 3, 3]).tolist() == [87.5, 12.5, 50, 50]
    assert placed([0, 1, 2, 3, 9], np.array([1.0, 2, 2, 3])).tolist() == [0, 0, 50, 100, 100]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=300))
def test_quantiles_place_as_the_whole_cohort_does(values: list[int]) -> None:
    among = quantiles(values, 101)
    assert (among[0], among[-1]) == (min(values), max(values))
    found = placed(values, among)
    assert (found >= 0).all()
    assert (found <= 100).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= 0).all()


@needs_shared
def test_values_follow_the_exact_reference(pack: Pack) -> None:
    exact = load_reference(SHARED / "scores" / "reference.py")
    known = [paper for paper in PAPERS if paper.year is not None and paper.year <= 2009]
    years = np.array([paper.year for paper in known])
    texts = [f"{paper.title} {paper.abstract}" for paper in known]
    wanted = exact.novelty(texts, years, 2009)
    ours = [_value(result).value for result in score([paper for paper in known if paper.year == 2009], pack)]
    assert spearman(np.array(ours), wanted) >= 0.9  # drawn words have no topics: evaluate measures it on real papers


def test_a_paper_alone_lies_where_it_does_among_others(pack: Pack) -> None:
    batch = [paper for paper in PAPERS if paper.year in {2008, 2009}]
    together = score(batch, pack)
    for at in range(0, len(batch), 40):
        assert score([batch[at]], pack) == [together[at]]


def test_values_spread_evenly_over_their_cohort(pack: Pack) -> None:
    values = [_value(result).value for result in score([paper for paper in PAPERS if paper.year == 2009], pack)]
    assert abs(np.mean(values) - 50) < 3
    assert np.quantile(values, [0.1, 0.9]) == pytest.approx([10, 90], abs=5)


@pytest.fixture(scope="module")
def scorer(pack: Pack) -> Scorer:
    return Scorer(pack, _read(PAPERS))


SIGNS = st.sampled_from(["{}", "{}.", "  {}", "“{}”", "{}!?"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1_150, len(PAPERS) - 1), st.integers(2008, 2030), SIGNS, st.none() | st.integers(0, 5))
def test_no_version_duplicate_or_later_paper_is_among_the_nearest(
    scorer: Scorer, at: int, year: int, sign: str, changed: int | None
) -> None:
    """Asked: a paper of the pack again, in any year, under its title in other signs or under a new title."""
    original = PAPERS[at]
    title, abstract = sign.format(original.title.upper()), original.abstract or ""
    if changed is None:  # a duplicate under a new title: only the order of its words differs
        title = " ".join(reversed(original.title.split()))
    else:  # a version under its title may have any abstract
        abstract = " ".join([*abstract.split()[changed * 8 :], "that is new"])
    result = _value(scorer.score([PaperText("asked", title, abstract, GROUP, year)])[0])
    keys = [near.key for near in result.nearest]
    assert original.key not in keys
    assert len(keys) == len(set(keys)) == 10
    assert all(near.year < year for near in result.nearest)
    assert all(near.cosine <= 1 for near in result.nearest)


def test_an_earlier_version_does_not_make_a_paper_old(scorer: Scorer) -> None:
    """A paper of 2008 once more in 2010: its own phrases are new in both, for it alone has them."""
    first = next(paper for paper in PAPERS if paper.year == 2008)
    again = _value(scorer.score([replace(first, key="again", year=2010)])[0])
    before = _value(scorer.score([first])[0])
    assert before.newness > 0.2
    assert again.newness > before.newness - 0.15


def test_a_duplicate_is_found_by_its_whole_text_only() -> None:
    same = PaperText("same", "Gripping wheels", "Many robots grip small wheels with rubber hands today.", GROUP, 2001)
    near = PaperText("near", "Gripping boxes", "Many robots grip small boxes with rubber feet tomorrow.", GROUP, 2001)
    others = literature(60)
    field = with_papers(empty_field(), _read([same, near, *others]), Basis.ABSTRACT)
    asked = read(replace(same, key="asked", title="Wheels gripping", year=2010))
    assert asked is not None
    assert asked.abstract is not None
    found = Measurer(field, 2010).measure([Looked(asked.abstract, asked.title_hash)])[0].found
    assert [field.keys[row] for row in found.duplicates] == ["same"]
    assert field.keys[found.rows[0]] == "near"


def test_a_paper_held_here_takes_the_place_of_the_entry_of_the_pack(pack: Pack) -> None:
    asked = next(paper for paper in PAPERS if paper.year == 2009)
    alone = _value(score([asked], pack)[0])
    assert alone.not_held_here == 10
    assert all(near.key is None for near in alone.nearest)
    held = _value(score([asked], pack, _read(PAPERS))[0])
    assert held.not_held_here == 0
    assert held.priors == alone.priors
    assert held.value == pytest.approx(alone.value, abs=0.5)
    assert [near.cosine for near in held.nearest] == pytest.approx([near.cosine for near in alone.nearest], abs=1e-3)


def test_a_new_paper_held_here_joins_the_priors(pack: Pack) -> None:
    asked = next(paper for paper in PAPERS if paper.year == 2009)
    follower = replace(asked, key="held", title="Another name of quite another paper", year=2008)
    words = (follower.abstract or "").split()
    follower = replace(follower, abstract=" ".join(words[: len(words) * 2 // 3]))
    before, after = _value(score([asked], pack)[0]), _value(score([asked], pack, _read([follower]))[0])
    assert after.priors == before.priors + 1
    assert after.nearest[0].key == "held"
    assert after.value < before.value
    assert after.newness < before.newness


def test_new_phrases_are_named_in_their_order(pack: Pack) -> None:
    known = next(paper for paper in PAPERS if paper.year == 2004)
    half = " ".join((known.abstract or "").split()[:30])  # of the whole, this would be a duplicate
    text = f"{half} with zebra lattices that sing."
    result = _value(score([PaperText("new", "Of zebras", text, GROUP, 2009)], pack)[0])
    assert list(result.new_phrases)[-2:] == ["zebra lattices", "lattices sing"]
    assert not set(phrases(content_words(half))) & set(result.new_phrases)


def test_titles_are_ranked_among_titles(pack: Pack) -> None:
    paper = next(paper for paper in PAPERS if paper.year == 2009)
    by_title = _value(score([replace(paper, abstract=None)], pack)[0])
    assert (by_title.basis, _value(score([paper], pack)[0]).basis) == (Basis.TITLE, Basis.ABSTRACT)
    assert _value(score([replace(paper, abstract="No abstract.")], pack)[0]) == by_title
    values = [
        _value(result).value
        for result in score([replace(paper, abstract=None) for paper in PAPERS if paper.year == 2009], pack)
    ]
    assert abs(np.mean(values) - 50) < 3


def test_a_year_without_a_cohort_uses_the_latest_earlier_one(pack: Pack) -> None:
    paper = next(paper for paper in PAPERS if paper.year == 2009)
    result = _value(score([replace(paper, title="In a later year", year=2031)], pack)[0])
    assert (result.year, result.cohort_year, result.cohort) == (2031, 2009, 140)


def test_it_is_provisional_and_shown_with_ten_points(pack: Pack) -> None:
    for result in map(_value, score([paper for paper in PAPERS if paper.year == 2009], pack)):
        assert result.provisional
        assert result.low == max(result.value - 10, 0)
        assert result.high == min(result.value + 10, 100)


LONG = "the robot of our graph and " * 10_000
ENGLISH = "We show that the robot can grasp a cup with its own hand."


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "", "abstract": None}, Reason.WORDS),
        ({"title": "\0\0", "abstract": ""}, Reason.WORDS),
        ({"title": "Robots", "abstract": None}, Reason.WORDS),
        ({"title": "1984 = 2 + 2", "abstract": None}, Reason.WORDS),
        ({"title": "深度学习在机器人领域的应用研究", "abstract": None}, Reason.LANGUAGE),
        ({"title": "Über die Lage der Roboter und das Greifen", "abstract": None}, Reason.LANGUAGE),
        ({"year": None}, Reason.NO_YEAR),
        ({"group": None}, Reason.NO_GROUP),
        ({"group": "physics"}, Reason.PRIORS),
        ({"year": 2003}, Reason.PRIORS),
        ({"year": 0}, Reason.PRIORS),
        ({"year": -(10**9)}, Reason.PRIORS),
    ],
)
def test_it_abstains_and_says_why(pack: Pack, changes: dict[str, object], code: Reason) -> None:
    paper = replace(PaperText("asked", "Robots that grasp", ENGLISH, GROUP, 2009), **changes)  # type: ignore[arg-type]
    (result,) = score([paper], pack)
    assert isinstance(result, Abstention)
    assert result.code is code
    assert result.reason.endswith(".")


def test_an_abstention_counts_what_is_there(pack: Pack) -> None:
    (result,) = score([PaperText("asked", "Robots that grasp", ENGLISH, GROUP, 2003)], pack)
    assert isinstance(result, Abstention)
    assert result.priors == 420
    assert result.reason == "Only 420 earlier papers in robotics are known here; 1,000 are needed."


def test_enough_priors_without_a_cohort_abstain() -> None:
    (result,) = score([PaperText("asked", "Robots that grasp", ENGLISH, GROUP, 2012)], empty_pack(), _read(PAPERS))
    assert isinstance(result, Abstention)
    assert (result.code, result.priors) == (Reason.COHORT, 1_400)


@pytest.mark.parametrize(
    ("title", "abstract", "year"),
    [
        ("A long one", LONG, 2009),
        ("A title\0with a NUL", f"{ENGLISH}\0{ENGLISH}", 2009),
        ("The future of it", ENGLISH, 99_999),
        ("Broken \ud800 letters", f"{ENGLISH} \udfff", 2009),
        ("<b>Marked up</b> $x^2$", ENGLISH * 50, 2009),
    ],
)
def test_odd_texts_have_a_value(pack: Pack, title: str, abstract: str, year: int) -> None:
    asked = PaperText("asked", title, abstract, GROUP, year)
    result = _value(score([asked], pack, _read([asked]))[0])
    assert 0 <= result.low <= result.value <= result.high <= 100
    assert result.cohort_year == 2009


texts = st.text(max_size=200) | st.text("abcdefgh -\0", max_size=400)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, st.none() | texts, st.sampled_from([None, GROUP, "vision"]), st.none() | st.integers())
def test_nothing_breaks_it(pack: Pack, title: str, abstract: str | None, group: str | None, year: int | None) -> None:
    asked = PaperText("asked", title, abstract, group, year)
    for result in score([asked], pack, _read([asked])):
        if isinstance(result, NoveltyResult):
            assert math.isfinite(result.value)
            assert 0 <= result.value <= 100


@pytest.mark.parametrize("year", [2005, 2020])
def test_papers_of_a_single_year_have_nothing_before_them(tmp_path: Path, year: int) -> None:
    papers = [replace(paper, year=year) for paper in literature(1_200)]
    build(papers, tmp_path, {})
    results = score([papers[0], replace(papers[1], year=year + 1)], Pack.load(tmp_path))
    assert [result.code for result in results if isinstance(result, Abstention)] == [Reason.PRIORS, Reason.COHORT]


def test_only_first_versions_are_read() -> None:
    assert len(read_all([*PAPERS, *(replace(paper, key=f"{paper.key}b", year=2020) for paper in PAPERS)])) == 1_400
