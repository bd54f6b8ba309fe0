"""Identifiers of papers, authors and institutions: bare, normal forms and their public addresses. Pure.

Every `normalise` takes whatever a source or a person may write (a URL, a prefix, odd case) and gives the
bare form that Byline stores, or raises InvalidIdentifier with a sentence that says what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote

MAX_LENGTH = 400


class InvalidIdentifier(ValueError):
    """The text is no identifier of the scheme; the message says what one looks like."""


def _matcher(scheme: str, pattern: str, example: str, flags: int = 0) -> Callable[[str], str]:
    compiled = re.compile(pattern, flags | re.ASCII)

    def normalise_one(text: str) -> str:
        found = compiled.fullmatch(text.strip())
        if not found:
            raise InvalidIdentifier(f"{text.strip()[:80]!r} is no {scheme}; one looks like {example}")
        return found[1]

    return normalise_one


def _upper(normalise_one: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: normalise_one(text).upper()


def _prefixed(prefix: str, normalise_one: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: prefix + normalise_one(text)


def _lower(normalise_one: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: normalise_one(text).lower()


_ARXIV_URL = r"(?:https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:|(?:https?://(?:dx\.)?doi\.org/)?10\.48550/arxiv\.)?"
_ARXIV = re.compile(
    _ARXIV_URL + r"((?:\d{4}\.\d{4,5})|(?:[a-z][a-z-]*(?:\.[a-z]{2})?/\d{7}))(?:v([1-9]\d{0,3}))?(?:\.pdf)?",
    re.ASCII | re.IGNORECASE,
)


def arxiv_id_and_version(text: str) -> tuple[str, int | None]:
    """("1706.03762", 5) of "https://arxiv.org/abs/1706.03762v5"; old ids keep their archive, less its subject class.

    Source: https://info.arxiv.org/help/arxiv_identifier.html
    """
    found = _ARXIV.fullmatch(text.strip())
    month = found[1].split("/")[-1][2:4] if found else ""
    if not found or not "01" <= month <= "12":
        raise InvalidIdentifier(f"{text.strip()[:80]!r} is no arXiv id; one looks like 1706.03762 or hep-th/9901001")
    archive, slash, number = found[1].lower().rpartition("/")
    return archive.partition(".")[0] + slash + number, int(found[2]) if found[2] else None


def _doi(text: str) -> str:
    bare = re.sub(r"^(?:https?://(?:dx\.|www\.)?doi\.org/|doi:\s*)", "", text.strip(), flags=re.IGNORECASE)
    if text.lstrip()[:4].lower() == "http":
        bare = unquote(bare)
    while "%2f" in bare.lower():
        bare = unquote(bare)
    bare = bare.lower()
    if not bare.isprintable() or not re.fullmatch(r"10\.\d{4,9}(?:\.\d+)*/[!-~\u00a1-\ufffc]{1,240}", bare):
        raise InvalidIdentifier(f"{text.strip()[:80]!r} is no DOI; one looks like 10.1038/nature14539")
    return bare


def orcid_check_character(first_fifteen: str) -> str:
    """ISO 7064 MOD 11-2 over the first fifteen digits."""
    total = 0
    for digit in first_fifteen:
        total = (total + int(digit)) * 2
    remainder = (12 - total % 11) % 11
    return "X" if remainder == 10 else str(remainder)


def _orcid(text: str) -> str:
    bare = re.sub(r"^(?:https?://(?:www\.)?orcid\.org/|orcid:\s*)", "", text.strip(), flags=re.IGNORECASE).upper()
    bare = bare.removesuffix("/")
    digits = bare.replace("-", "") if re.fullmatch(r"\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX]", bare, re.ASCII) else ""
    if not digits:
        raise InvalidIdentifier(f"{text.strip()[:80]!r} is no ORCID iD; one looks like 0000-0002-1825-0097")
    if orcid_check_character(digits[:15]) != digits[15]:
        raise InvalidIdentifier(f"{text.strip()[:80]!r} is no ORCID iD: its last character does not fit the others")
    return "-".join(digits[i : i + 4] for i in range(0, 16, 4))


_OPENALEX = r"(?:https?://(?:api\.)?openalex\.org/(?:[a-z]+/)?|openalex:)?"

_NORMALISE: Mapping[str, Callable[[str], str]] = {
    "doi": _doi,
    "orcid": _orcid,
    "arxiv": lambda text: arxiv_id_and_version(text)[0],
    "openalex": _upper(_matcher("OpenAlex id", _OPENALEX + r"([WAIS]\d{1,14})", "A5023888391", re.IGNORECASE)),
    "semanticscholar": _lower(
        _matcher(
            "Semantic Scholar id",
            r"(?:https?://(?:www\.)?semanticscholar\.org/(?:author|paper)/(?:[^/]+/)?)?([0-9a-f]{40}|\d{1,12})",
            "1741101, or 40 hexadecimal digits",
            re.IGNORECASE,
        )
    ),
    "corpusid": _matcher("corpus id", r"(?:CorpusID:)?(\d{1,12})", "258059792", re.IGNORECASE),
    "pmid": _matcher(
        "PubMed id", r"(?:https?://pubmed\.ncbi\.nlm\.nih\.gov/|pmid:)?(\d{1,9})/?", "29456894", re.IGNORECASE
    ),
    "pmcid": _prefixed(
        "PMC",
        _matcher(
            "PubMed Central id",
            r"(?:https?://(?:(?:www\.)?ncbi\.nlm\.nih\.gov/pmc|pmc\.ncbi\.nlm\.nih\.gov)/articles/)?(?:PMC)?(\d{1,9})/?",
            "PMC11116106",
            re.IGNORECASE,
        ),
    ),
    "dblp": _matcher(
        "DBLP key",
        r"(?:https?://dblp(?:\.org|\.uni-trier\.de|\.dagstuhl\.de)/(?:pid|rec)/)?"
        r"(?=.{3,200}$)(\w[\w.:+=-]*?(?:/\w[\w.:+=-]*?)+)(?:\.html|\.xml)*",
        "homepages/n/Someone",
    ),
    "ror": _lower(_matcher("ROR id", r"(?:https?://ror\.org/)?(0[a-z0-9]{6}\d{2})", "05g3dte14", re.IGNORECASE)),
    "ieee": _matcher("IEEE author id", r"(?:ieee:)?(\d{1,20})", "37086453282"),
    "openreview": _matcher(
        "OpenReview profile", r"(?:openreview:)?(~[^\s/]{1,200}|[^\s/@]+@[^\s/@]+)", "~Ada_Lovelace1"
    ),
    "acl": _matcher("ACL Anthology author id", r"(?:acl:)?([\w-]{1,200})", "ada-lovelace"),
    "capture": _matcher("captured author", r"([\w-]{1,100})", "sebastian-nowozin"),
}

SCHEMES = frozenset(_NORMALISE)

_ADDRESSES: Mapping[str, str] = {
    "doi": "https://doi.org/{}",
    "arxiv": "https://arxiv.org/abs/{}",
    "orcid": "https://orcid.org/{}",
    "openalex": "https://openalex.org/{}",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/{}/",
    "ror": "https://ror.org/{}",
    "ieee": "https://ieeexplore.ieee.org/author/{}",
    "openreview": "https://openreview.net/profile?id={}",
    "acl": "https://aclanthology.org/people/{}/",
}


def normalise(scheme: str, text: str) -> str:
    """The bare form of an identifier. Raises InvalidIdentifier for an unknown scheme or a text that does not fit."""
    rule = _NORMALISE.get(scheme)
    if rule is None:
        raise InvalidIdentifier(f"unknown identifier scheme {scheme!r}; known are {', '.join(sorted(SCHEMES))}")
    if len(text) > MAX_LENGTH or not text.strip().isprintable():
        raise InvalidIdentifier(f"{text.strip()[:80]!r} is no identifier: it is too long or holds control characters")
    return rule(text)


def normalise_all(given: Mapping[str, str]) -> dict[str, str]:
    """Every pair in normal form, ordered by scheme. An arXiv DOI (10.48550/arXiv.…) becomes its arXiv id."""
    found = {scheme: normalise(scheme, text) for scheme, text in given.items()}
    doi = found.get("doi", "")
    if doi.startswith("10.48550/arxiv."):
        del found["doi"]
        found.setdefault("arxiv", normalise("arxiv", doi))
    return dict(sorted(found.items()))


def keep_valid(given: Mapping[str, str | None]) -> dict[str, str]:
    """The pairs that are valid, for a source whose records are good apart from a broken identifier."""
    kept: dict[str, str] = {}
    for scheme, text in given.items():
        if text:
            try:
                kept[scheme] = normalise(scheme, text)
            except InvalidIdentifier:
                continue
    try:
        return normalise_all(kept)
    except InvalidIdentifier:  # a DOI of arXiv's that stands for no arXiv id
        return normalise_all({scheme: text for scheme, text in kept.items() if scheme != "doi"})


def address(scheme: str, value: str, *, of: str = "paper") -> str | None:
    """The public page of an identifier; `of` is "paper" or "author". None where the scheme has no page."""
    if scheme == "semanticscholar":
        return f"https://www.semanticscholar.org/{of}/{quote(value, safe='')}"
    if scheme == "dblp":
        return f"https://dblp.org/{'rec' if of == 'paper' else 'pid'}/{quote(value, safe='/:+=')}"
    pattern = _ADDRESSES.get(scheme)
    return pattern.format(quote(value, safe="/:;()")) if pattern else None
