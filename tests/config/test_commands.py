"""The commands of config: what `make run` does to the database, and the health of beat."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.management.commands.prepare_local import make_administrator

pytestmark = pytest.mark.django_db


def test_it_makes_one_administrator_whose_password_it_keeps_private(tmp_path: Path) -> None:
    assert make_administrator(tmp_path)
    path = tmp_path / "admin-password"
    assert path.stat().st_mode & 0o777 == 0o600
    assert authenticate(username="admin", password=path.read_text().strip()) == User.objects.get(is_superuser=True)
    assert not make_administrator(tmp_path)


def test_it_leaves_an_administrator_who_is_there_alone(tmp_path: Path) -> None:
    User.objects.create_superuser("admin", password="chosen by hand")
    assert not make_administrator(tmp_path)
    assert not (tmp_path / "admin-password").exists()
    assert authenticate(username="admin", password="chosen by hand") is not None


def test_it_goes_on_with_the_password_of_a_run_that_was_broken_off(tmp_path: Path) -> None:
    (tmp_path / "admin-password").write_text("written just before the kill\n")
    assert make_administrator(tmp_path)
    assert authenticate(username="admin", password="written just before the kill") is not None


@pytest.mark.parametrize(("minutes", "healthy"), [(1, True), (20, False), (None, False)])
def test_beat_is_healthy_while_it_sends(minutes: int | None, healthy: bool) -> None:
    every = IntervalSchedule.objects.create(every=30, period=IntervalSchedule.SECONDS)
    last = None if minutes is None else timezone.now() - timedelta(minutes=minutes)
    PeriodicTask.objects.create(name="beat heartbeat", task="any", interval=every, last_run_at=last)
    if healthy:
        call_command("check_beat")
    else:
        with pytest.raises(CommandError, match="Beat has sent nothing"):
            call_command("check_beat")
