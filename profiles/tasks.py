"""What workers do for the pages: carry out imports, take up stalled ones, show that the schedule fires."""

from __future__ import annotations

from typing import Any

from celery import chain, shared_task
from django.core.cache import cache
from django.utils import timezone

from metrics.tasks import refresh_dirty_authors, refresh_scores
from papers import runs
from papers.sources.errors import RateLimited
from profiles.sources import client_for

HEARTBEAT_KEY = "beat:heartbeat"


@shared_task(bind=True, max_retries=None)
def run_import(self: Any, run_id: int) -> None:
    """Carry an import out. One that must wait is put back for then, not slept upon; one that is held is left alone."""
    try:
        runs.carry_out(run_id, client_for)
    except RateLimited as error:
        raise self.retry(eta=error.retry_at, exc=error) from error
    except runs.AlreadyRunning:
        return


@shared_task
def resume_stalled_imports() -> None:
    """Take up the runs whose worker died, or whose waiting time is over."""
    for run in runs.stalled(timezone.now()):
        chain(run_import.si(run.pk), refresh_dirty_authors.si(), refresh_scores.si()).apply_async()


@shared_task
def beat_heartbeat() -> None:
    """Proof that beat fires and a worker answers; /readyz reads it."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=None)
