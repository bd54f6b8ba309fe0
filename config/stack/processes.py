"""Looking at other processes, and starting programs as the user who owns a folder."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc/self/stat").exists()


@dataclass(frozen=True)
class Owner:
    """The user that a server runs as."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()


def owner_for(folder: Path) -> Owner:
    """Ourselves; as root the one who owns `folder`, and where that is root or nobody yet, `nobody`."""
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid())
    if folder.exists() and folder.stat().st_uid != 0:
        return Owner(folder.stat().st_uid, folder.stat().st_gid)
    nobody = pwd.getpwnam("nobody")
    return Owner(nobody.pw_uid, nobody.pw_gid)


def run_as(
    owner: Owner, command: Sequence[str], *, text: str | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end as `owner`, in a clean environment and a folder that everyone can enter."""
    return subprocess.run(
        command,
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd="/",
        umask=0o077,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
        user=owner.uid if owner.is_other else None,
        group=owner.gid if owner.is_other else None,
        extra_groups=[] if owner.is_other else None,
    )


def command_line(pid: int) -> str:
    """The command of a process; empty when there is none, or only a zombie waiting for its parent."""
    if not _PROC:
        return "" if _ps(pid, "stat").startswith("Z") else _ps(pid, "command")
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def started_at(pid: int) -> str:
    """A mark of when the process began, to tell it from a later one of the same number; empty when it is gone."""
    if not _PROC:
        return _ps(pid, "lstart")
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def end_group(pid: int, patience: float) -> None:
    """Asks the leader of a process group to end, waits `patience` seconds, and kills what is left of the group."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while command_line(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    with suppress(ProcessLookupError, PermissionError):  # macOS refuses where only a zombie is left
        os.killpg(pid, signal.SIGKILL)


def _ps(pid: int, column: str) -> str:
    command = ["ps", "-o", f"{column}=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
