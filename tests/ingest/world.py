"""A small world for random sequences: what three sources may say of it, and what a person may decide about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from papers.curation import RefusedDecision, decide, revoke
from papers.models import Author, Authorship, Decision, Paper
from papers.records import AuthorshipRecord, Fetched
from tests.ingest.records import author, new_run, paper, store

Kind = Decision.Kind
Draw = Callable[[st.SearchStrategy[Any]], Any]

ORCIDS = ("0000-0002-1825-0097", "0000-0001-5109-3700")
NAMES = ("Ada Quist", "A. Quist", "Bo Lund", "Ann Quist")
TITLES = ("First of the tide papers", "Second of the tide papers", "Tides")
DATES = (None, date(2019, 5, 1), date(2022, 1, 1))
AUTHOR_KEYS = {"openalex": ("A1", "A2", "A3"), "semanticscholar": ("77", "88")}
PAPER_KEYS = {
    "openalex": ("W1", "W2", "W3"),
    "semanticscholar": ("1" * 40, "2" * 40),
    "arxiv": ("2001.00001", "2002.00002"),
}


def _maybe(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, *values))


def _known(**given: str | None) -> dict[str, str]:
    return {scheme: value for scheme, value in given.items() if value}


@st.composite
def entries(draw: Draw, source: str, named_only: bool) -> AuthorshipRecord:
    """One name of a byline; with an identifier, unless `named_only` allows bare names."""
    bare = named_only and draw(st.booleans())
    own = draw(st.sampled_from(AUTHOR_KEYS[source])) if source in AUTHOR_KEYS and not bare else None
    orcid = draw(_maybe(ORCIDS) if own or bare else st.sampled_from(ORCIDS)) if not bare else None
    given = _known(**{source: own}) if source in AUTHOR_KEYS else {}
    return AuthorshipRecord(name=draw(st.sampled_from(NAMES)), identifiers={**given, **_known(orcid=orcid)})


@st.composite
def paper_records(draw: Draw, hours: float, named_only: bool) -> Fetched:
    source = draw(st.sampled_from(sorted(PAPER_KEYS)))
    key = draw(st.sampled_from(PAPER_KEYS[source]))
    also = _known(
        doi=draw(_maybe(("10.1000/one", "10.1000/two"))),
        arxiv=None if source == "arxiv" else draw(_maybe(PAPER_KEYS["arxiv"])),
        pmcid=draw(_maybe(("PMC1",))) if source == "openalex" else None,
    )
    return paper(
        source,
        key,
        draw(st.sampled_from(TITLES)),
        draw(st.lists(entries(source, named_only), max_size=3)),
        hours,
        identifiers={source: key, **also},
        cited_by_count=draw(_maybe((0, 3, 12))),
        publication_date=draw(st.sampled_from(DATES)),
        status=draw(st.sampled_from(("active", "active", "active", "withdrawn", "retracted"))),
        venue=draw(_maybe(("Tides",))),
        authors_truncated=draw(st.sampled_from((False, False, True))),
    )


@st.composite
def author_records(draw: Draw, hours: float) -> Fetched:
    source = draw(st.sampled_from(sorted(AUTHOR_KEYS)))
    also = _known(orcid=draw(_maybe(ORCIDS)))
    if source == "semanticscholar":
        also |= _known(openalex=draw(_maybe(AUTHOR_KEYS["openalex"])))
    return author(
        source,
        draw(st.sampled_from(AUTHOR_KEYS[source])),
        draw(st.sampled_from(NAMES)),
        hours,
        identifiers=also,
        reported={"h_index": draw(_maybe((3,)))},
    )


@dataclass
class World:
    """Everything that has happened in one example."""

    draw: Draw
    named_only: bool
    newest: dict[tuple[str, str, str], Fetched] = field(default_factory=dict)
    clock: float = 0

    def step(self) -> None:
        act = self.draw(st.sampled_from(("import", "import", "import", "decide", "decide", "revoke")))
        {"import": self._import, "decide": self._decide, "revoke": self._revoke}[act]()

    def _import(self) -> None:
        self.clock += 1
        late = self.clock - self.draw(st.sampled_from((0, 0, 0, 1.5)))
        record = st.one_of(paper_records(late, self.named_only), author_records(late))
        items = self.draw(st.lists(record, min_size=1, max_size=3))
        for item in items:
            note(f"imported: {item.retrieved_at:%H:%M} {item.record.model_dump(mode='json', exclude_defaults=True)}")
        store(*items, run=new_run())
        for item in items:
            key = (type(item.record).__name__, *item.record.key())
            held = self.newest.get(key)
            if held is None or (item.retrieved_at >= held.retrieved_at and item.record != held.record):
                self.newest[key] = item

    def _decide(self) -> None:
        kind = self.draw(st.sampled_from(sorted(ACTS)))
        papers, authors = list(Paper.objects.order_by("pk")), list(Author.objects.order_by("pk"))
        if papers and authors:
            fields = ACTS[kind](self.draw, papers, authors)
            if fields is not None:
                note(
                    f"decided: {kind} { {name: getattr(value, 'founded_by', value) for name, value in fields.items()} }"
                )
                with suppress(RefusedDecision):  # the opposite stands
                    decide([Decision(kind=kind.split()[0], **fields)], by=None, reason="a test")

    def _revoke(self) -> None:
        standing = list(Decision.objects.standing().order_by("pk"))
        if standing:
            taken = self.draw(st.sampled_from(standing))
            note(f"revoked: {taken} {taken.pk}")
            revoke([taken], by=None)


Fields = dict[str, Any]
Papers = list[Paper]
Authors = list[Author]


def _entry_of(draw: Draw, papers: Papers, authors: Authors) -> Fields | None:
    paper = draw(st.sampled_from(papers))
    byline = list(Authorship.objects.filter(paper=paper.merged_into or paper).order_by("order"))
    if not byline:
        return None
    entry = draw(st.sampled_from(byline))
    whom = {"paper": paper, "other_author": draw(st.sampled_from(authors))}
    if entry.identifiers and draw(st.booleans()):
        return {**whom, "identifier": draw(st.sampled_from(entry.identifiers))}
    return {**whom, "name": entry.name, "occurrence": entry.occurrence}


def _two(of: str) -> Callable[[Draw, Papers, Authors], Fields | None]:
    def pick(draw: Draw, papers: Papers, authors: Authors) -> Fields | None:
        rows: list[Any] = papers if of == "paper" else list(authors)
        if len(rows) < 2:
            return None
        one, other = draw(st.lists(st.sampled_from(rows), min_size=2, max_size=2, unique_by=lambda row: row.pk))
        return {of: one, f"other_{of}": other}

    return pick


def _of_paper(**values: st.SearchStrategy[Any]) -> Callable[[Draw, Papers, Authors], Fields]:
    return lambda draw, papers, _: {
        "paper": draw(st.sampled_from(papers)),
        **{name: draw(value) for name, value in values.items()},
    }


def _of_author(**values: st.SearchStrategy[Any]) -> Callable[[Draw, Papers, Authors], Fields]:
    return lambda draw, _, authors: {
        "author": draw(st.sampled_from(authors)),
        **{name: draw(value) for name, value in values.items()},
    }


ACTS: dict[str, Callable[[Draw, Papers, Authors], Fields | None]] = {
    Kind.ASSIGN: _entry_of,
    Kind.REJECT: _entry_of,
    f"{Kind.MERGE} papers": _two("paper"),
    f"{Kind.MERGE} authors": _two("author"),
    f"{Kind.DIFFERENT} papers": _two("paper"),
    f"{Kind.DIFFERENT} authors": _two("author"),
    f"{Kind.HIDE} paper": _of_paper(),
    f"{Kind.HIDE} author": _of_author(),
    Kind.STATUS: _of_paper(value=st.sampled_from(Paper.Status.values)),
    f"{Kind.SET} title": _of_paper(field=st.just("title"), value=st.sampled_from(("The right title", "Another"))),
    f"{Kind.SET} date": _of_paper(
        field=st.just("publication_date"), value=st.sampled_from((None, {"date": "2018-01-01", "precision": "year"}))
    ),
    f"{Kind.SET} homepage": _of_author(field=st.just("homepage"), value=st.just("https://example.org/")),
    Kind.PREFER_NAME: _of_author(value=st.sampled_from(("Ada Lund", *NAMES))),
    Kind.RETIRE_NAME: _of_author(value=st.sampled_from(NAMES)),
}
