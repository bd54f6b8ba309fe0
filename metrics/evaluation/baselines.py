"""What the AI score has to beat: chance, team size, and all that is known of a paper but its words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from metrics.training.corpus import CorpusPaper
from metrics.training.ridge import ridge
from metrics.training.targets import learning_targets

BINS = 12
HALF_LIFE = 2.0

Floats = npt.NDArray[np.float64]


def random_order(papers: Sequence[CorpusPaper], seed: int) -> Floats:
    return np.random.default_rng(seed).random(len(papers))


def team_sizes(papers: Sequence[CorpusPaper]) -> Floats:
    return np.array([len(paper.authors) for paper in papers], np.float64)


def metadata_forecast(papers: Sequence[CorpusPaper], until: int) -> Floats:
    """Of all papers, learned from those until a year: team, affiliations, lengths, and the authors' earlier papers.

    Each feature in tenths, so that any shape of dependence can be learned; the same targets and weighting as the model.
    """
    columns = _binned(_metadata(papers), np.array([paper.year <= until for paper in papers]))
    targets = learning_targets(papers)
    years = np.array([paper.year for paper in papers])
    rows = np.flatnonzero((years <= until) & ~np.isnan(targets))
    weights = ridge(columns[rows], targets[rows], 0.5 ** ((until - years[rows]) / HALF_LIFE), 1.0)
    return np.asarray(columns @ weights)


def _metadata(papers: Sequence[CorpusPaper]) -> Floats:
    most, first, last = _earlier_papers(papers)
    return np.array(
        [
            team_sizes(papers),
            [paper.affiliations for paper in papers],
            [len(paper.title.split()) for paper in papers],
            [len((paper.abstract or "").split()) for paper in papers],
            most,
            first,
            last,
        ],
        np.float64,
    )


def _earlier_papers(papers: Sequence[CorpusPaper]) -> tuple[list[int], list[int], list[int]]:
    """How many papers of earlier years the most prolific, the first and the last author have here, by name."""
    found = [(0, 0, 0)] * len(papers)
    so_far: Counter[str] = Counter()
    by_year: dict[int, list[int]] = {}
    for place, paper in enumerate(papers):
        by_year.setdefault(paper.year, []).append(place)
    for year in sorted(by_year):
        for place in by_year[year]:
            counts = [so_far[name] for name in papers[place].authors] or [0]
            found[place] = (max(counts), counts[0], counts[-1])
        for place in by_year[year]:
            so_far.update(papers[place].authors)
    most, first, last = zip(*found, strict=True) if found else ((), (), ())
    return list(most), list(first), list(last)


def _binned(features: Floats, past: npt.NDArray[np.bool_]) -> csr_matrix:
    """One column a feature and bin; the edges are quantiles of past papers."""
    places = []
    for number, values in enumerate(features):
        edges = np.unique(np.quantile(values[past], np.linspace(0, 1, BINS + 1)[1:-1]))
        places.append(number * BINS + np.searchsorted(edges, values, side="right"))
    columns = np.concatenate(places)
    rows = np.tile(np.arange(features.shape[1]), len(features))
    return csr_matrix((np.ones(len(rows)), (rows, columns)), (features.shape[1], len(features) * BINS))
