"""Every recorded reply of OpenAlex, arXiv and Semantic Scholar: as many records as the raw reply has elements, or a
typed error. The expectations name each file; a file without one is counted by an independent look at its raw body."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from papers.records import Page, PaperRecord
from papers.sources.errors import BadReply, BadRequest, Forbidden, NotFound, RateLimited, SourceError
from papers.sources.reading import read_reply, record_from
from tests.shared import SHARED, needs_shared

FIXTURES = SHARED / "fixtures"
FOLDERS = {"arxiv_atom": "arxiv", "openalex": "openalex", "semanticscholar": "semanticscholar"}
ERRORS: dict[str, tuple[type[SourceError], str]] = {
    "id_list_malformed_abc_http400.xml": (BadRequest, "incorrect id format for abc"),
    "id_list_unknown_0000.0000_empty_feed.xml": (NotFound, "found nothing"),
    "rss_arxiv_org_atom_cs.AI.xml": (BadReply, "announcements"),
    "author_A5317838346_Deleted_Author.json": (NotFound, "not for a person"),
    "error_400_invalid_select.json": (BadRequest, "DOESNTEXIST"),
    "error_401_bad_api_key.json": (Forbidden, "API key"),
    "error_404_html.html": (NotFound, "no such record"),
    "institution_2026.json": (BadReply, "an institution"),
    "work_select_open_access.json": (BadReply, "no id"),
    "works_group_by_type.json": (BadReply, "group_by"),
    "bulk_search_last_page.json": (BadReply, "None of the 27 elements .* no title"),
    "bulk_search_page1_token.json": (BadReply, "None of the 1,000 elements .* no title"),
    "error_400_bad_fields.json": (BadRequest, "unsupported fields"),
    "error_403_bad_api_key.json": (Forbidden, "Forbidden"),
    "error_404_paper.json": (NotFound, "id 0 not found"),
    "paper_by_doi_404.json": (NotFound, "not found"),
    "paper_match_404.json": (NotFound, "Title match"),
    "paper_search_empty.json": (NotFound, "found nothing"),
    "arxiv_429.txt": (RateLimited, "try again after"),
    "openalex_429_daily_budget.json": (RateLimited, "budget is spent"),
    "semanticscholar_429.json": (RateLimited, "try again after"),
}
REFUSED = {"author_batch_with_null.json": 1, "paper_references_page1.json": 10, "paper_references_page2.json": 13}


def recorded(*folders: str) -> list[Path]:
    return sorted(f for folder in folders for f in (FIXTURES / folder).glob("*") if not f.name.endswith(".meta.json"))


def read_file(file: Path) -> Page:
    meta = json.loads(file.with_name(file.name + ".meta.json").read_text())
    source = FOLDERS.get(file.parent.name) or file.name.partition("_")[0]
    return read_reply(source, meta.get("status", 200), meta.get("headers", {}), file.read_bytes())


def raw_elements(body: bytes) -> int:
    """How many papers or authors a raw reply holds, counted without any of the code under test."""
    if body.lstrip()[:1] == b"<":
        return len(re.findall(rb"<entry>", body))
    value: Any = json.loads(body)
    if isinstance(value, list):
        return len(value)
    for key in ("results", "data"):
        if key in value:
            return len(value[key])
    return 1


@needs_shared
@pytest.mark.parametrize("file", recorded(*FOLDERS, "error_transcripts"), ids=lambda f: f.name)
def test_it_reads_every_recorded_reply(file: Path) -> None:
    if file.name in ERRORS:
        kind, words = ERRORS[file.name]
        with pytest.raises(kind, match=words) as caught:
            read_file(file)
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith(".")
        return
    page = read_file(file)
    assert len(page.rejected) == REFUSED.get(file.name, 0)
    assert len(page.items) + len(page.rejected) == raw_elements(file.read_bytes())
    assert page.items or page.gap  # never silently empty
    assert all(refused.reason for refused in page.rejected)


@needs_shared
@pytest.mark.parametrize("file", [f for f in recorded(*FOLDERS) if f.name not in ERRORS], ids=lambda f: f.name)
def test_it_makes_the_same_record_of_a_kept_payload(file: Path) -> None:
    source = FOLDERS[file.parent.name]
    for item in read_file(file).items:
        kept = json.loads(json.dumps(item.payload))  # as the database gives it back
        assert record_from(source, kept) == item.record


def one(name: str) -> PaperRecord:
    (item,) = read_file(FIXTURES / name).items
    assert isinstance(item.record, PaperRecord)
    return item.record


@needs_shared
def test_it_keeps_all_5103_authors_in_order() -> None:
    file = FIXTURES / "openalex" / "work_W1694905212_5103_authors.json"
    record = one("openalex/work_W1694905212_5103_authors.json")
    raw = json.loads(file.read_bytes())["authorships"]
    assert record.author_count == len(raw) == 5103
    assert [a.position for a in record.authorships] == [n for n, a in enumerate(raw, 1) if a["raw_author_name"]]
    assert not record.authors_truncated


@needs_shared
def test_it_keeps_the_raw_name_of_an_unidentified_author() -> None:
    record = one("openalex/work_arxiv_preprint.json")
    third = record.authorships[2]
    assert (third.name, third.position, third.identifiers) == ("H. R. Qin", 3, {})
    assert record.identifiers["arxiv"] == "2201.06719"
    assert "doi" not in record.identifiers  # arXiv's own DOI is its id
    assert record.venue is None  # a repository is no venue


@needs_shared
def test_it_reads_a_work_without_source_or_abstract() -> None:
    record = one("openalex/work_dataset.json")
    assert (record.venue, record.abstract, record.kind) == ("Worldwide Protein Data Bank", None, "dataset")
    assert [a.name for a in record.authorships] == ["G. Fermi", "M.F. Perutz"]
    assert record.topics == ()


@needs_shared
def test_it_reads_works_of_three_years_alike() -> None:
    old, new = (
        one("openalex/work_W2741809807_2025-06_prewalden.json"),
        one("openalex/work_W2741809807_2026_walden.json"),
    )
    assert old.key() == new.key() == ("openalex", "W2741809807")
    assert old.identifiers["doi"] == new.identifiers["doi"] == "10.7717/peerj.4375"
    assert old.identifiers["pmid"] == new.identifiers["pmid"] == "29456894"
    assert [a.name for a in old.authorships] == [a.name for a in new.authorships]
    assert new.venue == old.venue == "PeerJ"
    assert new.cited_by_count == 1163


@needs_shared
def test_it_reads_what_arxiv_says_of_a_paper() -> None:
    record = one("arxiv_atom/id_list_old_style_astro-ph_0601001.xml")
    assert record.external_id == record.identifiers["arxiv"] == "astro-ph/0601001"
    assert [(a.name, a.affiliation) for a in record.authorships] == [
        ("Andrew Gould", "Ohio State"),
        ("Susan Dorsher", "Ohio State"),
        ("B. Scott Gaudi", "CfA"),
        ("Andrzej Udalski", "Warsaw University Observatory"),
    ]
    assert (str(record.publication_date), record.date_precision) == ("2006-01-02", "day")
    assert record.categories == ("astro-ph",)
    assert record.venue == "ActaAstron.56:1-50,2006"
    assert [v.label for v in record.versions] == ["v1"]


@needs_shared
def test_it_unwraps_the_titles_of_old_feeds() -> None:
    first = read_file(FIXTURES / "arxiv_atom" / "legacy_format_2025-10_two_entries.xml").items[0].record
    assert isinstance(first, PaperRecord)
    assert first.title == "RDD: Retrieval-Based Demonstration Decomposer for Planner Alignment in Long-Horizon Tasks"
    assert first.categories[0] == "cs.RO"
    assert len(first.categories) == len(set(first.categories)) == 6


@needs_shared
def test_it_reads_2832_authors_of_an_entry() -> None:
    page = read_file(FIXTURES / "arxiv_atom" / "query_author_10_entries_up_to_2832_authors.xml")
    sizes = [len(item.record.authorships) for item in page.items if isinstance(item.record, PaperRecord)]
    assert (min(sizes), max(sizes)) == (851, 2831)  # of 2,832 names one is a lone ":"
    assert page.total == 458144


@needs_shared
def test_it_tells_which_ids_arxiv_left_out() -> None:
    page = read_file(FIXTURES / "arxiv_atom" / "id_list_two_ids_one_missing.xml")
    assert page.gap == "arXiv left out 1 of the 2 ids asked for."


@needs_shared
def test_it_reads_what_semantic_scholar_says_of_a_paper() -> None:
    record = one("semanticscholar/paper_by_doi_full.json")
    assert record.identifiers == {
        "arxiv": "2304.05376",
        "corpusid": "258059792",
        "dblp": "journals/natmi/BranCSBWS24",
        "doi": "10.1038/s42256-024-00832-8",
        "pmcid": "PMC11116106",
        "pmid": "38799228",
        "semanticscholar": "354dcdebf3f8b5feeed5c62090e0bc1f0c28db06",
    }
    assert (record.cited_by_count, record.kind, str(record.publication_date)) == (500, "JournalArticle", "2023-04-11")
    assert record.authorships[0].identifiers == {"semanticscholar": "2216007369"}


@needs_shared
def test_it_takes_the_homonym_number_of_dblp_off() -> None:
    items = read_file(FIXTURES / "semanticscholar" / "paper_authors.json").items
    assert [getattr(item.record, "other_names", None) for item in items[:2]] == [
        ("Esther Duflo",),
        ("Abhijit Banerjee",),
    ]


@pytest.mark.parametrize("source", ["openalex", "arxiv", "semanticscholar"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b"null", b"3", b"<html>", b"<feed", b"\x00", b'{"results": []}']
)
def test_it_never_reads_nothing_in_silence(source: str, body: bytes) -> None:
    with pytest.raises(SourceError):
        read_reply(source, 200, {}, body)


def test_it_knows_its_sources() -> None:
    with pytest.raises(BadReply, match="known are openalex, arxiv, semanticscholar"):
        read_reply("elsewhere", 200, {}, b"{}")


def test_it_expands_no_entities() -> None:
    bomb = (
        b'<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&b;</title></entry></feed>'
    )
    with pytest.raises(BadReply):
        read_reply("arxiv", 200, {}, bomb)


def test_it_reads_recommended_papers_too() -> None:
    body = b'{"recommendedPapers": [{"paperId": "%s", "title": "T"}]}' % (b"a" * 40)
    assert len(read_reply("semanticscholar", 200, {}, body).items) == 1
