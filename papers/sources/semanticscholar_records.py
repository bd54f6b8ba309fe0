"""Papers and authors of Semantic Scholar: the models of its replies, and the records made of them. Pure.

Shapes: https://api.semanticscholar.org/api-docs/graph. Machine-written summaries (`tldr`) are not read.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from papers import identifiers
from papers.records import (
    AffiliationRecord,
    AuthorRecord,
    AuthorshipRecord,
    Fetched,
    InstitutionRecord,
    PaperRecord,
    Rejected,
    ReportedFigures,
)
from papers.sources.base import Reply, Unusable, printed_name, read_element, tidy, unique

SLUG = "semanticscholar"
AUTHORS_CAP = 500  # a paper inside a list gives no more authors than this
_SCHEMES = {
    "DOI": "doi",
    "ArXiv": "arxiv",
    "PubMed": "pmid",
    "PubMedCentral": "pmcid",
    "DBLP": "dblp",
    "CorpusId": "corpusid",
}


def _empty_if_null(value: Any) -> Any:
    return () if value is None else value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


NumberOrText = Annotated[str, BeforeValidator(_as_text)]
null_is_empty = BeforeValidator(_empty_if_null)


class GraphReply(Reply):
    """A model whose fields are spelt paperId there and paper_id here."""

    model_config = ConfigDict(alias_generator=to_camel)


class AuthorshipModel(GraphReply):
    author_id: NumberOrText | None = None
    name: str | None = None


class NamedModel(GraphReply):
    name: str | None = None


class FieldModel(GraphReply):
    category: str | None = None


class PaperModel(GraphReply):
    paper_id: str | None = None
    corpus_id: NumberOrText | None = None
    external_ids: dict[str, NumberOrText | None] | None = None
    title: str | None = None
    abstract: str | None = None
    venue: str | None = None
    publication_venue: NamedModel | None = None
    journal: NamedModel | None = None
    year: int | None = None
    publication_date: date | None = None
    publication_types: Annotated[tuple[str | None, ...], null_is_empty] = ()
    s2_fields_of_study: Annotated[tuple[FieldModel, ...], null_is_empty] = ()
    fields_of_study: Annotated[tuple[str | None, ...], null_is_empty] = ()
    citation_count: int | None = None
    reference_count: int | None = None
    authors: Annotated[tuple[AuthorshipModel, ...], null_is_empty] = ()


class AuthorModel(GraphReply):
    author_id: NumberOrText | None = None
    name: str | None = None
    external_ids: dict[str, Any] | None = None
    affiliations: Annotated[tuple[str | None, ...], null_is_empty] = ()
    homepage: str | None = None
    paper_count: int | None = None
    citation_count: int | None = None
    h_index: int | None = None


def _identifiers(paper: PaperModel, external_id: str) -> dict[str, str]:
    given: dict[str, str | None] = {"semanticscholar": external_id, "corpusid": paper.corpus_id}
    for key, value in (paper.external_ids or {}).items():
        if key in _SCHEMES and value:
            given[_SCHEMES[key]] = value
    return identifiers.keep_valid(given)


def _date(paper: PaperModel) -> tuple[date | None, Literal["year", "day"] | None]:
    if paper.publication_date is not None:
        return paper.publication_date, "day"
    if paper.year is not None and 1000 <= paper.year <= 9999:
        return date(paper.year, 1, 1), "year"
    return None, None


def _venue(paper: PaperModel) -> str | None:
    """The venue's full name if known; arXiv keeps papers and is no venue."""
    full = paper.publication_venue.name if paper.publication_venue else None
    journal = paper.journal.name if paper.journal else None
    names = (tidy(name, 300) for name in (full, paper.venue, journal))
    return next((name for name in names if name and not name.lower().startswith("arxiv")), None)


def _authorships(paper: PaperModel) -> tuple[AuthorshipRecord, ...]:
    found = []
    for position, author in enumerate(paper.authors, start=1):
        if (name := printed_name(author.name)) is not None:
            known = identifiers.keep_valid({"semanticscholar": author.author_id})
            found.append(AuthorshipRecord(name=name, position=position, identifiers=known))
    return tuple(found)


def paper_from(payload: Any) -> PaperRecord:
    """The record of one paper. Raises Unusable or pydantic's ValidationError with the reason."""
    paper = PaperModel.model_validate(payload)
    external_id = identifiers.keep_valid({"semanticscholar": paper.paper_id}).get("semanticscholar", "")
    if len(external_id) != 40:
        raise Unusable("it has no paperId")
    title = tidy(paper.title)
    if title is None:
        raise Unusable("it has no title")
    day, precision = _date(paper)
    truncated = len(paper.authors) >= AUTHORS_CAP
    fields = [*(f.category for f in paper.s2_fields_of_study), *paper.fields_of_study]
    kinds = unique(tidy(kind, 60) for kind in paper.publication_types)
    return PaperRecord(
        source=SLUG,
        external_id=external_id,
        title=title,
        abstract=tidy(paper.abstract),
        publication_date=day,
        date_precision=precision,
        identifiers=_identifiers(paper, external_id),
        topics=unique(tidy(name, 200) for name in fields),
        venue=_venue(paper),
        kind=kinds[0] if kinds else None,
        authorships=_authorships(paper),
        authors_truncated=truncated,
        author_count=None if truncated else len(paper.authors) or None,
        cited_by_count=paper.citation_count,
        reference_count=paper.reference_count,
    )


def _other_names(author: AuthorModel, name: str) -> tuple[str, ...]:
    """Names under which DBLP lists the author; its homonym numbers are no part of them."""
    listed = (author.external_ids or {}).get("DBLP")
    names = unique(printed_name(other) for other in listed) if isinstance(listed, list) else ()
    return tuple(other for other in names if other != name and len(other) <= 300)[:50]


def author_from(payload: Any) -> AuthorRecord:
    """The record of one author. Raises Unusable or pydantic's ValidationError with the reason."""
    author = AuthorModel.model_validate(payload)
    external_id = identifiers.keep_valid({"semanticscholar": author.author_id}).get("semanticscholar", "")
    if not external_id.isdigit():
        raise Unusable("it has no authorId")
    name = printed_name(author.name)
    if name is None:
        raise Unusable("it has no name")
    orcid = (author.external_ids or {}).get("ORCID")
    homepage = tidy(author.homepage, 2000) or ""
    places = unique(tidy(place, 300) for place in author.affiliations)
    return AuthorRecord(
        source=SLUG,
        external_id=external_id,
        name=name,
        other_names=_other_names(author, name),
        identifiers=identifiers.keep_valid(
            {"semanticscholar": external_id, "orcid": orcid if isinstance(orcid, str) else None}
        ),
        affiliations=tuple(AffiliationRecord(institution=InstitutionRecord(name=place)) for place in places),
        homepage=homepage if homepage.startswith(("http://", "https://")) else None,
        reported=ReportedFigures(papers=author.paper_count, citations=author.citation_count, h_index=author.h_index),
    )


def _is_author(payload: Any) -> bool:
    return isinstance(payload, dict) and "authorId" in payload and "paperId" not in payload


def _id_of(payload: Any) -> str | None:
    given = payload.get("paperId") or payload.get("authorId") if isinstance(payload, dict) else None
    return tidy(given, 300) if isinstance(given, str) else None


def record_from(payload: Any) -> PaperRecord | AuthorRecord:
    """The record of a stored payload, paper or author alike."""
    return author_from(payload) if _is_author(payload) else paper_from(payload)


def read(payload: Any, at: datetime) -> Fetched | Rejected:
    """One element of a reply, read or refused with its reason."""
    return read_element(SLUG, payload, record_from, _id_of, at)
