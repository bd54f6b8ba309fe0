from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import formulas
from metrics.formulas import YearFigures

counts_with_gaps = st.lists(st.none() | st.integers(0, 60), max_size=30)


# Worked by hand. [10, 8, 5, 4, 3]: four have ≥ 4; sums 10, 18, 23, 27, 30 against 1, 4, 9, 16, 25.
@pytest.mark.parametrize(
    ("counts", "h", "g", "i10"),
    [
        ([10, 8, 5, 4, 3], 4, 5, 1),
        ([3, 0, 6, 1, 5], 3, 3, 0),
        ([25, 8, 5, 3, 3], 3, 5, 1),
        ([9, 0, 0, 0], 1, 3, 0),
        ([100], 1, 1, 1),
        ([0, 0], 0, 0, 0),
        ([10, None, 10, None], 2, 2, 2),
    ],
)
def test_indices_of_a_worked_case(counts: list[int | None], h: int, g: int, i10: int) -> None:
    assert (formulas.h_index(counts), formulas.g_index(counts), formulas.i10_index(counts)) == (h, g, i10)


@pytest.mark.parametrize("counts", [[], [None], [None, None]])
def test_no_known_count_gives_no_figure(counts: list[int | None]) -> None:
    figures = [formulas.citations, formulas.h_index, formulas.g_index, formulas.i10_index]
    assert [figure(counts) for figure in figures] == [None] * 4
    assert (formulas.papers(counts), formulas.counted(counts)) == (len(counts), 0)


@given(counts_with_gaps)
def test_h_follows_its_definition(counts: list[int | None]) -> None:
    known = [c for c in counts if c is not None]
    h = formulas.h_index(counts)
    if h is None:
        assert not known
        return
    assert sum(c >= h for c in known) >= h
    assert sum(c >= h + 1 for c in known) < h + 1


@given(counts_with_gaps)
def test_figures_keep_their_bounds(counts: list[int | None]) -> None:
    h, g, total = formulas.h_index(counts), formulas.g_index(counts), formulas.citations(counts)
    if h is None or g is None or total is None:
        assert formulas.counted(counts) == 0
        return
    assert h <= g <= formulas.counted(counts)
    assert h * h <= total
    assert g * g <= total


@given(counts_with_gaps, st.integers(0, 60))
def test_an_unknown_count_changes_nothing_and_a_citation_lowers_nothing(counts: list[int | None], more: int) -> None:
    assert formulas.g_index([*counts, None]) == formulas.g_index(counts)
    assert (formulas.h_index([*counts, more]) or 0) >= (formulas.h_index(counts) or 0)


def test_years_are_in_order_and_the_undated_come_last() -> None:
    assert formulas.by_year([(2020, 5), (None, 1), (2018, None), (2020, None)]) == [
        YearFigures(2018, 1, 0, None),
        YearFigures(2020, 2, 1, 5),
        YearFigures(None, 1, 1, 1),
    ]


def test_the_last_five_years_hold_the_current_one() -> None:
    assert formulas.recent_since(2026) == 2022
