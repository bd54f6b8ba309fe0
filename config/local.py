"""What a local installation keeps for itself in its data folder: the folder, private files, generated variables."""

import os
import secrets
import tempfile
from pathlib import Path

from config.env import LOCAL_FILE, LOCAL_HOSTS


def make_data_dir(folder: Path) -> None:
    """Makes the data folder if there is none: private, but as root passable, for PostgreSQL then runs as `nobody`."""
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def write_private(path: Path, text: str) -> None:
    """Replaces the file at once, readable by the owner of its folder alone, whoever of its users writes it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.chown(name, folder.st_uid, folder.st_gid)
    Path(name).replace(path)


def ensure_local_variables(folder: Path) -> None:
    """Writes local.env once: a secret key of its own, and hosts and plain http as suit this machine alone."""
    make_data_dir(folder)
    path = folder / LOCAL_FILE
    if path.exists():
        return
    variables = {"SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": ",".join(LOCAL_HOSTS), "HTTPS": "0"}
    write_private(path, "".join(f"{name}={value}\n" for name, value in variables.items()))
