"""The nearest earlier papers of a paper, among sketches: one sparse product, and the largest of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from metrics.field import Field, Floats, Numbers, Sketches, idf
from metrics.wording import TERM_SLOTS, Wording

NEAREST = 10
DUPLICATE = 0.95
BLOCK = 256
_LOOK = 24  # so many are looked at to find ten that are no version of the paper

# A sketch lacks the common words that two papers nearly always share. How many a paper shares with the mean earlier
# paper is known from the frequencies; its neighbours share this many times as much (fitted on exact distances).
BACKGROUND = 2.5


@dataclass(frozen=True)
class Query:
    """A paper as it is looked up. `versions`: rows of the field that are the paper itself, under its title or key."""

    text: Wording
    versions: Numbers


@dataclass(frozen=True)
class Vector:
    """A text's terms and their weights, of length 1 together."""

    terms: npt.NDArray[np.int32]
    weights: Floats


@dataclass(frozen=True)
class Found:
    """The ten nearest earlier papers (row in the field, cosine), the nearest first, and the distance to them.

    `duplicates`: rows of earlier papers that have the same text under another title. `blank`: no word has weight.
    """

    distance: float
    rows: Numbers
    cosines: Floats
    duplicates: Numbers
    blank: bool


class Space:
    """The papers of a field before a year, as unit vectors, weighted by the frequencies of that time."""

    def __init__(self, field: Field, before: int) -> None:
        self.rows = np.flatnonzero(field.years < before)
        self.size = len(self.rows)
        self._frequencies = field.usage.before(before)
        self._idf = idf(self._frequencies, self.size)
        sketches = field.sketches.take(self.rows)
        vectors = _weighted(sketches.ends, sketches.terms, sketches.counts, self._idf)
        lengths = _lengths(vectors)
        self._coverage = np.maximum(sketches.coverage, 1).astype(np.float32) / np.float32(255)
        self._background = self._common(sketches, lengths)
        self._priors = _scaled(vectors, lengths)
        self._by_term = self._priors.T.tocsr()

    def nearest(self, queries: Sequence[Query]) -> Iterator[Found]:
        """In the order of the queries."""
        for start in range(0, len(queries), BLOCK):
            block = queries[start : start + BLOCK]
            vectors = self._vectors(block)
            background = vectors @ self._background
            products = vectors @ self._by_term
            for at, query in enumerate(block):
                cosines = products.data[products.indptr[at] : products.indptr[at + 1]]
                places = products.indices[products.indptr[at] : products.indptr[at + 1]]
                own = slice(vectors.indptr[at], vectors.indptr[at + 1])
                vector = Vector(vectors.indices[own], vectors.data[own])
                yield self._found(query, vector, places, cosines, float(background[at]))

    def _found(
        self, query: Query, vector: Vector, places: npt.NDArray[np.int32], cosines: Floats, common: float
    ) -> Found:
        if len(query.versions):
            others = ~np.isin(self.rows[places], query.versions)
            places, cosines = places[others], cosines[others]
        look = _LOOK
        while True:
            top = _largest(cosines, places, look)
            duplicate = self._duplicates(vector, places[top], cosines[top])
            if len(top) - duplicate.sum() >= NEAREST or len(top) == len(cosines):
                break
            look *= 4
        kept = top[~duplicate][:NEAREST]
        distance = 1 - float(cosines[kept].sum()) / NEAREST - BACKGROUND * common
        return Found(
            distance=min(max(distance, 0.0), 1.0),
            rows=self.rows[places[kept]],
            cosines=np.minimum(cosines[kept], 1),
            duplicates=self.rows[places[top[duplicate]]],
            blank=len(vector.terms) == 0,
        )

    def _duplicates(self, vector: Vector, places: npt.NDArray[np.int32], cosines: Floats) -> npt.NDArray[np.bool_]:
        """Where the whole texts can have a cosine of 0.95, as far as the sketches tell (Cauchy-Schwarz)."""
        coverage = self._coverage[places]
        known = cosines * np.sqrt(coverage)
        at_most = known + np.sqrt((1 - coverage) * np.maximum(1 - np.minimum(cosines, 1) ** 2, 0))
        found = at_most >= DUPLICATE - 1e-6
        for at in np.flatnonzero(found):
            own = slice(self._priors.indptr[places[at]], self._priors.indptr[places[at] + 1])
            shared = vector.weights[np.isin(vector.terms, self._priors.indices[own])]
            rest = np.sqrt((1 - coverage[at]) * max(1 - float((shared**2).sum()), 0))
            found[at] = known[at] + rest >= DUPLICATE - 1e-6
        return np.asarray(found, np.bool_)

    def _vectors(self, queries: Sequence[Query]) -> sp.csr_matrix:
        ends = np.concatenate(([0], np.cumsum([len(query.text.terms) for query in queries])))
        terms = np.concatenate([query.text.terms for query in queries])
        counts = np.concatenate([query.text.counts for query in queries])
        vectors = _weighted(ends, terms, counts, self._idf)
        vectors.eliminate_zeros()
        return _scaled(vectors, _lengths(vectors))

    def _common(self, sketches: Sketches, lengths: Floats) -> Floats:
        """What the mean earlier paper holds of each term outside its sketch, in parts of a whole vector's length."""
        outside = np.maximum(self._frequencies - np.bincount(sketches.terms, minlength=TERM_SLOTS), 0)
        whole = float((lengths / np.sqrt(self._coverage)).mean()) if self.size else 0.0
        return (self._idf * outside / (self.size * whole or 1)).astype(np.float32)


def _largest(values: Floats, names: npt.NDArray[np.int32], count: int) -> Numbers:
    """Places of the largest values, falling; of equal ones the lower name first."""
    if len(values) > count:
        least = np.partition(values, len(values) - count)[len(values) - count]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    return places[np.lexsort((names[places], -values[places]))][:count]


def _weighted(ends: Numbers, terms: npt.NDArray[np.int32], counts: npt.NDArray[np.uint8], by: Floats) -> sp.csr_matrix:
    weights = (1 + np.log(counts.astype(np.float32))) * by[terms]
    return sp.csr_matrix((weights, terms, ends), shape=(len(ends) - 1, TERM_SLOTS))


def _lengths(vectors: sp.csr_matrix) -> Floats:
    return np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1), np.float32).ravel())


def _scaled(vectors: sp.csr_matrix, lengths: Floats) -> sp.csr_matrix:
    factors = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    vectors.data *= np.repeat(factors, np.diff(vectors.indptr))
    return vectors
