"""What the home page shows besides its search form; all of it bounded."""

from __future__ import annotations

from django.core.cache import cache
from django.db.models import Count

from metrics.models import AuthorMetrics
from papers.models import Paper

RECENT = 12
LOOKED_AT = 200  # of the newest figures; of these, the authors of most papers are shown
MAX_CATEGORIES = 40
CATEGORIES_KEY = "home:categories"
KEPT_FOR = 600  # seconds: counting goes through every paper, and a reader must not wait for it each time


def recently_refreshed() -> list[AuthorMetrics]:
    """The authors of most papers among those whose figures were computed last, the newest figures first."""
    newest = (
        AuthorMetrics.objects.filter(author__is_hidden=False, author__merged_into=None)
        .select_related("author")
        .order_by("-computed_at")[:LOOKED_AT]
    )
    chosen = sorted(newest, key=lambda m: (-m.papers, m.author.name))[:RECENT]
    return sorted(chosen, key=lambda m: m.computed_at, reverse=True)


def categories() -> list[tuple[str, int]]:
    """Categories with the papers listed under each, commonest first; at most ten minutes old."""
    kept: list[tuple[str, int]] | None = cache.get(CATEGORIES_KEY)
    if kept is None:
        counted = Paper.objects.listed().exclude(primary_category="").values_list("primary_category")
        kept = list(counted.annotate(papers=Count("pk")).order_by("-papers", "primary_category")[:MAX_CATEGORIES])
        cache.set(CATEGORIES_KEY, kept, KEPT_FOR)
    return kept
