"""Works and authors of OpenAlex as records. Pure: works on fresh replies and on stored payloads alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

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
    VersionRecord,
)
from papers.sources.base import Unusable, printed_name, read_element, tidy, unique
from papers.sources.openalex_models import (
    AuthorEntity,
    AuthorshipModel,
    InstitutionModel,
    LocationModel,
    TopicModel,
    WorkModel,
)

SLUG = "openalex"
LIST_AUTHORS_CAP = 100  # lists give no more authors of a work than this; a work asked for singly gives all
NOBODY = frozenset({"A9999999999", "A5317838346"})  # "null author" and "Deleted Author": no identities
MAX_OTHER_NAMES = 50
_VERSION_LABELS = {"submittedVersion": "submitted", "acceptedVersion": "accepted", "publishedVersion": "published"}


def invert_abstract(index: Mapping[str, Iterable[int]] | None) -> str | None:
    """The running text of an abstract that is given as word → positions.

    Works on the pairs, not on an array of the positions' size: positions have gaps, and may be hostile.
    """
    pairs = sorted((position, word) for word, positions in (index or {}).items() for position in positions)
    return tidy(" ".join(word for position, word in pairs if position >= 0))


def _arxiv_id(work: WorkModel) -> str | None:
    """The arXiv id of the first location that is a page, a PDF or a harvest of arXiv's."""
    for location in (work.primary_location, *work.locations):
        if location is None:
            continue
        harvested = (location.id or "").removeprefix("pmh:oai:arXiv.org:")
        for text in (location.landing_page_url, location.pdf_url, harvested if harvested != location.id else None):
            if text and "10.48550" not in text and (found := identifiers.keep_valid({"arxiv": text})):
                return found["arxiv"]
    return None


def _identifiers(work: WorkModel, external_id: str) -> dict[str, str]:
    ids = work.ids
    return identifiers.keep_valid(
        {
            "openalex": external_id,
            "doi": work.doi or (ids.doi if ids else None),
            "pmid": ids.pmid if ids else None,
            "pmcid": ids.pmcid if ids else None,
            "arxiv": _arxiv_id(work),
        }
    )


def _institution(model: InstitutionModel) -> InstitutionRecord | None:
    name = tidy(model.display_name, 300)
    if name is None:
        return None
    country = (model.country_code or "").upper()
    return InstitutionRecord(
        name=name,
        identifiers=identifiers.keep_valid({"openalex": model.id, "ror": model.ror}),
        country_code=country if len(country) == 2 and country.isascii() and country.isalpha() else None,
    )


def _authorship(model: AuthorshipModel, position: int) -> AuthorshipRecord | None:
    """One name of the byline; None where there is no name at all, its place then stays free."""
    author = model.author
    known = identifiers.keep_valid({"openalex": author.id, "orcid": author.orcid}) if author else {}
    if known.get("openalex") in NOBODY:
        known, given = {}, None  # its "name" and ORCID belong to nobody; only the raw name counts
    else:
        given = author.display_name if author else None
    name = printed_name(model.raw_author_name) or printed_name(given)
    if name is None:
        return None
    return AuthorshipRecord(
        name=name,
        position=position,
        identifiers=known,
        affiliation="; ".join(unique(tidy(t) for t in (*model.raw_affiliation_strings, model.raw_affiliation_string)))
        or None,
        institutions=tuple(i for i in map(_institution, model.institutions) if i),
        is_corresponding=bool(model.is_corresponding),
    )


def _date(work: WorkModel) -> tuple[date | None, Literal["year", "day"] | None]:
    """Day and precision. OpenAlex writes 1 January where it knows the year alone, so that day counts as a year."""
    day = work.publication_date
    if day is not None:
        return day, "year" if (day.month, day.day) == (1, 1) else "day"
    if work.publication_year is not None and 1000 <= work.publication_year <= 9999:
        return date(work.publication_year, 1, 1), "year"
    return None, None


def _venue(work: WorkModel) -> str | None:
    """The journal or proceedings; a repository that keeps a copy is no venue."""
    for location in (work.primary_location, *work.locations):
        if location and location.source and location.source.type != "repository":
            if name := tidy(location.source.display_name, 300):
                return name
        elif (
            location
            and location.source is None
            and location.is_published
            and (name := tidy(location.raw_source_name, 300))
        ):
            return name
    return None


def _topics(topic: TopicModel | None) -> tuple[str, ...]:
    """The primary topic from narrow to wide: topic, subfield, field."""
    levels = (topic, topic.subfield, topic.field) if topic else ()
    return unique(tidy(level.display_name, 200) for level in levels if level)


def _versions(locations: Iterable[LocationModel | None]) -> tuple[VersionRecord, ...]:
    """The first address of each of submitted, accepted and published."""
    found: dict[str, VersionRecord] = {}
    for location in locations:
        label = _VERSION_LABELS.get(location.version or "") if location else None
        url = tidy(location.landing_page_url, 2000) if location else None
        if label and url and url.startswith(("http://", "https://")):
            found.setdefault(label, VersionRecord(label=label, url=url))
    return tuple(found.values())


def paper_from(payload: Any) -> PaperRecord:
    """The record of one work. Raises Unusable or pydantic's ValidationError with the reason.

    A list of exactly 100 authors counts as cut short unless the payload says `is_authors_truncated: false`.
    """
    work = WorkModel.model_validate(payload)
    external_id = identifiers.keep_valid({"openalex": work.id}).get("openalex", "")
    if not external_id.startswith("W"):
        raise Unusable("its id is no OpenAlex work id")
    title = tidy(work.title) or tidy(work.display_name)
    if title is None:
        raise Unusable("it has no title")
    shown = [_authorship(model, position) for position, model in enumerate(work.authorships, start=1)]
    at_cap = len(shown) == LIST_AUTHORS_CAP and work.is_authors_truncated is None
    truncated = bool(work.is_authors_truncated) or at_cap
    day, precision = _date(work)
    return PaperRecord(
        source=SLUG,
        external_id=external_id,
        title=title,
        abstract=invert_abstract(work.abstract_inverted_index),
        publication_date=day,
        date_precision=precision,
        identifiers=_identifiers(work, external_id),
        topics=_topics(work.primary_topic),
        venue=_venue(work),
        kind="paratext" if work.is_paratext else tidy(work.type, 60),
        language=tidy(work.language, 12),
        status="retracted" if work.is_retracted else "active",
        authorships=tuple(a for a in shown if a),
        authors_truncated=truncated,
        author_count=None if truncated else len(shown) or None,
        cited_by_count=work.cited_by_count,
        reference_count=work.referenced_works_count,
        versions=_versions((work.primary_location, *work.locations)),
    )


def _affiliations(author: AuthorEntity) -> tuple[AffiliationRecord, ...]:
    """Institutions with their years, newest first; the last known ones marked, and added where they are missing."""
    last = list(author.last_known_institutions)
    last += [author.last_known_institution] if author.last_known_institution else []
    last_names = {i.display_name for i in last}
    held = [(a.institution, a.years) for a in author.affiliations if a.institution]
    held_names = {institution.display_name for institution, _ in held}
    held += [(institution, ()) for institution in last if institution.display_name not in held_names]
    found = []
    for model, years in held:
        if (institution := _institution(model)) is not None:
            known = tuple(sorted({year for year in years if 1000 <= year <= 9999}, reverse=True))
            is_last = model.display_name in last_names
            found.append(AffiliationRecord(institution=institution, years=known, is_last_known=is_last))
    return tuple(found)


def author_from(payload: Any) -> AuthorRecord:
    """The record of one author. Raises Unusable or pydantic's ValidationError with the reason."""
    author = AuthorEntity.model_validate(payload)
    external_id = identifiers.keep_valid({"openalex": author.id}).get("openalex", "")
    if not external_id.startswith("A"):
        raise Unusable("its id is no OpenAlex author id")
    if external_id in NOBODY:
        raise Unusable("it stands for deleted or unknown authors, not for a person")
    name = printed_name(author.display_name)
    if name is None:
        raise Unusable("it has no name")
    stats = author.summary_stats
    others = unique(tidy(other, 300) for other in author.display_name_alternatives)
    return AuthorRecord(
        source=SLUG,
        external_id=external_id,
        name=name,
        other_names=tuple(other for other in others if other != name)[:MAX_OTHER_NAMES],
        identifiers=identifiers.keep_valid({"openalex": external_id, "orcid": author.orcid}),
        affiliations=_affiliations(author),
        reported=ReportedFigures(
            papers=author.works_count,
            citations=author.cited_by_count,
            h_index=stats.h_index if stats else None,
            i10_index=stats.i10_index if stats else None,
        ),
    )


def _id_of(payload: Any) -> str | None:
    given = payload.get("id") if isinstance(payload, dict) else None
    return tidy(given.rsplit("/", 1)[-1], 300) if isinstance(given, str) else None


def record_from(payload: Any) -> PaperRecord | AuthorRecord:
    """The record of a stored payload, work or author alike."""
    is_author = (_id_of(payload) or "").upper().startswith("A")
    return author_from(payload) if is_author else paper_from(payload)


def read(payload: Any, at: datetime) -> Fetched | Rejected:
    """One element of a reply, read or refused with its reason."""
    return read_element(SLUG, payload, record_from, _id_of, at)
