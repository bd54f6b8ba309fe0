"""`make run` after installing: everything starts, survives kill -9, and ends together."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.env import CHECKOUT
from config.stack import status, stop
from config.stack.processes import command_line, end_group
from tests.processes import Running, free_port

PATIENCE = 90.0  # seconds; the machine may be busy


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder whose sample counts as loaded: this is about processes."""
    parent = Path(tempfile.mkdtemp(prefix="byline-"))
    parent.chmod(0o755)
    folder = parent / "data"
    folder.mkdir(mode=0o711)
    (folder / "sample-loaded-embedded").touch()
    yield folder
    stop(folder)
    shutil.rmtree(parent)


def environ_for(folder: Path, port: int) -> dict[str, str]:
    ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "HTTPS")
    plain = {name: value for name, value in os.environ.items() if name not in ours}
    return {
        **plain,
        "BYLINE_DATA_DIR": str(folder),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def supervise(folder: Path, port: int, log: Path) -> Running:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.supervisor"],
            cwd=CHECKOUT,
            env=environ_for(folder, port),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(process, log)


def refused(folder: Path, port: int) -> str:
    """The one line that a supervisor which cannot run leaves behind."""
    done = subprocess.run(
        [sys.executable, "-m", "config.supervisor"],
        cwd=CHECKOUT,
        env=environ_for(folder, port),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def children(folder: Path) -> dict[str, int]:
    record = json.loads((folder / "run.json").read_text())
    return {child["name"]: child["pid"] for child in record["children"]}


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_starts_survives_kills_and_ends_everything(folder: Path, tmp_path: Path) -> None:
    port = free_port()
    first = supervise(folder, port, tmp_path / "first.log")
    try:
        first.wait_for("Byline is ready", PATIENCE)
        address = re.search(r"ready: (http://\S+)", first.output())
        assert address is not None
        with urllib.request.urlopen(address[1], timeout=20) as page:
            assert page.status == 200
        assert (folder / "admin-password").stat().st_mode & 0o777 == 0o600
        assert "runs already in this folder" in refused(folder, free_port())

        before = children(folder)
        for pid in [*before.values(), *(server.pid for server in status(folder))]:
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not set(children(folder).values()) & set(before.values()))
        eventually(lambda: all(server.running for server in status(folder)))

        os.kill(first.process.pid, signal.SIGKILL)  # its children live on, unattended
        first.process.wait()
        orphans = children(folder)
        second = supervise(folder, port, tmp_path / "second.log")
        second.wait_for("Byline is ready", PATIENCE)
        assert not any(command_line(pid) for pid in orphans.values())

        last = children(folder)
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(timeout=PATIENCE) == 0
        assert not any(command_line(pid) for pid in last.values())
        assert not any(server.running for server in status(folder))
        assert not (folder / "run.json").exists()
    finally:
        for pid in children(folder).values() if (folder / "run.json").exists() else ():
            end_group(pid, patience=0.0)
        for log in tmp_path.glob("*.log"):
            sys.stdout.write(log.read_text())


def test_it_refuses_a_taken_port_before_it_starts_anything(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        assert f"Port {port} is taken" in refused(folder, port)
    assert not (folder / "services.json").exists()


@pytest.mark.parametrize(("name", "value"), [("DATABASE_URL", "mysql://x"), ("REDIS_URL", "x"), ("ADMIN_PATH", "?")])
def test_it_refuses_a_bad_environment_before_it_starts_anything(
    folder: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {**environ_for(folder, free_port()), name: value}
    monkeypatch.setattr(sys.modules[__name__], "environ_for", lambda *_: environ)
    assert name in refused(folder, 1)
    assert not (folder / "services.json").exists()
