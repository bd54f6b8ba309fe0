"""The line of figures at the head of an author's page: each with what it means and what it was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from metrics.models import AuthorMetrics, AuthorScore
from metrics.registry import BY_SLUG, Metric

NOT_YET = "being computed"  # scores follow the figures, ten minutes later at most


@dataclass(frozen=True)
class Figure:
    """One figure. `value` None: unknown, and `note` says why. `facts`: what it was computed from, as (name, number)."""

    metric: Metric
    label: str
    value: int | None
    note: str = ""
    facts: tuple[tuple[str, int | None], ...] = ()
    unit: str = ""
    version: str = ""  # of the models behind a score
    computed_at: datetime | None = None  # None: with all the others


def header_figures(metrics: AuthorMetrics, scores: Mapping[str, AuthorScore]) -> list[Figure]:
    """The figures in the order of the page."""
    no_counts = "" if metrics.papers_counted else "no count is known"
    counted = f"{metrics.papers_counted:,} of {metrics.papers:,} known"
    partly = counted if 0 < metrics.papers_counted < metrics.papers else no_counts
    basis = (("Papers listed", metrics.papers), ("of these, with a known count", metrics.papers_counted))
    since = metrics.recent_since
    recent = (
        (f"Papers since {since}", metrics.recent_papers),
        ("Citations of these", metrics.recent_citations),
        ("h-index of these", metrics.recent_h_index),
    )
    return [
        _figure("papers", metrics.papers, facts=basis),
        _figure("citations", metrics.citations, partly, basis),
        _figure("h_index", metrics.h_index, no_counts, basis),
        _figure("g_index", metrics.g_index, no_counts, basis),
        _figure("i10_index", metrics.i10_index, no_counts, basis),
        _figure("recent_papers", metrics.recent_papers, "last five years", recent, label=f"Since {since}"),
        _score("novelty", scores.get("novelty"), "%"),
        _score("ai_score", scores.get("ai_score")),
    ]


def _score(slug: str, score: AuthorScore | None, unit: str = "") -> Figure:
    """A score with half its interval and what it was read from, or the reason why there is none."""
    metric = BY_SLUG[slug]
    if score is None:
        return Figure(metric, metric.label, None, NOT_YET)
    told = [("Papers listed", score.papers), ("of these, scored", score.scored)]
    facts = tuple(told + ([("by their titles only", score.title_only)] if score.title_only else []))
    if score.value is None or score.low is None or score.high is None:
        return Figure(metric, metric.label, None, score.reason, facts, "", score.version, score.computed_at)
    basis = ", title only" if score.title_only == score.scored else ""
    note = f"± {round((score.high - score.low) / 2)}{basis}"
    return Figure(metric, metric.label, round(score.value), note, facts, unit, score.version, score.computed_at)


def _figure(
    slug: str, value: int | None, note: str = "", facts: tuple[tuple[str, int | None], ...] = (), label: str = ""
) -> Figure:
    return Figure(BY_SLUG[slug], label or BY_SLUG[slug].label, value, note, facts)
