"""A curator at the admin, and a server that stands in for the sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from profiles import sources
from tests.limits import forget_limits
from tests.replay import Replay


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """No manifest: that is made when the site is deployed."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """A good hash takes its time, and here it guards nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def replaying(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replay]:
    monkeypatch.setattr(sources, "IMPATIENT", replace(sources.IMPATIENT, first_backoff=0.01, read_timeout=1.0))
    valkey = settings.REDIS_URL
    forget_limits(valkey)
    with Replay(page_size=3) as replay:
        settings.SOURCE_URLS = replay.base_urls()
        sources.forget_clients()
        yield replay
    sources.forget_clients()
    forget_limits(valkey)


@pytest.fixture
def curator(db: None) -> User:
    return User.objects.create_superuser("curator", password="a long pass phrase")


@pytest.fixture
def desk(curator: User) -> Client:
    """A browser of the curator, logged in."""
    client = Client()
    client.force_login(curator)
    return client
