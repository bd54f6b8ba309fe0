"""The jobs of the schedule. Both can be run twice, at once, and be killed."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from metrics import snapshots


@shared_task
def refresh_dirty_authors() -> None:
    snapshots.refresh_dirty(now=timezone.now())


@shared_task
def refresh_all_authors() -> None:
    snapshots.refresh_all(now=timezone.now())


@shared_task
def refresh_scores() -> None:
    """By the command, so that only the worker that scores loads numpy and the models; the web never does."""
    call_command("refresh_metrics", "--scores", verbosity=0)
