"""The admin in a real browser: an author is added, and the bar moves while a real worker imports."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from papers.models import ImportRun, QuarantinedRecord
from profiles import sources
from tests.limits import forget_limits
from tests.processes import Running, worker
from tests.replay import Fault, Replay
from tests.services import database_url

pytestmark = pytest.mark.django_db(transaction=True)
PASS_PHRASE = "a long pass phrase"
SHOTS = os.environ.get("BYLINE_SCREENSHOTS")  # a folder, to look at the pages as they come out


@pytest.fixture
def replaying(settings: Settings) -> Iterator[Replay]:
    forget_limits(settings.REDIS_URL)
    with Replay(page_size=1) as replay:
        settings.SOURCE_URLS = replay.base_urls()
        sources.forget_clients()
        yield replay
    sources.forget_clients()


@pytest.fixture
def busy(replaying: Replay, tmp_path: Path) -> Iterator[Running]:
    """A real worker on the test's database, with the replaying server as its sources."""
    url = database_url(connection.settings_dict)
    with worker(url, tmp_path / "worker.log", replaying.environment()) as running:
        yield running


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the browser complains of: scripts and styles that the Content-Security-Policy refuses among it."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    cache.clear()  # attempts to log in are counted there
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(page: Page, live_server: LiveServer) -> Page:
    """The page of a curator who has logged in."""
    User.objects.create_superuser("curator", password=PASS_PHRASE)
    page.goto("/admin/")
    page.get_by_label("Username").fill("curator")
    page.get_by_label("Password").fill(PASS_PHRASE)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Imports and schedule", exact=True)).to_be_visible()
    return page


def shoot(page: Page, name: str) -> None:
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def check(page: Page, name: str, said: list[str]) -> None:
    """No complaint of the browser, nothing wider than a phone, and no accessibility violation, light and dark."""
    assert said == [], name
    shoot(page, name)
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.set_viewport_size({"width": 1280, "height": 900})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}, {scheme}:\n{found.generate_report()}"
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(50)
    said.clear()  # axe itself sets styles inline and looks for style sheets in odd places


def test_an_author_is_added_and_the_bar_moves(desk: Page, replaying: Replay, busy: Running, said: list[str]) -> None:
    desk.get_by_role("link", name="Add an author").first.click()
    check(desk, "add", said)
    desk.get_by_label("Author", exact=True).fill("Ilse Brandvold")
    desk.get_by_role("button", name="Search", exact=True).click()
    expect(desk.get_by_role("heading", name="Who is meant?")).to_be_visible()
    check(desk, "candidates", said)
    replaying.fault("/openalex/works", *[Fault(delay=0.7)] * 8)
    desk.get_by_role("button", name="Import Ilse Brandvold, A9900000001").click()
    seen = set()
    for _ in range(200):
        bar = desk.locator("#run-bar")
        if desk.get_by_text("upstream,").is_visible():
            break
        if bar.count():
            seen.add(bar.evaluate("bar => bar.getAttribute('value')"))
        desk.wait_for_timeout(100)
    assert len(seen - {None}) >= 3, f"the bar stood still: {seen}\n{busy.output()}"
    run = ImportRun.objects.get()
    assert run.state == ImportRun.State.DONE
    expect(desk.get_by_text(f"{run.upstream} upstream, {run.shown} shown")).to_be_visible()
    expect(desk.locator("#run-said")).to_contain_text("The import has ended: Done.")
    check(desk, "done", said)
    quiet = replaying.count()
    desk.wait_for_timeout(1500)
    assert replaying.count() == quiet
    assert said == []
    desk.goto("/admin/papers/importrun/add/")
    desk.get_by_label("Author", exact=True).fill("Ilse Brandvold")
    desk.get_by_role("button", name="Search", exact=True).click()
    expect(desk.get_by_text("Here already:")).to_be_visible()


def test_a_running_import_is_seen_without_scripts(browser: Browser, live_server: LiveServer, desk: Page) -> None:
    run = ImportRun.objects.create(source="openalex", query="A1", state="running", upstream=8, seen=3)
    check_page = f"/admin/papers/importrun/{run.pk}/change/"
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, storage_state=desk.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(check_page)
    expect(plain.get_by_text("3 of 8 papers read")).to_be_visible()
    ImportRun.objects.filter(pk=run.pk).update(seen=5)
    expect(plain.get_by_text("5 of 8 papers read")).to_be_visible(timeout=8000)
    context.close()


def test_the_pages_keep_the_policy_and_are_accessible(desk: Page, replaying: Replay, said: list[str]) -> None:
    run = ImportRun.objects.create(source="openalex", query="A1", state="partial", message="cut short", seen=3, shown=2)
    for n in range(3):
        QuarantinedRecord.objects.create(
            run=run,
            source="openalex",
            external_id=f"W{n}",
            payload={"id": n},
            reason="no title",
            retrieved_at=run.created_at,
        )
    running = ImportRun.objects.create(source="openalex", query="A2", state="running", upstream=9, seen=4)
    refused = QuarantinedRecord.objects.latest("pk")
    pages = {
        "index": "/admin/",
        "runs": "/admin/papers/importrun/",
        "partial": f"/admin/papers/importrun/{run.pk}/change/",
        "running": f"/admin/papers/importrun/{running.pk}/change/",
        "refused": "/admin/papers/quarantinedrecord/",
        "refused-one": f"/admin/papers/quarantinedrecord/{refused.pk}/change/",
        "authors": "/admin/papers/author/",
        "decisions": "/admin/papers/decision/",
    }
    for name, address in pages.items():
        desk.goto(address)
        check(desk, name, said)
    assert said == []


def test_names_at_arxiv_ask_who_is_meant(desk: Page, replaying: Replay, said: list[str]) -> None:
    desk.goto("/admin/papers/importrun/add/")
    desk.get_by_label("arXiv").check()
    desk.get_by_label("Author", exact=True).fill("Ilse Brandvold")
    desk.get_by_role("button", name="Search", exact=True).click()
    expect(desk.get_by_role("heading", name="knows names, not people")).to_be_visible()
    check(desk, "names", said)
    assert said == []


def test_schedules_are_edited_under_the_policy(desk: Page, said: list[str]) -> None:
    nightly = CrontabSchedule.objects.create(minute="10", hour="3")
    hourly = CrontabSchedule.objects.create(minute="5", hour="*")
    task = PeriodicTask.objects.create(name="a schedule", task="metrics.tasks.refresh_all_authors", crontab=nightly)
    desk.goto("/admin/django_celery_beat/periodictask/")
    desk.get_by_role("link", name="a schedule").click()
    help_text = desk.locator(".field-crontab .help[role=status]")
    expect(help_text).to_contain_text("03:10")
    desk.locator("#id_crontab").select_option(str(hourly.pk))
    expect(help_text).not_to_contain_text("03:10")
    assert "profiles.tasks.run_import" in desk.locator("#id_regtask option").all_text_contents()
    shoot(desk, "schedule")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text(re.compile("was changed successfully"))).to_be_visible()
    assert PeriodicTask.objects.get(pk=task.pk).crontab == hourly
    for kind in ("crontabschedule", "intervalschedule", "clockedschedule", "solarschedule", "periodictask"):
        desk.goto(f"/admin/django_celery_beat/{kind}/add/")
    desk.goto("/admin/auth/user/add/")
    assert said == []


def test_the_log_in_is_accessible_and_says_when_to_wait(page: Page, said: list[str]) -> None:
    page.goto("/admin/")
    check(page, "login", said)
    for _ in range(6):
        page.get_by_label("Username").fill("curator")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Too many attempts to log in. Wait 5 minutes")).to_be_visible()
    assert all("429" in text for text in said)
    said.clear()
    check(page, "throttled", said)
