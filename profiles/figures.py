"""The line of figures at the head of an author's page: each with what it means and what it was computed from."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.models import AuthorMetrics
from metrics.registry import BY_SLUG, Metric

NOT_YET = "not computed yet"


@dataclass(frozen=True)
class Figure:
    """One figure. `value` None: unknown, and `note` says why. `facts`: what it was computed from, as (name, number)."""

    metric: Metric
    label: str
    value: int | None
    note: str = ""
    facts: tuple[tuple[str, int | None], ...] = ()


def header_figures(metrics: AuthorMetrics) -> list[Figure]:
    """The figures in the order of the page; the two scores have their places and no value yet."""
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
        _figure("novelty", None, NOT_YET),
        _figure("ai_score", None, NOT_YET),
    ]


def _figure(
    slug: str, value: int | None, note: str = "", facts: tuple[tuple[str, int | None], ...] = (), label: str = ""
) -> Figure:
    return Figure(BY_SLUG[slug], label or BY_SLUG[slug].label, value, note, facts)
