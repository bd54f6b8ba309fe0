"""Recorded replies, and the records inside them as small services of their own. Used by tests.replay.

Two ways to an answer, in this order:
1. a recorded reply whose method, path and query fit (its `.meta.json` holds the address); what only chooses fields,
   page sizes or keys is ignored, and of several the one that fits best is taken;
2. for OpenAlex, the works and authors found in *any* loaded reply, served by id, ORCID, name and author filter, paged
   by cursor, lists capped at 100 authors a work, as the real service does. Semantic Scholar and arXiv likewise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

HOSTS = {
    "api.openalex.org": "openalex",
    "export.arxiv.org": "arxiv",
    "api.semanticscholar.org": "semanticscholar",
}
_FOLDERS = {"arxiv_atom": "arxiv", "arxiv": "arxiv", "openalex": "openalex", "semanticscholar": "semanticscholar"}
_LOOSE = frozenset(
    (
        "select",
        "fields",
        "api_key",
        "mailto",
        "per_page",
        "per-page",
        "limit",
        "max_results",
        "sort",
        "sortby",
        "sortorder",
    )
)
_STARTS = {"cursor": "*", "start": "0", "offset": "0", "page": "1"}


@dataclass(frozen=True)
class Answer:
    """What the server sends."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Answer:
        return cls(status, json.dumps(value, ensure_ascii=False).encode(), {"Content-Type": "application/json"})


@dataclass(frozen=True)
class Question:
    """A request, in a form that does not depend on the order or the spelling of its parameters."""

    method: str
    service: str
    path: str
    query: Mapping[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, method: str, service: str, target: str, body: bytes = b"") -> Question:
        parts = urlsplit(target)
        pairs = {key.lower(): re.sub(r"^author\.", "authorships.author.", v) for key, v in parse_qsl(parts.query)}
        return cls(method, service, unquote(parts.path).rstrip("/") or "/", pairs, body)

    def essence(self) -> dict[str, str]:
        """The parameters that decide what is asked."""
        return {k: v for k, v in self.query.items() if v and k not in _LOOSE and _STARTS.get(k) != v}

    def asked_ids(self) -> list[str]:
        """The ids of a batch."""
        value = json.loads(self.body or b"{}")
        return [str(one) for one in value.get("ids", [])] if isinstance(value, dict) else []


@dataclass(frozen=True)
class Recorded:
    """One recorded reply with the question it answered, where that is known."""

    service: str
    answer: Answer
    question: Question | None

    def fit(self, asked: Question) -> int | None:
        """How many of the loose parameters agree; None where the reply answers another question."""
        held = self.question
        if held is None or (held.method, held.service, held.path) != (asked.method, asked.service, asked.path):
            return None
        if held.essence() != asked.essence() or held.asked_ids() != asked.asked_ids():
            return None
        return sum(asked.query.get(key) == value for key, value in held.query.items())


def _headers(meta: Mapping[str, Any], body: bytes) -> dict[str, str]:
    """The recorded headers without those that speak of the recorded transfer; a Content-Type in any case."""
    skipped = {"content-length", "content-encoding", "transfer-encoding", "connection", "date", "server"}
    kept = {k: str(v) for k, v in (meta.get("headers") or {}).items() if k.lower() not in skipped}
    if not any(name.lower() == "content-type" for name in kept):
        first = body.lstrip()[:1]
        kind = "application/json" if first in (b"{", b"[") else "application/xml" if first == b"<" else "text/plain"
        kept["Content-Type"] = kind
    return kept


def load(folders: Iterable[Path]) -> list[Recorded]:
    """Every recorded reply of the three services below these folders."""
    found = []
    for meta_file in sorted(file for folder in folders for file in folder.rglob("*.meta.json")):
        meta = json.loads(meta_file.read_text())
        body_file = meta_file.with_name(meta_file.name.removesuffix(".meta.json"))
        url = meta.get("url")
        service = HOSTS.get(urlsplit(url).netloc) if url else _FOLDERS.get(meta_file.parent.name)
        if service is None or not body_file.is_file():
            continue
        body = body_file.read_bytes()
        answer = Answer(int(meta.get("status", 200)), body, _headers(meta, body))
        asked = str(meta.get("request_body", "")).encode()
        question = Question.of(meta.get("method", "GET"), service, _below_host(url), asked) if url else None
        found.append(Recorded(service, answer, question))
    return found


def _below_host(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def best(recorded: Iterable[Recorded], asked: Question) -> Answer | None:
    """The recorded answer that fits best; None where none does."""
    fits = [(fit, -place, one) for place, one in enumerate(recorded) if (fit := one.fit(asked)) is not None]
    return max(fits, key=lambda entry: entry[:2])[2].answer if fits else None
