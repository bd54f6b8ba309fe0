"""What a person decides about papers and authors: the only writer of decisions. Each can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from papers.acts import RefusedDecision, check
from papers.ingest import lock_ingest, redisplay
from papers.models import Author, Authorship, Decision, Paper, SourceRecord
from papers.names import fold
from papers.rows import update_rows

__all__ = ["RefusedDecision", "assign_by_name", "decide", "revoke"]

User = AbstractBaseUser


def decide(decisions: Iterable[Decision], *, by: User | None, reason: str = "") -> list[Decision]:
    """Write decisions as one act and let them take effect, in one transaction. Returns them as written.

    Raises RefusedDecision, and nothing is written.
    """
    with transaction.atomic():
        lock_ingest()  # first: a row that refers to an author would keep the import that holds the lock waiting
        group, now = uuid.uuid4(), timezone.now()
        written = []
        for decision in decisions:
            check(decision)
            decision.group, decision.made_at, decision.reason = group, now, decision.reason or reason
            decision.made_by_id = by.pk if by else None
            decision.sources_then = _sources_now(decision)
            decision.save()
            written.append(decision)
        _take_effect(written, cause=reason or "a curator's decision")
    return written


def revoke(decisions: Iterable[Decision], *, by: User | None, reason: str = "", at: datetime | None = None) -> None:
    """Take decisions back: the sources' values return. A decision that is revoked already stays as it is."""
    with transaction.atomic():
        lock_ingest()
        ids = [decision.pk for decision in decisions]
        standing = list(Decision.objects.standing().select_for_update().filter(pk__in=ids))
        for decision in standing:
            decision.revoked_at = at or timezone.now()
            decision.revoked_by_id = by.pk if by else None
            decision.revoke_reason = reason
        update_rows(standing, ["revoked_at", "revoked_by", "revoke_reason"])
        _take_effect(standing, cause=reason or "a decision taken back")


def _take_effect(decisions: Sequence[Decision], cause: str) -> None:
    papers = {pk for d in decisions for pk in (d.paper_id, d.other_paper_id) if pk}
    authors = {pk for d in decisions for pk in (d.author_id, d.other_author_id) if pk}
    merged = Paper.objects.filter(Q(pk__in=papers) | Q(merged_into__in=papers)).values_list("pk", "merged_into")
    papers |= {pk for pair in merged for pk in pair if pk}
    redisplay(papers, authors, cause)


def _sources_now(decision: Decision) -> dict[str, object]:
    """What each source says of the field at this moment, for the three-way comparison of a later conflict."""
    if decision.kind != Decision.Kind.SET or decision.paper_id is None:
        return {}
    records = SourceRecord.objects.filter(paper=decision.paper_id)
    return {f"{r.source}:{r.external_id}": r.record.get(decision.field) for r in records}


def assign_by_name(author: Author, name: str, source: str, external_ids: Sequence[str], reason: str) -> list[Decision]:
    """Assign to the author every byline entry of these source records that prints the name.

    For sources that identify nobody: the person who asks for the import says who is meant, which is a decision.
    Entries that a decision names already, or that an identifier ties to this author, are left alone.
    """
    folded = fold(name)
    papers = Paper.objects.filter(records__source=source, records__external_id__in=external_ids).distinct()
    entries = (
        Authorship.objects.filter(paper__in=papers)
        .exclude(shown_author=author, link="identifier")
        .select_related("paper")
    )
    decided = set(
        Decision.objects.standing()
        .filter(paper__in=papers, kind__in=(Decision.Kind.ASSIGN, Decision.Kind.REJECT))
        .values_list("paper", "name", "occurrence")
    )
    fresh = [
        Decision(
            kind=Decision.Kind.ASSIGN,
            paper=entry.paper,
            other_author=author,
            name=entry.name,
            occurrence=entry.occurrence,
        )
        for entry in entries
        if fold(entry.name) == folded and (entry.paper_id, entry.name, entry.occurrence) not in decided
    ]
    return decide(fresh, by=None, reason=reason) if fresh else []
