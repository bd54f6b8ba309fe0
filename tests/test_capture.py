"""The capture that the project began from, read in as it is: all that it shows, our page shows, set as it should be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from lxml import html

from metrics.models import AuthorMetrics
from metrics.snapshots import refresh_dirty
from papers.markup import plain_text
from papers.models import Paper
from papers.records import PaperRecord
from papers.sample.capture_text import author_from_text, capture_from_text
from tests.ingest.records import author_of, new_run, paper, store
from tests.shared import SHARED, needs_shared

pytestmark = [pytest.mark.django_db, needs_shared]


@pytest.fixture
def captured() -> list[PaperRecord]:
    text = (SHARED / "seed" / "author_page.txt").read_text()
    items = list(capture_from_text(text))
    store(author_from_text(text), *items, run=new_run("capture"))
    refresh_dirty()
    return [item.record for item in items if isinstance(item.record, PaperRecord)]


def pages(client: Client) -> Iterator[str]:
    address: str | None = author_of("capture", "sebastian-nowozin").get_absolute_url()
    while address:
        response = client.get(address)
        assert response.status_code == 200
        page = html.fromstring(response.content.decode())
        yield visible(page)
        following = re.search(r'rel="next" href="(\?[^"#]*)', response.content.decode())
        address = address.partition("?")[0] + following[1].replace("&amp;", "&") if following else None


def visible(page: html.HtmlElement) -> str:
    for unseen in page.xpath("//script|//style|//head"):
        unseen.drop_tree()
    return squeezed(" ".join(map(str, page.itertext())))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def day(value: date | None) -> str:
    assert value is not None
    return f"{value.day} {value:%b %Y}"


def test_all_that_the_capture_shows_stands_on_the_page(client: Client, captured: list[PaperRecord]) -> None:
    shown = "".join(pages(client))
    assert len(captured) == 45
    for record in captured:
        assert squeezed(plain_text(record.title)) in shown
        assert squeezed(day(record.publication_date)) in shown
        assert record.categories[0] in shown
        assert record.organisation is None or record.organisation in shown
        for entry in record.authorships:
            assert squeezed(entry.name) in shown


def test_every_abstract_stands_there_with_its_maths_set(client: Client, captured: list[PaperRecord]) -> None:
    shown = "".join(pages(client))
    for record in captured:
        assert record.abstract
        for sentence in re.split(r"(?<=[.!?])\s", record.abstract):
            if not re.search(r"[$\\{}~`]|--", sentence):
                assert squeezed(sentence) in shown
    assert not re.search(r"\$|\\em|\\-|\\text|\\[a-z]+|\{|\}", shown)
    assert "label" in shown


def test_money_stays_money(client: Client) -> None:
    record = paper("file", "1", "What a herd costs", abstract="Feeding costs $30 per cow, or $4 \\times 4$ for two.")
    store(record, run=new_run("file"))
    page = html.fromstring(client.get(_paper_address()).content.decode())
    text = " ".join(map(str, page.itertext()))
    assert "$30 per cow" in text
    assert "4×4" in squeezed(text)


def _paper_address() -> str:
    return Paper.objects.get().get_absolute_url()


def test_header_equals_list(client: Client, captured: list[PaperRecord]) -> None:
    captured_author = author_of("capture", "sebastian-nowozin")
    metrics = AuthorMetrics.objects.get(author=captured_author)
    assert metrics.papers == 45
    assert metrics.citations is None, "the capture's rows carry no counts: unknown, not 0"
    first = next(pages(client))
    assert "45papers" in first
    assert squeezed("h 117 cannot come from 45 papers") in first
