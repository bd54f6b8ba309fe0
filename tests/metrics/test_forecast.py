from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.forecast import Abstention, Calibration, Forecast, ForecastPaper, Outcome, Scored
from metrics.forecast_features import TITLE_ONLY, WITH_ABSTRACT
from metrics.forecast_file import FORECAST_FILE, ForecastFileError, load_forecast, save_forecast
from metrics.hashing import title_half
from metrics.training.corpus import CorpusPaper
from metrics.training.forecast import TooFewPapers, train
from tests.metrics.forecast_corpus import COLD, HOT, made_up_corpus

Harm = Callable[[bytes], bytes]

UNTIL = 2019
DAY = date(2021, 1, 1)
TITLE = "Diffusion planning for gradal sensors"
ABSTRACT = "We show the transformer modal latal sensing of a contrastive method."


@pytest.fixture(scope="module")
def corpus() -> list[CorpusPaper]:
    return made_up_corpus()


@lru_cache(maxsize=1)
def _learned() -> Forecast:
    return train(made_up_corpus(), UNTIL, made_on=DAY)


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    return _learned()


@pytest.fixture(scope="module")
def shipped() -> Forecast:
    return load_forecast(FORECAST_FILE)


def _raws(forecast: Forecast, papers: list[CorpusPaper]) -> list[float]:
    raws = forecast.raw([(p.title, p.abstract) for p in papers], [p.year for p in papers], WITH_ABSTRACT)
    return [float(raw) for raw in raws]


def _checked(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Scored):
        assert all(math.isfinite(number) for number in (outcome.value, outcome.low, outcome.high))
        assert 0 <= outcome.low <= outcome.value <= outcome.high <= 100
    else:
        assert outcome.reason.endswith(".")
    return outcome


def test_it_learns_what_is_followed_by_citations(forecast: Forecast) -> None:
    hot = forecast.score(" ".join(HOT), None, "learning", 2020)
    cold = forecast.score(" ".join(COLD), None, "learning", 2020)
    assert isinstance(hot, Scored)
    assert isinstance(cold, Scored)
    assert hot.value > 55
    assert cold.value < 45
    assert hot.basis == TITLE_ONLY


def test_an_abstract_is_read_where_there_is_one(forecast: Forecast) -> None:
    hot = forecast.score(TITLE, ABSTRACT, "learning", 2020)
    cold = forecast.score(
        TITLE, ABSTRACT.replace("transformer", "fuzzy").replace("contrastive", "petri"), "learning", 2020
    )
    assert isinstance(hot, Scored)
    assert isinstance(cold, Scored)
    assert hot.basis == cold.basis == WITH_ABSTRACT
    assert hot.value > cold.value


def test_a_papers_own_citations_never_help_to_make_its_score(corpus: list[CorpusPaper], forecast: Forecast) -> None:
    """All counts of one half, dealt out anew within their cells, leave that half's raw scores as they were."""
    places = [i for i, p in enumerate(corpus) if p.year == 2018 and p.venue == "icml" and title_half(p.title) == 0]
    dealt = list(corpus)
    for place, other in zip(places, reversed(places), strict=True):
        dealt[place] = replace(corpus[place], citations=corpus[other].citations)
    again = train(dealt, UNTIL, made_on=DAY)
    same_half = [corpus[place] for place in places]
    other_half = [p for p in corpus if p.year == 2018 and title_half(p.title) == 1]
    assert _raws(again, same_half) == _raws(forecast, same_half)
    assert _raws(again, other_half) != _raws(forecast, other_half)


def test_later_citations_never_reach_the_model(corpus: list[CorpusPaper], forecast: Forecast, tmp_path: Path) -> None:
    later = [replace(p, citations=None) if p.year > UNTIL else p for p in corpus]
    save_forecast(forecast, tmp_path / "a.npz")
    save_forecast(train(later, UNTIL, made_on=DAY), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_saved_forecast_scores_alike(corpus: list[CorpusPaper], forecast: Forecast, tmp_path: Path) -> None:
    save_forecast(forecast, tmp_path / "model.npz")
    papers = [ForecastPaper(p.title, p.abstract, p.group, p.year) for p in corpus[::50]]
    assert load_forecast(tmp_path / "model.npz").score_all(papers) == forecast.score_all(papers)


@pytest.mark.parametrize("harm", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:5000] + b"x" * 50 + b[5050:]])
def test_a_damaged_file_is_refused_with_what_to_do(forecast: Forecast, tmp_path: Path, harm: Harm) -> None:
    path = tmp_path / "model.npz"
    save_forecast(forecast, path)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(ForecastFileError, match=r"model\.npz cannot be read .*build_reference"):
        load_forecast(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ForecastFileError, match="build_reference"):
        load_forecast(tmp_path / "none.npz")


def test_many_at_once_score_as_each_alone(forecast: Forecast, corpus: list[CorpusPaper]) -> None:
    papers = [ForecastPaper(p.title, p.abstract if n % 2 else None, p.group, p.year) for n, p in enumerate(corpus[:40])]
    papers.insert(7, ForecastPaper("", None, None, None))
    alone = [forecast.score(p.title, p.abstract, p.group, p.year) for p in papers]
    assert forecast.score_all(papers) == alone
    assert forecast.score_all([]) == []


@pytest.mark.parametrize(
    ("paper", "reason"),
    [
        (ForecastPaper("", ABSTRACT, "learning", 2020), "no title"),
        (ForecastPaper(" \n", None, "learning", 2020), "no title"),
        (ForecastPaper("\0\0", None, "learning", 2020), "not in English"),
        (ForecastPaper("Diffusion", None, "learning", 2020), "single word"),
        (ForecastPaper("深度学习综述", None, "learning", 2020), "not in English"),
        (ForecastPaper("Maschinelles Lernen für die Robotik", ABSTRACT, "robotics", 2020), "not in English"),
        (ForecastPaper(TITLE, ABSTRACT, None, 2020), "category is not known"),
        (ForecastPaper(TITLE, ABSTRACT, "physics", 2020), r"0 papers of its category \(physics\).* needs 1,000"),
        (ForecastPaper(TITLE, ABSTRACT, "learning", None), "year is not known"),
        (ForecastPaper(TITLE, ABSTRACT, "learning", 1850), "No year until 1850"),
    ],
)
def test_it_abstains_and_says_why(forecast: Forecast, paper: ForecastPaper, reason: str) -> None:
    outcome = _checked(forecast.score_all([paper])[0])
    assert isinstance(outcome, Abstention)
    assert re.search(reason, outcome.reason)


@pytest.mark.parametrize(
    ("abstract", "basis"),
    [
        (None, TITLE_ONLY),
        ("", TITLE_ONLY),
        ("No abstract.", TITLE_ONLY),
        ("这是一篇关于深度学习的论文，" * 40, TITLE_ONLY),
        ("Nous montrons que le modèle apprend dans tous les cas.", TITLE_ONLY),
        ("the method " * 25_000, WITH_ABSTRACT),
        ("the\0 method\0 is\0 shown to be good \0", WITH_ABSTRACT),
        ("the method is good \ud800 \U0010ffff and sound", WITH_ABSTRACT),
    ],
)
def test_any_abstract_gives_a_score_on_a_stated_basis(forecast: Forecast, abstract: str | None, basis: str) -> None:
    outcome = _checked(forecast.score(TITLE, abstract, "learning", 2020))
    assert isinstance(outcome, Scored)
    assert outcome.basis == basis


def test_a_year_to_come_is_ranked_among_the_latest_known(forecast: Forecast) -> None:
    outcome = forecast.score(TITLE, ABSTRACT, "learning", 2999)
    assert isinstance(outcome, Scored)
    assert outcome.cohort_year == 2020


@given(
    st.text(max_size=60),
    st.none() | st.text(max_size=200),
    st.sampled_from([None, "learning", "vision", "\0"]),
    st.none() | st.integers(-(10**6), 10**6),
)
def test_nothing_makes_it_fail(title: str, abstract: str | None, group: str | None, year: int | None) -> None:
    _checked(_learned().score(title, abstract, group, year))


def test_calibration_of_a_worked_case() -> None:
    calibration = Calibration(0.4, np.array([5.0, 15.0, 25.0]), np.array([75.0, 85.0, 95.0]))
    assert calibration.at(50) == (50, 15, 85)
    assert calibration.at(75) == (60, 20, 90)
    assert calibration.at(100) == (70, 25, 95)


@pytest.mark.parametrize("size", [0, 1, 50])
def test_too_small_a_corpus_is_refused(corpus: list[CorpusPaper], size: int) -> None:
    with pytest.raises(TooFewPapers, match="1,000 papers with known citations"):
        train(corpus[:size], UNTIL, made_on=DAY)


def test_papers_of_one_year_alone_are_refused(corpus: list[CorpusPaper]) -> None:
    with pytest.raises(TooFewPapers):
        train([replace(p, year=UNTIL) for p in corpus], UNTIL, made_on=DAY)


def test_the_shipped_model_is_small_and_says_what_it_learned_from(shipped: Forecast) -> None:
    assert FORECAST_FILE.stat().st_size <= 512 * 1024
    assert sum(half.weights.nbytes for halves in shipped.halves.values() for half in halves) <= 512 * 1024
    assert shipped.manifest["papers"] > 50_000
    assert {"robotics", "vision", "language", "learning"} <= {g for g, n in shipped.learned.items() if n >= 1_000}


def test_the_shipped_scores_stay_where_the_calibration_puts_them(shipped: Forecast) -> None:
    for title in (
        "Attention is all you need",
        "A note on fuzzy Petri nets",
        "Segment anything: one model for all images",
    ):
        outcome = shipped.score(title, None, "learning", 2017)
        assert isinstance(outcome, Scored)
        assert 25 <= outcome.value <= 75
        assert outcome.high - outcome.low > 40
