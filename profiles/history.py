"""The stored changes of an author's figures as a time line, newest first, and each figure's way as a small chart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from metrics.models import AuthorMetrics, MetricChange
from metrics.registry import BY_SLUG, Metric
from metrics.snapshots import SCHEDULED
from metrics.sql import TRACKED
from papers.models import Author
from papers.sources.catalogue import CATALOGUE
from profiles import credits
from profiles.listing import PastTheEnd
from profiles.step_chart import Step, StepChart, step_chart

EVENTS_A_PAGE = 30  # moments at which something changed
MAX_STEPS = 60  # changes of one figure that its chart shows
# A curator's reason for a decision is kept as the cause; it was written for curators, so readers see that it was one.
DECIDED = "a curator's decision"
_CAUSES = {"a decision taken back", "named with an import", "refreshed by hand", SCHEDULED}
_CAUSES |= {f"import from {source.name}" for source in CATALOGUE.values()}
_CAUSES |= {f"a refused record from {source.name}, read again" for source in CATALOGUE.values()}


@dataclass(frozen=True)
class Change:
    """One figure that became another; None: unknown."""

    metric: Metric
    old: float | None
    new: float | None


@dataclass(frozen=True)
class Event:
    """What changed at one moment, and why."""

    at: datetime
    cause: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Day:
    day: date
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Way:
    """One figure over time: its chart and the rows of its table, newest first. `is_cut`: older ones are left out."""

    metric: Metric
    chart: StepChart
    steps: tuple[Step, ...]
    is_cut: bool

    @property
    def since(self) -> datetime:
        return self.steps[-1].since


@dataclass(frozen=True)
class Pages:
    number: int
    total: int

    @property
    def newer(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.number < self.total else None


def page_context(author: Author, page: int) -> dict[str, Any]:
    """Everything the page shows, in a fixed number of queries. Raises PastTheEnd where there is no such page."""
    metrics: AuthorMetrics | None = getattr(author, "metrics", None)
    changes = MetricChange.objects.filter(author=author)
    moments = changes.values_list("changed_at", flat=True).distinct().order_by("-changed_at")
    total = moments.count()
    pages = Pages(page, max(1, -(-total // EVENTS_A_PAGE)))
    if page > pages.total:
        raise PastTheEnd(f"This history ends at page {pages.total}; there is no page {page}.")
    shown = list(moments[(page - 1) * EVENTS_A_PAGE : page * EVENTS_A_PAGE])
    oldest = _oldest(changes)
    return {
        "author": author,
        "metrics": metrics,
        "events": total,
        "days": days(changes.filter(changed_at__in=shown).order_by("-changed_at", "pk")),
        "pages": pages,
        "began_at": began_at(metrics, oldest),
        "beginning": beginning(metrics, oldest),
        "ways": ways(changes, began_at(metrics, oldest)),
        "credits": credits.credits(metrics.count_sources if metrics else ()),
    }


def public_cause(cause: str) -> str:
    """The cause as readers may see it: what we wrote ourselves, word for word; of anything else, whose act it was."""
    return cause if cause in _CAUSES else DECIDED


def days(rows: Iterable[MetricChange]) -> list[Day]:
    """The changes by day and moment, in the order in which they come."""
    events = [
        Event(at, public_cause(same[0].cause), tuple(c for row in same if (c := _change(row))))
        for at, same in ((at, list(rows)) for at, rows in groupby(rows, key=lambda row: row.changed_at))
    ]
    return [Day(day, tuple(same)) for day, same in groupby(events, key=lambda event: event.at.astimezone(UTC).date())]


def _change(row: MetricChange) -> Change | None:
    metric = BY_SLUG.get(row.metric)
    return Change(metric, _plain(row.old), _plain(row.new)) if metric else None


def _plain(value: float | None) -> float | None:
    """31.0 → 31, so that whole numbers are written whole."""
    return int(value) if value is not None and value.is_integer() else value


def _oldest(changes: QuerySet[MetricChange]) -> dict[str, MetricChange]:
    """The first change of each figure."""
    return {row.metric: row for row in changes.order_by("metric", "changed_at", "pk").distinct("metric")}


def began_at(metrics: AuthorMetrics | None, oldest: dict[str, MetricChange]) -> datetime | None:
    """When the figures were first computed; after an undone merge the row is younger than its first change."""
    moments = [row.changed_at for row in oldest.values()] + ([metrics.first_computed_at] if metrics else [])
    return min(moments, default=None)


def beginning(metrics: AuthorMetrics | None, oldest: dict[str, MetricChange]) -> list[tuple[Metric, float | None]]:
    """The figures before their first change, which are those of now where nothing has changed."""
    if metrics is None:
        return []
    return [(BY_SLUG[slug], _plain(oldest[slug].old) if slug in oldest else getattr(metrics, slug)) for slug in TRACKED]


def ways(changes: QuerySet[MetricChange], start: datetime | None) -> list[Way]:
    """A chart for each figure that has changed, over its last MAX_STEPS changes, in one query."""
    newest = Window(RowNumber(), partition_by="metric", order_by=[F("changed_at").desc(), F("pk").desc()])
    rows: dict[str, list[MetricChange]] = defaultdict(list)
    for row in changes.annotate(place=newest).filter(place__lte=MAX_STEPS + 1).order_by("changed_at", "pk"):
        rows[row.metric].append(row)
    found = [_way(BY_SLUG[slug], rows[slug], start) for slug in TRACKED if rows[slug]]
    return [way for way in found if way is not None]


def _way(metric: Metric, rows: Sequence[MetricChange], start: datetime | None) -> Way | None:
    is_cut = len(rows) > MAX_STEPS
    first = [] if is_cut or start is None else [Step(start, _plain(rows[0].old))]
    steps = [*first, *(Step(row.changed_at, _plain(row.new)) for row in rows[-MAX_STEPS:])]
    chart = step_chart(steps, timezone.now())
    return Way(metric, chart, tuple(reversed(steps)), is_cut) if chart else None
