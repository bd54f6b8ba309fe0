#!/usr/bin/env python3
"""Byline's commands: `manage.py help` lists them."""

import os
import sys

try:
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is not installed here: run `make run` once, then use .venv/bin/python manage.py.")

from config.env import data_dir
from config.local import ensure_local_variables
from config.stack import StackError
from config.stack.services import HOW_TO_START

UNREACHABLE = ("connection failed", "couldn't get a connection", "connection to server")


def main() -> None:
    """Runs one command; what the user can put right ends it with one sentence instead of a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        if sys.argv[1:3] == ["stack", "start"]:
            ensure_local_variables(data_dir(os.environ))
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, StackError) as error:
        sys.exit(f"manage.py: {error}")
    except OperationalError as error:
        if not any(sign in str(error) for sign in UNREACHABLE):
            raise
        if os.environ.get("DATABASE_URL"):
            sys.exit(f"manage.py: the database of DATABASE_URL does not answer: {_first_line(error)}")
        sys.exit(f"manage.py: the database does not answer: {HOW_TO_START} ({_first_line(error)}).")


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]


if __name__ == "__main__":
    main()
