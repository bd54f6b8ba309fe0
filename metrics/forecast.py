"""The AI score: the citation percentile that a small model expects of a paper from its text alone. Numpy only.

The model is two halves, each learned from half of the papers (by title). A paper of the years learned from is scored
by the half that has not seen it, so its own citations never help to make its score; a later paper by both together.
Where a raw score lies among the papers of its group and year is its rank; the value is the rank, drawn towards 50 as
far as such forecasts were seen to deserve, measured apart for the years learned from and for later ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.cohorts import group_label, latest_until
from metrics.forecast_features import (
    BASES,
    TITLE_ONLY,
    WITH_ABSTRACT,
    Basis,
    Features,
    Text,
    blocks,
    features,
    has_abstract,
)
from metrics.hashing import title_half, words
from metrics.language import is_english

BATCH = 2_000
MIN_LEARNED = 1_000  # papers of a group with known citations, below which the model knows too little of it
MIN_COHORT = 30
MIN_TITLE_WORDS = 2

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ForecastPaper:
    """A paper at publication. `group`: its slug of `cohorts.category_group`; `year`: of publication; None: unknown."""

    title: str
    abstract: str | None
    group: str | None
    year: int | None


@dataclass(frozen=True)
class Scored:
    """`value`: 0–100, in practice about 29–71; 80 of 100 papers end between `low` and `high`.

    `cohort_year`: the year whose papers it was ranked among; earlier than the paper's own where that year is not known.
    """

    value: float
    low: float
    high: float
    basis: Basis
    version: str
    cohort_year: int


@dataclass(frozen=True)
class Abstention:
    """Why there is no score, as a sentence for readers."""

    reason: str


Outcome = Scored | Abstention


@dataclass(frozen=True)
class Half:
    """Weights of one half of a model: a byte each, in units of `scale`."""

    weights: npt.NDArray[np.int8]
    scale: float

    def raw(self, of: Features) -> Floats:
        return of.sums(self.weights) * self.scale


@dataclass(frozen=True)
class Calibration:
    """From rank to value: 50 + slope · (rank − 50). `low`, `high`: 10th and 90th percentile at evenly spaced ranks."""

    slope: float
    low: Floats
    high: Floats

    def at(self, rank: float) -> tuple[float, float, float]:
        """Value and interval for a rank of 0 to 100."""
        value = min(max(50 + self.slope * (rank - 50), 0.0), 100.0)
        ranks = np.linspace(0, 100, len(self.low))
        low, high = float(np.interp(rank, ranks, self.low)), float(np.interp(rank, ranks, self.high))
        return value, min(max(low, 0.0), value), max(min(high, 100.0), value)


@dataclass(frozen=True)
class Forecast:
    """`learned`: papers learned from, by group. `quantiles`: evenly spaced ones of raw scores, by cohort.

    `calibrations`: for papers of the years learned from, and for later ones.
    """

    halves: Mapping[Basis, tuple[Half, Half]]
    calibrations: Mapping[Basis, tuple[Calibration, Calibration]]
    quantiles: Mapping[tuple[Basis, str], Mapping[int, Floats]]
    learned: Mapping[str, int]
    until: int
    version: str
    manifest: Mapping[str, Any]

    def score(self, title: str, abstract: str | None, group: str | None, year: int | None) -> Outcome:
        return self.score_all([ForecastPaper(title, abstract, group, year)])[0]

    def score_all(self, papers: Sequence[ForecastPaper]) -> list[Outcome]:
        """One outcome a paper, in their order. Memory is bounded, whatever their number."""
        outcomes: list[Outcome] = []
        for start in range(0, len(papers), BATCH):
            outcomes += self._batch(papers[start : start + BATCH])
        return outcomes

    def raw(self, texts: Sequence[Text], years: Sequence[int], basis: Basis) -> Floats:
        """Raw scores on one basis: comparable within a year of publication, and with no paper that is on another."""
        batches = [
            self._raw(texts[start : start + BATCH], years[start : start + BATCH], basis)
            for start in range(0, len(texts), BATCH)
        ]
        return np.concatenate(batches) if batches else np.zeros(0)

    def cohort_year(self, basis: Basis, group: str, year: int) -> int | None:
        """The year whose papers a paper of `year` is ranked among. None: no such year."""
        return latest_until(self.quantiles.get((basis, group), {}), year)

    def rank(self, raw: float, basis: Basis, group: str, cohort_year: int) -> float:
        """Percent of the group's papers of that year whose raw score is lower."""
        nodes = self.quantiles[basis, group][cohort_year]
        return float(np.interp(raw, nodes, np.linspace(0, 100, len(nodes))))

    def _batch(self, papers: Sequence[ForecastPaper]) -> list[Outcome]:
        readings = [self._reading(paper) for paper in papers]
        outcomes: list[Outcome | None] = [reading if isinstance(reading, Abstention) else None for reading in readings]
        for basis in BASES:
            chosen = [row for row, reading in enumerate(readings) if reading == basis]
            texts = [(papers[row].title, papers[row].abstract) for row in chosen]
            raws = self._raw(texts, [papers[row].year or 0 for row in chosen], basis)
            for row, raw in zip(chosen, raws.tolist(), strict=True):
                outcomes[row] = self._outcome(raw, basis, papers[row])
        return [outcome for outcome in outcomes if outcome is not None]

    def _raw(self, texts: Sequence[Text], years: Sequence[int], basis: Basis) -> Floats:
        if not texts:
            return np.zeros(0)
        of_blocks = blocks(texts, basis)
        first, second = (
            half.raw(features(len(texts), of_blocks, basis, place)) for place, half in enumerate(self.halves[basis])
        )
        learned_by = np.array([title_half(title) for title, _ in texts])
        later = np.array(years) > self.until
        return np.where(later, (first + second) / 2, np.where(learned_by == 0, second, first))

    def _reading(self, paper: ForecastPaper) -> Abstention | Basis:
        """What can be read of a paper, or why nothing can."""
        reason = self._place_missing(paper) or _text_missing(paper)
        if reason:
            return Abstention(reason)
        return WITH_ABSTRACT if has_abstract(paper.abstract) and is_english(paper.abstract or "") else TITLE_ONLY

    def _place_missing(self, paper: ForecastPaper) -> str | None:
        if paper.group is None:
            return "Its category is not known, so there are no papers to rank it among."
        learned = self.learned.get(paper.group, 0)
        if learned < MIN_LEARNED:
            return (
                f"The model has learned from {learned:,} papers of its category ({group_label(paper.group)}); "
                f"a forecast needs {MIN_LEARNED:,}."
            )
        if paper.year is None:
            return "Its year is not known, so there are no papers to rank it among."
        if self.cohort_year(TITLE_ONLY, paper.group, paper.year) is None:
            return f"No year until {paper.year} has {MIN_COHORT} papers of its category to rank it among."
        return None

    def _outcome(self, raw: float, basis: Basis, paper: ForecastPaper) -> Outcome:
        group, year = paper.group or "", paper.year or 0
        cohort_year = self.cohort_year(basis, group, year)
        if cohort_year is None:
            return Abstention(f"No year until {year} has {MIN_COHORT} papers of its category with an abstract.")
        calibration = self.calibrations[basis][year > self.until]
        value, low, high = calibration.at(self.rank(raw, basis, group, cohort_year))
        return Scored(value, low, high, basis, self.version, cohort_year)


def _text_missing(paper: ForecastPaper) -> str | None:
    title = words(paper.title)
    readable = has_abstract(paper.abstract) and is_english(paper.abstract or "")
    if not paper.title.strip():
        return "It has no title."
    if not is_english(paper.title):
        return "Its title is not in English, and the model has learned from English papers only."
    if len(title) < MIN_TITLE_WORDS and not readable:
        return "Its title is a single word and no English abstract is known: too little text for a forecast."
    return None
