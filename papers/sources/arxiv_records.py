"""Entries of arXiv's Atom feed as records. Pure. https://info.arxiv.org/help/api/user-manual.html

The feed is parsed from bytes, with entities, document types and the network off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lxml import etree

from papers import identifiers
from papers.records import AuthorshipRecord, Fetched, PaperRecord, Rejected, VersionRecord
from papers.sources.base import Unusable, printed_name, read_element, tidy, unique
from papers.sources.errors import BadReply, BadRequest

SLUG = "arxiv"
_NS = {
    "a": "http://www.w3.org/2005/Atom",
    "x": "http://arxiv.org/schemas/atom",
    "o": "http://a9.com/-/spec/opensearch/1.1/",
}
_FEED, _ENTRY = f"{{{_NS['a']}}}feed", f"{{{_NS['a']}}}entry"
_WITHDRAWN_SUMMARY = re.compile(
    r"\s*(?:this|the) (?:paper|article|submission|manuscript|work) (?:has been|is|was) withdrawn", re.IGNORECASE
)
_AND_OTHERS = re.compile(r"(?:et\.? ?al\.?|and others)", re.IGNORECASE)


@dataclass(frozen=True)
class Feed:
    """An answer of the API: its entries, how many it says there are over all pages, and the ids it was asked for."""

    entries: tuple[etree._Element, ...]
    total: int | None
    asked_ids: tuple[str, ...] = ()


def _parse(content: bytes) -> etree._Element:
    """The root element. Raises XMLSyntaxError, or ValueError for a document type, which no feed needs."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    root = etree.fromstring(content, parser)
    if b"<!DOCTYPE" in content:
        raise ValueError("a document type")
    return root


def _text(element: etree._Element, path: str) -> str | None:
    found = element.find(path, _NS)
    return None if found is None else tidy("".join(str(t) for t in found.itertext()))


def _raise_error_entry(entry: etree._Element) -> None:
    address = _text(entry, "a:id") or ""
    if "/api/errors" in address or (_text(entry, "a:title") == "Error" and "/abs/" not in address):
        said = (_text(entry, "a:summary") or "no reason given")[:160]
        raise BadRequest(SLUG, f"arXiv did not accept the question ({said}); correct the identifier or the name.")


def parse_feed(content: bytes) -> Feed:
    """The feed in a reply. Raises BadReply for anything else, BadRequest for arXiv's own error entry."""
    if content.strip()[:20].lower().startswith(b"rate exceeded"):
        raise BadReply(SLUG, "arXiv says that its rate was exceeded; try again in some minutes.")
    try:
        root = _parse(content)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadReply(
            SLUG, f"arXiv sent {len(content):,} bytes that are no whole XML feed (cut short?); try again later."
        ) from error
    if root.tag != _FEED:
        raise BadReply(SLUG, f"arXiv sent <{str(root.tag)[-60:]}> where an Atom feed was due; check ARXIV_API_URL.")
    entries = tuple(root.iterchildren(_ENTRY))
    for entry in entries:
        _raise_error_entry(entry)
        if (_text(entry, "a:id") or "").startswith("oai:"):
            raise BadReply(
                SLUG,
                "This is arXiv's feed of announcements, which dates and names papers otherwise than its query API; "
                "ask the API (…/api/query) instead.",
            )
    total = _text(root, "o:totalResults")
    if total is None and not entries:
        raise BadReply(SLUG, "arXiv sent a feed with neither papers nor a count of them; try again later.")
    asked = re.search(r"\bid_list=([^&;\s]+)", _text(root, "a:title") or "")
    return Feed(
        entries,
        int(total) if total and re.fullmatch(r"[0-9]{1,12}", total) else None,
        tuple(asked[1].split(",")) if asked else (),
    )


def _day(entry: etree._Element, path: str) -> date | None:
    text = _text(entry, path)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise Unusable(f"{text[:40]!r} is no date") from error


def _versions(base_id: str, number: int | None, entry: etree._Element) -> tuple[VersionRecord, ...]:
    """The first and the present version: the feed dates no others."""
    first, last = _day(entry, "a:published"), _day(entry, "a:updated")
    dated = {1: first, number or 1: first if number in (None, 1) else last}
    return tuple(
        VersionRecord(label=f"v{n}", released=day, url=f"https://arxiv.org/abs/{base_id}v{n}")
        for n, day in sorted(dated.items())
    )


def _authorships(entry: etree._Element) -> tuple[tuple[AuthorshipRecord, ...], bool]:
    """The byline, and whether it says "et al.". A lone ":" that parts a collaboration from its members is no name."""
    found: list[AuthorshipRecord] = []
    truncated = False
    for author in entry.iterfind("a:author", _NS):
        name = printed_name(_text(author, "a:name"))
        if name is not None and _AND_OTHERS.fullmatch(name):
            truncated = True
        elif name is not None:
            places = unique(tidy("".join(map(str, p.itertext()))) for p in author.iterfind("x:affiliation", _NS))
            found.append(AuthorshipRecord(name=name, position=len(found) + 1, affiliation="; ".join(places) or None))
    return tuple(found), truncated


def _categories(entry: etree._Element) -> tuple[str, ...]:
    """Whole category names, the primary one first."""
    terms = [element.get("term") for element in entry.iterfind("x:primary_category", _NS)]
    terms += [element.get("term") for element in entry.iterfind("a:category", _NS)]
    return unique(tidy(term, 60) for term in terms)


def _is_withdrawn(entry: etree._Element) -> bool:
    comment, summary = _text(entry, "x:comment") or "", _text(entry, "a:summary") or ""
    return bool(re.search(r"\bwithdrawn\b", comment, re.IGNORECASE) or _WITHDRAWN_SUMMARY.match(summary))


def _paper(entry: etree._Element) -> PaperRecord:
    address = _text(entry, "a:id") or ""
    try:
        base_id, number = identifiers.arxiv_id_and_version(address)
    except identifiers.InvalidIdentifier as error:
        raise Unusable(str(error)) from error
    title = _text(entry, "a:title")
    if title is None:
        raise Unusable("it has no title")
    authorships, truncated = _authorships(entry)
    published = _day(entry, "a:published")
    dois = (_text(entry, "x:doi") or "").split()
    return PaperRecord(
        source=SLUG,
        external_id=base_id,
        title=title,
        abstract=_text(entry, "a:summary"),
        publication_date=published,
        date_precision="day" if published else None,
        identifiers=identifiers.keep_valid({"arxiv": base_id, "doi": dois[0] if dois else None}),
        categories=_categories(entry),
        venue=tidy(_text(entry, "x:journal_ref"), 300),
        kind="preprint",
        status="withdrawn" if _is_withdrawn(entry) else "active",
        authorships=authorships,
        authors_truncated=truncated,
        author_count=None if truncated else len(authorships) or None,
        versions=_versions(base_id, number, entry),
    )


def _entry_of(payload: Any) -> etree._Element:
    xml = payload.get("xml") if isinstance(payload, dict) else None
    if not isinstance(xml, str):
        raise Unusable('the payload has no "xml"')
    try:
        return _parse(xml.encode())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unusable("its XML is not whole") from error


def record_from(payload: Any) -> PaperRecord:
    """The record of a stored payload {"xml": "<entry …>"}. Raises Unusable or pydantic's ValidationError."""
    return _paper(_entry_of(payload))


def read(entry: etree._Element, at: datetime) -> Fetched | Rejected:
    """One entry of a feed, read or refused with its reason."""
    payload = {"xml": etree.tostring(entry, encoding="unicode", with_tail=False)}
    external_id = tidy((_text(entry, "a:id") or "").rpartition("/abs/")[2], 300)
    return read_element(SLUG, payload, lambda _: _paper(entry), lambda _: external_id, at)
