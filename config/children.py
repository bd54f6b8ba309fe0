"""The supervisor's children: processes that are started, watched, prefixed in the log, restarted, and ended."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.env import CHECKOUT
from config.stack.processes import command_line, end_group, started_at

_COLOURS = {"web": 36, "worker": 32, "beat": 35, "postgres": 34, "valkey": 33, "setup": 90, "byline": 1}
_LONGEST_WAIT = 30.0  # seconds between two starts of a child that keeps crashing
_STEADY = 60.0  # seconds after which a crash counts as the first one again


class Console:
    """Prints whole lines from many threads, each behind the name of the one who says it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._open = True

    def say(self, name: str, text: str) -> None:
        prefix = f"{name:8} | "
        if self._coloured:
            prefix = f"\033[{_COLOURS.get(name, 0)}m{prefix}\033[0m"
        with self._lock:
            for line in text.splitlines():
                if self._open and line.strip():
                    self._print(f"{prefix}{line}\n")

    def _print(self, line: str) -> None:
        try:
            sys.stdout.write(line)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader (`make run | head`) has gone: go on without a log
            self._open = False

    def copy(self, name: str, process: subprocess.Popen[str]) -> threading.Thread:
        """Prints what the process writes, until it closes its output."""

        def read() -> None:
            for line in process.stdout or ():
                self.say(name, line.rstrip("\n"))

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread


def spawn(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[str]:
    """Starts a program in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
    return subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        bufsize=1,
        start_new_session=True,
    )


@dataclass
class Child:
    """One process that is to run for as long as the supervisor does."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    console: Console
    process: subprocess.Popen[str] | None = None
    crashes: int = 0
    began: float = 0.0
    due: float = field(default=0.0)

    def tick(self, now: float) -> bool:
        """Notices a crash, and starts the process when that is due; True when it was started just now."""
        if self.process is not None and self.process.poll() is not None:
            self._note_crash(now)
        if self.process is None and now >= self.due:
            self.process = spawn(self.command, self.environ)
            self.console.copy(self.name, self.process)
            self.began = now
            return True
        return False

    def end(self, patience: float) -> None:
        """Ends the process with all that it started."""
        if self.process is not None:
            end_group(self.process.pid, patience)
            self.process.wait()
            self.process = None

    def restart(self) -> None:
        self.end(patience=5.0)
        self.due = 0.0

    def as_record(self) -> dict[str, str | int]:
        """What a later supervisor needs to find this process, and to know it from a stranger of the same number."""
        pid = self.process.pid if self.process else 0
        return {"name": self.name, "pid": pid, "started": started_at(pid)}

    def _note_crash(self, now: float) -> None:
        if self.process is None:
            return
        self.crashes = 1 if now - self.began > _STEADY else self.crashes + 1
        wait = min(2.0 ** (self.crashes - 1), _LONGEST_WAIT)
        self.due = now + wait
        self.console.say(self.name, f"ended with status {self.process.returncode}; starting again in {wait:.0f} s")
        end_group(self.process.pid, patience=0.0)  # what it leaves behind may hold its port
        self.process = None


def end_orphans(records: Sequence[Mapping[str, str | int]], console: Console) -> None:
    """Ends the children of a supervisor that was killed: none but the processes that it wrote down."""
    for record in records:
        pid = int(record["pid"])
        if pid > 1 and command_line(pid) and started_at(pid) == record["started"]:
            console.say("byline", f"ending {record['name']} (process {pid}), left behind by a run that was killed")
            end_group(pid, patience=5.0)


def run_to_end(
    name: str, command: Sequence[str], environ: Mapping[str, str], console: Console, stop: threading.Event
) -> int:
    """Runs a program once, its output in the log; its exit status. A stop breaks it off."""
    process = spawn(command, environ)
    reader = console.copy(name, process)
    while process.poll() is None:
        if stop.wait(0.1):
            end_group(process.pid, patience=5.0)
    reader.join(timeout=5.0)
    return process.wait()
