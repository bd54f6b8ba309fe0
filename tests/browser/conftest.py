"""A real Chromium in front of a real server; skipped, saying so, where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from papers.models import Author, Authorship
from tests.factories import make_author, make_authorship, make_paper
from tests.profiles.conftest import ada, computed, give_name

__all__ = ["ada"]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium: set CHROMIUM_PATH, or put chromium on the PATH")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop lives in the thread that runs the tests
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in any page: requests to other hosts, violations of the policy, errors of scripts."""
    return []


@pytest.fixture
def open_page(browser: Browser, live_server: Any, faults: list[str]) -> Iterator[Open]:
    """Opens a path of the site in a window of its own; the test fails at its end if `faults` is not empty."""
    contexts = []

    def visit(path: str, *, width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: _note_foreign(request, live_server.url, faults))
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('policy', e.effectiveDirective))"
        )
        page.on("console", lambda m: faults.append(m.text) if "policy" in m.text.lower() else None)
        page.goto(live_server.url + path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert faults == []


def _note_foreign(request: Request, own: str, faults: list[str]) -> None:
    if not request.url.startswith((own, "data:")):
        faults.append(f"loads {request.url}")


@pytest.fixture
def prolific(transactional_db: None) -> Author:
    """Sixty papers of an author, one of them with a long byline."""
    author = make_author("Grace Prolific")
    give_name(author, author.name)
    mate = make_author("Bo Björk")
    for i in range(60):
        paper = make_paper(
            f"Title {i:02}", year=1990 + i % 30, citations=i, category=("cs.LG", "stat.ML")[i % 2],
            abstract="Some sheep.", abstract_html="Some <em>sheep</em>.",
        )  # fmt: skip
        make_authorship(paper, mate)
        make_authorship(paper, author)
    crowd = make_paper("A crowd", year=2025, author_count=30)
    rows = [Authorship(paper=crowd, order=i, position=i + 1, name=f"Member {i}", source="openalex") for i in range(30)]
    rows[20].author = rows[20].shown_author = author
    rows[20].name = author.name
    Authorship.objects.bulk_create(rows)
    computed(author, mate)
    return author
