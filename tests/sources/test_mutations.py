"""Whatever happens to a reply, each of its elements becomes a record or a refusal with a reason; nothing crashes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers.records import Fetched, Page, Rejected
from papers.sources import openalex_records, semanticscholar_records
from papers.sources.errors import SourceError
from papers.sources.reading import read_reply
from tests.replay import REPLIES
from tests.shared import SHARED, needs_shared

AT = datetime(2026, 8, 1, tzinfo=UTC)
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Read = Callable[[Any, datetime], Fetched | Rejected]
READERS: dict[str, Read] = {"openalex": openalex_records.read, "semanticscholar": semanticscholar_records.read}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
HOSTILE = JSON | st.sampled_from(
    [
        *(-1, 2**31, 10**30, [None], [[]], {"": None}, {"a": [10**12]}),
        *("\x00", "\ud800", "\u202e", " ", "x" * 5_000, "9999-99-99", "0000-00-00", "1-01-01"),
        *("https://openalex.org/", "https://openalex.org/A9999999999", "10.48550/arxiv.x", "https://doi.org/"),
    ]
)


def elements(source: str, file: str, key: str) -> list[Any]:
    return list(json.loads((REPLIES / source / file).read_text())[key])


OURS = [
    *(("openalex", e) for e in elements("openalex", "works.json", "results")),
    *(("openalex", e) for e in elements("openalex", "authors.json", "results")),
    *(("semanticscholar", e) for e in elements("semanticscholar", "author_papers.json", "data")),
    *(("semanticscholar", e) for e in elements("semanticscholar", "authors.json", "data")),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything inside a JSON value."""
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [found for key, item in inner for found in ((*path, key), *places(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any, drop: bool) -> Any:
    """A copy with one place set to something else, or dropped."""
    whole = copy.deepcopy(value)
    holder = whole
    for key in path[:-1]:
        holder = holder[key]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = new
    return whole


def mutants(element: Any) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda path, new, drop: changed(element, path, new, drop),
        st.sampled_from(places(element)),
        HOSTILE,
        st.booleans(),
    )


def check(read: Fetched | Rejected) -> None:
    if isinstance(read, Rejected):
        assert read.reason
        assert len(read.reason) < 1_000
    else:
        assert read.record.external_id
        assert type(read.record).model_validate_json(read.record.model_dump_json()) == read.record


def outcome(source: str, status: int, body: bytes) -> Page | SourceError:
    """The page of a reply, or the one kind of error that reading may raise."""
    try:
        return read_reply(source, status, {}, body)
    except SourceError as error:
        return error


@QUIET
@given(st.data())
def test_a_changed_field_makes_a_record_or_a_refusal(data: st.DataObject) -> None:
    source, element = data.draw(st.sampled_from(OURS))
    check(READERS[source](data.draw(mutants(element)), AT))


@QUIET
@given(st.sampled_from(sorted(READERS)), JSON)
def test_any_json_at_all_is_a_record_or_a_refusal(source: str, value: Any) -> None:
    check(READERS[source](value, AT))


@QUIET
@given(st.sampled_from(["openalex", "arxiv", "semanticscholar"]), JSON, st.integers(100, 599))
def test_any_json_reply_is_a_page_or_a_typed_error(source: str, value: Any, status: int) -> None:
    came = outcome(source, status, json.dumps(value).encode())
    assert str(came) if isinstance(came, SourceError) else came.items or came.gap


@QUIET
@given(st.data())
def test_a_reply_cut_anywhere_is_a_typed_error(data: st.DataObject) -> None:
    source, file = data.draw(
        st.sampled_from(
            [("openalex", "works.json"), ("arxiv", "author_query.xml"), ("semanticscholar", "authors.json")]
        )
    )
    body = (REPLIES / source / file).read_bytes().rstrip()
    with pytest.raises(SourceError):
        read_reply(source, 200, {}, body[: data.draw(st.integers(0, len(body) - 1))])


@QUIET
@given(st.data())
def test_changed_bytes_of_a_feed_make_records_or_a_typed_error(data: st.DataObject) -> None:
    body = bytearray((REPLIES / "arxiv" / "author_query.xml").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    came = outcome("arxiv", 200, bytes(body))
    if isinstance(came, Page):
        for item in came.items:
            check(item)
        for refused in came.rejected:
            check(refused)


@needs_shared
@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("openalex", "work_W2741809807_2026_walden.json"),
        ("openalex", "author_A5023888391_2025-06.json"),
        ("semanticscholar", "paper_by_doi_full.json"),
    ],
)
def test_a_changed_field_of_a_real_reply_makes_a_record_or_a_refusal(source: str, file: str) -> None:
    element = json.loads((SHARED / "fixtures" / source / file).read_bytes())
    used = [path for path in places(element) if path[0] not in ("related_works", "referenced_works", "counts_by_year")]

    @QUIET
    @given(st.sampled_from(used), HOSTILE, st.booleans())
    def inner(path: tuple[Any, ...], new: Any, drop: bool) -> None:
        check(READERS[source](changed(element, path, new, drop), AT))

    inner()


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(SourceError):
        read_reply("openalex", 200, {}, b'{"a":' * 50_000 + b"1" + b"}" * 50_000)
    with pytest.raises(SourceError):
        read_reply("arxiv", 200, {}, b"<feed>" * 50_000 + b"</feed>" * 50_000)
