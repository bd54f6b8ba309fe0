"""manage.py prepare_local: what `make run` does to the database before the site starts. Safe to call again."""

import hashlib
import secrets
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config.local import write_private


class Command(BaseCommand):
    help = "Migrate, collect static files, make the local administrator, and load the sample once."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        self._say("database migrated", began)
        call_command("collectstatic", interactive=False, verbosity=0)
        self._say("static files collected", began)
        if make_administrator(settings.ENV.data_dir):
            self._say("administrator made", began)
        if load_sample_once(settings.ENV.data_dir):
            self._say("sample loaded", began)

    def _say(self, what: str, began: float) -> None:
        self.stdout.write(f"{what} ({time.monotonic() - began:.1f} s)")


def make_administrator(folder: Path) -> bool:
    """Makes the user `admin` with a random password kept in the data folder, unless there is one; whether it did."""
    users = User.objects
    if users.filter(username="admin").exists():
        return False
    path = folder / "admin-password"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(15) + "\n")
    users.create_superuser("admin", password=path.read_text().strip())
    return True


def load_sample_once(folder: Path) -> bool:
    """Loads the sample on the first run with this database; whether it did."""
    mark = folder / f"sample-loaded-{_database_mark()}"
    if mark.exists():
        return False
    call_command("load_sample")
    mark.touch()
    return True


def _database_mark() -> str:
    """A mark of which database this is; the embedded one keeps its mark when its port changes."""
    database = settings.DATABASES["default"]
    if settings.ENV.database_url is None:
        return "embedded"
    return hashlib.sha256(f"{database['HOST']} {database['PORT']} {database['NAME']}".encode()).hexdigest()[:12]
