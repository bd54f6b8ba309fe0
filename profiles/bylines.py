"""The names of a paper as a reader sees them: shortened around the author whose page it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from papers.models import Author, AuthorName, Authorship, Paper
from papers.models.paper import AuthorshipQuerySet

HEAD = 3  # names shown before the first gap
WHOLE = 6  # a list of so few is never shortened
IN_PLACE = 100  # names that open in place; the paper's page has them all


@dataclass(frozen=True)
class PrintedName:
    """One name of a byline. `address` None: nobody is linked, or their page is hidden."""

    name: str
    address: str | None = None
    is_own: bool = False
    order: int = 0
    has_place: bool = True
    is_corresponding: bool = False


@dataclass(frozen=True)
class Byline:
    """`parts`: runs of names with a gap between them. `named`: all the names that open in place, in their order.

    `more`: how many of the paper's authors `parts` leaves out; None where nobody knows how many there are.
    `beside`: the own name, where it is on the paper and its place is not known.
    """

    parts: tuple[tuple[PrintedName, ...], ...]
    named: tuple[PrintedName, ...] = ()
    more: int | None = 0
    is_cut_short: bool = False
    beside: PrintedName | None = None
    total: int | None = None

    @property
    def beyond(self) -> int:
        """How many of the named authors only the paper's page can list."""
        return max(0, (self.total or 0) - len(self.named)) if self.named and not self.is_cut_short else 0


def with_names(authorships: AuthorshipQuerySet) -> AuthorshipQuerySet:
    """The authorships with what their names need: the linked author, and whether the printed name is retired."""
    retired = AuthorName.objects.filter(author=OuterRef("shown_author"), name=OuterRef("name"), is_retired=True)
    return authorships.select_related("shown_author").annotate(is_retired=Exists(retired))


def printed_name(authorship: Authorship, own: Author | None = None) -> PrintedName:
    """A name as it may be shown: a retired one gives way to the name that its bearer goes by."""
    author = authorship.shown_author
    retired = bool(getattr(authorship, "is_retired", False))
    return PrintedName(
        name=author.name if author and retired else authorship.name,
        address=author.get_absolute_url() if author and not author.is_hidden else None,
        is_own=bool(own and author and author.pk == own.pk),
        order=authorship.order,
        has_place=authorship.position is not None,
        is_corresponding=authorship.is_corresponding,
    )


def bylines_of(papers: Sequence[Paper], own: Author) -> dict[int, Byline]:
    """The bylines of these papers by paper id, in one query that reads at most about IN_PLACE names a paper."""
    rows = (
        with_names(Authorship.objects.filter(paper__in=papers))
        .filter(Q(order__lt=IN_PLACE) | Q(shown_author=own) | Q(order=F("paper__author_count") - 1))
        .order_by("paper", "order")
    )
    names: dict[int, list[PrintedName]] = defaultdict(list)
    for row in rows:
        names[row.paper_id].append(printed_name(row, own))
    return {paper.pk: shorten(names[paper.pk], paper.author_count, paper.authors_truncated) for paper in papers}


def shorten(names: Sequence[PrintedName], author_count: int | None, is_cut_short: bool) -> Byline:
    """The first names, the own one and the last; what is left out is counted, or known to be unknown."""
    placed = [n for n in names if n.has_place or not n.is_own]
    beside = next((n for n in names if n.is_own and not n.has_place), None)
    total = author_count if author_count is not None else (None if is_cut_short else len(names))
    if len(placed) <= WHOLE and (total is None or total <= len(names)):
        keep = placed
    else:
        ends = {placed[-1].order} if placed and not is_cut_short else set()
        keep = [n for i, n in enumerate(placed) if i < HEAD or n.is_own or n.order in ends]
    parts = _runs(placed, keep)
    shown = len(keep) + (1 if beside else 0)
    return Byline(
        parts=parts,
        named=tuple(names[:IN_PLACE]) if len(placed) > len(keep) else (),
        more=None if total is None else max(0, total - shown),
        is_cut_short=is_cut_short,
        beside=beside,
        total=total,
    )


def _runs(names: Sequence[PrintedName], keep: Sequence[PrintedName]) -> tuple[tuple[PrintedName, ...], ...]:
    """The kept names in runs that stand side by side on the paper."""
    runs: list[list[PrintedName]] = []
    last = None
    for name in keep:
        if last is None or name.order != last + 1:
            runs.append([])
        runs[-1].append(name)
        last = name.order
    return tuple(tuple(run) for run in runs)
