"""The parts of OpenAlex's replies that Byline uses. Every field is optional but the id.

Shapes: https://docs.openalex.org/api-entities/works/work-object and …/authors/author-object
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

from papers.sources.base import Reply


def _list_or_nothing(value: Any) -> Any:
    return () if value is None else value


null_is_empty = BeforeValidator(_list_or_nothing)
Strings = Annotated[tuple[str | None, ...], null_is_empty]


class InstitutionModel(Reply):
    id: str | None = None
    ror: str | None = None
    display_name: str | None = None
    country_code: str | None = None


Institutions = Annotated[tuple[InstitutionModel, ...], null_is_empty]


class AuthorModel(Reply):
    """The author inside an authorship."""

    id: str | None = None
    display_name: str | None = None
    orcid: str | None = None


class AuthorshipModel(Reply):
    author: AuthorModel | None = None
    raw_author_name: str | None = None
    is_corresponding: bool | None = None
    institutions: Institutions = ()
    raw_affiliation_strings: Strings = ()
    raw_affiliation_string: str | None = None


class VenueModel(Reply):
    display_name: str | None = None
    type: str | None = None


class LocationModel(Reply):
    id: str | None = None
    landing_page_url: str | None = None
    pdf_url: str | None = None
    version: str | None = None
    is_published: bool | None = None
    raw_source_name: str | None = None
    source: VenueModel | None = None


class NamedModel(Reply):
    display_name: str | None = None


class TopicModel(NamedModel):
    subfield: NamedModel | None = None
    field: NamedModel | None = None


class WorkIds(Reply):
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None


class WorkModel(Reply):
    id: str
    doi: str | None = None
    ids: WorkIds | None = None
    title: str | None = None
    display_name: str | None = None
    publication_date: date | None = None
    publication_year: int | None = None
    language: str | None = None
    type: str | None = None
    primary_location: LocationModel | None = None
    locations: Annotated[tuple[LocationModel, ...], null_is_empty] = ()
    authorships: Annotated[tuple[AuthorshipModel, ...], null_is_empty] = ()
    is_authors_truncated: bool | None = None
    is_retracted: bool | None = None
    is_paratext: bool | None = None
    cited_by_count: int | None = None
    referenced_works_count: int | None = None
    primary_topic: TopicModel | None = None
    abstract_inverted_index: dict[str, tuple[int, ...]] | None = None


class SummaryStats(Reply):
    h_index: int | None = None
    i10_index: int | None = None


class AffiliationModel(Reply):
    institution: InstitutionModel | None = None
    years: Annotated[tuple[int, ...], null_is_empty] = ()


class AuthorEntity(Reply):
    """An author as /authors answers."""

    id: str
    orcid: str | None = None
    display_name: str | None = None
    display_name_alternatives: Strings = ()
    works_count: int | None = None
    cited_by_count: int | None = None
    summary_stats: SummaryStats | None = None
    affiliations: Annotated[tuple[AffiliationModel, ...], null_is_empty] = ()
    last_known_institutions: Institutions = ()
    last_known_institution: InstitutionModel | None = None  # until 2024


class Meta(Reply):
    count: int | None = None
    next_cursor: str | None = None
