from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from profiles.charts import HEIGHT, MAX_YEARS, bars

YEARS = st.dictionaries(st.integers(1800, 2030), st.one_of(st.none(), st.integers(0, 10**7)), max_size=80)


def test_it_draws_every_year_between_the_first_and_the_last() -> None:
    chart = bars([(2012, 1), (2015, 4)])
    assert chart is not None
    assert [bar.year for bar in chart.bars] == [2012, 2013, 2014, 2015]
    assert [bar.value for bar in chart.bars] == [1, 0, 0, 4]
    assert (chart.peak, chart.peak_year) == (4, 2015)


def test_unknown_is_no_zero() -> None:
    chart = bars([(2012, None), (2013, 0)])
    assert chart is not None
    assert [bar.value for bar in chart.bars] == [None, 0]
    assert chart.peak_year is None


def test_nothing_to_draw_is_no_chart() -> None:
    assert bars([]) is None


@given(YEARS)
def test_bars_stay_inside_and_higher_means_more(values: dict[int, int | None]) -> None:
    chart = bars(list(values.items()))
    if chart is None:
        assert not values
        return
    assert len(chart.bars) <= MAX_YEARS
    assert len(chart.bars) == chart.last_year - chart.first_year + 1
    for bar in chart.bars:
        assert 0 <= bar.x < bar.x + bar.width <= chart.width
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT + 0.05
    known = sorted((b for b in chart.bars if b.value is not None), key=lambda b: b.value or 0)
    assert all(a.height <= b.height for a, b in pairwise(known))
