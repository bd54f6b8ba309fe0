"""How values are written for readers: numbers, dates at their precision, identifiers, sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from metrics.models import AuthorMetrics
from papers import identifiers
from papers.models import Author, Paper, PaperIdentifier, ReportedFigure
from papers.sources.catalogue import CATALOGUE, SourceInfo
from profiles import credits
from profiles.bylines import PrintedName
from profiles.panels import year_span
from profiles.parameters import SORT_ORDERS, ListQuery, SortOrder

register = template.Library()

_SCHEMES = {
    "doi": "DOI",
    "arxiv": "arXiv",
    "orcid": "ORCID",
    "openalex": "OpenAlex",
    "semanticscholar": "Semantic Scholar",
    "corpusid": "Corpus id",
    "pmid": "PubMed",
    "pmcid": "PubMed Central",
    "dblp": "DBLP",
    "ror": "ROR",
    "ieee": "IEEE Xplore",
    "openreview": "OpenReview",
    "acl": "ACL Anthology",
    "capture": "captured page",
}


@register.filter
def number(value: int | None) -> str:
    """1234567 → "1,234,567"; None → "—"."""
    return "—" if value is None else f"{value:,}"


@register.filter
def whole_date(paper: Paper) -> str:
    """The publication date at its precision: "2 Feb 2023", "Feb 2023", "2023", or "" where it is not known."""
    return dated(paper.publication_date, paper.date_precision)


def dated(day: date | None, precision: str) -> str:
    if day is None:
        return ""
    if precision == Paper.Precision.YEAR:
        return str(day.year)
    month = f"{day:%b} {day.year}"
    return month if precision == Paper.Precision.MONTH else f"{day.day} {month}"


@register.filter
def machine_date(paper: Paper) -> str:
    """The same date for machines: "2023-02-02", "2023-02" or "2023"."""
    day = paper.publication_date
    if day is None:
        return ""
    return day.isoformat()[: {Paper.Precision.YEAR: 4, Paper.Precision.MONTH: 7}.get(paper.date_precision, 10)]  # type: ignore[call-overload]


@register.filter
def citation_date(paper: Paper) -> str:
    """The same date as reference managers read it: "2023/02/02"."""
    return machine_date(paper).replace("-", "/")


@register.filter
def day(value: datetime | date | str | None) -> str:
    """ "22 Nov 2026" of a moment or an ISO date."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{value.day} {value:%b} {value.year}" if value else ""


@register.filter
def as_of(moment: datetime | date | str, source: str) -> str:
    """When something was retrieved, as finely as the source's entry knows it: "Feb 2026", "on a day not known"."""
    return _as_of([moment], [source])


@register.filter
def counts_as_of(metrics: AuthorMetrics) -> str:
    """When the counts behind the figures were retrieved, from the oldest to the newest; "" where there are none."""
    if metrics.counts_from is None or metrics.counts_to is None:
        return ""
    return _as_of([metrics.counts_from, metrics.counts_to], [s for s in metrics.count_sources if s != "unknown"])


def _as_of(moments: Sequence[datetime | date | str], sources: Sequence[str]) -> str:
    precisions = {CATALOGUE[slug].dated for slug in sources if slug in CATALOGUE}
    if None in precisions:
        return "on a day not known"
    words = [day(moment) for moment in moments]
    if precisions - {"day"}:
        words = [word.partition(" ")[2] for word in words]
    return " to ".join(dict.fromkeys(words))


@register.filter
def ago(moment: datetime) -> str:
    """ "3 h ago", and the day itself once that says more."""
    age = timezone.now() - moment
    if age < timedelta(minutes=2):
        return "just now"
    if age < timedelta(hours=2):
        return f"{int(age.total_seconds() // 60)} min ago"
    if age < timedelta(days=2):
        return f"{int(age.total_seconds() // 3600)} h ago"
    return f"on {day(moment)}"


@register.filter
def scheme_name(scheme: str) -> str:
    return _SCHEMES.get(scheme, scheme)


@register.filter
def paper_address(identifier: dict[str, str]) -> str | None:
    return identifiers.address(identifier["scheme"], identifier["value"])


@register.filter
def paper_identifier_address(identifier: PaperIdentifier) -> str | None:
    return identifiers.address(identifier.scheme, identifier.value)


@register.filter
def is_web_address(url: str | None) -> bool:
    """Whether a source's own link may be one of ours: nothing but http and https."""
    return bool(url) and str(url).lower().startswith(("https://", "http://"))


@register.filter
def author_address(identifier: dict[str, str]) -> str | None:
    return identifiers.address(identifier["scheme"], identifier["value"], of="author")


@register.filter
def source_name(slug: str) -> str:
    return credits.short_name(slug)


@register.filter
def source_entry(slug: str) -> SourceInfo | None:
    return CATALOGUE.get(slug)


@register.filter
def category_address(category: str) -> str:
    """The address of the list narrowed to a category and to nothing else."""
    return ListQuery(category=category).address()


@register.filter
def inconsistency(figure: ReportedFigure) -> str:
    """Why the reported figures cannot all be true: h papers with h citations each are not there."""
    if figure.papers is not None and (figure.h_index or 0) > figure.papers:
        return f"h {figure.h_index} cannot come from {figure.papers:,} papers"
    return f"h {figure.h_index} needs more than {figure.citations or 0:,} citations"


@register.filter
def safe_markup(html: str) -> SafeString:
    """HTML that papers.markup made, which is safe by its allow-list. For `title_html` and `abstract_html` alone."""
    return mark_safe(html)  # noqa: S308


@register.simple_tag
def one_name(name: PrintedName) -> SafeString:
    """One name of a byline: the own one marked, others linked where they have a page."""
    if name.is_own:
        return format_html('<strong class="own" dir="auto">{}</strong>', name.name)
    if name.address:
        return format_html('<a href="{}" dir="auto">{}</a>', name.address, name.name)
    return format_html('<span dir="auto">{}</span>', name.name)


@register.simple_tag
def years_of(first: int | None, last: int | None) -> str:
    return year_span(first, last)


@register.simple_tag
def list_address(query: ListQuery, **changes: str | int) -> str:
    """The list's query string with these changes."""
    return query.address(**changes)


@register.simple_tag
def sort_orders() -> tuple[SortOrder, ...]:
    return SORT_ORDERS


@register.simple_tag
def filters_of(query: ListQuery, coauthor: Author | None) -> list[dict[str, Any]]:
    """What narrows the list, each with the address of the list without it."""
    chosen = [
        ("q", "Words", query.q),
        ("category", "Category", query.category),
        ("year", "Year", "without a date" if query.year == "unknown" else query.year),
        ("coauthor", "With", coauthor.name if coauthor else query.coauthor),
    ]
    return [
        {"name": name, "label": label, "value": value, "without": query.address(**{name: ""})}
        for name, label, value in chosen
        if value
    ]
