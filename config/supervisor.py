"""`make run`: the services, the database, web, worker and beat, kept running until Ctrl-C."""

import fcntl
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.children import Child, Console, end_orphans, run_to_end
from config.env import CHECKOUT, Environment, local_variables, read_environment
from config.env import data_dir as data_dir_of
from config.local import ensure_local_variables, write_private
from config.readiness import Site, sample_path
from config.stack import StackError, current, dead, start, stop
from config.stack.record import port_is_free

RUN_FILE = "run.json"
_CHECK_EVERY = 1.0  # seconds between two looks at PostgreSQL, Valkey and the page
_READY_WITHIN = 90.0  # seconds
_PATIENCE = 10.0  # seconds that a child has to finish what it is doing
# As root in a container Celery warns at such length that the log's first lines are lost.
_QUIET = ("-W", "ignore:You're running the worker with superuser privileges")
_CELERY = (sys.executable, *_QUIET, "-m", "celery", "--quiet", "-A", "config")


class Refusal(Exception):
    """Byline cannot run as asked; the message is one line for the user."""


class Supervisor:
    """Everything that one `make run` has started."""

    def __init__(self, environ: dict[str, str], environment: Environment, port: int) -> None:
        self.environ = environ
        self.folder = environment.data_dir
        self.site = Site(port, environment.allowed_hosts)
        self.embedded = tuple(
            name
            for name, url in (("postgres", environment.database_url), ("valkey", environment.redis_url))
            if url is None
        )
        self.console = Console()
        self.stopping = threading.Event()
        self.children = [
            Child(name, command, environ, self.console) for name, command in _commands(port, environment).items()
        ]

    def run(self) -> int:
        """Runs until it is told to stop; the exit status."""
        try:
            self._start_services()
            if not self.stopping.is_set():
                self._prepare()
            return self._watch()
        finally:
            self._end()

    def _start_services(self) -> None:
        if self.embedded:
            self.console.say("byline", f"starting {' and '.join(self.embedded)}; data in {self.folder}")
            start(self.folder, self.embedded)

    def _prepare(self) -> None:
        command = [sys.executable, "manage.py", "prepare_local"]
        status = run_to_end("setup", command, self.environ, self.console, self.stopping)
        if status != 0 and not self.stopping.is_set():
            raise Refusal("The database could not be prepared: the lines above say why.")

    def _watch(self) -> int:
        """Keeps everything running; tells the address once the page answers."""
        began = checked = asked = time.monotonic()
        path: str | None = None
        announced = False
        while not self.stopping.wait(0.2):
            now = time.monotonic()
            started = [child.tick(now) for child in self.children]
            if any(started):
                self._write_run_file()
            if now - checked > _CHECK_EVERY:
                self._revive_services()
                checked = time.monotonic()
            if announced or now - asked < _CHECK_EVERY:
                continue
            path = path or sample_path(self.environ, self.console)
            announced = self._announce(path)
            asked = time.monotonic()
            if not announced and now - began > _READY_WITHIN:
                raise Refusal(f"{self.site.address} does not answer: the lines above say why.")
        return 0

    def _announce(self, path: str) -> bool:
        if not self.site.answers("/healthz", path):
            return False
        password = self.folder / "admin-password"
        if password.exists():
            self.console.say("byline", f"administrator: admin, password in {password}")
        self.console.say("byline", f"Byline is ready: {self.site.address}{path} (Ctrl-C stops it)")
        return True

    def _revive_services(self) -> None:
        gone = tuple(dead(self.folder, self.embedded)) if self.embedded else ()
        if not gone:
            return
        before = current(self.folder)
        try:
            for name in gone:
                self.console.say(name, "has died; starting it again")
            after = start(self.folder, gone)
        except StackError as error:
            self.console.say("byline", f"{error} Trying again.")
            return
        if after != before:  # a stranger took the port: everyone has to learn the new one
            for child in self.children:
                child.restart()

    def _end(self) -> None:
        self.console.say("byline", "stopping")
        threads = [threading.Thread(target=child.end, args=(_PATIENCE,)) for child in self.children]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.embedded:
            stop(self.folder)
        (self.folder / RUN_FILE).unlink(missing_ok=True)
        self.console.say("byline", "stopped")

    def _write_run_file(self) -> None:
        record = {
            "pid": os.getpid(),
            "address": self.site.address,
            "children": [child.as_record() for child in self.children],
        }
        write_private(self.folder / RUN_FILE, json.dumps(record) + "\n")


def main() -> int | str:
    """Checks before anything is started, then runs; the exit status, or the one line that says why not."""
    folder = data_dir_of(os.environ)
    try:
        port = _port(os.environ.get("PORT") or "8000")
        ensure_local_variables(folder)
        environ = {**local_variables(folder), **os.environ, "PYTHONUNBUFFERED": "1"}
        environment = read_environment(environ)
        with _only_one(folder):
            supervisor = Supervisor(environ, environment, port)
            _clear_orphans(folder, supervisor.console)
            _check_port(port)
            _handle_signals(supervisor.stopping)
            return supervisor.run()
    except (Refusal, StackError, ImproperlyConfigured) as error:
        return f"Byline: {error}"
    except PermissionError as error:
        return f"Byline: {error.filename} cannot be used by this user: run this as the owner of {folder}."


def _commands(port: int, environment: Environment) -> dict[str, tuple[str, ...]]:
    level = "DEBUG" if environment.debug else "INFO"
    return {
        "web": (
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"),
            *(
                "--workers",
                "2",
                "--threads",
                "4",
                "--access-logfile",
                "-",
                "--graceful-timeout",
                "5",
                "--no-control-socket",
            ),
            *("--access-logformat", "%(s)s %(r)s %(M)s ms"),
        ),
        "worker": (*_CELERY, "worker", "--concurrency", "2", "--loglevel", level, "--without-mingle"),
        "beat": (*_CELERY, "beat", "--loglevel", level, "--pidfile="),
    }


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise Refusal(f"PORT is {text!r}: it takes a number from 1 to 65535.")
    return int(text)


def _check_port(port: int) -> None:
    if not port_is_free(port):
        raise Refusal(f"Port {port} is taken by another program: choose another with `make run PORT=8001`.")


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Holds the data folder for this supervisor; the kernel lets go of it when the process ends, however it does."""
    with (folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            address = _last_run(folder).get("address", "it is just starting")
            raise Refusal(f"Byline runs already in this folder ({address}): stop it there with Ctrl-C.") from None
        yield


def _clear_orphans(folder: Path, console: Console) -> None:
    end_orphans(_last_run(folder).get("children", []), console)
    (folder / RUN_FILE).unlink(missing_ok=True)


def _last_run(folder: Path) -> dict[str, Any]:
    path = folder / RUN_FILE
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _handle_signals(stopping: threading.Event) -> None:
    def stop_soon(number: int, frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_soon)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # under nohup it is to go on
        signal.signal(signal.SIGHUP, stop_soon)


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    sys.exit(main())
