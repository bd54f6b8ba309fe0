"""Admin page of decisions: what people have decided, and the way to take it back."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from papers import curation
from papers.admin.viewing import MAX_ROWS, ViewOnlyAdmin
from papers.models import Decision


@admin.register(Decision)
class DecisionAdmin(ViewOnlyAdmin):
    note = (
        "An act of a person. It is never edited or deleted, but it can be revoked, and then the sources' values return."
    )
    list_display = ("kind", "target", "what", "reason", "made_by", "made_at", "revoked_at")
    list_filter = ("kind", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("paper", "author", "other_paper", "other_author", "made_by")
    search_fields = ("name", "reason", "paper__public_id__exact", "author__public_id__exact")
    ordering = ("-pk",)
    actions = ("revoke_decisions",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("papers.change_decision")

    @admin.display(description="of")
    def target(self, decision: Decision) -> str:
        return str(decision.paper or decision.author)

    @admin.display(description="what")
    def what(self, decision: Decision) -> str:
        other = decision.other_author or decision.other_paper
        named = decision.field or decision.name or decision.identifier
        return " → ".join(str(part) for part in (named, other or decision.value) if part) or "—"

    @admin.action(description="Revoke: let the sources' values return", permissions=["revoke"])
    def revoke_decisions(self, request: HttpRequest, queryset: QuerySet[Decision]) -> HttpResponse | None:
        """Ask for the reason first; the second time round, act."""
        standing = queryset.filter(revoked_at=None)
        reason = request.POST.get("reason", "").strip()
        if "confirmed" not in request.POST or not reason:
            context = {
                **self.admin_site.each_context(request),
                "title": "Revoke decisions",
                "opts": self.opts,
                "decisions": standing[:MAX_ROWS],
                "total": standing.count(),
                "selected": request.POST.getlist("_selected_action"),
                "across": request.POST.get("select_across", "0"),
                "error": "Say why, so that others understand it later." if "confirmed" in request.POST else "",
            }
            return TemplateResponse(request, "admin/papers/decision/revoke.html", context)
        revoked = list(standing)
        curation.revoke(revoked, by=request.user, reason=reason[:2000])  # type: ignore[arg-type]
        for decision in revoked:
            self.log_change(request, decision, f"Revoked: {reason[:500]}")
        messages.success(request, f"Revoked: {len(revoked)}. The sources' values are back.")
        return None
