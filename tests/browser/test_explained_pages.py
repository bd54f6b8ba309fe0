"""The pages that explain an author's numbers, in the browser: with nothing opened and with everything."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from metrics.snapshots import refresh
from papers.models import Author, Paper, ReportedFigure
from tests.browser.conftest import Open
from tests.browser.test_pages import LAYOUT_SHIFT, open_everything
from tests.factories import NOW, make_author, mark_dirty

SHOTS = os.environ.get("BYLINE_SCREENSHOTS")  # a folder, to look at the pages as they come out
WINDOWS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]


@pytest.fixture
def explained(prolific: Author) -> Author:
    """An author whose papers were cited more and more, for a while unknown, and of whom two sources report."""
    for day in range(1, 9):
        Paper.objects.filter(title_plain__startswith="Title 2").update(
            cited_by_count=None if day == 5 else 20 + 4 * day
        )
        refresh([prolific.pk], now=NOW + timedelta(days=day * day), cause="import from Semantic Scholar")
    for source, papers, h in (("openalex", 80, 41), ("capture", 45, 117)):
        ReportedFigure.objects.create(
            author=prolific,
            source=source,
            external_id="x",
            papers=papers,
            citations=15_836,
            h_index=h,
            retrieved_at=NOW,
        )
    return prolific


def paths_of(author: Author) -> list[str]:
    unknown, busy = make_author("Nobody Counted"), make_author("Busy Now")
    refresh([unknown.pk, busy.pk], now=NOW, cause="a test")
    mark_dirty(busy)
    people = (author, unknown, busy, make_author("New Comer"))
    return ["/methods/", *(f"/authors/{a.public_id}/{part}/" for a in people for part in ("h-index", "history"))]


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_axe_finds_nothing_nothing_moves_and_nothing_overflows(
    open_page: Open, explained: Author, width: int, scheme: str
) -> None:
    page = open_page("/about/", width=width, color_scheme=scheme)
    host = page.url.removesuffix("/about/")
    for path in paths_of(explained):
        page.goto(host + path)
        assert page.evaluate(LAYOUT_SHIFT) == 0, path
        keep_picture(page, path, f"{width}-{scheme}")
        open_everything(page)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path} {found.generate_report()}"


def keep_picture(page: Page, path: str, window: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{path.strip('/').replace('/', '-')}-{window}.png", full_page=True)


def test_a_reader_follows_a_number_to_its_papers_without_a_script(open_page: Open, explained: Author) -> None:
    page = open_page(explained.get_absolute_url(), java_script_enabled=False)
    figure = page.locator(".figures summary", has_text="h-index")
    number = figure.locator(".value").inner_text()
    figure.click()
    page.get_by_role("link", name="Show the papers behind it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"h-index {number}")
    expect(page.locator(".ladder tbody").first.locator("tr")).to_have_count(int(number))
    page.get_by_text("The numbers").click()
    expect(page.get_by_role("row", name="60")).to_be_visible()
    page.get_by_role("link", name="What the h-index is, and is not").click()
    expect(page.locator("#h-index")).to_be_in_viewport()
    assert page.url.endswith("/methods/#h-index")


def test_the_square_is_as_wide_as_it_is_high(open_page: Open, explained: Author) -> None:
    for width in (1280, 390):
        page = open_page(f"/authors/{explained.public_id}/h-index/", width=width)
        box = page.locator(".square").bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(box["height"], abs=1)


def test_the_last_change_leads_to_the_history(open_page: Open, explained: Author) -> None:
    page = open_page(explained.get_absolute_url(), java_script_enabled=False)
    page.locator(".basis a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What changed, when and why")
    expect(page.locator(".days > li").first).to_contain_text("4 Aug 2026")
    expect(page.locator(".days > li").last).to_contain_text("First computed")
    expect(page.get_by_role("img", name="h-index over time")).to_be_visible()
