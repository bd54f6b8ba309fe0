"""The arXiv client against replayed replies."""

from __future__ import annotations

import pytest

from papers.records import Page, PaperRecord
from papers.sources import Http, Source, build_source
from papers.sources.arxiv import author_query
from papers.sources.errors import BadReply, BadRequest
from tests.replay import Fault, Replay

NAME = "Ilse Brandvold"
FEED = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"
 xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><opensearch:totalResults>%d</opensearch:totalResults>%s</feed>"""
ENTRY = b"""<entry><id>http://arxiv.org/abs/2401.%05dv1</id><title>Number %d</title></entry>"""


@pytest.fixture
def source(http: Http) -> Source:
    return build_source("arxiv", http)


def feed(total: int, numbers: range) -> Fault:
    return Fault(201, body=FEED % (total, b"".join(ENTRY % (n, n) for n in numbers)))


def papers(page: Page) -> dict[str, PaperRecord]:
    return {i.record.external_id: i.record for i in page.items if isinstance(i.record, PaperRecord)}


def test_it_identifies_nobody_by_name(source: Source, replay: Replay) -> None:
    with pytest.raises(BadRequest, match="--orcid or --author"):
        source.author(NAME)
    assert replay.count() == 0


def test_it_lists_printed_names_with_their_papers(source: Source) -> None:
    (only, abbreviated) = source.search_authors("ilse brandvold")
    assert (only.name, only.papers, only.external_id) == (NAME, 2, None)
    assert only.titles[0] == "A proof that every lighthouse graph is bipartite"
    assert (abbreviated.name, abbreviated.papers) == ("I. Brandvold", 1)


def test_it_walks_the_pages_of_a_name(source: Source, replay: Replay) -> None:
    replay.fault("/arxiv", feed(250, range(100)), feed(250, range(100, 200)), feed(250, range(200, 250)))
    pages = [source.papers_of(NAME, None)]
    while pages[-1].next_cursor:
        pages.append(source.papers_of(NAME, pages[-1].next_cursor))
    assert [(len(p.items), p.next_cursor, p.gap) for p in pages] == [
        (100, "100", None),
        (100, "200", None),
        (50, None, None),
    ]
    assert "start=200" in replay.seen[-1].target
    assert "sortOrder=ascending" in replay.seen[0].target


def test_it_asks_again_for_a_short_page_and_then_tells_the_gap(source: Source, replay: Replay) -> None:
    replay.fault("/arxiv", feed(150, range(0)), feed(150, range(100)))
    assert source.papers_of(NAME, None).gap is None
    replay.fault("/arxiv", *[feed(150, range(40))] * 3)
    short = source.papers_of(NAME, None)
    assert (short.gap, short.next_cursor) == ("arXiv counts 150 papers but left out 60 of those from 1 on.", "100")
    replay.fault("/arxiv", *[feed(150, range(0))] * 3)
    empty = source.papers_of(NAME, "100")
    assert (empty.items, empty.next_cursor) == ((), None)
    assert empty.gap == "arXiv counts 150 papers but left out 50 of those from 101 on."


def test_it_knows_where_arxiv_stops(source: Source, replay: Replay) -> None:
    replay.fault("/arxiv", feed(40_000, range(100)))
    last = source.papers_of(NAME, "29900")
    assert (last.next_cursor, last.gap) == (None, "arXiv counts 40,000 papers and serves the first 30,000 alone.")


def test_it_finds_papers_by_id_and_names_the_missing(source: Source) -> None:
    page = source.papers(["2402.90001v1", "https://arxiv.org/abs/1905.90003", "0808.0539"])
    assert set(papers(page)) == {"2402.90001", "1905.90003"}
    assert [refused.external_id for refused in page.rejected] == ["0808.0539"]
    with pytest.raises(BadRequest, match="no arXiv id"):
        source.papers(["2402"])


def test_it_reads_the_odd_entries_of_our_own(source: Source) -> None:
    found = papers(source.papers(["1905.90003", "2010.90004", "2303.90002"]))
    withdrawn, group, ice = found["1905.90003"], found["2010.90004"], found["2303.90002"]
    assert (withdrawn.status, group.status) == ("withdrawn", "active")
    assert [(v.label, str(v.released)) for v in withdrawn.versions] == [("v1", "2019-05-02"), ("v3", "2020-01-09")]
    assert str(withdrawn.publication_date) == "2019-05-02"
    assert [(a.name, a.position) for a in group.authorships] == [
        ("Kattegat Collaboration", 1),
        ("I. Brandvold", 2),
        ("B. Moe", 3),
    ]
    assert group.title == "The Kattegat array: a call for partners"
    assert ice.categories == ("eess.AS", "physics.ao-ph")
    assert [a.name for a in ice.authorships] == ["Łukasz Żółkiewski", NAME, "R. Tveit"]


def test_it_reads_a_list_that_says_et_al(source: Source, replay: Replay) -> None:
    names = b"".join(b"<author><name>%s</name></author>" % n for n in (b"A. One", b"et al."))
    entry = b"<entry><id>http://arxiv.org/abs/2401.00001v1</id><title>T</title>" + names + b"</entry>"
    replay.fault("/arxiv", Fault(201, body=FEED % (1, entry)))
    (paper,) = papers(source.papers(["2401.00001"])).values()
    assert ([a.name for a in paper.authorships], paper.authors_truncated, paper.author_count) == (
        ["A. One"],
        True,
        None,
    )


def test_it_refuses_bad_entries_one_by_one(source: Source, replay: Replay) -> None:
    entries = (
        b"<entry><id>http://arxiv.org/abs/2401.00001v1</id><title> </title></entry>"
        b"<entry><id>http://arxiv.org/abs/nothing</id><title>T</title></entry>"
        b"<entry><id>http://arxiv.org/abs/2401.00002v1</id><title>T</title><published>soon</published></entry>"
    )
    replay.fault("/arxiv", Fault(201, body=FEED % (3, entries + ENTRY % (3, 3))))
    page = source.papers_of(NAME, None)
    assert list(papers(page)) == ["2401.00003"]
    assert [refused.reason for refused in page.rejected][0::2] == ["it has no title", "'soon' is no date"]
    assert "no arXiv id" in page.rejected[1].reason


@pytest.mark.parametrize("body", [b"Rate exceeded.", b"<html><body>Sorry</body></html>", b"<feed", b"{}", b""])
def test_it_refuses_what_is_no_feed(source: Source, replay: Replay, body: bytes) -> None:
    replay.fault("/arxiv", Fault(201, body=body))
    with pytest.raises(BadReply):
        source.papers_of(NAME, None)


def test_it_says_why_arxiv_refused(source: Source, http: Http) -> None:
    with pytest.raises(BadRequest, match="incorrect id format for 1234"):
        http.get("arxiv", "", {"id_list": "1234"})


def test_it_keeps_a_name_from_being_a_query() -> None:
    assert author_query('Brandvold" OR (all:x)') == 'au:"Brandvold OR all x"'


@pytest.mark.parametrize("name", ["", ":::", '"()"', "x" * 201])
def test_it_refuses_a_name_that_is_none(name: str) -> None:
    with pytest.raises(BadRequest, match="1 to 200 characters"):
        author_query(name)
