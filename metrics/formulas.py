"""The citation figures as pure functions: cited-by counts in, numbers out.

A count of None is unknown, which is not 0: it is left out, and `counted` says how many were not. Where no count
at all is known, a figure is None. `metrics/sql.py` computes the same in bulk and is held against these by a test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Counts = Sequence[int | None]

RECENT_YEARS = 5


class YearFigures(NamedTuple):
    """The papers of one publication year (None: not dated), and the citations that they have had until now."""

    year: int | None
    papers: int
    counted: int
    citations: int | None


def papers(counts: Counts) -> int:
    return len(counts)


def counted(counts: Counts) -> int:
    """How many of the counts are known."""
    return len(_ranked(counts))


def citations(counts: Counts) -> int | None:
    """Sum of the known counts."""
    known = _ranked(counts)
    return sum(known) if known else None


def h_index(counts: Counts) -> int | None:
    """The largest h such that h papers have at least h citations each. J. E. Hirsch, PNAS 102 (2005) 16569–16572."""
    known = _ranked(counts)
    return sum(count >= rank for rank, count in enumerate(known, 1)) if known else None


def g_index(counts: Counts) -> int | None:
    """The largest g such that the g most cited papers have at least g² citations together.

    L. Egghe, Scientometrics 69 (2006) 131–152. As there, g is at most the number of papers (with a known count).
    """
    known = _ranked(counts)
    return max((g for g in range(len(known) + 1) if sum(known[:g]) >= g * g), default=0) if known else None


def i10_index(counts: Counts) -> int | None:
    """How many papers have at least 10 citations. Google Scholar Citations, 2011."""
    known = _ranked(counts)
    return sum(count >= 10 for count in known) if known else None


def recent_since(this_year: int) -> int:
    """First of the last five calendar years, the current one included."""
    return this_year - (RECENT_YEARS - 1)


def by_year(dated_counts: Iterable[tuple[int | None, int | None]]) -> list[YearFigures]:
    """Figures a year of publication, from (year, count) pairs: oldest first, undated last; only years with papers."""
    grouped: dict[int | None, list[int | None]] = defaultdict(list)
    for year, count in dated_counts:
        grouped[year].append(count)
    years = sorted(grouped, key=lambda year: (year is None, year or 0))
    return [YearFigures(y, papers(grouped[y]), counted(grouped[y]), citations(grouped[y])) for y in years]


def _ranked(counts: Counts) -> list[int]:
    return sorted((count for count in counts if count is not None), reverse=True)
