"""The life of an import: taken up by whoever holds its lock, committed page by page, resumed at its cursor.

The lock is PostgreSQL's and belongs to the database session: it dies with whoever held it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from papers.curation import assign_by_name
from papers.ingest import store_page
from papers.ingest.evidence import quarantine
from papers.models import Author, AuthorIdentifier, ImportRun, Paper, SourceRecord
from papers.records import AuthorRecord, Fetched, Page, PaperRecord
from papers.sources import Source
from papers.sources.catalogue import name_of
from papers.sources.errors import NotFound, RateLimited, SourceError

logger = logging.getLogger(__name__)

RUN_LOCK = 0x42595255
WALK = "walk:"  # the cursor of a run that has its author and walks the papers
STALLED_AFTER = timedelta(minutes=2)
NOT_A_PAPER = frozenset({"paratext"})

FRONT_MATTER = "front matter, not a paper"
REFUSED = "refused, kept for a curator"
MAX_RECORDS = 200  # in one transaction
MAX_NAMES = 4_000

BuildSource = Callable[[ImportRun], Source]


class AlreadyRunning(Exception):
    """Another process holds the run. That is not success: ask for the run's state."""


@contextmanager
def _held(run: ImportRun) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [RUN_LOCK, run.pk])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning(f"import {run.public_id} is being carried out by another process")
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [RUN_LOCK, run.pk])
        except DatabaseError:
            logger.warning("import %s: its lock went with the database connection", run.public_id)


def carry_out(run_id: int, build_source: BuildSource) -> ImportRun:
    """Bring an author import to its end from wherever it stands. Raises AlreadyRunning, or RateLimited."""
    run = ImportRun.objects.get(pk=run_id)
    with _held(run):
        run.refresh_from_db()
        if run.is_open:
            _walk(run, build_source)
    return run


def _walk(run: ImportRun, build_source: BuildSource) -> None:
    try:
        source = build_source(run)
        _start(run)
        if not run.cursor:
            _take_author(run, source)
        while run.cursor.startswith(WALK):
            page = source.papers_of(run.arguments["identifier"], run.cursor.removeprefix(WALK) or None)
            _take_page(run, _completed(source, page))
        _finish(run)
    except RateLimited as error:
        _save(run, state=ImportRun.State.WAITING, message=str(error), resume_at=error.retry_at)
        raise
    except SourceError as error:
        _give_up(run, str(error))
    except Exception:
        _give_up(run, "An unexpected error stopped the import; it is in the worker's log.")
        raise


def _start(run: ImportRun) -> None:
    now = timezone.now()
    _save(
        run,
        state=ImportRun.State.RUNNING,
        message=f"Asking {name_of(run.source)}",
        started_at=run.started_at or now,
        resume_at=None,
    )


def _save(run: ImportRun, **values: Any) -> None:
    values["heartbeat_at"] = timezone.now()
    for name, value in values.items():
        setattr(run, name, value)
    run.save(update_fields=list(values))


def _take_author(run: ImportRun, source: Source) -> None:
    """The author's own record first, so that every paper that follows finds them there."""
    if run.arguments.get("by_name"):
        _save(run, cursor=WALK, message=f"Reading the papers that print {run.query!r}")
        return
    fetched = source.author(run.arguments["identifier"])
    if not isinstance(fetched.record, AuthorRecord):
        raise NotFound(run.source, f"{name_of(run.source)} has no author {run.arguments['identifier']}.")
    items = [fetched, *_told(run, fetched.record)]
    with transaction.atomic():
        store_page(items, run, cause=f"import from {name_of(run.source)}")
        run.arguments["identifier"] = fetched.record.external_id
        identifier = AuthorIdentifier.objects.select_related("author__merged_into").get(
            scheme=run.source, value=fetched.record.external_id
        )
        author = identifier.author.merged_into or identifier.author
        _save(
            run,
            author=author,
            arguments=run.arguments,
            cursor=WALK,
            message=f"Reading the papers of {fetched.record.name}",
        )


def _told(run: ImportRun, record: AuthorRecord) -> list[Fetched]:
    """What the person who asked for the import said of the author: kept as evidence of its own."""
    also = run.arguments.get("also")
    if not also:
        return []
    said = AuthorRecord(
        source="file",
        external_id=f"import:{record.source}:{record.external_id}",
        name=record.name,
        identifiers={record.source: record.external_id, **also},
    )
    return [Fetched(record=said, payload={"said with the import": also}, retrieved_at=run.created_at)]


def _completed(source: Source, page: Page) -> Page:
    """The page with every author list whole, where the source cut it short; a list that cannot be had stays cut."""
    items, gaps = [], [page.gap] if page.gap else []
    for item in page.items:
        if isinstance(item.record, PaperRecord) and item.record.authors_truncated:
            try:
                items.append(source.complete(item))
                continue
            except RateLimited:
                raise
            except SourceError as error:
                gaps.append(f"The author list of {item.record.external_id} stays cut short: {error}")
        items.append(item)
    return page.model_copy(update={"items": tuple(items), "gap": " ".join(gaps) or None})


def _take_page(run: ImportRun, page: Page) -> None:
    """A page in bounded transactions, the last with the cursor; what a killed run had stored is not counted twice."""
    kept = [i for i in page.items if not (isinstance(i.record, PaperRecord) and i.record.kind in NOT_A_PAPER)]
    done = set(run.seen_ids)
    for piece in _bounded([i for i in kept if i.record.external_id not in done]):
        with transaction.atomic():
            _store_piece(run, piece)
    with transaction.atomic():
        _refuse(run, page, front_matter=len(page.items) - len(kept))
        if run.arguments.get("by_name"):
            named = Author.objects.get(pk=run.arguments["author"])
            assign_by_name(named, run.query, run.source, [i.record.external_id for i in kept], run.arguments["said"])
        seen = run.seen + len(page.items) + len(page.rejected)
        _save(
            run,
            seen=seen,
            cursor="end" if page.next_cursor is None else WALK + page.next_cursor,
            upstream=page.total if page.total is not None else run.upstream,
            message=f"{seen} papers read" + (f" of {page.total}" if page.total else ""),
        )


def _bounded(items: Iterable[Fetched]) -> Iterator[list[Fetched]]:
    """Pieces small enough for one transaction: by records, and by the names in their bylines."""
    piece: list[Fetched] = []
    names = 0
    for item in items:
        weight = len(item.record.authorships) if isinstance(item.record, PaperRecord) else 0
        if piece and (len(piece) == MAX_RECORDS or names + weight > MAX_NAMES):
            yield piece
            piece, names = [], 0
        piece.append(item)
        names += weight
    if piece:
        yield piece


def _store_piece(run: ImportRun, piece: Sequence[Fetched]) -> None:
    result = store_page(piece, run, cause=f"import from {name_of(run.source)}")
    _save(
        run,
        created=run.created + result.created,
        changed=run.changed + result.changed,
        unchanged=run.unchanged + result.unchanged,
        seen_ids=run.seen_ids + [i.record.external_id for i in piece],
    )


def _refuse(run: ImportRun, page: Page, front_matter: int) -> None:
    left_out = Counter(run.left_out)
    left_out[FRONT_MATTER] += front_matter
    left_out[REFUSED] += quarantine(page.rejected, run) if page.rejected else 0
    gaps = [*run.arguments.get("gaps", []), *([page.gap] if page.gap else [])]
    _save(run, left_out={reason: n for reason, n in left_out.items() if n}, arguments={**run.arguments, "gaps": gaps})


def _finish(run: ImportRun) -> None:
    """n upstream, m shown, k left out because …; partial where something is missing."""
    left_out = Counter(run.left_out)
    records = SourceRecord.objects.filter(source=run.source, kind=SourceRecord.Kind.PAPER, external_id__in=run.seen_ids)
    papers = Paper.objects.filter(records__in=records).distinct()
    listed = papers.listed()
    if run.author_id:
        shown = Author.objects.get(pk=run.author_id)
        listed = listed.filter(authorships__shown_author=shown.merged_into_id or shown.pk)
        left_out["not linked to this author: by decision, or the byline does not name them"] = (
            papers.listed().count() - listed.count()
        )
    left_out["the same paper as another record"] = records.count() - papers.count()
    left_out["withdrawn: shown apart, not counted"] = papers.shown().filter(status=Paper.Status.WITHDRAWN).count()
    left_out["hidden by decision"] = papers.exclude(pk__in=papers.shown()).count()
    missing = (run.upstream or run.seen) - run.seen
    left_out["promised by the source, but not sent"] = max(missing, 0)
    gaps = list(dict.fromkeys(run.arguments.get("gaps", [])))
    whole = not gaps and missing <= 0 and not left_out[REFUSED]
    _save(
        run,
        state=ImportRun.State.DONE if whole else ImportRun.State.PARTIAL,
        shown=listed.count(),
        upstream=run.upstream if run.upstream is not None else run.seen,
        left_out={reason: n for reason, n in left_out.items() if n},
        message=" ".join(gaps),
        finished_at=timezone.now(),
    )


def _give_up(run: ImportRun, why: str) -> None:
    """What has been committed stays; what is missing is said."""
    if connection.needs_rollback:
        connection.set_rollback(True)
    state = ImportRun.State.PARTIAL if run.seen else ImportRun.State.FAILED
    _save(run, state=state, message=why, finished_at=timezone.now())


def store_all(run: ImportRun, items: Sequence[Fetched]) -> ImportRun:
    """Carry out an import whose records are all at hand, in bounded transactions; taken up again after a kill."""
    with _held(run):
        run.refresh_from_db()
        if not run.is_open:
            return run
        _start(run)
        for piece in _bounded(items[run.seen :]):
            with transaction.atomic():
                _store_piece(run, piece)
                _save(run, seen=run.seen + len(piece), upstream=len(items), message=f"{run.seen} records read")
        papers = Paper.objects.listed().filter(records__run=run).distinct().count()
        _save(run, state=ImportRun.State.DONE, shown=papers, message="", finished_at=timezone.now())
    return run


def stalled(now: Any) -> list[ImportRun]:
    """Open runs that nobody holds: their worker died, or the time they were asked to wait is over."""
    waiting = ImportRun.objects.filter(state=ImportRun.State.WAITING, resume_at__lte=now)
    silent = ImportRun.objects.filter(state__in=(ImportRun.State.QUEUED, ImportRun.State.RUNNING)).filter(
        heartbeat_at__lte=now - STALLED_AFTER
    )
    return [*waiting, *silent]
