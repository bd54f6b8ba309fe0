"""Where the embedded servers live: binaries, data, logs; and who can reach them."""

import hashlib
import os
import shutil
import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from config.stack.processes import Owner, owner_for, run_as
from config.stack.record import Record, StackError, new_record, read_record, write_record

RELOCATED = Path("/var/lib/byline")


@dataclass(frozen=True)
class Place:
    """One server's folders and the user it runs as."""

    data: Path
    log: Path
    owner: Owner

    def make(self) -> None:
        """Makes the folders; each belongs to the server's user alone."""
        for folder in (self.data, self.log.parent):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o700)
                os.chown(folder, self.owner.uid, self.owner.gid)


def place_of(record: Record, server: str) -> Place:
    base = Path(record.base)
    data = base / server
    return Place(data=data, log=base / "log" / f"{server}.log", owner=owner_for(data))


def settle(data_dir: Path) -> Record:
    """The record to start from: the one kept, adapted if the folder was moved or copied, or a new one."""
    record = read_record(data_dir)
    if record is None:
        record = new_record(data_dir, choose_base(data_dir))
    elif record.data_dir != str(data_dir):
        record = _adopt(record, data_dir)
    _claim(record)
    write_record(record)
    return record


def choose_base(data_dir: Path) -> Path:
    """The data folder itself, or, as root where the server's user cannot enter it, one below /var/lib/byline."""
    if can_enter(owner_for(data_dir / "postgres"), data_dir):
        return data_dir
    return RELOCATED / hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]


def can_enter(owner: Owner, folder: Path) -> bool:
    return run_as(owner, ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]).returncode == 0


def program(record: Record, package: str, pattern: str, owner: Owner) -> Path:
    """The path of a server's program that `owner` can run: as installed, or a copy below the base folder."""
    installed = _package_folder(package)
    found = next(iter(sorted(installed.glob(pattern))), None)
    if found is None:
        raise StackError(
            f"The package {package} has no server for this kind of machine: set DATABASE_URL and REDIS_URL."
        )
    # By way of the shell: a program that its user cannot even reach is an exit status there, and no exception.
    if run_as(owner, ["/bin/sh", "-c", '"$1" --version', "sh", str(found)]).returncode == 0:
        return found
    return _copied(installed, Path(record.base)) / found.relative_to(installed)


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise StackError(f"The package {package} is not installed: run `make run`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.submodule_search_locations[0])


def _copied(installed: Path, base: Path) -> Path:
    """A copy of the package, with the libraries beside it, that others can read; made whole or not at all."""
    mark = installed.stat()
    folder = base / f"programs-{hashlib.sha256(f'{installed} {mark.st_mtime_ns}'.encode()).hexdigest()[:12]}"
    if not folder.exists():
        unfinished = folder.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for source in (installed, installed.with_name(f"{installed.name}.libs")):
            if source.exists():
                shutil.copytree(source, unfinished / source.name)
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        unfinished.rename(folder)
    return folder / installed.name


def _adopt(record: Record, data_dir: Path) -> Record:
    """The record for a data folder that was moved or copied from elsewhere."""
    if record.base == record.data_dir:
        return replace(record, data_dir=str(data_dir), base=str(data_dir))
    if Path(record.data_dir).exists():  # a copy: the original goes on using the relocated database
        return new_record(data_dir, choose_base(data_dir))
    return replace(record, data_dir=str(data_dir))


def _claim(record: Record) -> None:
    """Marks the base folder as this record's; what another record left there is set aside, never used or deleted."""
    base = Path(record.base)
    if not base.exists():
        RELOCATED.mkdir(mode=0o755, parents=True, exist_ok=True)
        base.mkdir(mode=0o711)
        base.chmod(0o711)
    mark = base / "id"
    if mark.exists() and mark.read_text() == record.id:
        return
    for folder in (base / "postgres", base / "valkey"):
        if folder.exists():
            folder.rename(folder.with_name(f"{folder.name}.left-{time.strftime('%Y%m%d-%H%M%S')}"))
    mark.write_text(record.id)
