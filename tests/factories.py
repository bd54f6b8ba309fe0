"""Rows for tests that need no import: each function makes one, with sensible values for what is not given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from papers.models import Author, Authorship, CitedByCount, DirtyAuthor, Paper

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_numbers = count(1)


def make_author(name: str = "", *, orcid: str = "", **fields: Any) -> Author:
    n = next(_numbers)
    return Author.objects.create(name=name or f"Author {n}", orcid=orcid, founded_by=f"test:{n}", **fields)


def make_paper(
    title: str = "",
    *,
    year: int | None = 2020,
    citations: int | None = None,
    source: str = "openalex",
    category: str = "",
    **fields: Any,
) -> Paper:
    """A paper of that year. `citations` None: no source knows; else `source` says so, in a CitedByCount of its own."""
    n = next(_numbers)
    title = title or f"Paper {n}"
    dated = {"publication_date": date(year, 1, 1), "date_precision": Paper.Precision.YEAR} if year else {}
    if category:
        fields.setdefault("categories", [category])
    paper = Paper.objects.create(
        **{"title": title, "title_html": title, "title_plain": title, "founded_by": f"test:{n}"} | dated | fields,
        primary_category=category,
        cited_by_count=citations,
        cited_by_source=source if citations is not None else "",
    )
    if citations is not None:
        make_count(paper, source, citations)
    return paper


def make_count(paper: Paper, source: str, citations: int, *, retrieved_at: datetime = NOW) -> CitedByCount:
    return CitedByCount.objects.create(
        paper=paper, source=source, external_id=f"W{next(_numbers)}", count=citations, retrieved_at=retrieved_at
    )


def make_authorship(paper: Paper, author: Author | None, name: str = "", **fields: Any) -> Authorship:
    """The next entry of the paper's byline; an author merged into another is shown as that one."""
    order = paper.authorships.count()
    shown = author and (author.merged_into or author)
    given = {"order": order, "position": order + 1, "source": "openalex", "author": author, "shown_author": shown}
    return Authorship.objects.create(
        paper=paper, name=name or (author.name if author else f"Name {next(_numbers)}"), **given | fields
    )


def mark_dirty(author: Author, *, cause: str = "import of a test", since: datetime = NOW) -> DirtyAuthor:
    """Mark as ingest does: marking again gives the row another token."""
    mark = DirtyAuthor(author=author, cause=cause, since=since)
    DirtyAuthor.objects.bulk_create(
        [mark], update_conflicts=True, unique_fields=["author"], update_fields=["cause", "since", "token"]
    )
    return mark
