"""What the address of a paper list asks for: read, checked and written again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

MAX_QUERY = 200
MAX_PAGE = 100_000
DEFAULT_SORT = "newest"
UNKNOWN_YEAR = "unknown"


@dataclass(frozen=True)
class SortOrder:
    """One way to order the list."""

    slug: str
    label: str
    description: str


SORT_ORDERS = (
    SortOrder("newest", "Newest", "newest first, papers without a date last, equal dates by title"),
    SortOrder("cited", "Most cited", "most cited first, papers whose count is unknown last, equal counts newest first"),
    SortOrder("novel", "Novelty", "most novel wording first, papers without a score last"),
    SortOrder("score", "AI score", "highest AI score first, papers without a score last"),
)
_BY_SLUG = {order.slug: order for order in SORT_ORDERS}


class BadParameter(ValueError):
    """A parameter that no link of ours writes; the message is one sentence for the reader."""


@dataclass(frozen=True)
class ListQuery:
    """The parameters of a list, checked. Empty text: not asked for. `year` is four digits or "unknown"."""

    q: str = ""
    sort: str = DEFAULT_SORT
    category: str = ""
    year: str = ""
    coauthor: str = ""
    page: int = 1

    @property
    def order(self) -> SortOrder:
        """The order in which the list stands."""
        return _BY_SLUG[self.sort]

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.category or self.year or self.coauthor)

    def address(self, **changes: str | int) -> str:
        """The query string with these changes, "?…"; any change but of the page itself leads to the first page."""
        changed = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        plain = ListQuery()
        given = {name: value for name, value in vars(changed).items() if value != getattr(plain, name)}
        return "?" + urlencode(given) if given else "?"


def read_list_query(given: Mapping[str, str]) -> ListQuery:
    """The checked parameters. Raises BadParameter with one sentence for the reader; unknown names are ignored."""
    texts = {name: given.get(name, "").strip() for name in ("q", "sort", "category", "year", "coauthor", "page")}
    for name, text in texts.items():
        if "\x00" in text or len(text) > MAX_QUERY:
            raise BadParameter(f"The {name} parameter is longer than {MAX_QUERY} characters or holds a NUL.")
    sort = texts["sort"] or DEFAULT_SORT
    if sort not in _BY_SLUG:
        raise BadParameter(f"There is no sort order {sort!r}; known are {', '.join(_BY_SLUG)}.")
    if texts["year"] and not re.fullmatch(r"\d{4}|unknown", texts["year"], re.ASCII):
        raise BadParameter(f"{texts['year']!r} is no year; write one such as 2019, or unknown.")
    return ListQuery(
        q=" ".join(texts["q"].split()),
        sort=sort,
        category=texts["category"],
        year="" if texts["year"] == "0000" else texts["year"],
        coauthor=texts["coauthor"],
        page=read_page(texts["page"]),
    )


def read_page(text: str) -> int:
    """The number of a page, from 1; "" is the first. Raises BadParameter for anything else."""
    if not text:
        return 1
    if not re.fullmatch(r"0*[1-9]\d{0,5}", text, re.ASCII) or int(text) > MAX_PAGE:
        raise BadParameter(f"{text!r} is no page number; pages count from 1.")
    return int(text)
