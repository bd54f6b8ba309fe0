"""The Semantic Scholar client against replayed replies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from papers.records import AuthorRecord, Page, PaperRecord
from papers.sources import Http, Source, build_source
from papers.sources.errors import BadReply, BadRequest, NotFound
from papers.sources.semanticscholar_records import paper_from
from tests.replay import REPLIES, Fault, Replay
from tests.shared import SHARED, needs_shared
from tests.sources.conftest import make_http

ILSE = "990000001"
PAPERS: list[dict[str, Any]] = json.loads((REPLIES / "semanticscholar" / "author_papers.json").read_text())["data"]


@pytest.fixture
def source(http: Http) -> Source:
    return build_source("semanticscholar", http)


def papers(*pages: Page) -> list[PaperRecord]:
    return [i.record for page in pages for i in page.items if isinstance(i.record, PaperRecord)]


def walk(source: Source, author: str) -> list[Page]:
    pages = [source.papers_of(author, None)]
    while pages[-1].next_cursor is not None:
        pages.append(source.papers_of(author, pages[-1].next_cursor))
    return pages


@pytest.mark.parametrize("given_id", [ILSE, f"https://www.semanticscholar.org/author/Ilse-Brandvold/{ILSE}"])
def test_it_finds_an_author_by_id(source: Source, given_id: str) -> None:
    record = source.author(given_id).record
    assert isinstance(record, AuthorRecord)
    assert (record.external_id, record.name, record.homepage) == (ILSE, "Ilse Brandvold", "https://example.org/ilse")
    assert record.identifiers == {"orcid": "0009-0099-0001-1230", "semanticscholar": ILSE}
    assert (record.reported.papers, record.reported.citations, record.reported.h_index) == (5, 81, 5)
    assert record.other_names == ()  # DBLP's "Ilse Brandvold 0001" is the same name


@pytest.mark.parametrize("given_id", ["0009-0099-0001-1230", "Ilse Brandvold", "", "f" * 40])
def test_it_refuses_what_is_no_author_id(source: Source, replay: Replay, given_id: str) -> None:
    with pytest.raises(BadRequest, match="no Semantic Scholar author id"):
        source.author(given_id)
    assert replay.count() == 0


def test_it_says_that_an_author_is_unknown(source: Source) -> None:
    with pytest.raises(NotFound, match="Author with id 5 not found"):
        source.author("5")


def test_it_lists_people_of_one_name(source: Source, replay: Replay) -> None:
    found = source.search_authors("Ilse-Brandvold")
    assert [(c.external_id, c.papers, c.affiliation) for c in found] == [
        (ILSE, 5, "Institute of Cold Harbours"),
        ("990000011", 1, None),
    ]
    assert "query=Ilse+Brandvold" in replay.seen[-1].target
    assert source.search_authors("Nobody Atall") == []


def test_it_walks_all_papers_by_offset(source: Source) -> None:
    pages = walk(source, ILSE)
    assert [len(page.items) for page in pages] == [3, 2]
    assert [page.gap for page in pages] == [None, None]
    assert [p.title for p in papers(*pages)] == [p["title"] for p in PAPERS]


def test_it_reads_the_odd_papers_of_our_own(source: Source) -> None:
    tide, milk, ice, _, wheel = papers(*walk(source, ILSE))
    assert tide.identifiers["doi"] == "10.99999/byline.1"
    assert tide.identifiers["corpusid"] == "990000001"
    assert (tide.venue, tide.cited_by_count) == ("Journal of Invented Oceanography", 39)
    assert (str(milk.publication_date), milk.date_precision) == ("2021-01-01", "year")
    assert milk.authorships[0].name == "Thi Anh Nguyen"
    assert (ice.venue, ice.authorships[2].identifiers) == (None, {})
    assert (wheel.venue, wheel.kind) == (None, None)


@pytest.mark.parametrize(
    "envelope", [{"offset": 0, "next": 0, "data": PAPERS[:1]}, {"offset": 0, "next": 9_999, "data": PAPERS[:1]}]
)
def test_it_tells_a_gap_where_a_walk_cannot_go_on(source: Source, replay: Replay, envelope: dict[str, Any]) -> None:
    replay.fault("/semanticscholar", Fault(201, body=json.dumps(envelope).encode()))
    page = source.papers_of(ILSE, None)
    assert (len(page.items), page.next_cursor) == (1, None)
    assert page.gap == "Semantic Scholar has more papers of this author than the 1 that it gave."


def test_it_asks_again_for_an_empty_page_that_promises_more(source: Source, replay: Replay) -> None:
    empty = Fault(201, body=b'{"offset": 0, "next": 100, "data": []}')
    replay.fault("/semanticscholar", empty, empty)
    assert len(source.papers_of(ILSE, None).items) == 3
    replay.fault("/semanticscholar", empty, empty, empty)
    page = source.papers_of(ILSE, None)
    assert (page.items, page.next_cursor) == ((), None)
    assert page.gap is not None


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": null}', b'"x"'])
def test_it_refuses_another_envelope(source: Source, replay: Replay, body: bytes) -> None:
    replay.fault("/semanticscholar", Fault(201, body=body))
    with pytest.raises(BadReply):
        source.papers_of(ILSE, None)


@pytest.mark.parametrize("cursor", ["-1", "9999", "x", "1e3"])
def test_it_refuses_a_cursor_that_is_none(source: Source, cursor: str) -> None:
    with pytest.raises(BadRequest, match="start the import anew"):
        source.papers_of(ILSE, cursor)


def test_it_finds_papers_in_a_batch_and_names_the_missing(source: Source, replay: Replay) -> None:
    ids = [PAPERS[0]["paperId"], "10.99999/BYLINE.2", "arXiv:2303.90002", "f" * 40]
    page = source.papers(ids)
    assert [p.external_id for p in papers(page)] == [PAPERS[n]["paperId"] for n in (0, 1, 2)]
    assert [refused.external_id for refused in page.rejected] == ["f" * 40]
    assert json.loads(replay.seen[-1].body)["ids"][1:3] == ["DOI:10.99999/byline.2", "ARXIV:2303.90002"]


@pytest.mark.parametrize("body", [b"[null]", b"{}", b"[]"])
def test_it_refuses_a_batch_that_does_not_answer_each_id(source: Source, replay: Replay, body: bytes) -> None:
    replay.fault("/semanticscholar", Fault(201, body=body))
    with pytest.raises(BadReply, match="each of the 2 ids"):
        source.papers(["a" * 40, "b" * 40])


def test_a_list_of_500_authors_counts_as_cut_short() -> None:
    record = paper_from({**PAPERS[0], "authors": [{"authorId": str(n), "name": f"A. B{n}"} for n in range(1, 501)]})
    assert (record.authors_truncated, record.author_count) == (True, None)


@needs_shared
def test_it_walks_nine_recorded_pages(limiter: Any) -> None:
    with Replay(SHARED / "fixtures" / "semanticscholar") as replay:
        pages = walk(build_source("semanticscholar", make_http(replay, limiter)), "1723755")
    assert [len(page.items) for page in pages] == [100] * 8 + [75]
    assert len({p.external_id for p in papers(*pages)}) == 875
