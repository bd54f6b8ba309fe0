"""The admin page of imports: ask for one, watch it, take it up again, read again what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django_htmx.http import HttpResponseClientRefresh

from papers.models import ImportRun
from papers.sources.catalogue import name_of
from profiles.backstage import views

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[ImportRun]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(ImportRun)
class ImportRunAdmin(ModelAdmin):
    """Runs are asked for and watched; nobody edits or deletes what happened."""

    list_display = (
        "query", "source_name", "state", "author", "upstream", "shown", "created", "changed", "unchanged",
        "created_at", "finished_at",
    )  # fmt: skip
    list_filter = ("state", "source")
    list_select_related = ("author",)
    search_fields = ("query", "public_id__exact", "author__public_id__exact")
    search_help_text = "what was asked for, or the code of the import or of the author"
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("seen_ids", "arguments", "left_out")

    def get_urls(self) -> list[URLPattern]:
        actions: dict[str, Callable[..., HttpResponseBase]] = {
            "progress": self._watched,
            "again": self.admin_site.admin_view(views.again),
            "replay": self.admin_site.admin_view(views.replay),
        }
        own = [
            path(f"<int:run_id>/{name}/", view, {"model_admin": self}, name=f"papers_importrun_{name}")
            for name, view in actions.items()
        ]
        return own + super().get_urls()

    def _watched(self, request: HttpRequest, **given: Any) -> HttpResponseBase:
        """The moving part. A watcher whose session is over is sent to the log-in, which must not land in the page."""
        if request.headers.get("HX-Request") and not self.admin_site.has_permission(request):
            return HttpResponseClientRefresh()
        return self.admin_site.admin_view(views.progress)(request, **given)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return views.add(request, self)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return views.run_page(request, object_id, self)

    @admin.display(description="source", ordering="source")
    def source_name(self, run: ImportRun) -> str:
        return name_of(run.source)
