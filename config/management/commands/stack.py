"""manage.py stack start|stop|status: the embedded PostgreSQL and Valkey by hand."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.stack import StackError, start, status, stop


class Command(BaseCommand):
    """Exits 1 when `status` finds a server that does not run."""

    help = "Start, stop or report the embedded PostgreSQL and Valkey."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("start", "stop", "status"))
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        folder = settings.ENV.data_dir
        try:
            if action == "start":
                start(folder)
            elif action == "stop":
                stop(folder)
            self._report(action, as_json=options["json"])
        except StackError as error:
            raise CommandError(str(error)) from error

    def _report(self, action: str, *, as_json: bool) -> None:
        servers = status(settings.ENV.data_dir)
        if as_json:
            self.stdout.write(json.dumps({server.name: asdict(server) for server in servers}))
        else:
            for server in servers:
                self.stdout.write(_line(server.name, server.running, server.port, server.folder))
        if action == "status" and not all(server.running for server in servers):
            raise CommandError("Not running: start it with `make run`, or `manage.py stack start`.")


def _line(name: str, running: bool, port: int | None, folder: str | None) -> str:
    if port is None:
        return f"{name:8}  was never started"
    return f"{name:8}  {'runs' if running else 'stopped'}  127.0.0.1:{port}  {folder}"
