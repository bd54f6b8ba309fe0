from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.shrinkage import AI_SCORE, NOVELTY, Shrinkage, shrunk_mean

scores = st.lists(st.floats(0, 100), min_size=3, max_size=60)


# Worked by hand: (60 + 70 + 80 + 5 · 50) / 8 and (60 + 70 + 80 + 4 · 50) / 7.
@pytest.mark.parametrize(("shrinkage", "value"), [(NOVELTY, 57.5), (AI_SCORE, 410 / 7)])
def test_the_mean_of_a_worked_case(shrinkage: Shrinkage, value: float) -> None:
    found = shrunk_mean([60, None, 70, 80, math.nan], shrinkage)
    assert found is not None
    assert found.value == pytest.approx(value)
    assert found.papers == 3


def test_it_is_hidden_below_three_scored_papers() -> None:
    assert shrunk_mean([60, None, 70], NOVELTY) is None
    assert shrunk_mean([], AI_SCORE) is None


# DESIGN 5.3: standard deviations of about 11, 8 and 5 points at 1, 5 and 20 papers.
@pytest.mark.parametrize(("papers", "deviation"), [(1, 11), (5, 8), (20, 5)])
def test_the_spread_falls_with_papers_as_it_was_seen_to(papers: int, deviation: float) -> None:
    assert NOVELTY.spread / math.sqrt(papers + NOVELTY.kappa) == pytest.approx(deviation, abs=0.5)


@given(scores)
def test_it_lies_between_the_mean_and_the_centre(values: list[float]) -> None:
    found = shrunk_mean(values, NOVELTY)
    assert found is not None
    low, high = sorted((math.fsum(values) / len(values), 50.0))
    assert low - 1e-9 <= found.value <= high + 1e-9
    assert 0 <= found.low <= found.value <= found.high <= 100


def test_more_papers_narrow_the_interval() -> None:
    few, many = shrunk_mean([50] * 3, AI_SCORE), shrunk_mean([50] * 30, AI_SCORE)
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low
