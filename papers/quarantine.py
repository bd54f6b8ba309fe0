"""Reading refused records again, once the reader or the rules have changed: from the payload that was kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from papers.curation import assign_by_name
from papers.ingest import store_page
from papers.models import Author, ImportRun, QuarantinedRecord
from papers.records import Fetched, PaperRecord
from papers.runs import NOT_A_PAPER
from papers.sources import SOURCES
from papers.sources.base import reason_of
from papers.sources.catalogue import name_of
from papers.sources.reading import record_from


@dataclass(frozen=True)
class Replayed:
    """What became of one refused record; `reason` says why it is refused still, or why there was nothing to take."""

    taken: bool
    reason: str = ""


def replay(record_id: int) -> Replayed:
    """Read a refused record's payload again; store it as its import would have, or say why it is refused still.

    One transaction: the record is stored and marked as resolved, or nothing but the reason is written.
    """
    with transaction.atomic():
        refused = QuarantinedRecord.objects.select_for_update(of=("self",)).select_related("run").get(pk=record_id)
        if refused.resolved_at is not None:
            return Replayed(True, "It had been taken in already.")
        try:
            fetched = _read(refused)
        except ValueError as error:
            refused.reason = str(error)
            refused.save(update_fields=["reason"])
            return Replayed(False, refused.reason)
        return _take(refused, fetched)


def _read(refused: QuarantinedRecord) -> Fetched:
    """Raises ValueError with the reason."""
    if refused.payload is None:
        raise ValueError("the source did not send it, so there is nothing to read again")
    if refused.source not in SOURCES:
        raise ValueError(f"records of {name_of(refused.source)} cannot be read again from here")
    try:
        record = record_from(refused.source, refused.payload)
    except ValidationError as error:
        raise ValueError(reason_of(error)) from error
    return Fetched(record=record, payload=refused.payload, retrieved_at=refused.retrieved_at)


def _take(refused: QuarantinedRecord, fetched: Fetched) -> Replayed:
    refused.resolved_at = timezone.now()
    refused.save(update_fields=["resolved_at"])
    record, run = fetched.record, refused.run
    if isinstance(record, PaperRecord) and record.kind in NOT_A_PAPER:
        return Replayed(True, "It is front matter, not a paper, and was left out.")
    store_page([fetched], run, cause=f"a refused record from {name_of(refused.source)}, read again")
    _assign(run, record.external_id)
    return Replayed(True)


def _assign(run: ImportRun, external_id: str) -> None:
    """An import by name has said who is meant: that holds for its refused records too."""
    if run.arguments.get("by_name"):
        named = Author.objects.get(pk=run.arguments["author"])
        assign_by_name(named, run.query, run.source, [external_id], run.arguments["said"])
