"""Novelty of papers: the percentile, within category group and year, of pct(distance) + pct(newness)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.cohorts import group_label, latest_until
from metrics.field import Cohort, Field, with_papers
from metrics.language import is_english
from metrics.novelty.measure import Looked, Measure, Measurer
from metrics.novelty.placing import placed
from metrics.novelty.results import (
    COHORT_NEEDED,
    PRIORS_NEEDED,
    PRIORS_WANTED,
    UNCERTAINTY,
    Abstention,
    Near,
    NoveltyResult,
    Reason,
)
from metrics.pack import Pack
from metrics.wording import Basis, PaperText, ReadPaper, basis_and_text, content_words, phrases, title_hash, wording

PHRASES_SHOWN = 12

Result = NoveltyResult | Abstention


@dataclass(frozen=True)
class _Reading:
    """A paper that can be scored: its place in the batch and what was read of it."""

    at: int
    group: str
    year: int
    basis: Basis
    phrases: Sequence[str]
    looked: Looked


class Scorer:
    """The pack and the papers held here, joined once and used for many papers. Keep one in a worker."""

    def __init__(self, pack: Pack, local: Sequence[ReadPaper] = ()) -> None:
        self._pack = pack
        self._local: Mapping[str, list[ReadPaper]] = defaultdict(list)
        for paper in local:
            self._local[paper.group].append(paper)
        self._fields: dict[tuple[str, Basis], Field] = {}

    def field(self, group: str, basis: Basis) -> Field:
        if (group, basis) not in self._fields:
            known = self._pack.field(group, basis)
            self._fields[group, basis] = with_papers(known, self._local.get(group, []), basis)
        return self._fields[group, basis]

    def score(self, papers: Sequence[PaperText]) -> list[Result]:
        """One result a paper, in their order. Papers of one group and year cost least together."""
        results: dict[int, Result] = {}
        batches: dict[tuple[str, Basis, int], list[_Reading]] = defaultdict(list)
        for at, paper in enumerate(papers):
            reading = _reading(at, paper)
            if isinstance(reading, Abstention):
                results[at] = reading
            else:
                batches[reading.group, reading.basis, reading.year].append(reading)
        for (group, basis, year), batch in batches.items():
            scored = self._batch(self.field(group, basis), batch, group, basis, year)
            results |= {reading.at: result for reading, result in zip(batch, scored, strict=True)}
        return [results[at] for at in range(len(papers))]

    def _batch(self, field: Field, batch: Sequence[_Reading], group: str, basis: Basis, year: int) -> Sequence[Result]:
        priors, label = field.papers_before(year), group_label(group)
        if priors < PRIORS_NEEDED:
            reason = f"Only {priors:,} earlier papers in {label} are known here; {PRIORS_NEEDED:,} are needed."
            return [Abstention(Reason.PRIORS, reason, basis, priors)] * len(batch)
        cohort_year = latest_until(field.cohorts, year)
        if cohort_year is None:
            reason = f"No year of {label} until {year} has the {COHORT_NEEDED} papers needed to rank one among."
            return [Abstention(Reason.COHORT, reason, basis, priors)] * len(batch)
        measures = Measurer(field, year).measure([reading.looked for reading in batch])
        return [
            _result(field, cohort_year, priors, reading, measure)
            for reading, measure in zip(batch, measures, strict=True)
        ]


def score(papers: Sequence[PaperText], pack: Pack, local: Sequence[ReadPaper] = ()) -> list[Result]:
    """Novelty of each paper against the pack and the papers held here (`metrics.wording.read` makes them)."""
    return Scorer(pack, local).score(papers)


def place(cohort: Cohort, distance: float, newness: float) -> float:
    """Percentile of pct(distance) + pct(newness) among the papers of a cohort, in [0, 100]."""
    total = placed(distance, cohort.distance) + placed(newness, cohort.newness)
    return float(placed(total, cohort.total))


def _reading(at: int, paper: PaperText) -> _Reading | Abstention:
    if paper.year is None:
        return Abstention(Reason.NO_YEAR, "Its year of publication is not known, so neither is what came before it.")
    if paper.group is None:
        return Abstention(Reason.NO_GROUP, "It belongs to no category group, so there is nothing to compare it with.")
    basis, text = basis_and_text(paper)
    words = content_words(text)
    pairs = phrases(words)
    if any(map(str.isalpha, text)) and not is_english(text):
        return Abstention(Reason.LANGUAGE, "Its text is not in English, and only English texts are compared.", basis)
    if not pairs:
        return Abstention(Reason.WORDS, "It has no two content words in a row to compare.", basis)
    looked = Looked(wording(words), title_hash(paper.title), paper.key)
    return _Reading(at, paper.group, paper.year, basis, pairs, looked)


def _result(field: Field, cohort_year: int, priors: int, reading: _Reading, measure: Measure) -> Result:
    if measure.found.blank:
        reason = "All its words are so common in its field that they tell nothing."
        return Abstention(Reason.WORDS, reason, reading.basis, priors)
    cohort = field.cohorts[cohort_year]
    value = place(cohort, measure.distance, measure.newness)
    found = zip(measure.found.rows.tolist(), measure.found.cosines.tolist(), strict=True)
    return NoveltyResult(
        value=value,
        low=max(value - UNCERTAINTY, 0.0),
        high=min(value + UNCERTAINTY, 100.0),
        basis=reading.basis,
        provisional=priors < PRIORS_WANTED,
        priors=priors,
        year=reading.year,
        cohort_year=cohort_year,
        cohort=cohort.size,
        distance=measure.distance,
        newness=measure.newness,
        nearest=tuple(Near(field.keys[row], int(field.years[row]), cosine) for row, cosine in found),
        new_phrases=tuple(reading.phrases[at] for at in np.flatnonzero(measure.unseen)[:PHRASES_SHOWN]),
    )
