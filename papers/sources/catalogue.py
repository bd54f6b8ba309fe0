"""Who Byline's data come from: names, addresses, terms and how each wants to be named. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from papers import identifiers
from papers.records import DatePrecision


@dataclass(frozen=True)
class SourceInfo:
    """One source. `record_scheme` is the identifier scheme whose public page shows a record of this source.

    `dated`: how finely it is known when its data were retrieved; None: not at all.
    """

    slug: str
    name: str
    home_url: str
    terms: str
    terms_url: str
    attribution: str | None = None
    record_scheme: str | None = None
    dated: DatePrecision | None = "day"

    def record_address(self, external_id: str, *, of: str = "paper") -> str | None:
        """The source's own page of a record; `of` is "paper" or "author". None where it has none or the id is odd."""
        if self.record_scheme is None:
            return None
        try:
            value = identifiers.normalise(self.record_scheme, external_id)
        except identifiers.InvalidIdentifier:
            return None
        return identifiers.address(self.record_scheme, value, of=of)


_ENTRIES = (
    SourceInfo(
        slug="openalex",
        name="OpenAlex",
        home_url="https://openalex.org/",
        terms="OpenAlex gives its data to the public domain (CC0); naming it is a courtesy that we keep.",
        terms_url="https://developers.openalex.org/",
        record_scheme="openalex",
    ),
    SourceInfo(
        slug="semanticscholar",
        name="Semantic Scholar",
        home_url="https://www.semanticscholar.org/",
        terms="Used under the API licence of Semantic Scholar, which asks that a page with its data name and link it.",
        terms_url="https://www.semanticscholar.org/product/api/license",
        attribution="Data from Semantic Scholar",
        record_scheme="semanticscholar",
    ),
    SourceInfo(
        slug="crossref",
        name="Crossref",
        home_url="https://www.crossref.org/",
        terms="Crossref claims no rights in single metadata records; they may be kept and shown.",
        terms_url="https://www.crossref.org/documentation/retrieve-metadata/rest-api/",
        record_scheme="doi",
    ),
    SourceInfo(
        slug="arxiv",
        name="arXiv",
        home_url="https://arxiv.org/",
        terms="arXiv gives its metadata, abstracts included, to the public domain (CC0). "
        "Papers themselves are read at arXiv, to which every record links.",
        terms_url="https://info.arxiv.org/help/api/tou.html",
        attribution="Thank you to arXiv for use of its open access interoperability.",
        record_scheme="arxiv",
    ),
    SourceInfo(
        slug="dblp",
        name="DBLP",
        home_url="https://dblp.org/",
        terms="DBLP gives its bibliographic records to the public domain (CC0).",
        terms_url="https://dblp.org/faq/Under+what+license+is+the+data+from+dblp+released.html",
        record_scheme="dblp",
    ),
    SourceInfo(
        slug="orcid",
        name="ORCID",
        home_url="https://orcid.org/",
        terms="Public ORCID records, read through the public API for non-commercial use; "
        "their owners decide what is public.",
        terms_url="https://info.orcid.org/public-client-terms-of-service/",
        record_scheme="orcid",
    ),
    SourceInfo(
        slug="paperlists",
        name="Google Scholar, as listed by the public paperlists data (February 2026)",
        home_url="https://github.com/papercopilot/paperlists",
        terms="Conference paper lists collected in public; "
        "their counts are Google Scholar's on the day of the listing.",
        terms_url="https://github.com/papercopilot/paperlists",
        dated="month",
    ),
    SourceInfo(
        slug="file",
        name="Imported file",
        home_url="/about/",
        terms="Records that a curator of this site has read in from a file, under the terms of whoever wrote it.",
        terms_url="/about/",
    ),
    SourceInfo(
        slug="capture",
        name="The captured author page this project began from",
        home_url="/about/",
        terms="Facts (titles, dates, names, counts) of one captured author page; its prose is not copied.",
        terms_url="/about/",
        dated=None,
    ),
)

CATALOGUE: dict[str, SourceInfo] = {entry.slug: entry for entry in _ENTRIES}

# The page shows the first of these whose cited-by count is known.
COUNT_ORDER = ("openalex", "semanticscholar", "crossref", "paperlists", "file", "capture")


def source_info(slug: str) -> SourceInfo:
    """The entry of a source. KeyError, with the known slugs, for another."""
    if slug not in CATALOGUE:
        raise KeyError(f"unknown source {slug!r}; known are {', '.join(CATALOGUE)}")
    return CATALOGUE[slug]


def name_of(slug: str) -> str:
    """ "OpenAlex" of "openalex"; the slug itself where it is not in the catalogue."""
    return CATALOGUE[slug].name if slug in CATALOGUE else slug
