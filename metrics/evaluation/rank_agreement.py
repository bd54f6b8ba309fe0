"""Rank agreement within cells, and calibration by tenths, with bootstrap intervals. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from metrics.training.targets import cells_of

RESAMPLES = 200
LEAST = 30

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Figure = dict[str, Any]


def cells_with(truth: Floats, keys: Sequence[Hashable], least: int = LEAST) -> list[Places]:
    """The places of the papers with a known truth in each cell that has `least` of them."""
    cells = (cell[~np.isnan(truth[cell])] for cell in cells_of(keys))
    return [cell for cell in cells if len(cell) >= least]


def mean_spearman(forecast: Floats, truth: Floats, cells: Sequence[Places]) -> float:
    """Spearman's rho of each cell, weighted by its papers."""
    sizes = [len(cell) for cell in cells]
    return float(np.average([_spearman(forecast[cell], truth[cell]) for cell in cells], weights=sizes))


def agreement(forecasts: Mapping[str, Floats], truth: Floats, cells: Sequence[Places], seed: int) -> dict[str, Figure]:
    """For each forecast by name: its agreement with the truth, and by how much the first one is above it.

    Intervals hold 95 % of resamples of papers within cells; all forecasts see the same resamples.
    """
    if not cells:
        return {name: {"value": None, "low": None, "high": None, "n": 0, "cells": 0} for name in forecasts}
    random = np.random.default_rng(seed)
    trials: dict[str, list[float]] = {name: [] for name in forecasts}
    for _ in range(RESAMPLES):
        drawn = [random.choice(cell, len(cell)) for cell in cells]
        for name, forecast in forecasts.items():
            trials[name].append(mean_spearman(forecast, truth, drawn))
    first = np.array(trials[next(iter(forecasts))])
    found = {}
    for name, forecast in forecasts.items():
        found[name] = _figure(mean_spearman(forecast, truth, cells), np.array(trials[name]))
        found[name] |= {"n": sum(map(len, cells)), "cells": len(cells)}
        if trials[name] is not trials[next(iter(forecasts))]:
            ahead = found[next(iter(forecasts))]["value"] - found[name]["value"]
            found[name]["ahead"] = _figure(ahead, first - np.array(trials[name]))
    return found


def decile_error(values: Floats, truth: Floats) -> float:
    """Mean distance, over tenths of the values, between the mean value and the mean of what came true; in points."""
    gaps = [abs(values[tenth].mean() - truth[tenth].mean()) for tenth in _tenths(values)]
    return float(np.mean(gaps))


def largest_decile_error(values: Floats, truth: Floats) -> float:
    return float(max(abs(values[tenth].mean() - truth[tenth].mean()) for tenth in _tenths(values)))


def resampled(measure: Callable[..., float], arrays: Sequence[Floats], seed: int) -> Figure:
    """A measure of parallel arrays, and what it is in resamples of their entries."""
    random = np.random.default_rng(seed)
    size = len(arrays[0])
    draws = (random.integers(0, size, size) for _ in range(RESAMPLES))
    trials = np.array([measure(*(array[drawn] for array in arrays)) for drawn in draws])
    return _figure(measure(*arrays), trials) | {"n": size}


def _tenths(values: Floats) -> list[Places]:
    return np.array_split(np.argsort(values, kind="stable"), 10)


def _figure(value: float, trials: Floats) -> Figure:
    low, high = np.percentile(trials, (2.5, 97.5))
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _spearman(a: Floats, b: Floats) -> float:
    """0 where one of them does not vary."""
    x, y = rankdata(a), rankdata(b)
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / size) if size else 0.0
