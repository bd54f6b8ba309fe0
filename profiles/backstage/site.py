"""The admin site: Django's, with a throttled log-in, and on its first page how imports and the schedule are doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from redis.exceptions import RedisError

from papers.models import ImportRun
from papers.sources.catalogue import name_of
from profiles.backstage.throttle import THROTTLED, WAIT_SECONDS, ThrottledLoginForm
from profiles.tasks import HEARTBEAT_KEY

LAST_RUNS = 5


@dataclass(frozen=True)
class Beat:
    """The schedule's last sign of life. `at` None: none is known; `unknown`: the cache could not be asked."""

    at: datetime | None
    unknown: bool = False

    @property
    def is_alive(self) -> bool:
        return self.at is not None and timezone.now() - self.at < 2 * settings.BEAT_HEARTBEAT_PERIOD


def last_beat() -> Beat:
    try:
        said = cache.get(HEARTBEAT_KEY)
    except RedisError:
        return Beat(None, unknown=True)
    return Beat(datetime.fromisoformat(said) if said else None)


class BylineAdminSite(AdminSite):
    site_header = "Byline"
    site_title = "Byline admin"
    index_title = "Curation, imports and schedules"
    login_form = ThrottledLoginForm

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        runs = ImportRun.objects.select_related("author").defer("seen_ids", "arguments").order_by("-pk")[:LAST_RUNS]
        allowed = request.user.has_perm("papers.view_importrun")
        shown = [(run, name_of(run.source)) for run in runs] if allowed else None
        context = {"last_runs": shown, "beat": last_beat(), **(extra_context or {})}
        return super().index(request, context)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().login(request, extra_context)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is not None and form.has_error("__all__", THROTTLED):
            response.status_code = 429
            response.headers["Retry-After"] = str(WAIT_SECONDS)
        return response
