"""Fixtures of the whole suite. Its PostgreSQL and Valkey come from tests/services.py, by way of tests/settings."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
import redis
from django.conf import settings
from django.core.management import call_command

from tests.shared import REQUIRE_ALL


@pytest.fixture(scope="session", autouse=True)
def _collected_static_files() -> None:
    """Pages name their style sheets by hashed names, as in production."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _emptied_valkey() -> None:
    """Pauses, counters and queues of an earlier run must not reach this one; a server of one's own is left alone."""
    if "TEST_REDIS_URL" not in os.environ:
        redis.Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything must run (BYLINE_REQUIRE_ALL=1), a test that is skipped has failed."""
    report = yield
    if REQUIRE_ALL and report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} did not run, though BYLINE_REQUIRE_ALL=1 says that it must: {reason}"
    return report
