"""What the forecast learns and is held against: citation percentiles among papers of the same cell. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from metrics.cohorts import mid_rank_percentiles
from metrics.training.corpus import CorpusPaper

MIN_CELL = 20

Floats = npt.NDArray[np.float64]


def cells_of(keys: Sequence[Hashable]) -> list[npt.NDArray[np.int64]]:
    """The places of each distinct key, in order of first appearance."""
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    return [np.array(found) for found in places.values()]


def percentiles_within(values: Floats, keys: Sequence[Hashable], least: int = MIN_CELL) -> Floats:
    """Percentile of each value in its cell; NaN where the value is, and in cells of fewer than `least` known values."""
    out = np.full(len(values), np.nan)
    for cell in cells_of(keys):
        known = cell[~np.isnan(values[cell])]
        if len(known) >= least:
            out[known] = mid_rank_percentiles(values[known].tolist())
    return out


def citation_counts(papers: Sequence[CorpusPaper]) -> Floats:
    return np.array([np.nan if paper.citations is None else paper.citations for paper in papers], np.float64)


def citation_percentiles(papers: Sequence[CorpusPaper]) -> tuple[Floats, Floats]:
    """Within (venue, year), and within (category group, year); NaN where it is not known."""
    counts = citation_counts(papers)
    of_group = percentiles_within(counts, [(paper.group, paper.year) for paper in papers])
    of_group[[paper.group is None for paper in papers]] = np.nan
    return percentiles_within(counts, [(paper.venue, paper.year) for paper in papers]), of_group


def learning_targets(papers: Sequence[CorpusPaper]) -> Floats:
    """The mean of both percentiles, or the one there is, as a normal score; NaN where neither is known."""
    of_venue, of_group = citation_percentiles(papers)
    both = np.where(np.isnan(of_venue), of_group, np.where(np.isnan(of_group), of_venue, (of_venue + of_group) / 2))
    normal = NormalDist()
    return np.array([np.nan if np.isnan(value) else normal.inv_cdf(value / 100) for value in both.tolist()])
