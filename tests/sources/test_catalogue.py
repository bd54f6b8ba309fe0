"""The catalogue of sources: what every page that names a source relies on."""

from __future__ import annotations

import re

import pytest

from papers.sources import SOURCES, build_source
from papers.sources.catalogue import CATALOGUE, COUNT_ORDER, name_of, source_info
from papers.sources.errors import BadRequest
from papers.sources.http import Http


def test_it_says_of_each_source_what_a_reader_must_know() -> None:
    for slug, entry in CATALOGUE.items():
        assert re.fullmatch("[a-z]{2,20}", slug)
        assert entry.slug == slug
        assert entry.name
        assert entry.terms.endswith(".")
        assert entry.home_url.startswith(("https://", "/"))
        assert entry.terms_url.startswith(("https://", "/"))


def test_it_ranks_counts_by_known_sources_each_once() -> None:
    assert set(COUNT_ORDER) <= set(CATALOGUE)
    assert len(set(COUNT_ORDER)) == len(COUNT_ORDER)
    assert COUNT_ORDER[0] == "openalex"


@pytest.mark.parametrize(
    ("slug", "external_id", "of", "address"),
    [
        ("openalex", "W2741809807", "paper", "https://openalex.org/W2741809807"),
        ("openalex", "A5023888391", "author", "https://openalex.org/A5023888391"),
        ("arxiv", "hep-th/9901001", "paper", "https://arxiv.org/abs/hep-th/9901001"),
        ("semanticscholar", "1723755", "author", "https://www.semanticscholar.org/author/1723755"),
        ("crossref", "10.1038/nature14539", "paper", "https://doi.org/10.1038/nature14539"),
        ("file", "7", "paper", None),
        ("arxiv", "no id", "paper", None),
    ],
)
def test_it_knows_the_page_of_a_record(slug: str, external_id: str, of: str, address: str | None) -> None:
    assert source_info(slug).record_address(external_id, of=of) == address


def test_it_names_the_known_sources_when_asked_for_another(http: Http) -> None:
    with pytest.raises(KeyError, match="known are openalex"):
        source_info("scopus")
    with pytest.raises(BadRequest, match="known are openalex, arxiv, semanticscholar"):
        build_source("scopus", http)
    assert name_of("scopus") == "scopus"


def test_it_builds_every_source_that_can_be_asked(http: Http) -> None:
    assert [build_source(slug, http).slug for slug in SOURCES] == ["openalex", "arxiv", "semanticscholar"]
    assert set(SOURCES) <= set(CATALOGUE)
