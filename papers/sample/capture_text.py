"""The captured author page in its raw text, read into the same records as the sample's, with the real abstracts. Pure.

The text is a head (name, tag, figures), the line "45 Papers", then a block a paper: "MLFeb 2, 2023" with the
title below it, the authors ("…, … et al. · organisation"), the abstract; blank lines stand between these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from papers.records import Fetched, ReportedFigures
from papers.sample.records import RETRIEVED_AT, CapturedPaper, captured_author_record, captured_record

CATEGORY_OF_TAG: Mapping[str, str] = {
    "AI": "cs.AI",
    "AP": "stat.AP",
    "CV": "cs.CV",
    "LG": "cs.LG",
    "ML": "stat.ML",
    "OPTICS": "physics.optics",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TAG_AND_DATE = re.compile(rf"^([A-Z]+)({'|'.join(MONTHS)}) (\d{{1,2}}), (\d{{4}})$", re.MULTILINE)
_HEAD = re.compile(
    r"(?P<name>[^\n]+)\s+(?P<tag>[A-Z]+)\s+h-index(?P<h>\d+)\s+(?P<papers>[\d,]+)papers\s+(?P<citations>[\d,]+)citations"
    r"\s+Novelty(?P<novelty>\d+)%\s+AI Score(?P<ai>\d+)\s+[\d,]+ Papers"
)


class UnreadableCapture(ValueError):
    """The text is no captured author page; the message says which part is missing."""


def author_from_text(text: str, retrieved_at: datetime = RETRIEVED_AT) -> Fetched:
    """The author named at the head of the page, with the reported figures. Raises UnreadableCapture."""
    head = _HEAD.match(text.lstrip())
    if head is None:
        raise UnreadableCapture("the text does not begin with a name, a category tag and the five figures")
    reported = ReportedFigures(
        h_index=int(head["h"]),
        papers=_number(head["papers"]),
        citations=_number(head["citations"]),
        novelty_percent=float(head["novelty"]),
        ai_score=float(head["ai"]),
    )
    record = captured_author_record(head["name"].strip(), _category(head["tag"]), reported)
    return Fetched(record=record, payload={"text": head[0]}, retrieved_at=retrieved_at)


def capture_from_text(text: str, retrieved_at: datetime = RETRIEVED_AT) -> Iterator[Fetched]:
    """The papers in the page's order, each with its abstract and no summary. Raises UnreadableCapture."""
    starts = list(_TAG_AND_DATE.finditer(text))
    if not starts:
        raise UnreadableCapture('no paper begins with a tag and a date such as "MLFeb 2, 2023"')
    ends = [start.start() for start in starts[1:]] + [len(text)]
    for start, end in zip(starts, ends, strict=True):
        record = captured_record(_paper(start, text[start.end() : end]))
        yield Fetched(record=record, payload={"text": text[start.start() : end].strip()}, retrieved_at=retrieved_at)


def _paper(start: re.Match[str], body: str) -> CapturedPaper:
    try:
        title, byline, abstract = body.strip().split("\n\n", 2)
    except ValueError as error:
        raise UnreadableCapture(f"the paper at {start[0]!r} lacks its title, authors or abstract") from error
    names, _, organisation = byline.strip().partition(" · ")
    printed = names.removesuffix(" et al.")
    return CapturedPaper(
        title=title,
        date=_day(start),
        authors=tuple(printed.split(", ")),
        et_al=printed != names,
        category=_category(start[1]),
        organisation=organisation.strip() or None,
        abstract=abstract.strip(),
    )


def _day(start: re.Match[str]) -> date:
    try:
        return date(int(start[4]), MONTHS.index(start[2]) + 1, int(start[3]))
    except ValueError as error:
        raise UnreadableCapture(f"there is no such day as that of {start[0]!r}") from error


def _category(tag: str) -> str:
    if tag not in CATEGORY_OF_TAG:
        raise UnreadableCapture(f"the category tag {tag!r} is not known; known are {', '.join(CATEGORY_OF_TAG)}")
    return CATEGORY_OF_TAG[tag]


def _number(printed: str) -> int:
    return int(printed.replace(",", ""))
