"""services.json in the data folder: where the embedded servers lie, on which ports, with which passwords."""

import json
import random
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from config.local import write_private

FILE = "services.json"
# Below the range that Linux hands to outgoing connections, so that a restart finds its port free.
_PORTS = range(20000, 32000)


class StackError(Exception):
    """The embedded services cannot do what was asked; the message is one sentence for the user."""


@dataclass(frozen=True)
class Record:
    """One installation of the embedded servers."""

    id: str
    data_dir: str  # for which data folder this was written: a copied or moved one differs
    base: str  # the folder that holds databases and binaries
    postgres_port: int
    postgres_password: str
    valkey_port: int
    valkey_password: str

    @property
    def database_url(self) -> str:
        return f"postgresql://app:{self.postgres_password}@127.0.0.1:{self.postgres_port}/byline?sslmode=disable"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.valkey_password}@127.0.0.1:{self.valkey_port}/0"


def read_record(data_dir: Path) -> Record | None:
    """The record of this data folder, or None where nothing was ever started."""
    path = data_dir / FILE
    try:
        return Record(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except PermissionError:
        raise StackError(f"{path} belongs to another user: run this as the one who started Byline.") from None
    except (ValueError, TypeError):
        raise StackError(f"{path} cannot be read: restore it, or move {data_dir} away to start afresh.") from None


def write_record(record: Record) -> None:
    write_private(Path(record.data_dir) / FILE, json.dumps(asdict(record), indent=1) + "\n")


def new_record(data_dir: Path, base: Path) -> Record:
    return Record(
        id=secrets.token_hex(8),
        data_dir=str(data_dir),
        base=str(base),
        postgres_port=free_port(),
        postgres_password=secrets.token_urlsafe(24),
        valkey_port=free_port(),
        valkey_password=secrets.token_urlsafe(24),
    )


def with_free_ports(record: Record, *, postgres: bool = False, valkey: bool = False) -> Record:
    """The record with another port where the present one has been taken by a stranger; it is not written yet."""
    if postgres and not port_is_free(record.postgres_port):
        record = replace(record, postgres_port=free_port())
    if valkey and not port_is_free(record.valkey_port):
        record = replace(record, valkey_port=free_port())
    return record


def free_port() -> int:
    for port in random.sample(_PORTS, 200):
        if port_is_free(port):
            return port
    raise StackError("No free port was found between 20000 and 32000 on 127.0.0.1.")


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
