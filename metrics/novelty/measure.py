"""Distance and newness of papers against the earlier papers of their field; not yet a percentile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metrics.field import Field, Numbers, year_code
from metrics.novelty.neighbours import Found, Query, Space
from metrics.wording import Wording


@dataclass(frozen=True)
class Looked:
    """A paper to measure. `key`: of an entry that is held here and is this paper, whatever its title."""

    text: Wording
    title_hash: int
    key: str | None = None


@dataclass(frozen=True)
class Measure:
    """`distance`, `newness` in [0, 1]; `unseen`: which of the paper's bigrams no earlier paper has, in their order."""

    distance: float
    newness: float
    unseen: npt.NDArray[np.bool_]
    found: Found


class Measurer:
    """Measures papers of one field against its papers before `before`."""

    def __init__(self, field: Field, before: int) -> None:
        self._field = field
        self._before = before
        self._space = Space(field, before)
        self._by_title = _rows_by(field.titles.tolist())
        self._by_key = _rows_by(field.keys)

    def measure(self, papers: Sequence[Looked]) -> list[Measure]:
        queries = [Query(paper.text, self._versions(paper)) for paper in papers]
        return [self._measure(query, found) for query, found in zip(queries, self._space.nearest(queries), strict=True)]

    def _versions(self, paper: Looked) -> Numbers:
        rows = set(self._by_title.get(paper.title_hash, ()) if paper.title_hash else ())
        rows.update(self._by_key.get(paper.key, ()) if paper.key is not None else ())
        return np.array(sorted(rows), np.int64)

    def _measure(self, query: Query, found: Found) -> Measure:
        """What first appears in the year of an earlier version of the paper is taken to be that version's."""
        first = self._field.phrases.first(query.text.bigrams)
        own = np.concatenate((query.versions, found.duplicates))
        years = np.concatenate((self._field.years[own], self._field.other_years[own]))
        unseen = (first == 0) | (first >= year_code(self._before)) | np.isin(first, [year_code(int(y)) for y in years])
        return Measure(found.distance, float(unseen.mean()) if len(unseen) else 0.0, unseen, found)


def _rows_by(names: Sequence[int | str | None]) -> dict[int | str | None, list[int]]:
    rows: dict[int | str | None, list[int]] = {}
    for row, name in enumerate(names):
        if name is not None and name != 0:
            rows.setdefault(name, []).append(row)
    return rows
