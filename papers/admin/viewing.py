"""What the admin pages of papers share: rows that are shown and not edited, and bounded lists of what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

MAX_ROWS = 100
MAX_PAYLOAD = 200_000  # characters
DERIVED = (
    "Derived from what sources say and what people have decided, so it is not edited here: an import would undo it. "
    "What a person wants to change goes by a decision, which no import can undo."
)
EVIDENCE = "What a source said, kept whole. Evidence is never edited; what a person knows better goes by a decision."


class ViewOnlyAdmin(ModelAdmin):
    """Lists and pages to look at. `deferred` fields are heavy, and read only where one row is shown."""

    note = DERIVED
    deferred: tuple[str, ...] = ()
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer(*self.deferred)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": self.get_fields(request, obj), "description": self.note})]


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> SafeString:
    """The first MAX_ROWS rows as a table, and a line that says that there are more. `rows` must give one more."""
    shown = list(rows)
    more = len(shown) > MAX_ROWS
    body = format_html_join("", "<tr>{}</tr>", ((_cells(row),) for row in shown[:MAX_ROWS]))
    if not shown:
        return format_html("<span class='quiet'>{}</span>", "none")
    head = format_html_join("", '<th scope="col">{}</th>', ((header,) for header in headers))
    rest = format_html("<p class='quiet'>The first {} are shown; there are more.</p>", MAX_ROWS) if more else ""
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}", head, body, rest)


def _cells(row: Sequence[object]) -> SafeString:
    return format_html_join("", "<td>{}</td>", (("—" if cell in (None, "") else cell,) for cell in row))


def pretty(value: object) -> SafeString:
    """JSON for people; hostile text stays text."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    rest = f"\n… and {len(text) - MAX_PAYLOAD:,} characters more" if len(text) > MAX_PAYLOAD else ""
    return format_html('<pre class="payload" tabindex="0">{}{}</pre>', text[:MAX_PAYLOAD], rest)


def admin_link(row: Model | None) -> SafeString | str:
    """The row's name, leading to its admin page."""
    if row is None:
        return "—"
    name = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', name, str(row) or "(no name)")
