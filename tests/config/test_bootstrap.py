"""config/bootstrap.py: what a bare Python is told before anything is installed or started."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import CHECKOUT

SCRIPT = CHECKOUT / "config" / "bootstrap.py"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout of nothing but the script and an empty lock file."""
    (tmp_path / "config").mkdir()
    shutil.copy(SCRIPT, tmp_path / "config")
    (tmp_path / "requirements.lock").touch()
    return tmp_path


def bootstrap(clone: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(clone / "config/bootstrap.py"), "requirements.lock", *arguments]
    plain = {name: value for name, value in os.environ.items() if name != "BYLINE_DATA_DIR"}
    return subprocess.run(command, env={**plain, **environ}, capture_output=True, text=True, check=False)


def test_it_tells_an_old_python_what_is_needed() -> None:
    pretend = (
        "import sys, runpy; sys.version_info = (3, 10, 4); sys.argv[1:] = ['requirements.lock'];"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Byline needs Python 3.11 or later and this is 3.10")


def test_it_tells_of_a_missing_venv_module(clone: Path) -> None:
    pretend = (
        "import sys, runpy; sys.modules['ensurepip'] = None; sys.argv[1:] = ['requirements.lock'];"
        f"runpy.run_path({str(clone / 'config/bootstrap.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_it_tells_of_a_taken_port_before_it_installs(clone: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        done = bootstrap(clone, "config.supervisor", PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} cannot be used")
    assert len(done.stderr.splitlines()) == 1
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("port", ["http", "70000", "-1"])
def test_it_refuses_a_port_that_is_none(clone: Path, port: str) -> None:
    done = bootstrap(clone, "config.supervisor", PORT=port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"PORT is '{port}'")


def test_it_installs_once_and_again_when_the_lock_changes(clone: Path) -> None:
    first = bootstrap(clone, "platform")
    assert "Making .venv" in first.stdout
    assert first.returncode == 0
    second = bootstrap(clone, "platform")
    assert "Installing" not in second.stdout
    (clone / "requirements.lock").write_text("# changed\n")
    third = bootstrap(clone, "platform")
    assert "Installing" in third.stdout
    assert "Making" not in third.stdout


def test_it_does_not_count_a_failed_installation_as_done(clone: Path) -> None:
    (clone / "requirements.lock").write_text("this is no requirement\n")
    assert bootstrap(clone).returncode == 1
    (clone / "requirements.lock").write_text("")
    assert "Installing" in bootstrap(clone).stdout
