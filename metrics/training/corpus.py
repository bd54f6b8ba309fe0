"""A list of papers to learn from: JSON Lines, gzipped or not, and labels from a second file of the same kind."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.cohorts import category_group


@dataclass(frozen=True)
class CorpusPaper:
    """`citations`: None where not known. `authors`: names as printed, in order."""

    key: str
    venue: str
    year: int
    title: str
    abstract: str | None
    authors: tuple[str, ...]
    affiliations: int
    citations: int | None
    group: str | None


class CorpusError(ValueError):
    """A line that is no paper; the message says which."""


def read_corpus(path: Path, labels: Path | None = None) -> list[CorpusPaper]:
    """All papers of the file, with the citation counts of `labels` where the file has none."""
    counts = {line["id"]: line.get("citations") for _, line in _lines(labels)} if labels else {}
    papers = []
    for number, line in _lines(path):
        try:
            papers.append(_paper(line, counts))
        except (KeyError, TypeError, AttributeError) as error:
            raise CorpusError(f"{path.name}, line {number}: not a paper ({error!r}).") from error
    return papers


def _paper(line: Mapping[str, Any], counts: Mapping[str, int | None]) -> CorpusPaper:
    authors = line["authors"]
    known = line.get("citations")
    return CorpusPaper(
        key=line["id"],
        venue=line["venue"],
        year=int(line["year"]),
        title=line["title"],
        abstract=line.get("abstract") or None,
        authors=tuple(author["name"] for author in authors),
        affiliations=len({author["affiliation"] for author in authors if author.get("affiliation")}),
        citations=counts.get(line["id"]) if known is None else known,
        group=category_group(venue=line["venue"]),
    )


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Line numbers from 1, and what the lines hold."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except ValueError as error:
                    raise CorpusError(f"{path.name}, line {number}: not JSON ({error}).") from error
