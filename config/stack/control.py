"""Start, stop and status of both servers together, one caller at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.local import make_data_dir
from config.stack import postgres, valkey
from config.stack.paths import place_of, settle
from config.stack.record import read_record, write_record
from config.stack.services import Services

BOTH = ("postgres", "valkey")


@dataclass(frozen=True)
class ServerStatus:
    """One server as it is now."""

    name: str
    running: bool
    pid: int | None
    port: int | None
    folder: str | None
    log: str | None


def start(data_dir: Path, servers: tuple[str, ...] = BOTH) -> Services:
    """Starts the servers that do not answer; safe to call at any time and at once from many processes."""
    with _alone(data_dir):
        record = settle(data_dir)
        if "postgres" in servers:
            record = postgres.start(record)
            write_record(record)
        if "valkey" in servers:
            record = valkey.start(record)
            write_record(record)
    return Services(record.database_url, record.redis_url)


def stop(data_dir: Path) -> None:
    """Stops both servers; does nothing where they do not run."""
    if read_record(data_dir) is None:
        return
    with _alone(data_dir):
        record = read_record(data_dir)
        if record is not None:
            valkey.stop(record)
            postgres.stop(record)


def status(data_dir: Path) -> tuple[ServerStatus, ...]:
    """What runs now: a server counts as running when it answers and serves this folder's data."""
    record = read_record(data_dir)
    if record is None:
        return tuple(ServerStatus(name, False, None, None, None, None) for name in BOTH)
    first, second = place_of(record, "postgres"), place_of(record, "valkey")
    return (
        ServerStatus(
            name="postgres",
            running=postgres.answers(record, first),
            pid=postgres.running_pid(first),
            port=record.postgres_port,
            folder=str(first.data),
            log=str(first.log),
        ),
        ServerStatus(
            name="valkey",
            running=valkey.answers(record, second),
            pid=valkey.running_pid(record, second),
            port=record.valkey_port,
            folder=str(second.data),
            log=str(second.log),
        ),
    )


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Holds the data folder's lock; the kernel drops it with the process, however that ends."""
    make_data_dir(data_dir)
    with (data_dir / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def dead(data_dir: Path, servers: tuple[str, ...]) -> list[str]:
    """Those of the servers whose process is gone; cheap enough to ask every second."""
    record = read_record(data_dir)
    if record is None:
        return list(servers)
    pids = {
        "postgres": postgres.running_pid(place_of(record, "postgres")),
        "valkey": valkey.running_pid(record, place_of(record, "valkey")),
    }
    return [server for server in servers if pids[server] is None]
