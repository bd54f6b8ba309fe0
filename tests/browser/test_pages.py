from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from papers.models import Author, Paper
from tests.browser.conftest import Open

LAYOUT_SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) sum += e.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 100);
})"""


def paths_of(author: Author) -> list[str]:
    page = author.get_absolute_url()
    paper = Paper.objects.listed().filter(authorships__shown_author=author).order_by("pk")[0]
    return ["/", "/?q=example", "/?q=nobody-at-all", "/about/", page, f"{page}?q=claim&category=cs.LG",
            f"{page}?category=no.SUCH", f"{page}?sort=score", paper.get_absolute_url(), "/nowhere/",
            f"{page}?page=-1"]  # fmt: skip


def open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details:not([name])').forEach(d => { d.open = true })")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_axe_finds_nothing_with_everything_opened(open_page: Open, ada: Author, width: int, scheme: str) -> None:
    page = open_page("/about/", width=width, color_scheme=scheme)
    host = page.url.removesuffix("/about/")
    for path in paths_of(ada):
        page.goto(host + path)
        open_everything(page)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path} {found.generate_report()}"


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_moves_and_nothing_overflows(open_page: Open, ada: Author, width: int) -> None:
    page = open_page("/about/", width=width)
    host = page.url.removesuffix("/about/")
    for path in paths_of(ada):
        page.goto(host + path)
        assert page.evaluate(LAYOUT_SHIFT) == 0, path
        open_everything(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_everything_works_without_a_script(open_page: Open, prolific: Author) -> None:
    page = open_page("/", java_script_enabled=False)
    page.get_by_label("Find an author by name").fill("grace prolifik")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Grace Prolific").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Grace Prolific")
    page.get_by_role("link", name="Most cited").click()
    expect(page.locator(".paper h3").first).to_have_text("Title 59")
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".paper h3").first).to_have_text("Title 34")
    page.get_by_label("Words in these papers").fill("03")
    page.get_by_label("Words in these papers").press("Enter")
    expect(page.locator("#papers-heading")).to_have_text("1 of 61 papers")
    page.locator(".paper .abstract summary").click()
    expect(page.locator(".paper .abstract em")).to_be_visible()
    assert "sort=cited" in page.url
    page.get_by_role("link", name="Remove the filter").click()
    expect(page.locator("#papers-heading")).to_have_text("61 papers")
    page.get_by_label("61 papers with Bo").or_(page.get_by_label("60 papers with Bo")).click()
    expect(page.locator("#papers-heading")).to_have_text("60 of 61 papers")


def test_names_open_in_place_and_the_own_one_is_always_seen(open_page: Open, prolific: Author) -> None:
    page = open_page(prolific.get_absolute_url(), java_script_enabled=False)
    byline = page.locator(".byline").first
    expect(byline.locator(".short .own")).to_be_visible()
    expect(byline.get_by_text("Member 7,")).not_to_be_visible()
    byline.get_by_text("and 25 more").click()
    expect(byline.locator("details p")).to_contain_text("Member 7")
    expect(byline.locator("details .own")).to_be_visible()
    expect(byline.locator(".short")).not_to_be_visible()
    byline.get_by_text("fewer").click()
    expect(byline.locator(".short")).to_be_visible()


def test_with_htmx_the_list_changes_in_place(open_page: Open, prolific: Author) -> None:
    page = open_page(prolific.get_absolute_url())
    page.evaluate("window.stayed = true")
    page.locator("#sort-cited").scroll_into_view_if_needed()
    before = page.evaluate("window.scrollY")
    page.locator("#sort-cited").click()
    expect(page.locator(".paper h3").first).to_have_text("Title 59")
    assert page.url.endswith("?sort=cited")
    assert page.evaluate("[window.stayed, window.scrollY]") == [True, before]
    expect(page.locator("#sort-cited")).to_be_focused()
    page.get_by_label("Words in these papers").fill("TITLE")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#said")).to_have_text("60 of 61 papers")
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".rows")).to_have_attribute("start", "26")
    expect(page.locator("#papers-heading")).to_be_focused()
    assert page.evaluate("window.stayed")
    assert "page=2" in page.url
    page.go_back()
    expect(page.locator(".rows")).to_have_attribute("start", "1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Grace Prolific")
    page.reload()
    expect(page.locator("#papers-heading")).to_have_text("60 of 61 papers")


def test_with_htmx_a_refusal_is_a_page_of_its_own(open_page: Open, prolific: Author) -> None:
    page = open_page(prolific.get_absolute_url())
    page.locator("#papers-q").evaluate("field => field.removeAttribute('maxlength')")
    page.get_by_label("Words in these papers").fill("a" * 201)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That address asks for something that cannot be")


def test_the_drawer_is_open_beside_the_list_and_closed_on_a_phone(open_page: Open, prolific: Author) -> None:
    wide = open_page(prolific.get_absolute_url(), java_script_enabled=False)
    expect(wide.get_by_label("Words in these papers")).to_be_visible()
    phone = open_page(prolific.get_absolute_url(), width=390, java_script_enabled=False)
    expect(phone.get_by_label("Words in these papers")).not_to_be_visible()
    phone.get_by_text("Search and filter").click()
    expect(phone.get_by_label("Words in these papers")).to_be_visible()


def test_a_figure_explains_itself_without_moving_the_page(open_page: Open, prolific: Author) -> None:
    page = open_page(prolific.get_absolute_url(), java_script_enabled=False)
    before = page.locator("#papers").bounding_box()
    page.locator(".figures summary", has_text="h-index").click()
    expect(
        page.get_by_text("Sort the listed papers by their cited-by count, the most cited first. The h")
    ).to_be_visible()
    assert page.locator("#papers").bounding_box() == before


def test_an_explanation_closes_by_key_and_by_a_click_elsewhere(open_page: Open, prolific: Author) -> None:
    page = open_page(prolific.get_absolute_url())
    summary = page.locator(".figures summary", has_text="h-index")
    summary.click()
    page.keyboard.press("Escape")
    expect(page.locator(".figures details[open]")).to_have_count(0)
    expect(summary).to_be_focused()
    summary.click()
    page.get_by_role("heading", level=1).click()
    expect(page.locator(".figures details[open]")).to_have_count(0)


def test_the_keyboard_reaches_the_content_first(open_page: Open, ada: Author) -> None:
    page = open_page(ada.get_absolute_url())
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
