"""config/env.py: every variable, what it defaults to, and the sentence that a bad value gets."""

from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from config.env import (
    CHECKOUT,
    SOURCE_URLS,
    celery_redis_url,
    database_settings,
    read_environment,
    with_local_defaults,
)
from config.local import ensure_local_variables

BASE = {"SECRET_KEY": "s", "ALLOWED_HOSTS": "example.org"}


def test_it_needs_a_secret_and_hosts_and_nothing_else() -> None:
    environment = read_environment(BASE)
    assert not environment.debug
    assert environment.https
    assert environment.allowed_hosts == ("example.org",)
    assert environment.admin_path == "admin/"
    assert environment.data_dir == CHECKOUT / ".byline"
    assert environment.database_url is None
    assert environment.redis_url is None
    assert environment.contact_email is None
    assert environment.source_urls == {slug: usual for slug, (_, usual) in SOURCE_URLS.items()}


def test_it_debugs_without_any_other_variable() -> None:
    environment = read_environment({"DEBUG": "1"})
    assert environment.debug
    assert not environment.https
    assert environment.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("ALLOWED_HOSTS", " , "),
        ("ALLOWED_HOSTS", "https://example.org"),
        ("ALLOWED_HOSTS", "example.org:8000"),
        ("DEBUG", "perhaps"),
        ("HTTPS", "2"),
        ("ADMIN_PATH", "../admin"),
        ("ADMIN_PATH", "a b"),
        ("BYLINE_CONTACT_EMAIL", "nobody"),
        ("DATABASE_URL", "mysql://a@b/c"),
        ("DATABASE_URL", "postgresql://a:secret@host:port/c"),
        ("DATABASE_URL", "postgresql://a:secret@host/"),
        ("DATABASE_URL", "postgresql://a:secret@host/c?nonsense=1"),
        ("REDIS_URL", "http://:secret@host"),
        ("REDIS_URL", "redis://:secret@host:port/0"),
        ("OPENALEX_URL", "api.openalex.org"),
        ("ORCID_URL", "https://pub.orcid.org:x/v3.0"),
        ("DBLP_URL", "https://dblp.org/?q=1"),
    ],
)
def test_it_refuses_a_bad_value_in_one_sentence_that_names_it(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        read_environment({**BASE, name: value})
    sentence = str(caught.value)
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize(("given_path", "path"), [("office", "office/"), ("/a/b/", "a/b/"), ("", "admin/")])
def test_it_takes_an_admin_path_with_or_without_slashes(given_path: str, path: str) -> None:
    assert read_environment({**BASE, "ADMIN_PATH": given_path}).admin_path == path


@pytest.mark.parametrize(("slug", "name"), [(slug, name) for slug, (name, _) in SOURCE_URLS.items()])
def test_it_lets_another_server_stand_in_for_each_source(slug: str, name: str) -> None:
    environment = read_environment({**BASE, name: "http://127.0.0.1:8080/base/"})
    assert environment.source_urls[slug] == "http://127.0.0.1:8080/base"


@given(password=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_it_reads_any_percent_encoded_password(password: str) -> None:
    settings = database_settings(f"postgresql://app:{quote(password, safe='')}@db.example:5433/byline")
    assert settings["PASSWORD"] == password
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example", "5433", "byline")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgresql:///byline?host=/var/run/postgresql", "/var/run/postgresql"),
        ("postgresql://%2Fvar%2Frun%2Fpostgresql/byline", "/var/run/postgresql"),
        ("postgres://[::1]:5432/byline", "::1"),
    ],
)
def test_it_reads_sockets_and_number_addresses(url: str, host: str) -> None:
    settings = database_settings(url)
    assert (settings["HOST"], settings["NAME"]) == (host, "byline")


def test_it_hands_query_options_to_the_driver() -> None:
    settings = database_settings("postgresql://a@b/c?sslmode=require&connect_timeout=3")
    assert settings["OPTIONS"] == {"sslmode": "require", "connect_timeout": "3"}


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("redis://:p@h:6379/0", "redis://:p@h:6379/0"),
        ("rediss://:p@h:6379/0", "rediss://:p@h:6379/0?ssl_cert_reqs=required"),
        ("rediss://h/0?ssl_cert_reqs=none", "rediss://h/0?ssl_cert_reqs=none"),
        ("unix:///run/valkey.sock?db=2", "redis+socket:///run/valkey.sock?virtual_host=2"),
    ],
)
def test_it_spells_valkey_addresses_as_celery_does(url: str, spelling: str) -> None:
    assert read_environment({**BASE, "REDIS_URL": url}).redis_url == url
    assert celery_redis_url(url) == spelling


def test_it_reads_the_local_file_only_where_nothing_says_deployment(tmp_path: Path) -> None:
    ensure_local_variables(tmp_path / "data")
    environ = {"BYLINE_DATA_DIR": str(tmp_path / "data")}
    local = read_environment(with_local_defaults(environ))
    assert "127.0.0.1" in local.allowed_hosts
    assert not local.https
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        read_environment(with_local_defaults({**environ, "DEBUG": "0"}))


def test_it_keeps_generated_variables_private_and_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    ensure_local_variables(folder)
    before = (folder / "local.env").read_text()
    ensure_local_variables(folder)
    assert (folder / "local.env").read_text() == before
    assert (folder / "local.env").stat().st_mode & 0o777 == 0o600
