"""From records to rows: idempotence, order, one paper out of several records, one person out of several ids."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers.models import Author, Authorship, CitedByCount, Coauthorship, DirtyAuthor, ImportRun, Paper, SourceRecord
from papers.records import AuthorshipRecord, Fetched
from papers.sample.records import capture_author, capture_papers, listed_facts, network_papers
from tests.ingest.records import (
    author,
    author_of,
    entry,
    in_pieces,
    new_run,
    paper,
    shown_state,
    store,
    titles_of,
)

pytestmark = pytest.mark.django_db

ADA, BEA = "0000-0002-1825-0097", "0000-0001-5109-3700"


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in queries if q["sql"].lstrip().split()[0] in ("INSERT", "UPDATE", "DELETE", "WITH")]


def test_same_payload_writes_nothing() -> None:
    items = [
        author("openalex", "A1", "Ada Quist"),
        paper("openalex", "W1", authors=[entry("Ada Quist", openalex="A1")]),
    ]
    store(*items)
    with CaptureQueriesContext(connection) as queries:
        again = store(*items)
    assert writes(queries) == []
    assert (again.created, again.changed, again.unchanged, again.affected) == (0, 0, 2, set())


def test_an_older_reply_never_replaces_a_newer_one() -> None:
    store(paper("openalex", "W1", hours=5, cited_by_count=40))
    result = store(paper("openalex", "W1", hours=1, cited_by_count=12))
    assert result.unchanged == 1
    assert Paper.objects.get().cited_by_count == 40


def test_a_change_of_unused_fields_is_kept_but_resolves_nothing() -> None:
    first = paper("openalex", "W1", hours=0)
    store(first)
    later = paper("openalex", "W1", hours=1).model_copy(update={"payload": {"relevance_score": 2}})
    DirtyAuthor.objects.all().delete()
    assert store(later).changed == 1
    assert SourceRecord.objects.get().payload == {"relevance_score": 2}
    assert not DirtyAuthor.objects.exists()


def test_records_that_share_an_identifier_are_one_paper() -> None:
    store(paper("arxiv", "2001.00001", identifiers={"arxiv": "2001.00001", "doi": "10.1000/x"}, title="On tides, v1"))
    store(paper("openalex", "W1", identifiers={"openalex": "W1", "doi": "10.1000/x"}, cited_by_count=3))
    shown = Paper.objects.shown().get()
    assert shown.title == "On tides, v1"
    assert set(shown.identifiers.values_list("scheme", flat=True)) == {"arxiv", "doi", "openalex"}
    assert (shown.cited_by_count, shown.cited_by_source) == (3, "openalex")


def test_a_title_makes_one_paper_only_with_an_author_in_common() -> None:
    title = "A survey of methods for harbour sediment analysis"
    store(paper("openalex", "W1", title, [entry("Ada Quist")]))
    store(paper("semanticscholar", "a" * 40, title.upper() + ".", [entry("A. Quist")]))
    store(paper("dblp", "x/1", title, [entry("Bo Lund")]))
    assert Paper.objects.shown().count() == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [({"doi": "10.1000/a"}, {"doi": "10.1000/b"}), ({"arxiv": "2001.00001"}, {"arxiv": "2002.00002"})],
)
def test_different_dois_or_arxiv_ids_veto(one: dict[str, str], other: dict[str, str]) -> None:
    store(paper("openalex", "W1", identifiers=one))
    store(paper("semanticscholar", "b" * 40, identifiers=other))
    store(paper("dblp", "x/1"))  # fits either: must not bridge them
    assert Paper.objects.shown().count() == 2


def test_a_later_record_that_bridges_two_papers_makes_one_and_leads_the_other_on() -> None:
    store(paper("arxiv", "2001.00001", "Early title of the tides paper", identifiers={"arxiv": "2001.00001"}))
    store(paper("crossref", "10.1000/x", "Published title of the tides paper", identifiers={"doi": "10.1000/x"}))
    assert Paper.objects.shown().count() == 2
    store(paper("openalex", "W1", "Published title", identifiers={"arxiv": "2001.00001", "doi": "10.1000/x"}))
    survivor = Paper.objects.shown().get()
    emptied = Paper.objects.exclude(pk=survivor.pk).get()
    assert emptied.merged_into == survivor
    assert not emptied.authorships.exists()
    assert survivor.records.count() == 3


def test_counts_of_one_source_are_never_added_up() -> None:
    same = {"doi": "10.1000/x"}
    store(paper("openalex", "W1", identifiers=same, cited_by_count=30))
    store(paper("openalex", "W2", identifiers=same, cited_by_count=12))
    store(paper("semanticscholar", "c" * 40, identifiers=same, cited_by_count=99))
    shown = Paper.objects.shown().get()
    assert (shown.cited_by_count, shown.cited_by_source) == (30, "openalex")
    assert CitedByCount.objects.filter(paper=shown).count() == 3


def test_unknown_stays_unknown() -> None:
    store(paper("openalex", "W1", publication_date=None, authors=[entry("Ada Quist")]))
    shown = Paper.objects.get()
    assert shown.cited_by_count is None
    assert shown.publication_date is None
    assert shown.date_precision == ""


def test_a_byline_cut_short_is_completed_by_a_source_that_has_it_whole() -> None:
    cut = (entry("Ada Quist", 1), entry("Bo Lund", 2), entry("Cy Berg", None, capture="cy-berg"))
    store(paper("capture", "x", authorships=cut, authors_truncated=True))
    shown = Paper.objects.get()
    assert (shown.author_count, shown.authors_truncated) == (None, True)
    store(paper("paperlists", "y", authors=[entry("Ada Quist"), entry("Bo Lund"), entry("Di Moe"), entry("Cy Berg")]))
    shown = Paper.objects.shown().get()
    assert (shown.author_count, shown.authors_truncated) == (4, False)
    own = Authorship.objects.of(author_of("capture", "cy-berg")).get()
    assert (own.position, own.name) == (4, "Cy Berg")


def test_a_shared_orcid_makes_one_author_across_sources() -> None:
    store(author("openalex", "A1", "Ada Quist", identifiers={"orcid": ADA}))
    store(author("semanticscholar", "77", "A. Quist", identifiers={"orcid": ADA}))
    store(paper("openalex", "W1", "First of the tide papers", [entry("Ada Quist", openalex="A1")]))
    store(paper("semanticscholar", "d" * 40, "Second of the tide papers", [entry("A. Quist", semanticscholar="77")]))
    ada = author_of("orcid", ADA)
    assert author_of("openalex", "A1") == author_of("semanticscholar", "77") == ada
    assert len(titles_of(ada)) == 2
    assert ada.name == "Ada Quist"


def test_two_orcid_ids_are_never_one_author() -> None:
    store(author("openalex", "A1", "Ada Quist", identifiers={"orcid": ADA}))
    store(paper("openalex", "W1", "First of the tide papers", [entry("Ada Quist", openalex="A1", orcid=BEA)]))
    store(paper("openalex", "W2", "Second of the tide papers", [entry("Ada Quist", openalex="A1", orcid=BEA)]))
    assert author_of("orcid", ADA) != author_of("orcid", BEA)
    assert author_of("openalex", "A1") == author_of("orcid", ADA)


def test_aligned_bylines_tie_the_ids_of_two_sources() -> None:
    same = {"doi": "10.1000/x"}
    store(
        paper(
            "openalex",
            "W1",
            identifiers=same,
            authors=[entry("Ada Quist", openalex="A1"), entry("Bo Lund", openalex="A2")],
        )
    )
    store(
        paper(
            "semanticscholar", "e" * 40, identifiers=same,
            authors=[entry("A. Quist", semanticscholar="1"), entry("B. Lund", semanticscholar="2")],
        )
    )  # fmt: skip
    assert author_of("openalex", "A1") == author_of("semanticscholar", "1")
    assert author_of("openalex", "A2") == author_of("semanticscholar", "2")


def test_names_without_ids_are_matched_within_one_run_only() -> None:
    run = new_run()
    store(paper("file", "1", "First of the tide papers", [entry("Ada Quist"), entry("B. Lund")]), run=run)
    store(paper("file", "2", "Second of the tide papers", [entry("Ada Quist"), entry("B. Lund")]), run=run)
    store(paper("file", "3", "Third of the tide papers", [entry("Ada Quist")]), run=new_run())
    assert Author.objects.shown().filter(name="Ada Quist").count() == 2
    assert Author.objects.shown().filter(name="B. Lund").count() == 2, "an initial names nobody"


def test_a_name_twice_on_one_paper_is_two_people() -> None:
    store(paper("file", "1", authors=[entry("Wei Wang"), entry("Wei Wang")]), run=new_run())
    assert Author.objects.shown().filter(name="Wei Wang").count() == 2


def test_collaborations_are_nobody() -> None:
    store(paper("arxiv", "2001.00001", authors=[entry("The LIGO Scientific Collaboration"), entry("Ada Quist")]))
    assert list(Author.objects.values_list("name", flat=True)) == ["Ada Quist"]


def test_an_author_known_by_name_is_adopted_by_the_identifier_that_comes_later() -> None:
    store(paper("arxiv", "2001.00001", identifiers={"doi": "10.1000/x"}, authors=[entry("Ada Quist")]), run=new_run())
    before = Author.objects.get()
    store(paper("openalex", "W1", identifiers={"doi": "10.1000/x"}, authors=[entry("Ada Quist", openalex="A1")]))
    assert Author.objects.shown().get() == before == author_of("openalex", "A1")


def test_pairs_of_coauthors_follow_the_papers_and_leave_out_crowds() -> None:
    trio = [entry("Ada Quist", openalex="A1"), entry("Bo Lund", openalex="A2"), entry("Cy Berg", openalex="A3")]
    store(paper("openalex", "W1", "First of the tide papers", trio, publication_date=date(2018, 1, 1)))
    store(paper("openalex", "W2", "Second of the tide papers", trio[:2], publication_date=date(2021, 1, 1)))
    crowd = [entry(f"Member {i:03}", openalex=f"A{i + 1}") for i in range(101)]
    store(paper("openalex", "W3", "Third of the tide papers", crowd))
    pair = Coauthorship.objects.get(author=author_of("openalex", "A1"), coauthor=author_of("openalex", "A2"))
    assert (pair.papers, pair.first_year, pair.last_year) == (2, 2018, 2021)
    assert Coauthorship.objects.count() == 6
    store(paper("openalex", "W2", "Second of the tide papers", trio[:1], hours=1, publication_date=date(2021, 1, 1)))
    pair.refresh_from_db()
    assert pair.papers == 1


def test_everything_hostile_is_stored_as_text() -> None:
    bad = paper("openalex", "W1", "<script>alert(1)</script> & $\\href{javascript:x}{y}$", [entry("<b>Ada</b> Quist")])
    store(bad.model_copy(update={"payload": {"title": "nul \x00 and \ud800 lone"}}))
    shown = Paper.objects.get()
    assert "<script" not in shown.title_html
    assert "javascript:" not in shown.title_html
    assert "\x00" not in SourceRecord.objects.get().payload["title"]


def test_the_sample_twice_is_the_sample_once() -> None:
    items = [capture_author(), *capture_papers(), *listed_facts(), *list(network_papers())[:200]]
    first = store(*items, run=new_run("capture"))
    assert first.created == len(items)
    captured = author_of("capture", "sebastian-nowozin")
    assert len(titles_of(captured)) == 45
    assert store(*items, run=new_run("capture")).unchanged == len(items)
    assert len(titles_of(captured)) == 45
    assert ImportRun.objects.count() == 2


def evidence() -> list[Fetched]:
    """Three sources' views of a small world, with every kind of knot in it."""
    cut: tuple[AuthorshipRecord, ...] = (entry("Bo Lund"),)
    doi, seas = {"doi": "10.1000/one"}, "The second paper of the shallow seas"
    ada, bo = entry("Ada Quist", openalex="A1", orcid=ADA), entry("Bo Lund", openalex="A2")
    theirs = [entry("A. Quist", semanticscholar="77"), entry("B. Lund", semanticscholar="88")]
    printed = [entry("Ada Quist"), entry("Bo Lund")]
    arxiv, tags = {"arxiv": "2001.00001", **doi}, ("stat.ML", "cs.LG")
    return [
        author("openalex", "A1", "Ada Quist", identifiers={"orcid": ADA}, reported={"h_index": 9, "papers": 3}),
        author("semanticscholar", "77", "A. B. Quist", identifiers={"orcid": ADA}),
        author("openalex", "A2", "Bo Lund"),
        paper("openalex", "W1", "One", [ada, bo], identifiers=doi, cited_by_count=4),
        paper("semanticscholar", "1" * 40, "One.", theirs, identifiers=doi, cited_by_count=9),
        paper("arxiv", "2001.00001", "One, at length", printed, identifiers=arxiv, categories=tags),
        paper("openalex", "W2", seas, [bo], identifiers={"doi": "10.1000/two"}),
        paper("semanticscholar", "2" * 40, seas, [theirs[1]], identifiers={"doi": "10.1000/three"}),
        paper("capture", "2", seas, authorships=cut, authors_truncated=True, organisation="lab"),
        paper("openalex", "W4", "Fourth of the tide papers", [entry("Ada Quist", openalex="A1", orcid=BEA)]),
        paper("openalex", "W5", "Fifth of the tide papers", [ada], status="retracted"),
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(11)), sizes=st.lists(st.integers(1, 4), max_size=4))
def test_order_is_irrelevant(order: list[int], sizes: list[int], django_db_blocker: object) -> None:
    items = evidence()
    expected = _state_after([items])
    assert _state_after(in_pieces([items[i] for i in order], sizes)) == expected


def _state_after(pieces: list[list[Fetched]]) -> object:
    with transaction.atomic():
        for piece in pieces:
            store(*piece)
        state = shown_state()
        transaction.set_rollback(True)
    return state
