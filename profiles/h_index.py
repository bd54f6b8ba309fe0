"""What stands behind an author's h-index: the papers in their order, the threshold, and what others report.

The number is the stored one. Where the papers of this moment do not give it, or a job is about to compute it again,
the page says so and shows no papers: it never contradicts itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber

from metrics.models import AuthorMetrics
from metrics.registry import BY_SLUG, Metric
from papers.models import Author, DirtyAuthor, Paper, ReportedFigure
from profiles import credits
from profiles.authors import reported_figures
from profiles.listing import papers_of, with_count_dates
from profiles.rank_chart import MAX_RANKS, RankChart, rank_chart

BELOW = 10  # papers below the threshold that are named
MAX_UNKNOWN = 10  # papers without a known count that are named
VARIANTS = ("h_index", "g_index", "i10_index", "recent_h_index")
# What each source goes through when it reports on an author as a whole.
COUNTED_BY = {
    "openalex": "all works that OpenAlex gives to this author, data sets and other kinds too; citations between works "
    "that OpenAlex holds",
    "semanticscholar": "all papers that Semantic Scholar gives to this author; citations that it read in papers it "
    "holds",
    "capture": "what the captured page printed; it does not say of which papers",
    "file": "what the imported file states, as its writer counted",
}


@dataclass(frozen=True)
class RankedPaper:
    """A paper at its place by cited-by count; `lacking`: how many citations it is short of h + 1, 0 for none."""

    paper: Paper
    rank: int
    lacking: int


@dataclass(frozen=True)
class Ladder:
    """The listed papers by cited-by count, as far as they are read. `reach`: papers cited at least h + 1 times."""

    h: int
    known: int
    unknown: int
    reach: int
    core: tuple[RankedPaper, ...]
    below: tuple[RankedPaper, ...]
    unranked: tuple[Paper, ...]
    chart: RankChart | None

    @property
    def goal(self) -> int:
        return self.h + 1

    @property
    def needed(self) -> int:
        """Further papers that must be cited h + 1 times before the h-index is h + 1."""
        return self.h + 1 - self.reach

    @property
    def missing(self) -> int:
        """The fewest citations that would make it h + 1, if they fell on the nearest papers."""
        next_one = self.below[0].lacking if self.below else 0
        return (self.h - self.reach) + next_one

    @property
    def core_left_out(self) -> int:
        return self.h - len(self.core)

    @property
    def unranked_left_out(self) -> int:
        return self.unknown - len(self.unranked)


@dataclass(frozen=True)
class Variant:
    metric: Metric
    value: int | None


@dataclass(frozen=True)
class Report:
    """What a source reports of the author, and over what."""

    figure: ReportedFigure
    counts: str


def page_context(author: Author) -> dict[str, Any]:
    """Everything the page shows. `pending`: the papers behind the number are not those of this moment."""
    metrics: AuthorMetrics | None = getattr(author, "metrics", None)
    reported = [Report(figure, COUNTED_BY.get(figure.source, "")) for figure in reported_figures(author)]
    ladder = read_ladder(author, metrics) if metrics and metrics.h_index is not None else None
    dirty = DirtyAuthor.objects.filter(author=author).exists()
    pending = metrics is None or dirty or (metrics.h_index is not None and ladder is None)
    slugs = set(metrics.count_sources if metrics else {}) | {report.figure.source for report in reported}
    return {
        "author": author,
        "metrics": metrics,
        "metric": BY_SLUG["h_index"],
        "pending": pending,
        "ladder": None if pending else ladder,
        "variants": [Variant(BY_SLUG[slug], getattr(metrics, slug)) for slug in VARIANTS] if metrics else [],
        "reported": reported,
        "credits": credits.credits(slugs),
    }


def read_ladder(author: Author, metrics: AuthorMetrics) -> Ladder | None:
    """The papers behind the stored h-index, in one query; None where those of this moment do not give it."""
    h = metrics.h_index or 0
    rows = list(_ranked(author, h))
    if not rows or not _agrees(rows[0], metrics):
        return None
    first: Any = rows[0]
    known: list[Any] = [row for row in rows if row.cited_by_count is not None]
    ranked = [RankedPaper(row, row.rank, max(0, h + 1 - row.cited_by_count)) for row in known]
    counts = [row.cited_by_count for row in known if row.rank <= MAX_RANKS]
    return Ladder(
        h=h,
        known=first.known,
        unknown=first.total - first.known,
        reach=first.reach,
        core=tuple(one for one in ranked if one.rank <= min(h, MAX_RANKS)),
        below=tuple(one for one in ranked if h < one.rank <= h + BELOW),
        unranked=tuple(row for row in rows if row.cited_by_count is None)[:MAX_UNKNOWN],
        chart=rank_chart(counts, h, first.known),
    )


def _ranked(author: Author, h: int) -> Any:
    """The first MAX_RANKS papers by count, those around the threshold, and the first of unknown count."""
    by_count = (F("cited_by_count").desc(nulls_last=True), F("publication_date").desc(nulls_last=True), "title_plain")
    reaching = {"core": Q(cited_by_count__gte=h), "reach": Q(cited_by_count__gte=h + 1)}
    listed: Any = with_count_dates(papers_of(author))
    ranked = listed.annotate(
        rank=Window(RowNumber(), order_by=[*by_count, "pk"]),
        total=Window(Count("pk")),
        known=Window(Count("cited_by_count")),
        cited=Window(Sum("cited_by_count")),
        **{name: Window(Count("pk", filter=condition)) for name, condition in reaching.items()},
    )
    wanted = Q(rank__lte=MAX_RANKS) | Q(rank__gt=h, rank__lte=h + BELOW)
    wanted |= Q(rank__gt=F("known"), rank__lte=F("known") + MAX_UNKNOWN)
    shown = ("public_id", "title", "title_html", "title_plain", "status", "cited_by_count", "cited_by_source")
    return ranked.only(*shown).filter(wanted).order_by("rank")


def _agrees(row: Any, metrics: AuthorMetrics) -> bool:
    """Whether the papers of this moment give the stored figures: h of them reach h, and not h + 1 reach h + 1."""
    now, stored = (row.total, row.known, row.cited), (metrics.papers, metrics.papers_counted, metrics.citations)
    return now == stored and row.reach <= (metrics.h_index or 0) <= row.core
