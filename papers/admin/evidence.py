"""Admin pages of evidence: what sources said, what could not be read, and what was concluded from it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from papers import quarantine
from papers.admin.viewing import EVIDENCE, ViewOnlyAdmin, admin_link, pretty
from papers.models import IdentifierClaim, MatchResult, QuarantinedRecord, SourceRecord

MAX_REPLAYS = 200  # records that one request reads again


@admin.register(SourceRecord)
class SourceRecordAdmin(ViewOnlyAdmin):
    note = EVIDENCE
    list_display = ("external_id", "source", "kind", "retrieved_at", "deleted_at")
    list_filter = ("source", "kind")
    search_fields = ("external_id__exact", "keys__contains")
    search_help_text = "the id that the source gives it, whole"
    ordering = ("-pk",)
    deferred = ("payload", "record", "keys")
    fields = (
        "source", "kind", "external_id", "retrieved_at", "deleted_at", "paper_shown", "author_shown", "run_shown",
        "keys", "record_shown", "payload_shown",
    )  # fmt: skip
    readonly_fields = fields

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(external_id=term) | queryset.filter(keys__contains=[term]), False

    @admin.display(description="paper")
    def paper_shown(self, record: SourceRecord) -> SafeString | str:
        return admin_link(record.paper)

    @admin.display(description="author")
    def author_shown(self, record: SourceRecord) -> SafeString | str:
        return admin_link(record.author)

    @admin.display(description="last import that changed it")
    def run_shown(self, record: SourceRecord) -> SafeString | str:
        return admin_link(record.run)

    @admin.display(description="the fields that we use")
    def record_shown(self, record: SourceRecord) -> SafeString:
        return pretty(record.record)

    @admin.display(description="as it came")
    def payload_shown(self, record: SourceRecord) -> SafeString:
        return pretty(record.payload)


@admin.register(IdentifierClaim)
class IdentifierClaimAdmin(ViewOnlyAdmin):
    note = EVIDENCE
    list_display = ("left", "right", "kind")
    list_filter = ("kind",)
    search_fields = ("left__exact", "right__exact")
    search_help_text = "an identifier, whole, with its scheme: orcid:0000-0002-1825-0097"
    ordering = ("-pk",)
    raw_id_fields = ("record", "paper")


@admin.register(MatchResult)
class MatchResultAdmin(ViewOnlyAdmin):
    list_display = ("folded_name", "author", "paper", "score", "matcher_version")
    list_select_related = ("author", "paper")
    search_fields = ("folded_name__exact",)
    search_help_text = "a folded name, whole: jean pierre muller"
    ordering = ("-pk",)


@admin.register(QuarantinedRecord)
class QuarantinedRecordAdmin(ViewOnlyAdmin):
    note = (
        "A record that could not be read when it came. Replay reads the kept payload again, with the rules of today: "
        "it is taken in as its import would have, or the reason stands here anew."
    )
    list_display = ("__str__", "source", "run", "retrieved_at", "resolved_at")
    list_filter = ("source", ("resolved_at", admin.EmptyFieldListFilter))
    list_select_related = ("run",)
    search_fields = ("external_id__exact",)
    ordering = ("-pk",)
    deferred = ("payload",)
    actions = ("replay_records",)
    fields = ("run_shown", "source", "external_id", "reason", "retrieved_at", "resolved_at", "payload_shown")
    readonly_fields = fields

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("papers.change_quarantinedrecord")

    @admin.action(description="Replay: read again from what was kept", permissions=["replay"])
    def replay_records(self, request: HttpRequest, queryset: QuerySet[QuarantinedRecord]) -> None:
        ids = list(queryset.filter(resolved_at=None).order_by("pk").values_list("pk", flat=True)[:MAX_REPLAYS])
        tell(request, [quarantine.replay(pk) for pk in ids])

    @admin.display(description="import")
    def run_shown(self, record: QuarantinedRecord) -> SafeString | str:
        return admin_link(record.run)

    @admin.display(description="as it came")
    def payload_shown(self, record: QuarantinedRecord) -> SafeString:
        return pretty(record.payload)


def tell(request: HttpRequest, done: list[quarantine.Replayed]) -> None:
    """What became of replayed records, in one or two sentences."""
    taken, refused = [d for d in done if d.taken], [d for d in done if not d.taken]
    if taken:
        notes = " ".join(dict.fromkeys(d.reason for d in taken if d.reason))
        messages.success(request, f"Read again and settled: {len(taken)}. {notes}".strip())
    if refused:
        why = "; ".join(list(dict.fromkeys(d.reason for d in refused))[:3])
        messages.error(request, f"Still refused: {len(refused)} ({why}).")
    if not done:
        messages.info(request, "There was nothing left to read again.")
