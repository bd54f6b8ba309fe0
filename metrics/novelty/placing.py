"""Where a figure lies among others: mid-rank percentiles, exact or by quantiles. Formulas only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def percentiles(values: npt.ArrayLike) -> Values:
    """Mid-rank percentile of each value among all of them, in (0, 100); equal values have the same."""
    array = np.asarray(values, np.float64)
    ordered = np.sort(array)
    below, upto = np.searchsorted(ordered, array), np.searchsorted(ordered, array, side="right")
    return 100 * (below + upto) / 2 / max(len(array), 1)


def quantiles(values: npt.ArrayLike, points: int) -> Values:
    """So many evenly spaced order statistics, the least and the largest included. Of values that are there."""
    ordered = np.sort(np.asarray(values, np.float64))
    return ordered[np.round(np.linspace(0, len(ordered) - 1, points)).astype(np.int64)]


def placed(values: npt.ArrayLike, among: Values) -> Values:
    """Mid-rank percentile of each value among those that the quantiles stand for, straight between two of them."""
    known, first, counts = np.unique(among, return_index=True, return_counts=True)
    middle = 100 * (first + (counts - 1) / 2) / max(len(among) - 1, 1)
    return np.interp(np.asarray(values, np.float64), known, middle)
