from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from papers.records import (
    MAX_NAME,
    MAX_TEXT,
    MAX_TITLE,
    AuthorRecord,
    AuthorshipRecord,
    Fetched,
    InstitutionRecord,
    PaperRecord,
    ReportedFigures,
    VersionRecord,
    clean_text,
)


def paper(**fields: Any) -> PaperRecord:
    return PaperRecord.model_validate({"source": "file", "external_id": "1", "title": "On cows", **fields})


@given(st.text(st.characters(codec=None), max_size=100))
def test_it_cleans_text_once(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    if cleaned is not None:
        assert isinstance(cleaned, str)
        assert cleaned == " ".join(cleaned.split()) != ""
        assert cleaned == unicodedata.normalize("NFC", cleaned)
        assert not {unicodedata.category(c) for c in cleaned} & {"Cc", "Cs"}
        cleaned.encode()


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=50))
def test_it_keeps_every_character_that_can_be_shown(text: str) -> None:
    assert clean_text(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("title", ["", " ", "\x00", "\n\t", None, 3, "x" * (MAX_TITLE + 1)])
def test_it_refuses_papers_without_a_title(title: object) -> None:
    with pytest.raises(ValidationError):
        paper(title=title)


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "Open Alex"},
        {"external_id": ""},
        {"external_id": "x" * 301},
        {"abstract": "x" * (MAX_TEXT + 1)},
        {"cited_by_count": -1},
        {"cited_by_count": 2**31},
        {"author_count": 0},
        {"identifiers": {"doi": "nonsense"}},
        {"identifiers": {"isbn": "1"}},
        {"status": "lost"},
        {"date_precision": "week"},
        {"publication_date": "2023-02-30"},
        {"authorships": [{"name": " "}]},
        {"authorships": [{"name": "x" * (MAX_NAME + 1)}]},
        {"authorships": [{"name": "A", "position": 0}]},
        {"versions": [{"label": "v1", "url": "javascript:alert(1)"}]},
        {"unknown_field": 1},
    ],
)
def test_it_refuses_what_cannot_be(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        paper(**fields)


def test_it_takes_unknown_for_unknown() -> None:
    record = paper(abstract=" \x00 ", venue="")
    assert (record.abstract, record.venue, record.cited_by_count, record.author_count) == (None, None, None, None)
    assert record.authorships == ()
    assert not record.authors_truncated


def test_it_normalises_identifiers_at_the_border() -> None:
    record = paper(identifiers={"doi": "https://doi.org/10.48550/arXiv.1706.03762"})
    assert record.identifiers == {"arxiv": "1706.03762"}
    author = AuthorshipRecord(name="Ada", identifiers={"orcid": "https://orcid.org/0000-0002-1825-0097"})
    assert author.identifiers == {"orcid": "0000-0002-1825-0097"}


def test_it_keeps_the_order_and_repetition_of_authors() -> None:
    names = ["Bo Ek", "Ann Lee", "Bo Ek"]
    record = paper(authorships=[{"name": name, "position": place} for place, name in enumerate(names, 1)])
    assert [author.name for author in record.authorships] == names


def test_it_bounds_the_number_of_authors() -> None:
    with pytest.raises(ValidationError):
        paper(authorships=[{"name": "A"}] * 20_001)


@given(
    st.builds(
        PaperRecord,
        source=st.just("file"),
        external_id=st.text("ab1/", min_size=1, max_size=20),
        title=st.text("abc é$\\<", min_size=1, max_size=40).filter(str.strip),
        abstract=st.none() | st.text(max_size=60),
        publication_date=st.none() | st.dates(),
        date_precision=st.none() | st.sampled_from(["year", "month", "day"]),
        identifiers=st.just({}) | st.just({"arxiv": "1706.03762", "pmid": "1"}),
        authorships=st.lists(st.builds(AuthorshipRecord, name=st.text("abc", min_size=1)), max_size=3).map(tuple),
        cited_by_count=st.none() | st.integers(0, 2**31 - 1),
        versions=st.lists(st.builds(VersionRecord, label=st.just("v1"), url=st.none()), max_size=2).map(tuple),
    )
)
def test_it_survives_json(record: PaperRecord) -> None:
    assert PaperRecord.model_validate_json(record.model_dump_json()) == record
    assert PaperRecord.model_validate(record.model_dump(mode="json", exclude_defaults=True)) == record


def test_it_is_frozen() -> None:
    with pytest.raises(ValidationError):
        paper().title = "Other"


def test_it_names_records_by_source_and_id() -> None:
    author = AuthorRecord(source="file", external_id="7", name="Ada")
    assert paper().key() == ("file", "1")
    assert author.key() == ("file", "7")
    assert author.reported == ReportedFigures()
    assert author.reported.h_index is None


def test_it_tells_papers_from_authors_in_what_was_fetched() -> None:
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    for record in (paper(publication_date=date(2023, 2, 1)), AuthorRecord(source="file", external_id="7", name="Ada")):
        fetched = Fetched(record=record, payload={"a": 1}, retrieved_at=moment)
        assert type(Fetched.model_validate_json(fetched.model_dump_json()).record) is type(record)


@pytest.mark.parametrize("code", ["gb", "GBR", "", "G1"])
def test_it_refuses_country_codes_that_are_none(code: str) -> None:
    with pytest.raises(ValidationError):
        InstitutionRecord(name="Somewhere", country_code=code)
