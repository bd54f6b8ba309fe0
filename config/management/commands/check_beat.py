"""manage.py check_beat: the health check of the container that runs beat."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

# Beat writes down when a task was last sent every three minutes at the latest.
LONGEST_SILENCE = timedelta(minutes=8)


class Command(BaseCommand):
    help = "Exit 0 when beat has sent a task in the last minutes."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        last = PeriodicTask.objects.aggregate(last=Max("last_run_at"))["last"]
        if last is None or timezone.now() - last > LONGEST_SILENCE:
            raise CommandError(f"Beat has sent nothing since {last or 'it was set up'}.")
