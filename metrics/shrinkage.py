"""An author's score from the scores of their papers: a shrunk mean, with its interval. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

CENTRE = 50.0
MIN_PAPERS = 3
UPPER_TENTH = 1.2816  # standard deviations from the middle to the upper tenth of a normal distribution


class Shrinkage(NamedTuple):
    """`kappa`: how many papers of the centre's score a new author starts with. `spread`: standard deviation of one
    author's papers, in points. With an intraclass correlation r, κ = (1 − r) / r, and spread = total · √(1 − r)."""

    kappa: float
    spread: float


NOVELTY = Shrinkage(kappa=5, spread=26.4)  # of percentiles, whose standard deviation is 28.9
AI_SCORE = Shrinkage(kappa=4, spread=10.5)  # of calibrated scores, whose standard deviation is about 11.7


class AuthorScore(NamedTuple):
    """`low` to `high` holds the author's level in 80 of 100 cases. `papers`: how many scored papers it rests on."""

    value: float
    low: float
    high: float
    papers: int


def shrunk_mean(scores: Iterable[float | None], shrinkage: Shrinkage) -> AuthorScore | None:
    """(Σ + κ · 50) / (n + κ) over the papers that have a score. None below three of them.

    The shrinkage of J. A. Bühlmann, ASTIN Bulletin 4 (1967) 199–207, towards the middle of the scale.
    """
    known = [score for score in scores if score is not None and math.isfinite(score)]
    if len(known) < MIN_PAPERS:
        return None
    weight = len(known) + shrinkage.kappa
    value = (math.fsum(known) + shrinkage.kappa * CENTRE) / weight
    reach = UPPER_TENTH * shrinkage.spread / math.sqrt(weight)
    return AuthorScore(value, max(value - reach, 0.0), min(value + reach, 100.0), len(known))
