"""Which sources a page draws on: each is named and linked, with its terms and when it was last asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from papers.models import Author, ImportRun
from papers.sources.catalogue import CATALOGUE, SourceInfo

# Names short enough to stand beside a number; the full one is in the list of sources.
_SHORT = {"paperlists": "paperlists", "file": "file", "capture": "captured page"}
_FINISHED = (ImportRun.State.DONE, ImportRun.State.PARTIAL)


@dataclass(frozen=True)
class Credit:
    """A source on this page. `checked_at` None: it was not asked about this author by a run of its own."""

    source: SourceInfo
    checked_at: datetime | None = None
    is_partial: bool = False


def short_name(slug: str) -> str:
    """ "OpenAlex" of "openalex", "paperlists" of "paperlists": for use beside a number."""
    if slug in _SHORT:
        return _SHORT[slug]
    return CATALOGUE[slug].name if slug in CATALOGUE else slug


def origin_name(origin: str) -> str:
    """The words for an entry of `provenance`: a source's name, or that a person has decided."""
    if origin.startswith("decision:"):
        return "curated"
    return "bylines" if origin == "bylines" else short_name(origin)


def latest_runs(author: Author) -> dict[str, ImportRun]:
    """The newest finished import of this author by each source."""
    runs = ImportRun.objects.filter(
        Q(author=author) | Q(author__merged_into=author), state__in=_FINISHED, finished_at__isnull=False
    )
    return {run.source: run for run in runs.order_by("source", "-finished_at").distinct("source")}


def credits(slugs: Iterable[str], runs: dict[str, ImportRun] | None = None) -> list[Credit]:
    """The sources in the catalogue's order; slugs that it does not know are left out."""
    wanted: Collection[str] = {slug for slug in slugs if slug}
    runs = runs or {}
    return [
        Credit(
            source,
            checked_at=runs[slug].finished_at if slug in runs else None,
            is_partial=slug in runs and runs[slug].state == ImportRun.State.PARTIAL,
        )
        for slug, source in CATALOGUE.items()
        if slug in wanted or slug in runs
    ]
