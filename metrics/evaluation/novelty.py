"""Whether novelty keeps what it promises: agreement with the exact reference, stability, a future test, speed. Pure.

Every figure is a dict: value, low, high (95 %, bootstrap over papers), target, met, n, and what it is measured beside.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from metrics.field import Field, empty_field, with_papers
from metrics.novelty.measure import Looked, Measurer
from metrics.novelty.neighbours import Query, Space
from metrics.novelty.placing import percentiles
from metrics.novelty.results import COHORT_NEEDED, PRIORS_NEEDED, NoveltyResult
from metrics.novelty.score import Scorer
from metrics.pack import Pack
from metrics.packing import read_all
from metrics.wording import Basis, PaperText, ReadPaper, body

Values = npt.NDArray[np.float64]
Figure = dict[str, Any]
Progress = Callable[[str], None]

AGREEMENT, STABILITY, FUTURE, SPEED = 0.97, 0.97, 0.67, 1.0
YEARS_LATER = 5
REMOVED = 0.2
RESAMPLES = 200
_A_SIDE = 300  # papers of each year that the future test reads
_WELL_FILLED = 100


class Corpus:
    """The papers as the pack keeps them: one a title and group, with their texts at hand."""

    def __init__(self, papers: Sequence[PaperText], seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self._texts = {paper.key: paper for paper in papers}
        self.read = read_all(papers)

    def text(self, paper: ReadPaper, basis: Basis) -> str:
        """Of the basis that is asked for, whether or not the paper has a better one."""
        text = self._texts[paper.key]
        return body(text) or text.title if basis is Basis.ABSTRACT else text.title

    def paper(self, paper: ReadPaper, basis: Basis) -> PaperText:
        text = self._texts[paper.key]
        return text if basis is Basis.ABSTRACT else replace(text, abstract=None)

    def group(self, group: str, basis: Basis) -> list[ReadPaper]:
        return [paper for paper in self.read if paper.group == group and _usable(paper, basis)]

    def cohorts(self, basis: Basis, papers: int) -> list[tuple[str, int]]:
        """Groups and years in turn, at random within a group, until they hold so many papers."""
        by_group = []
        for group in sorted({paper.group for paper in self.read}):
            years = np.array([paper.year for paper in self.group(group, basis)])
            sizes = {int(year): int((years == year).sum()) for year in np.unique(years)}
            fit = [y for y, size in sizes.items() if size >= COHORT_NEEDED and (years < y).sum() >= PRIORS_NEEDED]
            by_group.append([(group, int(year), sizes[year]) for year in self.random.permutation(fit).tolist()])
        chosen: list[tuple[str, int]] = []
        held = 0
        for group, year, size in (cell for row in zip_longest(*by_group) for cell in row if cell is not None):
            if held < papers:
                chosen.append((group, year))
                held += size
        return chosen


def evaluate(
    papers: Sequence[PaperText],
    pack: Pack,
    reference: Path,
    *,
    seed: int = 0,
    sample: int = 5_000,
    speed: tuple[int, int] = (10_000, 80_000),
    progress: Progress = lambda _: None,
) -> dict[str, Figure]:
    """All figures. `reference`: the file of the exact implementation. `speed`: how many papers against how many."""
    exact = load_reference(reference)
    corpus = Corpus(papers, seed)
    figures = {}
    for basis in Basis:
        progress(f"Agreement by {basis}")
        figures[f"agreement_{basis}"] = agreement(corpus, pack, exact, basis, sample)
        progress(f"Stability by {basis}")
        figures[f"stability_{basis}"] = stability(corpus, basis, sample)
    progress("Future test")
    figures |= future(corpus)
    progress("Speed")
    figures["speed"] = speed_ratio(corpus, exact, *speed)
    return figures


def load_reference(path: Path) -> ModuleType:
    """The exact implementation, from its file; it is no part of the project."""
    spec = importlib.util.spec_from_file_location("novelty_reference", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{path} is no Python file: point to the reference implementation.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agreement(corpus: Corpus, pack: Pack, exact: ModuleType, basis: Basis, sample: int) -> Figure:
    """Spearman of the shown values, by the pack alone, with the exact ones of the same cohorts."""
    ours, theirs, by_cohort = [], [], {}
    scorer = Scorer(pack)
    for group, year in corpus.cohorts(basis, sample):
        known = [paper for paper in corpus.group(group, basis) if paper.year <= year]
        years = np.array([paper.year for paper in known])
        wanted = exact.novelty([corpus.text(paper, basis) for paper in known], years, year)
        results = scorer.score([corpus.paper(paper, basis) for paper in known if paper.year == year])
        scored = np.array([isinstance(result, NoveltyResult) for result in results])
        ours.append(np.array([result.value for result in results if isinstance(result, NoveltyResult)]))
        theirs.append(np.asarray(wanted)[scored])
        by_cohort[f"{group} {year}"] = round(spearman(ours[-1], theirs[-1]), 4)
    a, b = np.concatenate(ours), np.concatenate(theirs)
    return _figure(
        *_interval(lambda rows: spearman(a[rows], b[rows]), len(a), corpus.random),
        target=AGREEMENT,
        n=len(a),
        mean_difference=round(float(np.abs(a - b).mean()), 2),
        by_cohort=by_cohort,
    )


def stability(corpus: Corpus, basis: Basis, sample: int) -> Figure:
    """Spearman of the values with those when 20 % of the earlier papers are taken away at random."""
    whole, less = [], []
    for group, year in corpus.cohorts(basis, sample):
        papers = corpus.group(group, basis)
        priors = [paper for paper in papers if paper.year < year]
        cohort = [paper for paper in papers if paper.year == year]
        kept = [paper for paper, draw in zip(priors, corpus.random.random(len(priors)), strict=True) if draw >= REMOVED]
        whole.append(_values(with_papers(empty_field(), priors, basis), cohort, year, basis))
        less.append(_values(with_papers(empty_field(), kept, basis), cohort, year, basis))
    a, b = np.concatenate(whole), np.concatenate(less)
    return _figure(
        *_interval(lambda rows: spearman(a[rows], b[rows]), len(a), corpus.random),
        target=STABILITY,
        n=len(a),
        mean_shift=round(float(np.abs(a - b).mean()), 2),
    )


def future(corpus: Corpus) -> dict[str, Figure]:
    """AUC: papers of five years later against papers of the year, by the same priors; length alone beside it."""
    cells: dict[str, list[tuple[Values, Values, npt.NDArray[np.bool_]]]] = {}
    for group in sorted({paper.group for paper in corpus.read}):
        papers = corpus.group(group, Basis.ABSTRACT)
        field = with_papers(empty_field(), papers, Basis.ABSTRACT)
        years = np.array([paper.year for paper in papers])
        for year in np.unique(years).tolist():
            sides = [np.flatnonzero(years == year), np.flatnonzero(years == year + YEARS_LATER)]
            if min(map(len, sides)) >= _WELL_FILLED and field.papers_before(year) >= PRIORS_NEEDED:
                drawn = [corpus.random.permutation(side)[:_A_SIDE] for side in sides]
                both = [papers[row] for row in np.concatenate(drawn)]
                length = np.array([float(p.abstract.counts.sum()) for p in both if p.abstract is not None])
                later = np.repeat([False, True], [len(side) for side in drawn])
                cells.setdefault(group, []).append((_values(field, both, year, Basis.ABSTRACT), length, later))
    outside = [cell for group, found in cells.items() if group != "robotics" for cell in found]
    return {
        "future_outside_robotics": _future(outside, corpus.random, FUTURE),
        "future_all": _future([cell for found in cells.values() for cell in found], corpus.random, None),
    }


def speed_ratio(corpus: Corpus, exact: ModuleType, queries: int, priors: int) -> Figure:
    """Seconds of our neighbours (weights and exclusions included) over those of the exact sparse product alone."""
    papers = sorted(corpus.read, key=lambda paper: (paper.year, paper.key))
    priors = min(priors, len(papers) * 8 // 9)
    held = [replace(p, group="", year=2000, title_hash=0, abstract=p.abstract or p.title) for p in papers[:priors]]
    asked = [paper.abstract or paper.title for paper in papers[priors : priors + queries]]
    field = with_papers(empty_field(), held, Basis.ABSTRACT)
    counts = exact.counts([corpus.text(paper, Basis.ABSTRACT) for paper in papers[: priors + queries]])
    vectors = exact.weighted(counts, exact.document_frequency(counts[: len(held)]), len(held))
    blocks = np.array_split(np.arange(len(asked)), max(len(asked) // 1000, 1))
    start = time.process_time()
    space = Space(field, 2001)
    ours, theirs = time.process_time() - start, 0.0
    for block in blocks:  # by turns, so that what else the machine does falls on both
        texts = [Query(asked[row], np.zeros(0, np.int64)) for row in block]
        start = time.process_time()
        for _ in space.nearest(texts):
            pass
        between = time.process_time()
        exact.distance(vectors[len(held) + block], vectors[: len(held)])
        ours, theirs = ours + between - start, theirs + time.process_time() - between
    return {
        "value": round(ours / theirs, 3),
        "target": SPEED,
        "met": ours <= theirs,
        "n": len(asked),
        "priors": len(held),
        "seconds": round(ours, 1),
        "reference_seconds": round(theirs, 1),
    }


def spearman(a: Values, b: Values) -> float:
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1])


def area(values: Values, positive: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a positive has the larger value, of equal ones the half."""
    more, fewer = int(positive.sum()), int((~positive).sum())
    return float((rankdata(values)[positive].sum() - more * (more + 1) / 2) / (more * fewer))


def _future(cells: Sequence[tuple[Values, Values, npt.NDArray[np.bool_]]], random: Any, target: float | None) -> Figure:
    """Mean over groups and years; `gain` is the area less that of length alone, with its own interval."""

    def areas(drawn: Sequence[npt.NDArray[np.int64]]) -> Values:
        found = [
            (area(score[rows], later[rows]), area(length[rows], later[rows]))
            for (score, length, later), rows in zip(cells, drawn, strict=True)
        ]
        return np.asarray(np.mean(found, axis=0), np.float64)

    if not cells:
        return {"value": None, "target": target, "met": False, "n": 0}
    value, length = areas([np.arange(len(later)) for _, _, later in cells])
    again = np.array([areas([_resampled(later, random) for _, _, later in cells]) for _ in range(RESAMPLES)])
    low, high = np.percentile(again[:, 0], (2.5, 97.5))
    gain = np.percentile(again[:, 0] - again[:, 1], (2.5, 97.5))
    figure = _figure(value, low, high, target, sum(len(later) for _, _, later in cells), cells=len(cells))
    figure |= {"length_alone": round(length, 4), "gain_over_length": [round(float(x), 4) for x in gain]}
    if target is not None:
        figure["met"] = bool(value >= target and value > length)
    return figure


def _resampled(later: npt.NDArray[np.bool_], random: Any) -> npt.NDArray[np.int64]:
    sides = np.flatnonzero(~later), np.flatnonzero(later)
    return np.concatenate([random.choice(side, len(side)) for side in sides])


def _values(field: Field, papers: Sequence[ReadPaper], year: int, basis: Basis) -> Values:
    """Ranked among each other, whatever their own years."""
    looked = [Looked(text, paper.title_hash) for paper in papers if (text := paper.wording(basis)) is not None]
    measures = Measurer(field, year).measure(looked)
    total = percentiles([m.distance for m in measures]) + percentiles([m.newness for m in measures])
    return percentiles(total)


def _usable(paper: ReadPaper, basis: Basis) -> bool:
    text = paper.wording(basis)
    return text is not None and len(text.bigrams) > 0


def _interval(statistic: Callable[[Any], float], n: int, random: Any) -> tuple[float, float, float]:
    again = [statistic(random.integers(0, n, n)) for _ in range(RESAMPLES)]
    low, high = np.percentile(again, (2.5, 97.5))
    return statistic(slice(None)), float(low), float(high)


def _figure(value: float, low: float, high: float, target: float | None, n: int, **more: Any) -> Figure:
    bounds: Mapping[str, Any] = {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}
    return {**bounds, "target": target, "met": target is None or value >= target, "n": n, **more}
