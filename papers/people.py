"""Evidence + decisions → what an author displays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from papers.names import fold
from papers.records import AuthorRecord

NAME_RANK = ("openalex", "orcid", "semanticscholar", "dblp", "capture", "file", "paperlists")


@dataclass(frozen=True)
class AuthorEvidence:
    record: AuthorRecord
    retrieved_at: datetime


@dataclass(frozen=True)
class AuthorDecision:
    """A standing decision on an author: `hide`, `prefer_name`, `retire_name`, or `set` of homepage or category."""

    id: int
    kind: str
    field: str
    value: Any
    made_at: datetime


@dataclass
class AuthorValues:
    fields: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)
    names: dict[str, bool] = field(default_factory=dict)  # name → is retired


def resolve_author(
    evidence: Sequence[AuthorEvidence],
    printed: Iterable[tuple[str, int]],
    identifiers: Iterable[tuple[str, str]],
    decisions: Iterable[AuthorDecision] = (),
) -> AuthorValues:
    """What an author displays. `printed`: (name, on how many papers). Order plays no part."""
    ranked = sorted(evidence, key=_rank)
    printed = sorted(printed, key=lambda pair: (-pair[1], -len(pair[0]), pair[0]))
    values = AuthorValues()
    _take_name(values, ranked, printed)
    for name in ("homepage", "category"):
        found = next((e for e in ranked if getattr(e.record, name)), None)
        values.fields[name] = getattr(found.record, name) if found else ""
        if found:
            values.provenance[name] = found.record.source
    values.fields["orcid"] = min((value for scheme, value in identifiers if scheme == "orcid"), default="")
    values.fields["is_hidden"] = False
    for e in ranked:
        values.names |= dict.fromkeys((e.record.name, *e.record.other_names), False)
    values.names |= {name: False for name, _ in printed}
    _apply_decisions(values, decisions, [e.record.name for e in ranked] + [name for name, _ in printed])
    return values


def _rank(evidence: AuthorEvidence) -> tuple[int, str, str]:
    source = evidence.record.source
    return (NAME_RANK.index(source) if source in NAME_RANK else len(NAME_RANK)), source, evidence.record.external_id


def _take_name(values: AuthorValues, ranked: Sequence[AuthorEvidence], printed: Sequence[tuple[str, int]]) -> None:
    if ranked:
        values.fields["name"], values.provenance["name"] = ranked[0].record.name, ranked[0].record.source
    elif printed:
        values.fields["name"], values.provenance["name"] = printed[0][0], "bylines"
    else:
        values.fields["name"] = "?"


def _apply_decisions(values: AuthorValues, decisions: Iterable[AuthorDecision], by_rank: Sequence[str]) -> None:
    retired: set[str] = set()
    preferred: tuple[str, str] | None = None
    for decision in sorted(decisions, key=lambda d: (d.made_at, d.id)):
        origin = f"decision:{decision.id}"
        if decision.kind == "hide":
            values.fields["is_hidden"], values.provenance["is_hidden"] = True, origin
        elif decision.kind == "prefer_name":
            preferred = (decision.value, origin)
            values.names.setdefault(decision.value, False)
        elif decision.kind == "retire_name":
            retired.add(fold(decision.value))
            values.names.setdefault(decision.value, True)
        elif decision.field in ("homepage", "category"):
            values.fields[decision.field], values.provenance[decision.field] = decision.value or "", origin
    values.names = {name: fold(name) in retired for name in values.names}
    if preferred:
        values.fields["name"], values.provenance["name"] = preferred
    elif fold(values.fields["name"]) in retired:
        values.fields["name"] = next((name for name in by_rank if fold(name) not in retired), "Name withheld")
        values.provenance["name"] = "bylines"
