"""OpenAlex, Semantic Scholar and arXiv in small: the records found in recorded replies, served as the services do."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol
from xml.sax.saxutils import escape

from lxml import etree

from tests.replay_archive import Answer, Question, Recorded

LIST_AUTHORS_CAP = 100
_NOT_FOUND_HTML = Answer(404, b"<!doctype html><title>404 Not Found</title>", {"Content-Type": "text/html"})
_ATOM = "http://www.w3.org/2005/Atom"
_FEED_HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    f'<feed xmlns="{_ATOM}" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><id>https://arxiv.org/api/replayed</id>'
)


class Service(Protocol):
    def answer(self, asked: Question) -> Answer: ...


def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


def _bare(identifier: str | None) -> str:
    return (identifier or "").rsplit("/", 1)[-1]


def _values(recorded: Iterable[Recorded], service: str) -> Iterable[Any]:
    """The JSON of every success of a service."""
    for one in recorded:
        if one.service == service and one.answer.status == 200 and one.answer.body.lstrip()[:1] in (b"{", b"["):
            yield json.loads(one.answer.body)


def _elements(value: Any, list_key: str) -> list[Any]:
    if isinstance(value, dict):
        held = value.get(list_key)
        return held if isinstance(held, list) else [value]
    return value if isinstance(value, list) else []


def _with_members(work: dict[str, Any]) -> dict[str, Any]:
    """A work of ours may ask for a long list: {"x_members": 120} adds invented authors up to that number."""
    wanted = work.pop("x_members", 0)
    given, family = ("Aina", "Bo", "Cato", "Dina", "Eirik", "Frida"), ("Lund", "Moe", "Nes", "Oen", "Prytz")
    for n in range(len(work["authorships"]), wanted):
        name = f"{given[n % 6]} {chr(65 + n % 26)}. {family[n % 5]}"
        member = {"author": {"id": f"https://openalex.org/A99001{n:05d}", "display_name": name, "orcid": None}}
        work["authorships"].append({**member, "raw_author_name": name, "institutions": [], "is_corresponding": False})
    return work


class OpenAlexReplay:
    """Works and authors by id, ORCID, DOI, name and author filter; lists paged by cursor."""

    def __init__(self, recorded: Sequence[Recorded], page_size: int) -> None:
        self.page_size = page_size
        self.works: dict[str, dict[str, Any]] = {}
        self.authors: dict[str, dict[str, Any]] = {}
        for value in _values(recorded, "openalex"):
            for element in _elements(value, "results"):
                if isinstance(element, dict) and "authorships" in element:
                    self.works.setdefault(_bare(element.get("id")), _with_members(element))
                elif isinstance(element, dict) and _bare(element.get("id")).startswith("A"):
                    self.authors.setdefault(_bare(element["id"]), element)
        self._add_authors_of_works()

    def _add_authors_of_works(self) -> None:
        """An author of whom only works are recorded gets an object of bare facts: id, ORCID, name and counts."""
        people = [a.get("author") or {} for work in self.works.values() for a in work["authorships"] or []]
        counts = Counter(_bare(author.get("id")) for author in people)
        for author in people:
            key = _bare(author.get("id"))
            if key and key not in self.authors:
                self.authors[key] = {**author, "works_count": counts[key], "cited_by_count": None}

    def answer(self, asked: Question) -> Answer:
        kind, _, key = asked.path.strip("/").partition("/")
        if kind == "authors" and key:
            return self._author(key)
        if kind == "authors":
            words = fold(asked.query.get("search", "")).split()
            named = [a for a in self.authors.values() if set(words) <= set(fold(a["display_name"] or "").split())]
            return self._list(named, asked)
        if kind == "works" and key:
            work = next((w for w in self.works.values() if key.lower() in self._keys(w)), None)
            return Answer.json(work) if work else _NOT_FOUND_HTML
        return self._list([self._capped(work) for work in self._filtered(asked)], asked)

    def _author(self, key: str) -> Answer:
        orcid = re.search(r"(?:\d{4}-){3}\d{3}[\dX]", key)
        for bare, author in self.authors.items():
            if bare == _bare(key).upper() or (orcid and _bare(author.get("orcid")) == orcid[0]):
                return Answer.json(author)
        return _NOT_FOUND_HTML

    @staticmethod
    def _keys(work: dict[str, Any]) -> set[str]:
        doi = (work.get("doi") or "").lower()
        return {_bare(work["id"]).lower(), doi, doi.replace("https://doi.org/", "doi:")} - {""}

    def _works_of(self, author: str) -> list[dict[str, Any]]:
        """By A-id or ORCID."""

        def is_by(work: dict[str, Any]) -> bool:
            people = [(a.get("author") or {}) for a in work["authorships"] or []]
            return any(author in (_bare(p.get("id")), _bare(p.get("orcid"))) for p in people)

        return [work for work in self.works.values() if is_by(work)]

    def _filtered(self, asked: Question) -> list[dict[str, Any]]:
        name, _, values = asked.query.get("filter", "").partition(":")
        if name in ("authorships.author.id", "authorships.author.orcid"):
            return self._works_of(_bare(values).upper())
        wanted = {_bare(value).lower() if name != "doi" else value.lower() for value in values.split("|")}
        wanted |= {f"doi:{value}" for value in wanted} if name == "doi" else set()
        return [work for work in self.works.values() if self._keys(work) & wanted]

    @staticmethod
    def _capped(work: dict[str, Any]) -> dict[str, Any]:
        if len(work["authorships"] or []) <= LIST_AUTHORS_CAP:
            return work
        return {**work, "authorships": work["authorships"][:LIST_AUTHORS_CAP], "is_authors_truncated": True}

    def _list(self, found: Sequence[dict[str, Any]], asked: Question) -> Answer:
        size = min(self.page_size, int(asked.query.get("per_page", "25")))
        cursor = asked.query.get("cursor", "*")
        start = 0 if cursor == "*" else int(cursor.removeprefix("replay-"))
        end = start + size
        following = f"replay-{end}" if end < len(found) else None
        meta = {"count": len(found), "per_page": size, "next_cursor": following}
        return Answer.json({"meta": meta, "results": found[start:end], "group_by": []})


class SemanticScholarReplay:
    """Papers and authors by id, an author's papers by offset, search by name, batches with null for the unknown."""

    def __init__(self, recorded: Sequence[Recorded], page_size: int) -> None:
        self.page_size = page_size
        self.papers: dict[str, dict[str, Any]] = {}
        self.authors: dict[str, dict[str, Any]] = {}
        for value in _values(recorded, "semanticscholar"):
            for element in _elements(value, "data"):
                if isinstance(element, dict) and element.get("paperId"):
                    self.papers.setdefault(element["paperId"], element)
                elif isinstance(element, dict) and element.get("authorId"):
                    self.authors.setdefault(element["authorId"], element)
        for paper in self.papers.values():
            for author in paper.get("authors") or []:
                if author.get("authorId"):
                    self.authors.setdefault(author["authorId"], author)

    def answer(self, asked: Question) -> Answer:
        parts = asked.path.removeprefix("/graph/v1").strip("/").split("/", 1)
        kind, key = parts[0], parts[1] if len(parts) > 1 else ""
        find: Callable[[str], Any] = self._paper if kind == "paper" else self.authors.get
        if key == "batch":
            return Answer.json([find(one) for one in asked.asked_ids()])
        if (kind, key) == ("author", "search"):
            words = set(fold(asked.query.get("query", "")).split())
            return self._list([a for a in self.authors.values() if words <= set(fold(a["name"]).split())], asked)
        if kind == "author" and key.endswith("/papers"):
            one = key.removesuffix("/papers")
            by = [p for p in self.papers.values() if one in [a.get("authorId") for a in p.get("authors") or []]]
            return self._list(by, asked) if one in self.authors else self._unknown("Author", one)
        found = find(key)
        return Answer.json(found) if found else self._unknown(kind.capitalize(), key)

    @staticmethod
    def _unknown(kind: str, key: str) -> Answer:
        return Answer.json({"error": f"{kind} with id {key} not found"}, 404)

    def _paper(self, key: str) -> dict[str, Any] | None:
        if key in self.papers:
            return self.papers[key]
        scheme, _, value = key.lower().partition(":")
        for paper in self.papers.values():
            ids = {k.lower(): str(v).lower() for k, v in (paper.get("externalIds") or {}).items()}
            if ids.get(scheme) == value:
                return paper
        return None

    def _list(self, found: Sequence[dict[str, Any]], asked: Question) -> Answer:
        start = int(asked.query.get("offset", "0"))
        end = start + min(self.page_size, int(asked.query.get("limit", "100")))
        if not found and asked.path.endswith("search"):
            return Answer.json({"total": 0, "offset": start})
        more = {"next": end} if end < len(found) else {}
        return Answer.json({"offset": start, **more, "data": list(found[start:end])})


class ArxivReplay:
    """Entries by id_list, or by the printed name in au:"…"."""

    def __init__(self, recorded: Sequence[Recorded], page_size: int) -> None:
        self.page_size = page_size
        self.entries: dict[str, etree._Element] = {}
        for one in recorded:
            if one.service == "arxiv" and one.answer.status == 200:
                for entry in etree.fromstring(one.answer.body).iter(f"{{{_ATOM}}}entry"):
                    key = re.sub(r"v\d+$", "", (entry.findtext(f"{{{_ATOM}}}id") or "").partition("/abs/")[2])
                    self.entries.setdefault(key, entry)

    def answer(self, asked: Question) -> Answer:
        ids = [i for i in asked.query.get("id_list", "").split(",") if i]
        if ids:
            found = [self.entries[i] for i in ids if i in self.entries]
        else:
            name = fold(asked.query.get("search_query", "").removeprefix("au:").strip('"'))
            found = [entry for entry in self.entries.values() if self._is_by(entry, name)]
        start = int(asked.query.get("start", "0"))
        size = min(self.page_size, int(asked.query.get("max_results", "10")))
        body = "".join(etree.tostring(e, encoding="unicode", with_tail=False) for e in found[start : start + size])
        counts = f"<opensearch:totalResults>{len(found)}</opensearch:totalResults>"
        title = f"<title>arXiv Query: search_query={escape(asked.query.get('search_query', ''))}</title>"
        feed = f"{_FEED_HEAD}{title}{counts}{body}</feed>"
        return Answer(200, feed.encode(), {"Content-Type": "application/atom+xml"})

    @staticmethod
    def _is_by(entry: etree._Element, name: str) -> bool:
        """All words of the name asked for are on one printed name, initials standing for names."""
        printed = [fold(n.text or "").split() for n in entry.iter(f"{{{_ATOM}}}name")]

        def stands_for(part: str, word: str) -> bool:
            return part == word or (part.endswith(".") and part[0] == word[0])

        return any(all(any(stands_for(p, word) for p in parts) for word in name.split()) for parts in printed)


def services(recorded: Sequence[Recorded], page_size: int) -> dict[str, Service]:
    """The three services by their slug."""
    return {
        "openalex": OpenAlexReplay(recorded, page_size),
        "semanticscholar": SemanticScholarReplay(recorded, page_size),
        "arxiv": ArxivReplay(recorded, page_size),
    }
