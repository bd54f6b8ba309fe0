"""The environment, read once and typed. A bad value stops the program with one sentence that names the variable."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

CHECKOUT = Path(__file__).resolve().parent.parent
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

# slug of the source → the variable that moves it, and where it really is
SOURCE_URLS = {
    "arxiv": ("ARXIV_API_URL", "https://export.arxiv.org/api/query"),
    "arxiv_oai": ("ARXIV_OAI_URL", "https://oaipmh.arxiv.org/oai"),
    "openalex": ("OPENALEX_URL", "https://api.openalex.org"),
    "semanticscholar": ("SEMANTIC_SCHOLAR_URL", "https://api.semanticscholar.org/graph/v1"),
    "crossref": ("CROSSREF_URL", "https://api.crossref.org"),
    "dblp": ("DBLP_URL", "https://dblp.org"),
    "orcid": ("ORCID_URL", "https://pub.orcid.org/v3.0"),
}

# Any of these says "this is a deployment": the secrets that `make run` generated are then not used in its place.
DEPLOYMENT_VARIABLES = ("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS")
LOCAL_FILE = "local.env"

_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
_HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9a-fA-F:.]+\]")
_ADMIN_PATH = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


@dataclass(frozen=True)
class Environment:
    """All that Byline takes from outside."""

    database_url: str | None  # None: the embedded PostgreSQL
    redis_url: str | None  # None: the embedded Valkey
    secret_key: str
    debug: bool
    https: bool  # readers come over https: secure cookies and HSTS
    allowed_hosts: tuple[str, ...]
    admin_path: str  # without a leading, with a trailing slash
    data_dir: Path
    contact_email: str | None
    openalex_api_key: str | None
    semantic_scholar_api_key: str | None
    source_urls: Mapping[str, str]  # by slug: scheme, host and base path, no trailing slash


def read_environment(environ: Mapping[str, str]) -> Environment:
    """The typed environment; raises ImproperlyConfigured with one sentence on the first value that will not do."""
    debug = _switch(environ, "DEBUG", default=False)
    return Environment(
        database_url=_database_url(environ),
        redis_url=_redis_url(environ),
        secret_key=_secret_key(environ, debug),
        debug=debug,
        https=_switch(environ, "HTTPS", default=not debug),
        allowed_hosts=_allowed_hosts(environ, debug),
        admin_path=_admin_path(environ),
        data_dir=data_dir(environ),
        contact_email=_contact_email(environ),
        openalex_api_key=_text(environ, "OPENALEX_API_KEY"),
        semantic_scholar_api_key=_text(environ, "SEMANTIC_SCHOLAR_API_KEY"),
        source_urls={slug: _source_url(environ, *place) for slug, place in SOURCE_URLS.items()},
    )


def with_local_defaults(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ`, completed by what `make run` keeps in the data folder, unless a deployment's variable is set."""
    if any(name in environ for name in DEPLOYMENT_VARIABLES):
        return dict(environ)
    return {**local_variables(data_dir(environ)), **environ}


def local_variables(folder: Path) -> dict[str, str]:
    """The variables kept in `folder`/local.env as NAME=value lines; empty when there is no such file."""
    path = folder / LOCAL_FILE
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    except PermissionError:
        raise ImproperlyConfigured(f"{path} belongs to another user: run this as the one who ran `make run`.") from None
    return dict(line.split("=", 1) for line in lines if "=" in line)


def data_dir(environ: Mapping[str, str]) -> Path:
    """Where Byline keeps its data: BYLINE_DATA_DIR, or `.byline` in the checkout."""
    given = _text(environ, "BYLINE_DATA_DIR")
    return Path(os.path.abspath(Path(given).expanduser())) if given else CHECKOUT / ".byline"


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for a PostgreSQL URL; every libpq form works: sockets, percent-encoding, query options."""
    options = _parse_database_url(url)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings = {setting: str(options.pop(key, "")) for key, setting in names.items()}
    return {"ENGINE": "django.db.backends.postgresql", **settings, "OPTIONS": options}


def celery_redis_url(url: str) -> str:
    """The same server in Celery's spelling: its own scheme for sockets, and an explicit rule for TLS certificates."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return "redis+socket" + url.removeprefix("unix").replace("db=", "virtual_host=")
    if parts.scheme == "rediss" and "ssl_cert_reqs=" not in parts.query:
        query = "&".join(filter(None, [parts.query, "ssl_cert_reqs=required"]))
        return urlunsplit(parts._replace(query=query))
    return url


def _text(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = _text(environ, name)
    if value is None:
        return default
    if value.lower() not in _SWITCH:
        raise ImproperlyConfigured(f"{name} is {value!r}: it takes 1 or 0.")
    return _SWITCH[value.lower()]


def _secret_key(environ: Mapping[str, str], debug: bool) -> str:
    value = _text(environ, "SECRET_KEY")
    if value:
        return value
    if debug:
        return "only-for-debugging-on-your-own-machine"
    raise ImproperlyConfigured(
        "SECRET_KEY is not set: give it a long random text, or run `make run`, which keeps one of its own."
    )


def _allowed_hosts(environ: Mapping[str, str], debug: bool) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in environ.get("ALLOWED_HOSTS", "").split(",") if host.strip())
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise ImproperlyConfigured(
                f"ALLOWED_HOSTS holds {host!r}: it takes host names, without scheme or port, separated by commas."
            )
    if hosts or debug:
        return hosts or LOCAL_HOSTS
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set: give it the host names that this site answers to, separated by commas."
    )


def _admin_path(environ: Mapping[str, str]) -> str:
    path = (_text(environ, "ADMIN_PATH") or "admin").strip("/")
    if not _ADMIN_PATH.fullmatch(path):
        raise ImproperlyConfigured(f"ADMIN_PATH is {path!r}: it takes a path of letters, digits, '-' and '_'.")
    return path + "/"


def _contact_email(environ: Mapping[str, str]) -> str | None:
    value = _text(environ, "BYLINE_CONTACT_EMAIL")
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise ImproperlyConfigured(f"BYLINE_CONTACT_EMAIL is {value!r}: it takes one e-mail address.")
    return value


def _source_url(environ: Mapping[str, str], name: str, usual: str) -> str:
    value = _text(environ, name) or usual
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} is {value!r}: it takes an http(s) address such as {usual}.")
    return value.rstrip("/")


def _database_url(environ: Mapping[str, str]) -> str | None:
    url = _text(environ, "DATABASE_URL")
    if url:
        _parse_database_url(url)
    return url


def _parse_database_url(url: str) -> dict[str, Any]:
    """libpq's own reading of the URL. The errors never repeat the value: it holds a password."""
    wanted = "it takes postgresql://user:password@host:5432/database, with other than plain characters %-encoded."
    if not url.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(f"DATABASE_URL is no PostgreSQL address: {wanted}")
    try:
        options = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {wanted}") from None
    ports = str(options.get("port") or "").split(",")
    if not all(port.isdecimal() and 0 < int(port) < 2**16 for port in ports if port):
        raise ImproperlyConfigured(f"DATABASE_URL has a port that is no number: {wanted}")
    if not options.get("dbname"):
        raise ImproperlyConfigured(f"DATABASE_URL names no database: {wanted}")
    return dict(options)


def _redis_url(environ: Mapping[str, str]) -> str | None:
    url = _text(environ, "REDIS_URL")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        has_place = bool(parts.path) if parts.scheme == "unix" else bool(parts.hostname) and parts.port != 0
        valid = parts.scheme in {"redis", "rediss", "unix"} and has_place
    except ValueError:
        valid = False
    if not valid:
        raise ImproperlyConfigured(
            "REDIS_URL cannot be read: it takes redis://:password@host:6379/0, rediss://… or unix:///path?db=0."
        )
    return url
