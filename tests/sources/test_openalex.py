"""The OpenAlex client against replayed replies, and its pure half against the odd corners of the data."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.records import AuthorRecord, Fetched, Page, PaperRecord
from papers.sources import Http, Source, build_source
from papers.sources.errors import BadReply, BadRequest, NotFound
from papers.sources.openalex_records import author_from, invert_abstract, paper_from, read
from tests.replay import REPLIES, Fault, Replay
from tests.shared import SHARED, needs_shared
from tests.sources.conftest import make_http

ILSE, ORCID = "A9900000001", "0009-0099-0001-1230"
WORKS: list[dict[str, Any]] = json.loads((REPLIES / "openalex" / "works.json").read_text())["results"]


@pytest.fixture
def source(http: Http) -> Source:
    return build_source("openalex", http)


def walk(source: Source, author: str) -> list[Page]:
    pages = [source.papers_of(author, None)]
    while (cursor := pages[-1].next_cursor) is not None:
        pages.append(source.papers_of(author, cursor))
    return pages


def papers_in(*pages: Page) -> dict[str, PaperRecord]:
    records = (item.record for page in pages for item in page.items)
    return {record.external_id: record for record in records if isinstance(record, PaperRecord)}


@pytest.mark.parametrize("given_id", [ILSE, "https://openalex.org/a9900000001", ORCID, f"https://orcid.org/{ORCID}"])
def test_it_finds_an_author_by_every_form_of_id(source: Source, given_id: str) -> None:
    record = source.author(given_id).record
    assert isinstance(record, AuthorRecord)
    assert (record.external_id, record.name) == (ILSE, "Ilse Brandvold")
    assert record.identifiers == {"openalex": ILSE, "orcid": ORCID}
    assert (record.reported.papers, record.reported.citations, record.reported.h_index) == (8, 160, 5)
    first, second = record.affiliations
    assert (first.institution.name, first.is_last_known, first.years) == (
        "Institute of Cold Harbours",
        True,
        (2024, 2023, 2022, 2021),
    )
    assert (second.institution.name, second.is_last_known) == ("Lyngfjord University", False)
    assert record.other_names == ("I. Brandvold", "Brandvold, Ilse")


@pytest.mark.parametrize(
    ("given_id", "words"),
    [
        ("0009-0099-0001-1231", "last character"),
        ("Ilse Brandvold", "search by name"),
        ("W9900000001", "neither"),
        ("", "neither"),
        ("../works", "neither"),
    ],
)
def test_it_refuses_what_is_no_author_id(source: Source, replay: Replay, given_id: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        source.author(given_id)
    assert replay.count() == 0


def test_it_says_that_an_author_is_unknown(source: Source) -> None:
    with pytest.raises(NotFound, match="OpenAlex knows no such record"):
        source.author("A123")


@pytest.mark.parametrize("nobody", ["A9999999999", "A5317838346"])
def test_it_takes_placeholders_for_nobody(source: Source, nobody: str) -> None:
    with pytest.raises(NotFound, match="not for a person"):
        source.author(nobody)


def test_it_tells_people_of_one_name_apart(source: Source) -> None:
    first, second = source.search_authors("brandvold ilse")
    assert (first.external_id, first.papers, first.affiliation) == (ILSE, 8, "Institute of Cold Harbours")
    assert first.topics == ("Coastal Measurement", "Dairy Automation")
    assert (second.external_id, second.topics) == ("A9900000011", ("Textile History",))
    assert source.search_authors("Nobody Atall") == []


def test_it_walks_all_works_by_cursor(source: Source, replay: Replay) -> None:
    pages = walk(source, ILSE)
    assert [len(page.items) for page in pages] == [3, 3, 2]
    assert [page.total for page in pages] == [8, 8, 8]
    assert [page.gap for page in pages] == [None] * 3
    assert len(papers_in(*pages)) == 8
    assert replay.count("/openalex/works") == 3


def test_it_resumes_a_walk_from_its_cursor(source: Source) -> None:
    whole = walk(source, ILSE)
    again = source.papers_of(ILSE, whole[0].next_cursor)
    assert [item.record for item in again.items] == [item.record for item in whole[1].items]
    with pytest.raises(BadRequest, match="start the import anew"):
        source.papers_of(ILSE, "nonsense")


def test_it_asks_again_for_an_empty_page(source: Source, replay: Replay) -> None:
    empty = json.dumps({"meta": {"count": 8, "next_cursor": None}, "results": []}).encode()
    replay.fault("/openalex/works", Fault(body=empty), Fault(body=empty))
    page = source.papers_of(ILSE, None)
    assert (len(page.items), page.gap) == (3, None)


def test_it_tells_a_gap_when_a_page_stays_empty(source: Source, replay: Replay) -> None:
    empty = json.dumps({"meta": {"count": 8, "next_cursor": "more"}, "results": []}).encode()
    cursor = source.papers_of(ILSE, None).next_cursor
    replay.fault("/openalex/works", *[Fault(body=empty)] * 3)
    page = source.papers_of(ILSE, cursor)
    assert page.next_cursor is None
    assert page.gap == "OpenAlex counts 8 works but gave 3, asked 3 times."


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"results": {}}', b'{"results": [], "meta": {"count": "many"}}'])
def test_it_refuses_another_envelope(source: Source, replay: Replay, body: bytes) -> None:
    replay.fault("/openalex/works", Fault(body=body))
    with pytest.raises(BadReply):
        source.papers_of(ILSE, None)


def test_it_completes_a_list_that_was_cut_short(source: Source, replay: Replay) -> None:
    (page,) = [page for page in walk(source, ILSE) if "W9900000007" in papers_in(page)]
    (short,) = [item for item in page.items if item.record.external_id == "W9900000007"]
    assert isinstance(short.record, PaperRecord)
    assert (len(short.record.authorships), short.record.authors_truncated, short.record.author_count) == (
        100,
        True,
        None,
    )
    whole = source.complete(short)
    assert isinstance(whole.record, PaperRecord)
    assert (len(whole.record.authorships), whole.record.authors_truncated, whole.record.author_count) == (
        120,
        False,
        120,
    )
    assert paper_from(json.loads(json.dumps(whole.payload))) == whole.record
    asked = replay.count()
    assert source.complete(whole) is whole
    assert replay.count() == asked


def test_a_list_of_exactly_100_counts_as_cut_short_until_asked_singly() -> None:
    work = copy.deepcopy(WORKS[0])
    work["authorships"] = [work["authorships"][0]] * 100
    assert paper_from(work).authors_truncated
    assert not paper_from({**work, "is_authors_truncated": False}).authors_truncated
    assert paper_from({**work, "is_authors_truncated": False}).author_count == 100


def test_it_finds_papers_by_id_and_names_the_missing(source: Source, replay: Replay) -> None:
    page = source.papers(["W9900000002", "https://doi.org/10.99999/BYLINE.1", "W9912345678", "W9900000002"])
    assert set(papers_in(page)) == {"W9900000002", "W9900000001"}
    assert [refused.external_id for refused in page.rejected] == ["W9912345678"]
    with pytest.raises(BadRequest, match="neither an OpenAlex work id nor a DOI"):
        source.papers(["hello"])


def test_it_reads_the_odd_works_of_our_own(source: Source) -> None:
    found = papers_in(*walk(source, ILSE))
    tide, milk, matter, lice = (found[f"W990000000{n}"] for n in (1, 2, 3, 4))
    assert tide.title == r"Estimating tidal energy with $\alpha$-stable noise in \emph{shallow} fjords"
    assert tide.identifiers == {"arxiv": "2402.90001", "doi": "10.99999/byline.1", "openalex": "W9900000001"}
    assert tide.venue == "Journal of Invented Oceanography"
    assert tide.authorships[0].is_corresponding
    assert tide.topics == ("Coastal Measurement", "Oceanography", "Earth and Planetary Sciences")
    assert [v.label for v in tide.versions] == ["published", "submitted"]
    assert milk.authorships[1].name == "Ilse Brandvold"  # printed as "Brandvold, Ilse"
    assert (matter.kind, lice.status) == ("paratext", "retracted")
    kelp, ice = found["W9900000005"], found["W9900000006"]
    assert (kelp.date_precision, str(kelp.publication_date), kelp.language) == ("year", "2015-01-01", None)
    assert [(a.name, a.identifiers) for a in ice.authorships[2:]] == [("R. Tveit", {}), ("A. Nonymous", {})]
    assert ice.author_count == 4


@pytest.mark.parametrize(
    ("index", "text"),
    [
        ({"b": [1], "a": [0, 2]}, "a b a"),
        ({"far": [10**9], "near": [0]}, "near far"),
        ({"x": [-1]}, None),
        ({}, None),
        (None, None),
    ],
)
def test_it_inverts_an_abstract(index: dict[str, list[int]] | None, text: str | None) -> None:
    assert invert_abstract(index) == text


@given(st.lists(st.text("abcæ$\\{}", min_size=1), min_size=1, max_size=40))
def test_it_gives_every_text_back(words: list[str]) -> None:
    index: dict[str, list[int]] = {}
    for position, word in enumerate(words):
        index.setdefault(word, []).append(position)
    assert invert_abstract(index) == " ".join(words)


def test_it_names_the_reason_of_a_refusal() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"title": None, "display_name": ""}, "it has no title"),
        ({"id": "https://openalex.org/I1"}, "no OpenAlex work id"),
        ({"cited_by_count": -1}, "cited_by_count"),
        ({"authorships": 3}, "authorships"),
        ({"publication_date": "2020-13-40"}, "publication_date"),
    ]
    for change, reason in wrong:
        refused = read({**WORKS[0], **change}, at)
        assert not isinstance(refused, Fetched)
        assert reason in refused.reason


def test_a_broken_identifier_does_not_cost_the_work() -> None:
    work = {**WORKS[0], "doi": "https://doi.org/10.48550/arxiv.9999.1", "ids": {"pmid": "x", "pmcid": "5815332"}}
    assert paper_from(work).identifiers == {
        "arxiv": "2402.90001",
        "openalex": "W9900000001",
        "pmcid": "PMC5815332",
    }


def test_it_reads_the_last_known_institution_of_old_replies() -> None:
    old = {
        "id": "https://openalex.org/A9900000012",
        "display_name": "Olav Gammel",
        "last_known_institution": {"display_name": "Lyngfjord University", "country_code": "no"},
    }
    (only,) = author_from(old).affiliations
    assert (only.institution.name, only.institution.country_code, only.is_last_known) == (
        "Lyngfjord University",
        "NO",
        True,
    )


@needs_shared
def test_it_imports_a_real_author_from_recorded_works(limiter: Any) -> None:
    with Replay(REPLIES, SHARED / "fixtures" / "openalex", page_size=20) as replay:
        source = build_source("openalex", make_http(replay, limiter))
        author = source.author("0000-0001-8457-9889").record
        assert author.external_id == "A5015527081"
        pages = walk(source, author.external_id)
    assert [len(page.items) for page in pages] == [20, 20, 20, 4]
    assert all(not page.rejected and page.gap is None for page in pages)
