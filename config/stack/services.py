"""The addresses of the database and of Valkey: servers of one's own, or the embedded ones."""

from dataclasses import dataclass
from pathlib import Path

from config.env import Environment
from config.stack.record import read_record

# What settings hold until something was started: connecting fails at once, and manage.py then says what to do.
NOT_STARTED_DATABASE = "postgresql://app@127.0.0.1:1/byline"
NOT_STARTED_REDIS = "redis://127.0.0.1:1/0"
HOW_TO_START = "start Byline with `make run`, or its database with `manage.py stack start`"


@dataclass(frozen=True)
class Services:
    """Where PostgreSQL and Valkey answer."""

    database_url: str
    redis_url: str


def current(data_dir: Path) -> Services | None:
    """The addresses of the embedded servers as recorded, whether they run or not; None where none was ever started."""
    record = read_record(data_dir)
    return Services(record.database_url, record.redis_url) if record else None


def services_for(environment: Environment) -> Services:
    """What settings use: the environment's own servers, and the embedded ones where it names none."""
    if environment.database_url and environment.redis_url:
        return Services(environment.database_url, environment.redis_url)
    embedded = current(environment.data_dir) or Services(NOT_STARTED_DATABASE, NOT_STARTED_REDIS)
    return Services(environment.database_url or embedded.database_url, environment.redis_url or embedded.redis_url)
