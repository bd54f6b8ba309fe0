"""The byline of a paper out of what several sources print. Pure.

One source's list is the base (a complete one before a cut one, then by rank); the entries of the others are aligned to
it, so that an entry gathers the identifiers that each source gives the same person on the same paper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from papers.names import compatible, fold
from papers.records import AuthorshipRecord, InstitutionRecord, PaperRecord

BYLINE_RANK = ("openalex", "semanticscholar", "arxiv", "crossref", "dblp", "capture", "paperlists", "file")
MAX_ALIGNED = 200


@dataclass(frozen=True)
class BylineDecision:
    """A standing `assign` or `reject`: names an entry by an identifier, or by its printed name and occurrence."""

    id: int
    kind: str
    author_id: int
    identifier: str = ""
    name: str = ""
    occurrence: int = 0


@dataclass(frozen=True)
class Entry:
    """One place of the resolved byline. `claims`: (kind, left, right) pairs that this entry says are one person."""

    name: str
    occurrence: int
    source: str
    position: int | None
    identifiers: tuple[str, ...] = ()
    folded: frozenset[str] = frozenset()  # of every source's printing, for matching
    affiliation: str = ""
    institutions: tuple[InstitutionRecord, ...] = ()
    is_corresponding: bool = False
    claims: frozenset[tuple[str, str, str]] = frozenset()
    assigned: int | None = None
    rejected: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Byline:
    entries: tuple[Entry, ...] = ()
    is_truncated: bool = False
    author_count: int | None = None


@dataclass
class _Draft:
    """An entry while it is being aligned: what each source prints for it."""

    base: AuthorshipRecord
    source: str
    printed: list[AuthorshipRecord] = field(default_factory=list)

    @property
    def folds(self) -> frozenset[str]:
        return frozenset(folded for p in (self.base, *self.printed) if (folded := fold(p.name)))


def resolve_byline(records: Sequence[PaperRecord], decisions: Sequence[BylineDecision] = ()) -> Byline:
    listed = sorted((r for r in records if r.authorships), key=_base_order)
    if not listed:
        counts = [r.author_count for r in records if r.author_count]
        return Byline((), is_truncated=bool(counts), author_count=max(counts, default=None))
    base, *others = listed
    drafts = [_Draft(entry, base.source) for entry in base.authorships]
    for other in others:
        _align(drafts, base, other)
    drafts.sort(key=lambda d: (d.base.position is None, d.base.position or 0))
    entries = _with_decisions(_numbered(drafts), decisions)
    known = [r.author_count for r in listed if r.author_count]
    count = max(known, default=None) if base.authors_truncated else len(entries)
    return Byline(entries, base.authors_truncated and count != len(entries), count)


def _base_order(record: PaperRecord) -> tuple[bool, int, int, str]:
    place = BYLINE_RANK.index(record.source) if record.source in BYLINE_RANK else len(BYLINE_RANK)
    return record.authors_truncated, place, -len(record.authorships), record.external_id


def _align(drafts: list[_Draft], base: PaperRecord, other: PaperRecord) -> None:
    """Lay the other list upon the base: by equal folded name, then by place, then by the one compatible name."""
    taken: set[int] = set()
    by_fold: dict[str, list[int]] = {}
    for index, draft in enumerate(drafts):
        by_fold.setdefault(fold(draft.base.name), []).append(index)
    left: list[AuthorshipRecord] = []
    for entry in other.authorships:
        free = [i for i in by_fold.get(fold(entry.name), ()) if i not in taken]
        if free:
            taken.add(free[0])
            drafts[free[0]].printed.append(entry)
        else:
            left.append(entry)
    for entry in left:
        place = _compatible_place(drafts, taken, entry)
        if place is not None:
            taken.add(place)
            drafts[place].printed.append(entry)
        elif base.authors_truncated:
            drafts.append(_Draft(entry, other.source))
            taken.add(len(drafts) - 1)


def _compatible_place(drafts: Sequence[_Draft], taken: set[int], entry: AuthorshipRecord) -> int | None:
    near = range(len(drafts))
    if len(drafts) > MAX_ALIGNED:  # a collaboration's list: only the same place is worth comparing
        near = range(max(0, (entry.position or 0) - 1), min(len(drafts), entry.position or 0))
    fitting = [i for i in near if i not in taken and compatible(drafts[i].base.name, entry.name)]
    same_place = [i for i in fitting if entry.position is not None and drafts[i].base.position == entry.position]
    if same_place:
        return same_place[0]
    return fitting[0] if len(fitting) == 1 else None


def _numbered(drafts: Sequence[_Draft]) -> list[Entry]:
    seen: Counter[str] = Counter()
    entries = []
    for draft in drafts:
        folded = fold(draft.base.name)  # as matches and decisions name it: "José" and "Jose" are two of one name
        entries.append(_entry(draft, seen[folded]))
        seen[folded] += 1
    return entries


def _entry(draft: _Draft, occurrence: int) -> Entry:
    printed = (draft.base, *draft.printed)
    by_scheme: dict[str, str] = {}
    for p in printed:
        for scheme, value in p.identifiers.items():
            by_scheme.setdefault(scheme, value)
    institutions = next((p.institutions for p in printed if p.institutions), ())
    return Entry(
        name=draft.base.name,
        occurrence=occurrence,
        source=draft.source,
        position=draft.base.position,
        identifiers=tuple(f"{scheme}:{value}" for scheme, value in sorted(by_scheme.items())),
        folded=draft.folds,
        affiliation=next((p.affiliation for p in printed if p.affiliation), ""),
        institutions=institutions,
        is_corresponding=any(p.is_corresponding for p in printed),
        claims=_claims(printed),
    )


def _claims(printed: Sequence[AuthorshipRecord]) -> frozenset[tuple[str, str, str]]:
    own = [sorted(f"{scheme}:{value}" for scheme, value in p.identifiers.items()) for p in printed]
    said = {("entry", a, b) for names in own for a, b in combinations(names, 2)}
    for one, other in combinations(own, 2):
        said |= {("aligned", min(a, b), max(a, b)) for a in one for b in other if a != b}
    return frozenset(claim for claim in said if ("entry", *claim[1:]) == claim or ("entry", *claim[1:]) not in said)


def _with_decisions(entries: Sequence[Entry], decisions: Sequence[BylineDecision]) -> tuple[Entry, ...]:
    if not decisions:
        return tuple(entries)
    decided = []
    for entry in entries:
        mine = [d for d in decisions if _names(d, entry)]
        assigns = [d for d in mine if d.kind == "assign"]
        decided.append(
            replace(
                entry,
                assigned=max(assigns, key=lambda d: d.id).author_id if assigns else None,
                rejected=frozenset(d.author_id for d in mine if d.kind == "reject"),
            )
        )
    return tuple(decided)


def _names(decision: BylineDecision, entry: Entry) -> bool:
    if decision.identifier:
        return decision.identifier in entry.identifiers
    return decision.occurrence == entry.occurrence and fold(decision.name) in entry.folded
