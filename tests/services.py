"""The tests' own PostgreSQL and Valkey in .byline-test/, started before Django reads its settings.

TEST_DATABASE_URL and TEST_REDIS_URL put other servers in their place. DATABASE_URL and REDIS_URL are not heeded: they
may name servers with real data. Several test runs at once share the servers, each with a database of its own.
"""

import atexit
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from config.local import make_data_dir
from config.stack import start, stop
from config.stack.processes import command_line

DATA_DIR = Path(__file__).resolve().parent.parent / ".byline-test"
_PREFIX = "byline_"  # Django puts `test_` before it, and pytest's process id follows
_REDIS_DATABASES = 15


@dataclass
class _Lease:
    """An open lock file that says: a test run uses the servers."""

    descriptor: int


def prepare_environment() -> None:
    """Starts the servers, and points the environment, and so settings and child processes, at them."""
    database_url, redis_url = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if not (database_url and redis_url):
        lease = _take_lease()
        services = start(DATA_DIR)
        atexit.register(_release, lease)
        if not database_url:
            _drop_databases_of_dead_runs(services.database_url)
        database_url = database_url or services.database_url
        redis_url = redis_url or services.redis_url.removesuffix("0") + str(1 + os.getpid() % _REDIS_DATABASES)
    os.environ.update(
        {
            "DATABASE_URL": _with_database(database_url, f"{_PREFIX}{os.getpid()}"),
            "REDIS_URL": redis_url,
            "SECRET_KEY": "only-for-tests-" + "0123456789" * 5,
            "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
            "DEBUG": "0",
            "HTTPS": "0",
            "BYLINE_DATA_DIR": str(DATA_DIR),
        }
    )


def database_url(settings_dict: dict[str, object]) -> str:
    """The URL of a Django connection (`connection.settings_dict`): for child processes that use the test database."""
    user, password, host, name = (
        quote(str(settings_dict[key]), safe="") for key in ("USER", "PASSWORD", "HOST", "NAME")
    )
    return f"postgresql://{user}:{password}@{host}:{settings_dict['PORT'] or 5432}/{name}"


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _take_lease() -> _Lease:
    make_data_dir(DATA_DIR)
    descriptor = os.open(DATA_DIR / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return _Lease(descriptor)


def _release(lease: _Lease) -> None:
    """Stops the servers, unless another test run uses them."""
    try:
        fcntl.flock(lease.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    stop(DATA_DIR)


def _drop_databases_of_dead_runs(url: str) -> None:
    """A run that was killed leaves its database behind; the process id in the name says which."""
    with psycopg.connect(_with_database(url, "postgres"), autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_byline\\_%'").fetchall()
        for (name,) in rows:
            pid = name.removeprefix(f"test_{_PREFIX}").split("_")[0]
            if not (pid.isdecimal() and "pytest" in command_line(int(pid))):
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
