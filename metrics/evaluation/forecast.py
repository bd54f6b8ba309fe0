"""Does the AI score keep its targets? Learned on the past, held against later years, beside its baselines. Pure.

Every figure is a dict: value, low, high (95 %, bootstrap), n, and where there is one its target and whether it is met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from metrics.evaluation.baselines import metadata_forecast, random_order, team_sizes
from metrics.evaluation.rank_agreement import (
    Figure,
    Floats,
    agreement,
    cells_with,
    decile_error,
    largest_decile_error,
    resampled,
)
from metrics.forecast import Forecast, ForecastPaper, Scored
from metrics.forecast_features import BASES, TITLE_ONLY, WITH_ABSTRACT, Basis, has_abstract
from metrics.forecast_file import save_forecast
from metrics.training.corpus import CorpusPaper
from metrics.training.forecast import train
from metrics.training.targets import citation_counts, citation_percentiles

DECILE_POINTS = 3.0
KIBIBYTES = 512.0
YEARS_SEEN = 5


class Split(NamedTuple):
    until: int
    first: int
    last: int
    target: float


SPLITS = (Split(2018, 2019, 2021, 0.35), Split(2021, 2022, 2023, 0.34))


def evaluate(
    papers: Sequence[CorpusPaper],
    *,
    made_on: date,
    splits: Sequence[Split] = SPLITS,
    seed: int = 0,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """All figures of the AI score: one entry a split. `papers`: with whatever labels there are."""
    found: dict[str, Any] = {}
    for split in splits:
        say(f"AI score: learning from the years until {split.until}")
        forecast = train(papers, split.until, made_on=made_on)
        say(f"AI score: testing on {split.first}–{split.last}")
        found[f"{split.first}–{split.last}"] = evaluate_split(forecast, papers, split, seed)
    return found


def evaluate_split(forecast: Forecast, papers: Sequence[CorpusPaper], split: Split, seed: int = 0) -> dict[str, Any]:
    """The figures of a forecast that learned from the years until `split.until`."""
    metadata = metadata_forecast(papers, split.until)
    tested = [
        place
        for place, paper in enumerate(papers)
        if split.first <= paper.year <= split.last and paper.citations is not None and paper.group
    ]
    found: dict[str, Any] = {"learned until": split.until}
    for basis in BASES:
        places = [place for place in tested if basis == TITLE_ONLY or has_abstract(papers[place].abstract)]
        trial = _Trial(forecast, [papers[place] for place in places], metadata[places], basis, seed)
        found[basis] = _figures(trial, split.target if basis == WITH_ABSTRACT else None)
    return found | {"years learned from": _seen(forecast, papers, seed), "size": _size(forecast)}


class _Trial(NamedTuple):
    """Papers of later years than the forecast has learned from, and what their metadata would have forecast."""

    forecast: Forecast
    papers: Sequence[CorpusPaper]
    metadata: Floats
    basis: Basis
    seed: int


def _figures(trial: _Trial, target: float | None) -> dict[str, Any]:
    tested, counts = trial.papers, citation_counts(trial.papers)
    texts, years = [(paper.title, paper.abstract) for paper in tested], [paper.year for paper in tested]
    forecasts = {
        "model": trial.forecast.raw(texts, years, trial.basis),
        "metadata only": trial.metadata,
        "team size": team_sizes(tested),
        "random": random_order(tested, trial.seed),
    }
    of_venue = cells_with(counts, [(paper.venue, paper.year) for paper in tested])
    of_group = cells_with(counts, [(paper.group, paper.year) for paper in tested])
    within_venue = agreement(forecasts, counts, of_venue, trial.seed)
    if target is not None:
        within_venue["model"] |= judged(within_venue["model"], target)
        within_venue["metadata only"] |= beaten(within_venue["metadata only"])
    return {
        "within venue and year": within_venue,
        "within group and year": agreement(forecasts, counts, of_group, trial.seed),
        "by group": {
            group: agreement({"model": forecasts["model"]}, counts, cells, trial.seed)["model"]
            for group, cells in _by_group(tested, of_group).items()
        },
        "calibration": _calibration(trial.forecast, tested, trial.basis, trial.seed),
    }


def beaten(baseline: Figure) -> Figure:
    """Whether the model is above the baseline beyond chance."""
    return {"beaten": "ahead" in baseline and baseline["ahead"]["low"] > 0}


def judged(figure: Mapping[str, Any], target: float) -> Figure:
    """`met`: the value reaches the target; `reached`: the interval does."""
    known = figure["value"] is not None
    return {
        "target": target,
        "met": known and figure["value"] >= target,
        "reached": known and figure["high"] >= target,
    }


def _by_group(
    papers: Sequence[CorpusPaper], cells: Sequence[npt.NDArray[np.int64]]
) -> dict[str, list[npt.NDArray[np.int64]]]:
    found: dict[str, list[npt.NDArray[np.int64]]] = {}
    for cell in cells:
        found.setdefault(papers[int(cell[0])].group or "", []).append(cell)
    return found


def _calibration(forecast: Forecast, papers: Sequence[CorpusPaper], basis: Basis, seed: int) -> dict[str, Any]:
    """Scores as pages show them against the citation percentile within group and year, in points."""
    read = papers if basis == WITH_ABSTRACT else [replace(paper, abstract=None) for paper in papers]
    outcomes = forecast.score_all([ForecastPaper(p.title, p.abstract, p.group, p.year) for p in read])
    _, percentiles = citation_percentiles(papers)
    pairs = [
        (outcome.value, outcome.low, outcome.high, actual)
        for outcome, actual in zip(outcomes, percentiles.tolist(), strict=True)
        if isinstance(outcome, Scored) and outcome.basis == basis and not np.isnan(actual)
    ]
    if not pairs:
        return {"n": 0, "abstained": len(papers)}
    values, low, high, actual = np.array(pairs).T
    error = resampled(decile_error, (values, actual), seed)
    return {
        "decile error": error | {"target": DECILE_POINTS, "met": error["value"] <= DECILE_POINTS},
        "largest decile error": resampled(largest_decile_error, (values, actual), seed),
        "share within the 80 % interval": resampled(_coverage, (low, high, actual), seed),
        "mean interval width": round(float((high - low).mean()), 1),
        "lowest and highest value": [round(float(values.min()), 1), round(float(values.max()), 1)],
        "slopes": [round(each.slope, 4) for each in forecast.calibrations[basis]],
        "abstained": len(papers) - len(pairs),
    }


def _coverage(low: Floats, high: Floats, actual: Floats) -> float:
    return float(((low <= actual) & (actual <= high)).mean())


def _seen(forecast: Forecast, papers: Sequence[CorpusPaper], seed: int) -> dict[str, dict[str, Any]]:
    """Papers of the last years learned from, each scored by the half that has not learned from it, as on pages."""
    recent = [p for p in papers if forecast.until - YEARS_SEEN < p.year <= forecast.until and p.citations is not None]
    found: dict[str, dict[str, Any]] = {}
    for basis in BASES:
        of_basis = [p for p in recent if p.group and (basis == TITLE_ONLY or has_abstract(p.abstract))]
        raws = forecast.raw([(p.title, p.abstract) for p in of_basis], [p.year for p in of_basis], basis)
        counts = citation_counts(of_basis)
        cells = cells_with(counts, [(p.group, p.year) for p in of_basis])
        found[basis] = {
            "within group and year": agreement({"model": raws}, counts, cells, seed)["model"],
            "calibration": _calibration(forecast, of_basis, basis, seed),
        }
    return found


def _size(forecast: Forecast) -> Figure:
    weights = sum(half.weights.nbytes for halves in forecast.halves.values() for half in halves)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "forecast.npz"
        save_forecast(forecast, path)
        stored = path.stat().st_size
    unpacked = round(weights / 1024, 1)
    return {
        "value": unpacked,
        "stored": round(stored / 1024, 1),
        "unit": "KiB",
        "target": KIBIBYTES,
        "met": max(unpacked, stored / 1024) <= KIBIBYTES,
    }
