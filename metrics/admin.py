"""What has been computed, to look at: figures come from jobs and are never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from metrics.models import AuthorMetrics, MetricChange

if TYPE_CHECKING:
    _MetricsAdmin = admin.ModelAdmin[AuthorMetrics]
    _ChangeAdmin = admin.ModelAdmin[MetricChange]
else:
    _MetricsAdmin = _ChangeAdmin = admin.ModelAdmin


class ReadOnly:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AuthorMetrics)
class AuthorMetricsAdmin(ReadOnly, _MetricsAdmin):
    list_display = ("author", "papers", "citations", "h_index", "g_index", "i10_index", "computed_at")
    list_select_related = ("author",)
    search_fields = ("author__name", "author__public_id")
    show_full_result_count = False


@admin.register(MetricChange)
class MetricChangeAdmin(ReadOnly, _ChangeAdmin):
    list_display = ("author", "metric", "old", "new", "cause", "changed_at")
    list_filter = ("metric",)
    list_select_related = ("author",)
    search_fields = ("author__name", "author__public_id", "cause")
    date_hierarchy = "changed_at"
    show_full_result_count = False
