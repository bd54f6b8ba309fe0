"""The sample's data and its records: the facts of the capture and of the co-authors' papers, and nothing else."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from papers.records import AuthorRecord, Fetched, PaperRecord
from papers.sample.capture_text import CATEGORY_OF_TAG, UnreadableCapture, author_from_text, capture_from_text
from papers.sample.records import (
    AUTHOR_KEY,
    AUTHOR_NAME,
    DATA,
    capture_author,
    capture_papers,
    listed_facts,
    network_papers,
    title_key,
)
from papers.venues import VENUES, venue_name
from tests.shared import SHARED, needs_shared

OWN = {"capture": AUTHOR_KEY}
TWICE = "Learning Continuous Semantic Representations of Symbolic Expressions"


def papers(fetched: Iterable[Fetched]) -> list[PaperRecord]:
    return [item.record for item in fetched if isinstance(item.record, PaperRecord)]


def own_places(paper: PaperRecord) -> list[int | None]:
    return [entry.position for entry in paper.authorships if entry.identifiers == OWN]


def shared_page() -> Any:
    return json.loads((SHARED / "seed" / "author_page.json").read_text(encoding="utf-8"))


def shared_text() -> str:
    return (SHARED / "seed" / "author_page.txt").read_text(encoding="utf-8")


def word_runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_it_has_the_author_with_the_reported_figures() -> None:
    author = capture_author().record
    assert isinstance(author, AuthorRecord)
    assert (author.name, author.category, author.key()) == (AUTHOR_NAME, "cs.LG", ("capture", AUTHOR_KEY))
    reported = author.reported
    assert (reported.h_index, reported.papers, reported.citations) == (117, 45, 15_836)
    assert (reported.novelty_percent, reported.ai_score, reported.i10_index) == (57, 42, None)


def test_it_has_as_many_papers_as_it_says() -> None:
    counts = [len(papers(source)) for source in (capture_papers(), listed_facts(), network_papers())]
    assert counts == [45, 15, 912]


def test_it_names_every_record_once() -> None:
    keys = [paper.key() for source in (capture_papers(), listed_facts(), network_papers()) for paper in papers(source)]
    assert len(set(keys)) == len(keys) == 45 + 15 + 912


def test_it_keeps_a_title_key_through_case_and_spacing() -> None:
    assert title_key("The  Numerics of GANs", 8) == title_key("the numerics of gans", 8)
    assert title_key("The Numerics of GANs", 8) != title_key("The Numerics of GAN", 8)


def test_it_leaves_thirty_counts_and_nineteen_own_places_unknown() -> None:
    listed = {paper.title: paper for paper in papers(listed_facts())}
    captured = papers(capture_papers())
    assert all(paper.cited_by_count is None for paper in captured)
    assert sum(paper.title not in listed for paper in captured) == 30
    assert all(paper.cited_by_count is not None and paper.venue for paper in listed.values())
    assert sum(own_places(paper) == [None] for paper in captured) == 22
    without = [p for p in captured if own_places(p) + own_places(listed.get(p.title, p)) == [None, None]]
    assert len(without) == 19


def test_it_puts_the_author_on_every_captured_and_listed_paper_once() -> None:
    both = [*papers(capture_papers()), *papers(listed_facts())]
    assert all(len(own_places(paper)) == 1 for paper in both)
    named = [entry for paper in both for entry in paper.authorships if entry.identifiers or entry.name == AUTHOR_NAME]
    assert {(entry.name, entry.identifiers["capture"]) for entry in named} == {(AUTHOR_NAME, AUTHOR_KEY)}


def test_it_puts_the_author_and_identifiers_on_no_network_paper() -> None:
    entries = [entry for paper in papers(network_papers()) for entry in paper.authorships]
    assert not [entry for entry in entries if entry.identifiers or "nowozin" in entry.name.lower()]


def test_it_counts_authors_only_where_the_list_is_whole() -> None:
    cut = [paper for paper in papers(capture_papers()) if paper.authors_truncated]
    whole = [paper for paper in papers(capture_papers()) if not paper.authors_truncated]
    assert (len(cut), len(whole)) == (31, 14)
    assert all(paper.author_count is None for paper in cut)
    assert all(paper.author_count == len(paper.authorships) for paper in whole)
    assert all([e.position for e in p.authorships] == list(range(1, len(p.authorships) + 1)) for p in whole)


def test_it_dates_papers_no_finer_than_is_known() -> None:
    assert {paper.date_precision for paper in papers(capture_papers())} == {"day"}
    assert {(paper.date_precision, paper.publication_date) for paper in papers(listed_facts())} == {(None, None)}
    network = papers(network_papers())
    assert {paper.date_precision for paper in network} == {"year"}
    assert all(paper.publication_date == date(int(paper.external_id[-17:-13]), 1, 1) for paper in network)


def test_it_tells_an_unknown_count_from_zero() -> None:
    counts = Counter(paper.cited_by_count for paper in papers(network_papers()))
    assert (counts[None], counts[0]) == (48, 8)


def test_it_holds_one_title_twice_and_repeats_no_captured_one() -> None:
    titles = Counter(paper.title.casefold() for paper in papers(network_papers()))
    assert [title for title, times in titles.items() if times > 1] == [TWICE.casefold()]
    assert not titles.keys() & {paper.title.casefold() for paper in papers(capture_papers())}
    assert {paper.venue for paper in papers(network_papers()) if paper.title == TWICE} == {"ICLR", "ICML"}


def test_it_has_whole_categories_and_one_organisation_tag() -> None:
    captured = papers(capture_papers())
    assert Counter(category for paper in captured for category in paper.categories) == Counter(
        {"cs.LG": 17, "cs.CV": 12, "stat.ML": 11, "cs.AI": 3, "physics.optics": 1, "stat.AP": 1}
    )
    tagged = [(paper.title[:11], paper.organisation) for paper in captured if paper.organisation]
    assert tagged == [("AlphaEvolve", "deepmind")]


def test_it_ships_a_plain_summary_and_no_abstract_with_each_captured_paper() -> None:
    captured = papers(capture_papers())
    assert all(paper.abstract is None for paper in captured)
    summaries = [paper.summary or "" for paper in captured]
    assert len(set(summaries)) == 45
    assert not [s for s in summaries if not 25 <= len(s.split()) <= 45 or re.search(r"[\\${}]", s)]


def test_it_keeps_the_data_line_as_payload_and_the_month_of_the_counts() -> None:
    first = next(network_papers())
    line = (DATA / "paperlists_network.jsonl").read_text(encoding="utf-8").splitlines()[0]
    assert first.payload == json.loads(line)
    assert first.retrieved_at == capture_author().retrieved_at == datetime(2026, 2, 1, tzinfo=UTC)


def test_it_knows_the_name_of_every_venue_it_ships() -> None:
    shipped = {item.payload["venue"] for source in (listed_facts(), network_papers()) for item in source}
    assert shipped <= VENUES.keys()
    assert (venue_name("nips"), venue_name("CVPR"), venue_name("Some Workshop")) == ("NeurIPS", "CVPR", "Some Workshop")


@needs_shared
def test_it_states_the_facts_of_the_capture() -> None:
    page = shared_page()
    shipped = json.loads((DATA / "capture.json").read_text(encoding="utf-8"))
    assert (shipped["name"], shipped["reported"]) == (page["name"], page["reported"])
    assert shipped["category"] == CATEGORY_OF_TAG[page["category_tag"]]
    same = ("title", "date", "et_al", "organisation")
    expected = [
        {field: row[field] for field in same}
        | {"authors": row["listed_authors"], "category": CATEGORY_OF_TAG[row["category_tag"]]}
        for row in page["papers"]
    ]
    assert [{key: row[key] for key in row if key != "summary"} for row in shipped["papers"]] == expected


@needs_shared
def test_it_states_the_facts_of_the_lists() -> None:
    known = [row for row in shared_page()["papers"] if row["venue"]]
    assert {row["citations_source"] for row in known} == {"Google Scholar, Feb 2026"}
    assert [item.payload for item in listed_facts()] == [
        {field: row[field] for field in ("title", "venue", "citations")} | {"authors": row["all_authors"], "year": None}
        for row in known
    ]
    network = (SHARED / "sample" / "collaboration_network.jsonl").read_text(encoding="utf-8").splitlines()
    assert [item.payload for item in network_papers()] == [json.loads(line) for line in network]


@needs_shared
def test_it_reads_the_raw_capture_into_the_same_records() -> None:
    read = papers(capture_from_text(shared_text()))
    assert len(read) == 45
    assert all(len((paper.abstract or "").split()) > 50 for paper in read)
    bare = [paper.model_copy(update={"abstract": None}) for paper in read]
    assert bare == [paper.model_copy(update={"summary": None}) for paper in papers(capture_papers())]
    assert author_from_text(shared_text()).record == capture_author().record


@needs_shared
def test_it_summarises_in_words_of_its_own() -> None:
    abstracts = {paper.key(): paper.abstract or "" for paper in papers(capture_from_text(shared_text()))}
    copied = {
        paper.title: word_runs(paper.summary or "", 5) & word_runs(abstracts[paper.key()], 5)
        for paper in papers(capture_papers())
    }
    assert {title: runs for title, runs in copied.items() if runs} == {}


@needs_shared
def test_it_ships_no_text_of_the_abstracts_but_the_titles_they_repeat() -> None:
    files = sorted(DATA.iterdir())
    shipped = {run for file in files for run in word_runs(file.read_text(encoding="utf-8"), 8)}
    read = papers(capture_from_text(shared_text()))
    titles = {run for paper in read for run in word_runs(paper.title, 8)}
    assert len(files) == 3
    assert shipped & {run for paper in read for run in word_runs(paper.abstract or "", 8)} <= titles


SMALL = """Ada Lovelace

LG
h-index3
2papers
1,234citations
Novelty50%
AI Score7

2 Papers

APJan 9, 2020
Weighing Cows: $30 Each

Charles Babbage, Sebastian Nowozin · difference works

We weigh cows.

They weigh much.

OPTICSDec 31, 1999
Light

Ada Lovelace et al.

Light is fast."""


def test_it_parses_tags_dates_authors_organisation_and_abstract() -> None:
    cows, light = papers(capture_from_text(SMALL))
    assert (cows.title, cows.categories, cows.organisation) == (
        "Weighing Cows: $30 Each",
        ("stat.AP",),
        "difference works",
    )
    assert (cows.abstract, cows.author_count) == ("We weigh cows. They weigh much.", 2)
    assert own_places(cows) == [2]
    assert (light.publication_date, light.authors_truncated, light.author_count) == (date(1999, 12, 31), True, None)
    assert [(entry.name, entry.position) for entry in light.authorships] == [("Ada Lovelace", 1), (AUTHOR_NAME, None)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no paper begins"),
        ("<html>busy</html>", "no paper begins"),
        ("MLFeb 2, 2023\nA title\n\nAn author", "lacks its title, authors or abstract"),
        ("XYFeb 2, 2023\nA title\n\nAn author\n\nText", "'XY' is not known"),
        ("MLFeb 31, 2023\nA title\n\nAn author\n\nText", "no such day"),
    ],
)
def test_it_says_what_is_wrong_with_a_text_that_is_no_capture(text: str, reason: str) -> None:
    with pytest.raises(UnreadableCapture, match=reason):
        list(capture_from_text(text))


def test_it_refuses_an_author_head_without_figures() -> None:
    with pytest.raises(UnreadableCapture, match="five figures"):
        author_from_text("Ada Lovelace\n\nLG\n")
