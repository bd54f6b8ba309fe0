"""Real workers, beats and web servers for tests, against a database of the test's choice, with their log kept."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.env import CHECKOUT
from config.stack.processes import end_group


@dataclass
class Running:
    """A child process and what it has written so far."""

    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str, timeout: float = 30.0) -> None:
        """Waits until the log holds `text`; fails, with the log, when it does not come or the process ends."""
        deadline = time.monotonic() + timeout
        while text not in self.output():
            ended = self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise AssertionError(f"{text!r} did not come (exit status {self.process.poll()}):\n{self.output()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 of the process and of all that it started: nothing of it gets a chance to tidy up."""
        end_group_at_once(self.process)

    def end(self) -> None:
        """Asks it to end, as an administrator would."""
        end_group(self.process.pid, patience=15.0)
        self.process.wait()


@contextmanager
def running(
    command: Sequence[str], database_url: str, log: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """`python -m` the command with Byline's settings and the database given; killed, with its children, at the end."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url,
        "PYTHONUNBUFFERED": "1",
        **(environ or {}),
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=CHECKOUT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(process, log)
    finally:
        end_group_at_once(process)


@contextmanager
def worker(
    database_url: str, log: Path, environ: Mapping[str, str] | None = None, concurrency: int = 1
) -> Iterator[Running]:
    """A Celery worker that is ready for tasks."""
    command = ["celery", "-A", "config", "worker", "--concurrency", str(concurrency), "--loglevel", "INFO"]
    with running([*command, "--without-mingle"], database_url, log, environ) as process:
        process.wait_for(" ready.")
        yield process


@contextmanager
def beat(database_url: str, log: Path, environ: Mapping[str, str] | None = None) -> Iterator[Running]:
    """A beat that has read its schedule."""
    with running(
        ["celery", "-A", "config", "beat", "--loglevel", "INFO", "--pidfile="], database_url, log, environ
    ) as process:
        process.wait_for("beat: Starting")
        yield process


@contextmanager
def web(database_url: str, log: Path, environ: Mapping[str, str] | None = None) -> Iterator[tuple[Running, str]]:
    """gunicorn, as it is in production, and the address that it answers at."""
    port = free_port()
    command = ["gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    with running([*command, "--workers", "1", "--threads", "4"], database_url, log, environ) as process:
        process.wait_for("Booting worker")
        yield process, f"http://127.0.0.1:{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_group_at_once(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
