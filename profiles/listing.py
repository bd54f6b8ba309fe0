"""One author's list of papers: the query behind the list, its pages and its filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.db.models.functions import JSONObject

from metrics.models import PaperScore
from papers.models import Author, Authorship, CitedByCount, Paper, PaperIdentifier
from profiles.bylines import Byline, bylines_of
from profiles.parameters import UNKNOWN_YEAR, ListQuery

PAGE_SIZE = 25
_METRIC_OF_SORT = {"novel": "novelty", "score": "ai_score"}
MAX_WORDS = 12  # further words of a search are not looked at
MAX_WITHDRAWN = 50


class PastTheEnd(LookupError):
    """The list has fewer pages than the address asks for; the message is one sentence for the reader."""


@dataclass(frozen=True)
class Row:
    """One paper of the list with all that its row shows."""

    paper: Paper
    byline: Byline


@dataclass(frozen=True)
class PaperList:
    """One page of a list. `total`: papers on all its pages."""

    query: ListQuery
    rows: tuple[Row, ...]
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def first(self) -> int:
        """The number of the page's first paper, from 1; 0 for an empty list."""
        return (self.query.page - 1) * PAGE_SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def previous_page(self) -> int:
        return self.query.page - 1

    @property
    def next_page(self) -> int:
        return self.query.page + 1

    def page_numbers(self) -> list[int | None]:
        """The pages to link: the first, the last and those around this one; None stands for a gap."""
        wanted = sorted(
            {1, self.pages, *range(self.query.page - 1, self.query.page + 2)} & set(range(1, self.pages + 1))
        )
        numbers: list[int | None] = []
        for number in wanted:
            if numbers and numbers[-1] is not None and number - numbers[-1] > 1:
                numbers.append(None)
            numbers.append(number)
        return numbers


def papers_of(author: Author) -> QuerySet[Paper]:
    """Every paper that the page lists: the same set as its figures are computed from."""
    return Paper.objects.listed().filter(Exists(Authorship.objects.filter(paper=OuterRef("pk"), shown_author=author)))


def read_list(author: Author, query: ListQuery) -> PaperList:
    """One page of the author's papers, in three queries. Raises PastTheEnd where there is no such page."""
    found = filtered(papers_of(author), query)
    total = found.count()
    start = (query.page - 1) * PAGE_SIZE
    if start and start >= total:
        pages = max(1, -(-total // PAGE_SIZE))
        raise PastTheEnd(f"This list ends at page {pages}; there is no page {query.page}.")
    papers = list(with_links(in_order(found, query))[start : start + PAGE_SIZE])
    bylines = bylines_of(papers, author)
    return PaperList(query, tuple(Row(paper, bylines[paper.pk]) for paper in papers), total)


def withdrawn_papers(author: Author) -> list[Paper]:
    """The newest of the author's withdrawn papers: outside list and figures."""
    own = Authorship.objects.filter(paper=OuterRef("pk"), shown_author=author)
    withdrawn = Paper.objects.shown().filter(Exists(own), status=Paper.Status.WITHDRAWN)
    return list(in_order(with_links(withdrawn), ListQuery())[:MAX_WITHDRAWN])


def filtered(papers: QuerySet[Paper], query: ListQuery) -> QuerySet[Paper]:
    """The papers that fit every filter. Each word of `q` must be in title, abstract, venue, organisation or a name."""
    if query.category:
        papers = papers.filter(primary_category=query.category)
    if query.year == UNKNOWN_YEAR:
        papers = papers.filter(publication_date=None)
    elif query.year:
        papers = papers.filter(publication_date__year=int(query.year))
    if query.coauthor:
        shared = Authorship.objects.filter(
            paper=OuterRef("pk"), shown_author__public_id=query.coauthor, shown_author__is_hidden=False
        )
        papers = papers.filter(Exists(shared))
    for word in query.q.split()[:MAX_WORDS]:
        papers = papers.filter(_holds(word))
    return papers


def _holds(word: str) -> Q:
    named = Authorship.objects.filter(paper=OuterRef("pk"), name__unaccent__icontains=word)
    fields = ("title_plain", "abstract", "venue", "organisation")
    texts = Q()
    for name in fields:
        texts |= Q(**{f"{name}__unaccent__icontains": word})
    return texts | Q(Exists(named))


def in_order(papers: QuerySet[Paper], query: ListQuery) -> QuerySet[Paper]:
    newest = (F("publication_date").desc(nulls_last=True), "title_plain", "pk")
    if query.order.slug == "cited":
        return papers.order_by(F("cited_by_count").desc(nulls_last=True), *newest)
    if query.order.slug in _METRIC_OF_SORT:
        score = _score(_METRIC_OF_SORT[query.order.slug])
        return papers.order_by(OrderBy(score, descending=True, nulls_last=True), *newest)
    return papers.order_by(*newest)


def with_links(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """The papers with their identifiers, scores and the day their cited-by count was retrieved, in the same query."""
    identifiers = PaperIdentifier.objects.filter(paper=OuterRef("pk")).order_by("scheme", "value")
    pairs: Any = identifiers.values(pair=JSONObject(scheme="scheme", value="value"))
    scores = {f"{metric}_value": _score(metric) for metric in PaperScore.Metric.values}
    return with_count_dates(papers).annotate(links=ArraySubquery(pairs), **scores)


def _score(metric: str) -> Subquery:
    return Subquery(PaperScore.objects.filter(paper=OuterRef("pk"), metric=metric).values("value")[:1])


def with_count_dates(papers: QuerySet[Paper]) -> QuerySet[Paper]:
    """The papers with the moment at which their displayed cited-by count was retrieved."""
    counted = CitedByCount.objects.filter(
        paper=OuterRef("pk"), source=OuterRef("cited_by_source"), count=OuterRef("cited_by_count")
    )
    return papers.annotate(counted_at=Subquery(counted.order_by("-retrieved_at").values("retrieved_at")[:1]))
