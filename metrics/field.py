"""What is known of the papers of one category group on one basis, as arrays: the priors of a new paper. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from metrics.wording import TERM_SLOTS, Basis, ReadPaper, Wording

TERMS_KEPT = 16
MAX_SHARE = 0.1  # a term of more than a tenth of the papers says nothing
FIRST_YEAR, LAST_YEAR = 1901, 2155  # a year is a byte, 0 of which means never
QUANTILES = 101

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Cohort:
    """How the papers of one year lie: `size` of them, against `priors` earlier ones; 101 quantiles of each figure."""

    size: int
    priors: int
    distance: npt.NDArray[np.float64]
    newness: npt.NDArray[np.float64]
    total: npt.NDArray[np.float64]  # of pct(distance) + pct(newness)


@dataclass(frozen=True)
class Sketches:
    """The heaviest terms of n papers. Row i has the terms [ends[i]:ends[i + 1]], rising, and how often it uses each.

    `coverage`: the share of the squared length of a paper's whole vector that its sketch keeps, in 255ths.
    """

    ends: Numbers
    terms: npt.NDArray[np.int32]
    counts: Bytes
    coverage: Bytes

    def __len__(self) -> int:
        return len(self.coverage)

    def take(self, rows: npt.NDArray[np.int64]) -> Sketches:
        sizes = np.diff(self.ends)[rows]
        ends = np.concatenate(([0], np.cumsum(sizes)))
        at = np.repeat(self.ends[rows] - ends[:-1], sizes) + np.arange(ends[-1])
        return Sketches(ends, self.terms[at], self.counts[at], self.coverage[rows])

    def joined(self, other: Sketches) -> Sketches:
        return Sketches(
            np.concatenate((self.ends, self.ends[-1] + other.ends[1:])),
            np.concatenate((self.terms, other.terms)),
            np.concatenate((self.counts, other.counts)),
            np.concatenate((self.coverage, other.coverage)),
        )


@dataclass(frozen=True)
class Usage:
    """How many papers of each year use each term: three arrays of one length, in any order."""

    terms: npt.NDArray[np.int32]
    years: npt.NDArray[np.int16]
    papers: npt.NDArray[np.int32]

    def before(self, year: int | None = None) -> npt.NDArray[np.float64]:
        """Document frequencies of the 2^20 terms in the papers of earlier years; of all years where none is given."""
        earlier = slice(None) if year is None else self.years < year
        return np.bincount(self.terms[earlier], self.papers[earlier], TERM_SLOTS).astype(np.float64)

    def shared(self) -> Usage:
        """Without the terms that one paper alone uses: they are half of all, and weigh nearly as if nobody did."""
        kept = self.before()[self.terms] > 1
        return Usage(self.terms[kept], self.years[kept], self.papers[kept])


@dataclass(frozen=True)
class Phrases:
    """In which year a phrase was first used: its slot of 2^26, rising, and the year − 1900, which fits a byte."""

    slots: npt.NDArray[np.int32]
    codes: Bytes

    def first(self, slots: npt.NDArray[np.int32]) -> Bytes:
        """The code of each slot; 0: never used."""
        if not len(self.slots):
            return np.zeros(len(slots), np.uint8)
        at = np.minimum(np.searchsorted(self.slots, slots), len(self.slots) - 1)
        return np.where(self.slots[at] == slots, self.codes[at], np.uint8(0))


@dataclass(frozen=True)
class Field:
    """`years`, `titles` and `keys` have one entry a paper; a key of None is a paper that only the pack knows.

    `other_years`: the year of another version with the same title, or the same year again.
    """

    years: npt.NDArray[np.int16]
    other_years: npt.NDArray[np.int16]
    titles: npt.NDArray[np.uint32]
    keys: Sequence[str | None]
    sketches: Sketches
    usage: Usage
    phrases: Phrases
    cohorts: Mapping[int, Cohort]

    def papers_before(self, year: int) -> int:
        return int((self.years < year).sum())


def year_code(year: int) -> int:
    return min(max(year, FIRST_YEAR), LAST_YEAR) - FIRST_YEAR + 1


def empty_field() -> Field:
    nothing = Sketches(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.uint8))
    years = np.zeros(0, np.int16)
    usage = Usage(np.zeros(0, np.int32), years, np.zeros(0, np.int32))
    phrases = Phrases(np.zeros(0, np.int32), np.zeros(0, np.uint8))
    return Field(years, years, np.zeros(0, np.uint32), (), nothing, usage, phrases, {})


def first_versions(papers: Sequence[ReadPaper]) -> list[ReadPaper]:
    """One paper a title and group: the earliest, and of one year the one with an abstract; sorted by group and year."""
    ordered = sorted(papers, key=lambda paper: (paper.year, paper.abstract is None, paper.key))
    kept: dict[tuple[str, int | str], ReadPaper] = {}
    for paper in ordered:
        kept.setdefault((paper.group, paper.title_hash or paper.key), paper)
    return sorted(kept.values(), key=lambda paper: (paper.group, paper.year, paper.title_hash, paper.key))


def with_papers(field: Field, papers: Sequence[ReadPaper], basis: Basis) -> Field:
    """The field with papers that are held here. Each takes the place of the entry that has its title, if one does.

    Of both, the earlier year stands: the text was known by then. Papers without that basis are left out.
    """
    texts = [(paper, text) for paper in first_versions(papers) if (text := paper.wording(basis)) is not None]
    if not texts:
        return field
    held, wordings = [paper for paper, _ in texts], [text for _, text in texts]
    years = np.array([clamped(paper.year) for paper in held], np.int16)
    titles = np.array([paper.title_hash for paper in held], np.uint32)
    places = {int(title): row for row, title in enumerate(field.titles) if title}
    row_of = np.array([places.get(int(title), -1) for title in titles], np.int64)
    known = row_of >= 0
    other = years.copy()
    other[known] = field.years[row_of[known]]
    usage = _with_usage(field.usage, [w for w, k in zip(wordings, known, strict=True) if not k], years[~known])
    stays = np.setdiff1d(np.arange(len(field.years)), row_of[known])
    frequencies = usage.before()
    fresh = sketched(wordings, frequencies, len(stays) + len(held))
    return replace(
        field,
        years=np.concatenate((field.years[stays], np.minimum(years, other))),
        other_years=np.concatenate((field.other_years[stays], np.maximum(years, other))),
        titles=np.concatenate((field.titles[stays], titles)),
        keys=[*(field.keys[row] for row in stays), *(paper.key for paper in held)],
        sketches=field.sketches.take(stays).joined(fresh),
        usage=usage,
        phrases=_with_phrases(field.phrases, wordings, years),
    )


def clamped(year: int) -> int:
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def sketched(wordings: Sequence[Wording], frequencies: npt.NDArray[np.float64], papers: int) -> Sketches:
    """The 16 heaviest terms of each text by (1 + log count) · idf; of equally heavy ones the lower slots."""
    sizes = np.array([len(text.terms) for text in wordings], np.int64)
    terms = np.concatenate([text.terms for text in wordings])
    counts = np.concatenate([text.counts for text in wordings])
    rows = np.repeat(np.arange(len(sizes)), sizes)
    weights = (1 + np.log(counts)) * idf(frequencies, papers)[terms]
    order = np.lexsort((terms, -weights, rows))
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, sizes)
    kept = (rank < TERMS_KEPT) & (weights > 0)
    whole = np.bincount(rows, weights**2, len(sizes))
    part = np.bincount(rows[kept], weights[kept] ** 2, len(sizes))
    coverage = np.ceil(255 * np.divide(part, whole, out=np.ones_like(whole), where=whole > 0) - 1e-6)
    ends = np.concatenate(([0], np.cumsum(np.bincount(rows[kept], minlength=len(sizes)))))
    return Sketches(ends, terms[kept], counts[kept], np.minimum(coverage, 255).astype(np.uint8))


def idf(frequencies: npt.NDArray[np.float64], papers: int) -> Floats:
    """1 + log((n + 1) / (df + 1)), and 0 for terms of more than a tenth of the n papers."""
    weights = np.log((papers + 1) / (frequencies + 1)) + 1
    weights[frequencies > MAX_SHARE * papers] = 0
    return weights.astype(np.float32)


def _with_usage(usage: Usage, wordings: Sequence[Wording], years: npt.NDArray[np.int16]) -> Usage:
    if not wordings:
        return usage
    terms = np.concatenate((usage.terms, *(text.terms for text in wordings))).astype(np.int64)
    when = np.concatenate((usage.years, np.repeat(years, [len(text.terms) for text in wordings])))
    papers = np.concatenate((usage.papers, np.ones(len(terms) - len(usage.terms), np.int32)))
    cells, places = np.unique(terms * 4096 + when, return_inverse=True)
    sums = np.bincount(places, papers).astype(np.int32)
    return Usage((cells // 4096).astype(np.int32), (cells % 4096).astype(np.int16), sums)


def _with_phrases(phrases: Phrases, wordings: Sequence[Wording], years: npt.NDArray[np.int16]) -> Phrases:
    fresh = np.repeat((years - (FIRST_YEAR - 1)).astype(np.uint8), [len(text.bigrams) for text in wordings])
    slots = np.concatenate((phrases.slots, *(text.bigrams for text in wordings))).astype(np.int64)
    uses = np.sort(slots * 256 + np.concatenate((phrases.codes, fresh)))
    slots = uses >> 8
    first = np.flatnonzero(np.diff(slots, prepend=-1))
    return Phrases(slots[first].astype(np.int32), (uses[first] & 255).astype(np.uint8))
