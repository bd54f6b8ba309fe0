"""When something was retrieved is told as finely as it is known, and no finer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from metrics.models import AuthorMetrics
from profiles.templatetags.byline import as_of, counts_as_of

MOMENT = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "told"),
    [("openalex", "1 Feb 2026"), ("paperlists", "Feb 2026"), ("capture", "on a day not known")],
)
def test_it_tells_the_day_as_the_source_knows_it(source: str, told: str) -> None:
    assert as_of(MOMENT, source) == told


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (["openalex"], "1 Feb 2026 to 3 Mar 2026"),
        (["openalex", "paperlists", "unknown"], "Feb 2026 to Mar 2026"),
        (["openalex", "capture"], "on a day not known"),
    ],
)
def test_the_coarsest_source_decides_for_the_whole_header(sources: list[str], told: str) -> None:
    metrics = AuthorMetrics(
        counts_from=MOMENT, counts_to=datetime(2026, 3, 3, tzinfo=UTC), count_sources=dict.fromkeys(sources, 1)
    )
    assert counts_as_of(metrics) == told


def test_it_says_nothing_where_no_count_is_known() -> None:
    assert counts_as_of(AuthorMetrics()) == ""
