"""The author page as a list of panels in their order: each one template and what it shows. Nothing is computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from metrics.models import AuthorMetrics
from papers.models import Author, ReportedFigure
from papers.sources.catalogue import COUNT_ORDER
from profiles import charts, credits
from profiles.authors import Coauthors, coauthors_of, reported_figures, scores_of
from profiles.figures import header_figures
from profiles.listing import PaperList, withdrawn_papers


@dataclass(frozen=True)
class Panel:
    """One part of the page: its template, and the names that the template uses."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Employer:
    """An institution of the author; sources that name the same one are put together."""

    name: str
    country: str
    years: str
    is_last_known: bool
    sources: tuple[str, ...]


def page_context(author: Author, listed: PaperList, coauthor: Author | None) -> dict[str, Any]:
    """Everything the author page shows: its panels in their order, and the sources that they draw on."""
    metrics: AuthorMetrics | None = getattr(author, "metrics", None)
    reported = reported_figures(author)
    panels = [
        Panel("profiles/panels/header.html", header(author, metrics)),
        Panel("profiles/panels/figures.html", figures(author, metrics, listed)),
        Panel("profiles/panels/reported.html", {"reported": reported}),
        Panel("profiles/panels/years.html", years(metrics, coauthors_of(author))),
        Panel("profiles/panels/papers.html", papers(metrics, listed, coauthor)),
        Panel("profiles/panels/withdrawn.html", {"withdrawn": withdrawn_papers(author)}),
    ]
    slugs = sources_of(author, metrics, listed, reported)
    return {"author": author, "panels": panels, "credits": credits.credits(slugs, credits.latest_runs(author))}


def header(author: Author, metrics: AuthorMetrics | None) -> dict[str, Any]:
    by_category = metrics.by_category if metrics else []
    return {
        "categories": [row for row in by_category if row["category"]][:6],
        "employers": employers(getattr(author, "known_affiliations", [])),
        "identifiers": [row for row in getattr(author, "known_identifiers", []) if row["scheme"] != "capture"],
    }


def employers(rows: Iterable[dict[str, Any]]) -> list[Employer]:
    """Institutions, the last known first, then by their newest year; what several sources say is one row."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(row["name"], []).append(row)
    found = [_employer(name, group) for name, group in by_name.items()]
    newest = {name: max((r["last_year"] or 0 for r in group), default=0) for name, group in by_name.items()}
    return sorted(found, key=lambda e: (not e.is_last_known, -newest[e.name], e.name))


def _employer(name: str, group: list[dict[str, Any]]) -> Employer:
    first = min((r["first_year"] for r in group if r["first_year"]), default=None)
    last = max((r["last_year"] for r in group if r["last_year"]), default=None)
    return Employer(
        name=name,
        country=next((r["country"] for r in group if r["country"]), ""),
        years=year_span(first, last),
        is_last_known=any(r["is_last_known"] for r in group),
        sources=tuple(sorted({r["source"] for r in group})),
    )


def year_span(first: int | None, last: int | None) -> str:
    """ "2015–2020", "2015", or "" where no year is known."""
    known = [str(year) for year in (first, last) if year]
    return "–".join(dict.fromkeys(known))


def figures(author: Author, metrics: AuthorMetrics | None, listed: PaperList) -> dict[str, Any]:
    return {
        "is_awaited": bool(listed.total) or listed.query.is_filtered,  # no papers, no figures to wait for
        "metrics": metrics,
        "figures": header_figures(metrics, scores_of(author)) if metrics else [],
        "mix": mix(metrics),
        "last_change_at": getattr(author, "last_change_at", None),
    }


def mix(metrics: AuthorMetrics | None) -> list[tuple[str, int]]:
    """Whose counts the figures are made of, in the order in which they are preferred; the unknown last."""
    given: dict[str, int] = metrics.count_sources if metrics else {}
    order = {slug: place for place, slug in enumerate((*COUNT_ORDER, *sorted(set(given) - {"unknown"}), "unknown"))}
    known = sorted(given, key=lambda slug: order.get(slug, len(order)) if slug != "unknown" else len(order) + 1)
    return [(slug, given[slug]) for slug in known if given[slug]]


def years(metrics: AuthorMetrics | None, coauthors: Coauthors) -> dict[str, Any]:
    """Papers and citations a year over one span of years, and the co-authors beside them."""
    rows = [charts.YearCount(**row) for row in metrics.by_year] if metrics else []
    dated = [row for row in rows if row.year is not None]
    return {
        "by_year": sorted(rows, key=lambda row: -(row.year or 0)),
        "papers_chart": charts.bars([(row.year, row.papers) for row in dated if row.year is not None]),
        "citations_chart": charts.bars([(row.year, row.citations) for row in dated if row.year is not None]),
        "undated": sum(row.papers for row in rows if row.year is None),
        "coauthors": coauthors,
    }


def papers(metrics: AuthorMetrics | None, listed: PaperList, coauthor: Author | None) -> dict[str, Any]:
    """The list with what it can be narrowed to; `coauthor` is whom the filter names, if anybody."""
    return {
        "listed": listed,
        "query": listed.query,
        "total": metrics.papers if metrics else None,
        "categories": metrics.by_category if metrics else [],
        "years": sorted(metrics.by_year, key=lambda row: -(row["year"] or 0)) if metrics else [],
        "coauthor": coauthor,
    }


def sources_of(
    author: Author, metrics: AuthorMetrics | None, listed: PaperList, reported: Iterable[ReportedFigure]
) -> set[str]:
    """Every source that any value on the page comes from."""
    slugs = set(metrics.count_sources if metrics else {}) | {figure.source for figure in reported}
    slugs |= {row["source"] for row in getattr(author, "known_affiliations", [])}
    slugs |= set(author.provenance.values())
    for row in listed.rows:
        slugs |= {row.paper.cited_by_source, *row.paper.provenance.values()}
    return slugs
