"""Bars a year as SVG geometry: numbers in, rectangles out, so that the page needs no script and no style. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 64
MAX_YEARS = 60  # further back, years stand in the table only
STEPS = ((16, 30), (24, 20), (44, 11), (MAX_YEARS, 8))  # up to so many years, one takes so many pixels
GAP = 3


@dataclass(frozen=True)
class YearCount:
    """One row of the stored figures a year; `citations` None: no paper of that year has a known count."""

    year: int | None
    papers: int
    counted: int
    citations: int | None


@dataclass(frozen=True)
class Bar:
    """A rectangle in pixels from the top left; `value` None: unknown, drawn as a hollow mark on the ground line."""

    x: int
    y: float
    width: int
    height: float
    year: int
    value: int | None


@dataclass(frozen=True)
class Chart:
    """Bars from the first year to the last, without a hole where nothing appeared."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    first_year: int
    last_year: int
    peak: int
    peak_year: int | None
    earlier: int  # years that only the table has


def bars(values: Sequence[tuple[int, int | None]]) -> Chart | None:
    """The chart of (year, value) pairs; None where there is no year to draw."""
    by_year = dict(values)
    if not by_year:
        return None
    last = max(by_year)
    first = max(min(by_year), last - MAX_YEARS + 1)
    years = range(first, last + 1)
    peak = max((by_year.get(year) or 0 for year in years), default=0)
    step = next(pixels for most, pixels in STEPS if len(years) <= most)
    drawn = tuple(_bar(i * step, step - GAP, year, by_year.get(year, 0), peak) for i, year in enumerate(years))
    return Chart(
        width=len(years) * step - GAP,
        height=HEIGHT,
        bars=drawn,
        first_year=first,
        last_year=last,
        peak=peak,
        peak_year=next((year for year in years if peak and by_year.get(year) == peak), None),
        earlier=sum(year < first for year in by_year),
    )


def _bar(x: int, width: int, year: int, value: int | None, peak: int) -> Bar:
    if value is None:
        return Bar(x, HEIGHT - 4, width, 4, year, None)
    height = round(max(2.0, (HEIGHT - 2) * value / peak), 1) if value else 1.0
    return Bar(x, round(HEIGHT - height, 1), width, height, year, value)
