"""What a bare Python does before Byline can start: check itself, make .venv, install what the lock file names.

Runs by path, with the standard library alone, and must be readable by a Python too old for the rest.
Usage: python3 -I config/bootstrap.py requirements.lock [module ARGUMENT…]
"""

import fcntl
import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(HERE, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)


def main(arguments: "list[str]") -> None:
    """Installs the lock file's packages; then becomes `.venv/bin/python -m` the rest of the arguments."""
    lock, command = arguments[0], arguments[1:]
    if sys.version_info < OLDEST:
        found = ".".join(str(number) for number in sys.version_info[:2])
        sys.exit(f"Byline needs Python 3.11 or later and this is {found}: try `make PYTHON=python3.12 ...`.")
    if not is_installed(lock):
        if command[:1] == ["config.supervisor"]:
            check_port()
        with alone():
            if not is_installed(lock):
                install(lock)
    if command:
        os.chdir(HERE)
        os.execv(VENV_PYTHON, [VENV_PYTHON, "-m", *command])  # noqa: S606


def is_installed(lock: str) -> bool:
    """Whether .venv was made for this lock file as it is now, and its Python still runs."""
    if not os.path.exists(stamp_path(lock)):
        return False
    with open(stamp_path(lock)) as stamp:
        if stamp.read() != digest(lock):
            return False
    return os.path.exists(VENV_PYTHON) and runs([VENV_PYTHON, "-c", ""])


def install(lock: str) -> None:
    """Makes .venv where it is missing or broken, and installs the packages with their hashes checked."""
    make_venv()
    say(f"Installing the packages of {lock} (once; it takes a minute or two where pip has no cache) ...")
    # Most modules are never imported: compiling them all would take 100 MB more.
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    options += ["--require-hashes", "--only-binary", ":all:"]
    if subprocess.call([VENV_PYTHON, "-m", "pip", "install", *options, "-r", os.path.join(HERE, lock)]) != 0:
        sys.exit(f"The packages of {lock} could not be installed: pip's message above says why.")
    with open(stamp_path(lock), "w") as stamp:
        stamp.write(digest(lock))


@contextmanager
def alone() -> "Iterator[None]":
    """Holds the checkout's lock, so that `make run` and `make test` begun together install one after the other."""
    lock = os.open(HERE, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def make_venv() -> None:
    if os.path.exists(VENV_PYTHON) and runs([VENV_PYTHON, "-m", "pip", "-V"]):
        return
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian leaves it out of its Python
        import venv  # noqa: F401, PLC0415
    except ImportError:
        sys.exit("This Python cannot make virtual environments: install its venv (Debian: apt install python3-venv).")
    say(f"Making .venv with {sys.executable} ...")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        sys.exit(".venv could not be made: the message above says why.")


def check_port() -> None:
    """Tells of a port that is taken before minutes go into installing; the supervisor checks it again."""
    port = os.environ.get("PORT") or "8000"
    if os.path.exists(os.path.join(os.environ.get("BYLINE_DATA_DIR") or os.path.join(HERE, ".byline"), "run.json")):
        return  # an earlier run of our own may hold it: the supervisor knows
    probe = socket.socket()
    try:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(port)))
    except (ValueError, OverflowError):
        sys.exit(f"PORT is '{port}': it takes a number from 1 to 65535.")
    except OSError as error:
        sys.exit(f"Port {port} cannot be used ({error.strerror}): choose another with `make run PORT=8001`.")
    finally:
        probe.close()


def runs(command: "list[str]") -> bool:
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def stamp_path(lock: str) -> str:
    return os.path.join(VENV, "installed-" + os.path.basename(lock))


def digest(lock: str) -> str:
    with open(os.path.join(HERE, lock), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
