"""Compute the figures of authors and keep them, with every change and its cause: the only writer of metrics' tables.

A page reads what stands here and computes nothing. `AuthorMetrics.computed_at` is the moment at which a row took its
present values: a refresh that finds the same ones writes nothing. How old the counts themselves are is told by
`counts_from` and `counts_to`. Authors merged away lose their row; hidden ones keep theirs, up to date, and pages
reach it through Author.objects.shown() alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from metrics import formulas, sql
from metrics.registry import CITATION_VERSION
from papers.ingest import lock_ingest
from papers.models import DirtyAuthor

DIRTY_BATCH = 2_000  # an ingest that marks one of these authors again waits for the batch
FULL_BATCH = 20_000
_LOCK_SPACE = 0x6D65  # keeps our advisory locks apart from anyone else's
_BLOCK_BITS = 10
SCHEDULED = "scheduled refresh of all authors"


class Batch(NamedTuple):
    """One committed transaction: the authors looked at, those whose figures were written, and how many are to come."""

    authors: int
    written: int
    left: int | None = None


def refresh(author_ids: Iterable[int], *, now: datetime, cause: str) -> int:
    """Compute the figures of these authors anew, in one transaction. Returns how many authors' figures changed."""
    return _refresh(dict.fromkeys(author_ids, cause), now)


def refresh_dirty(*, now: datetime | None = None, limit: int = 100_000) -> int:
    """Refresh up to `limit` of the authors marked by ingest and curation, in batches. Returns how many."""
    return sum(batch.authors for batch in dirty_batches(now=now or timezone.now(), limit=limit))


def refresh_all(*, now: datetime, batch: int = FULL_BATCH) -> int:
    """Refresh every author whose inputs are no longer those of the stored figures. Returns how many."""
    return sum(done.authors for done in stale_batches(now=now, batch=batch))


def dirty_batches(*, now: datetime, limit: int, batch: int = DIRTY_BATCH) -> Iterator[Batch]:
    """Each batch is a transaction of its own; whoever runs this at the same time takes other authors."""
    while limit > 0:
        with transaction.atomic():
            lock_ingest(shared=True)  # before any row: ingest may wait for an author that our rows refer to
            taken = list(
                DirtyAuthor.objects.select_for_update(skip_locked=True).order_by("author_id")[: min(batch, limit)]
            )
            if not taken:
                return
            written = _refresh({row.author_id: row.cause for row in taken}, now)
            _settle(taken)
        limit -= len(taken)
        yield Batch(len(taken), written)


def stale_batches(*, now: datetime, batch: int = FULL_BATCH) -> Iterator[Batch]:
    with connection.cursor() as cursor:
        cursor.execute(sql.STALE, _definition(now))
        stale = [author_id for (author_id,) in cursor.fetchall()]
    for start in range(0, len(stale), batch):
        part = stale[start : start + batch]
        written = refresh(part, now=now, cause=SCHEDULED)
        yield Batch(len(part), written, len(stale) - start - len(part))


def _refresh(causes: Mapping[int, str], now: datetime) -> int:
    authors = sorted(causes)
    if not authors:
        return 0
    asked: dict[str, Any] = {"authors": authors, "causes": [causes[pk][:300] for pk in authors], "now": now}
    blocks = sorted({author >> _BLOCK_BITS for author in authors})
    with transaction.atomic(), connection.cursor() as cursor:
        lock_ingest(shared=True)
        cursor.execute(sql.LOCK, {"space": _LOCK_SPACE, "blocks": blocks})
        cursor.execute(sql.REFRESH, asked | _definition(now))
        (written,) = cursor.fetchone()
        cursor.execute(sql.FORGET_MERGED, asked)
        (gone,) = cursor.fetchone()
    return int(written + gone)


def _settle(taken: Iterable[DirtyAuthor]) -> None:
    """Take away the marks that have been worked off; one that was set anew since has another token and stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM papers_dirtyauthor d USING unnest(%s::bigint[], %s::uuid[]) AS done (author_id, token)"
            " WHERE d.author_id = done.author_id AND d.token = done.token",
            [[row.author_id for row in taken], [row.token for row in taken]],
        )


def _definition(now: datetime) -> dict[str, int | str]:
    return {"since": formulas.recent_since(now.year), "version": CITATION_VERSION}
