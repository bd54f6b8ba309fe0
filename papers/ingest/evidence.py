"""Keep what sources said: one row per (source, kind, external id), and nothing written where nothing is new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import JSONField, Value

from papers.fingerprint import title_fingerprint
from papers.models import ImportRun, QuarantinedRecord, SourceRecord
from papers.records import Fetched, PaperRecord, Rejected
from papers.rows import update_rows

# What tells that two records may be one paper. DOIs and arXiv ids also veto: see grouping.
GROUPING_SCHEMES = ("doi", "arxiv", "openalex", "semanticscholar", "pmid", "pmcid", "corpusid", "dblp")
JSON_NULL = Value(None, JSONField())  # a payload that is null, where None would be no payload at all


@dataclass
class Stored:
    """What became of a page's records. `papers`, `authors`: the rows whose used fields are new or changed."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    papers: list[SourceRecord] = field(default_factory=list)
    authors: list[SourceRecord] = field(default_factory=list)


def content_hash(value: Any) -> str:
    """SHA-1 of the canonical JSON; for telling change, not for security."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def without_nul(value: Any) -> Any:
    """The payload as PostgreSQL can hold it: U+0000 and lone surrogates are the only things jsonb refuses."""
    if isinstance(value, str):
        return value.replace("\x00", "�").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    return value


def grouping_keys(record: PaperRecord) -> list[str]:
    keys = [f"{scheme}:{record.identifiers[scheme]}" for scheme in GROUPING_SCHEMES if scheme in record.identifiers]
    fingerprint = title_fingerprint(record.title)
    return [*keys, f"title:{fingerprint}"] if fingerprint else keys


def store_evidence(items: Sequence[Fetched], run: ImportRun | None) -> Stored:
    """Write what is new. An older reply never replaces a newer one; the same reply again writes nothing."""
    result = Stored()
    newest: dict[tuple[str, str, str], Fetched] = {}
    for item in items:
        key = (item.record.source, _kind(item), item.record.external_id)
        if key not in newest or newest[key].retrieved_at <= item.retrieved_at:
            newest[key] = item
    known = _known(newest)
    fresh, updated = [], []
    for key, item in sorted(newest.items()):
        row = known.get(key)
        if row is None:
            fresh.append(_fill(SourceRecord(source=key[0], kind=key[1], external_id=key[2]), item, run))
        elif item.retrieved_at >= row.retrieved_at and _is_new(row, item, run, result):
            updated.append(row)
        else:
            result.unchanged += 1
    SourceRecord.objects.bulk_create(fresh)
    fields = ("payload", "payload_hash", "record", "record_hash", "keys", "retrieved_at", "run", "deleted_at")
    update_rows(updated, fields, batch_size=500)
    result.created = len(fresh)
    result.changed = len(updated)
    result.papers += [row for row in fresh if row.kind == SourceRecord.Kind.PAPER]
    result.authors += [row for row in fresh if row.kind == SourceRecord.Kind.AUTHOR]
    return result


def _kind(item: Fetched) -> str:
    return SourceRecord.Kind.PAPER.value if isinstance(item.record, PaperRecord) else SourceRecord.Kind.AUTHOR.value


def _known(wanted: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], SourceRecord]:
    wanted = list(wanted)
    rows = SourceRecord.objects.filter(
        source__in={w[0] for w in wanted}, external_id__in={w[2] for w in wanted}
    ).select_for_update()
    return {(row.source, row.kind, row.external_id): row for row in rows}


def _is_new(row: SourceRecord, item: Fetched, run: ImportRun | None, result: Stored) -> bool:
    """Fill the row with the newer reply; True where anything differs. Only a change of the used fields is resolved."""
    before = (row.payload_hash, row.record_hash, row.deleted_at)
    _fill(row, item, run)
    if row.record_hash != before[1] or before[2] is not None:
        (result.papers if row.kind == SourceRecord.Kind.PAPER else result.authors).append(row)
    return (row.payload_hash, row.record_hash, row.deleted_at) != before


def _fill(row: SourceRecord, item: Fetched, run: ImportRun | None) -> SourceRecord:
    payload = without_nul(item.payload)
    record = item.record.model_dump(mode="json", exclude_defaults=True)
    payload_hash, record_hash = content_hash(payload), content_hash(record)
    if (row.payload_hash, row.record_hash) == (payload_hash, record_hash) and row.deleted_at is None:
        return row
    row.payload, row.payload_hash = payload, payload_hash
    row.record, row.record_hash = record, record_hash
    row.keys = grouping_keys(item.record) if isinstance(item.record, PaperRecord) else []
    row.retrieved_at, row.run, row.deleted_at = item.retrieved_at, run, None
    return row


def quarantine(rejected: Sequence[Rejected], run: ImportRun) -> int:
    """Keep what was refused, once a run. Returns how many are new."""
    known = set(run.quarantined.values_list("external_id", "reason"))
    rows = [
        QuarantinedRecord(
            run=run,
            source=item.source,
            external_id=item.external_id or "",
            payload=JSON_NULL if item.payload is None else without_nul(item.payload),
            reason=item.reason,
            retrieved_at=item.retrieved_at,
        )
        for item in rejected
        if (item.external_id or "", item.reason) not in known
    ]
    QuarantinedRecord.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
