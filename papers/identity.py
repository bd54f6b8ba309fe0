"""Which author a name on a paper is.

In this order: a person's decision; a shared identifier; the stored match of a name without identifiers. Which
identifiers are one person follows from the claims of author records and bylines, whatever their order; two ORCID iDs
never are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count, Q

from papers.byline import Entry
from papers.clusters import Edge, clusters
from papers.models import (
    Author,
    AuthorIdentifier,
    Authorship,
    Decision,
    IdentifierClaim,
    MatchResult,
    Paper,
    SourceRecord,
)
from papers.records import AuthorRecord
from papers.rows import update_rows

SCHEME_RANK = ("orcid", "openalex", "semanticscholar", "dblp", "openreview", "ieee", "acl", "capture")
KIND_RANK = {"record": 0, "entry": 1, "aligned": 2}

PaperEntries = tuple[Paper, tuple[Entry, ...]]


class Link(NamedTuple):
    """Who an entry is, who is shown for them, and how that is known. All empty: nobody, plain text."""

    author_id: int | None = None
    shown_id: int | None = None
    how: str = ""


@dataclass
class Nodes:
    """Identifiers ("scheme:value") and the authors they name.

    `moved`: those that named another author before. `founded`: authors who are new.
    """

    author_of: dict[str, Author] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    founded: set[int] = field(default_factory=set)
    changed_authors: set[int] = field(default_factory=set)


def scheme_order(node: str) -> tuple[int, str]:
    scheme = node.partition(":")[0]
    return (SCHEME_RANK.index(scheme) if scheme in SCHEME_RANK else len(SCHEME_RANK)), node


def write_claims(
    papers: Sequence[PaperEntries], emptied: Iterable[Paper], records: Mapping[SourceRecord, AuthorRecord]
) -> set[str]:
    """Keep exactly the claims that these papers' bylines and these author records make; emptied papers make none.

    Returns the identifiers of the claims that are made no more: they may name somebody else now, or nobody.
    """
    wanted: set[tuple[str, str, str, int | None, int | None]] = set()
    for paper, entries in papers:
        wanted |= {(kind, a, b, None, paper.pk) for entry in entries for kind, a, b in entry.claims}
    for row, record in records.items():
        for scheme, value in record.identifiers.items():
            if (pair := sorted((own_node(record), f"{scheme}:{value}")))[0] != pair[1]:
                wanted.add(("record", pair[0], pair[1], row.pk, None))
    held = {
        (c.kind, c.left, c.right, c.record_id, c.paper_id): c.pk
        for c in IdentifierClaim.objects.filter(
            Q(paper__in=[p.pk for p in (*(paper for paper, _ in papers), *emptied)])
            | Q(record__in=[row.pk for row in records])
        )
    }
    dropped = held.keys() - wanted
    IdentifierClaim.objects.filter(pk__in=[held[claim] for claim in dropped]).delete()
    IdentifierClaim.objects.bulk_create(
        [
            IdentifierClaim(kind=kind, left=a, right=b, record_id=record, paper_id=paper)
            for kind, a, b, record, paper in sorted(wanted - held.keys(), key=str)
        ],
        batch_size=2000,
    )
    return {node for _, a, b, _, _ in dropped for node in (a, b)}


def own_node(record: AuthorRecord) -> str:
    return f"{record.source}:{record.external_id}"


def place_identifiers(
    papers: Sequence[PaperEntries], records: Iterable[AuthorRecord], loosened: Collection[str] = ()
) -> Nodes:
    """Give every identifier on these papers and records, and all that claims tie to it, its author row.

    `loosened`: identifiers that a claim tied to others until now. One that nothing names any more is forgotten.
    """
    start = {node for _, entries in papers for entry in entries for node in entry.identifiers}
    start |= {own_node(r) for r in records} | {f"{s}:{v}" for r in records for s, v in r.identifiers.items()}
    nodes, claims = _connected(start | set(loosened))
    if not nodes:
        return Nodes()
    said = start | {node for _, a, b in claims for node in (a, b)}
    silent = _unnamed(nodes - said, papers)
    result = _place(_people(nodes - silent, claims), _adoptable(papers))
    forgotten = _rows_of(silent)
    result.changed_authors |= {row.author_id for row in forgotten.values()}
    AuthorIdentifier.objects.filter(pk__in=[row.pk for row in forgotten.values()]).delete()
    return result


def _rows_of(nodes: Iterable[str]) -> dict[str, AuthorIdentifier]:
    pairs = [node.split(":", 1) for node in nodes]
    held = AuthorIdentifier.objects.filter(scheme__in={p[0] for p in pairs}, value__in={p[1] for p in pairs})
    wanted = set(nodes)
    rows = {f"{row.scheme}:{row.value}": row for row in held.select_related("author").order_by("pk")}
    return {node: row for node, row in rows.items() if node in wanted}


def _unnamed(nodes: set[str], papers: Sequence[PaperEntries]) -> set[str]:
    """Those that no byline of another paper and no author record names."""
    if not nodes:
        return nodes
    elsewhere = Authorship.objects.exclude(paper__in=[paper.pk for paper, _ in papers])
    printed = elsewhere.filter(identifiers__overlap=sorted(nodes)).values_list("identifiers", flat=True)
    own = SourceRecord.objects.filter(
        kind=SourceRecord.Kind.AUTHOR, external_id__in=[n.split(":", 1)[1] for n in nodes]
    )
    named = {node for identifiers in printed for node in identifiers}
    return nodes - named - {f"{source}:{value}" for source, value in own.values_list("source", "external_id")}


def _connected(start: set[str]) -> tuple[set[str], dict[tuple[str, str, str], int]]:
    """All identifiers that claims tie to the given ones, and how often each claim is made."""
    nodes, frontier = set(start), set(start)
    claims: dict[tuple[str, str, str], int] = {}
    while frontier:
        rows = (
            IdentifierClaim.objects.filter(Q(left__in=frontier) | Q(right__in=frontier))
            .values_list("kind", "left", "right")
            .annotate(times=Count("pk"))
        )
        claims.update({(kind, a, b): times for kind, a, b, times in rows})
        frontier = {node for _, a, b in claims for node in (a, b)} - nodes
        nodes |= frontier
    return nodes, claims


def _people(nodes: set[str], claims: Mapping[tuple[str, str, str], int]) -> list[frozenset[str]]:
    """Strong claims first, vetoed by ORCID iDs; then aligned bylines, which join no two ids of one scheme."""
    apart = _declared_different(nodes)
    edges = [Edge((KIND_RANK[kind], -times), a, b) for (kind, a, b), times in claims.items()]
    orcids = {n: {"orcid": frozenset({n})} if n.startswith("orcid:") else {} for n in nodes}
    strong = clusters(orcids, [e for e in edges if e.rank[0] < KIND_RANK["aligned"]], apart=apart)
    home = {node: min(group) for group in strong for node in group}
    marks: dict[str, dict[str, frozenset[str]]] = {}
    for group in strong:
        by_scheme: dict[str, set[str]] = defaultdict(set)
        for node in group:
            by_scheme[node.partition(":")[0]].add(node)
        marks[min(group)] = {scheme: frozenset(values) for scheme, values in by_scheme.items()}
    aligned = [e._replace(left=home[e.left], right=home[e.right]) for e in edges if e.rank[0] == KIND_RANK["aligned"]]
    joined = clusters(marks, aligned, apart=[(home[a], home[b]) for a, b in apart])
    members = defaultdict(set)
    for node, first in home.items():
        members[first].add(node)
    return [frozenset().union(*(members[first] for first in group)) for group in joined]


def _declared_different(nodes: set[str]) -> list[tuple[str, str]]:
    """`different` decisions between authors, as pairs of the identifiers that founded them."""
    pairs = (
        Decision.objects.standing()
        .filter(kind=Decision.Kind.DIFFERENT, author__isnull=False)
        .filter(Q(author__founded_by__in=nodes) | Q(other_author__founded_by__in=nodes))
        .values_list("author__founded_by", "other_author__founded_by")
    )
    return [(a, b) for a, b in pairs if a in nodes and b in nodes]


def _adoptable(papers: Sequence[PaperEntries]) -> dict[str, Author]:
    """Identifier → the author whom its entry was matched to while the paper's name had no identifier yet."""
    by_place = {
        (paper.pk, folded, entry.occurrence): entry.identifiers
        for paper, entries in papers
        for entry in entries
        if entry.identifiers
        for folded in entry.folded
    }
    matches = MatchResult.objects.filter(paper__in=[paper.pk for paper, _ in papers]).select_related("author")
    found: dict[str, Author] = {}
    for match in matches.order_by("-author_id"):
        if match.author.founded_by.startswith("name:") and match.author.absorbed_by_id is None:
            for node in by_place.get((match.paper_id, match.folded_name, match.occurrence), ()):
                found[node] = match.author
    return found


def _bearers(held: Mapping[str, AuthorIdentifier], nodes: set[str]) -> dict[str, Author]:
    """Identifier → the row that bears it, where that was founded by one which no longer belongs to these people."""
    return {
        node: row.author
        for node, row in held.items()
        if row.author.founded_by not in nodes and row.author.absorbed_by_id is None
    }


def _place(people: Iterable[frozenset[str]], adoptable: Mapping[str, Author]) -> Nodes:
    """A group keeps the oldest row that a member founded; without one it adopts a matched row, or founds its own."""
    every = {node for group in people for node in group}
    founded = {a.founded_by: a for a in Author.objects.filter(founded_by__in=every)}
    held = _rows_of(every)
    bearers = _bearers(held, every)
    result, fresh, edited, adopted = Nodes(), [], [], set()
    for group in people:
        rows = sorted((founded[node] for node in group if node in founded), key=lambda a: a.pk)
        candidates = [of[n] for of in (bearers, adoptable) for n in sorted(group, key=scheme_order) if n in of]
        candidates = [a for a in candidates if a.pk not in adopted]
        if not rows and candidates:
            rows = [candidates[0]]
            adopted.add(rows[0].pk)
            rows[0].founded_by = min(group, key=scheme_order)
            edited.append(rows[0])
        row = rows[0] if rows else Author(founded_by=min(group, key=scheme_order), name="?")
        if not rows:
            fresh.append(row)
        for other in rows:
            absorbed_by = None if other is row else row
            if other.absorbed_by_id != (absorbed_by.pk if absorbed_by else None):
                other.absorbed_by = absorbed_by
                edited.append(other)
                result.changed_authors.add(other.pk)
        result.author_of |= dict.fromkeys(group, row)
    Author.objects.bulk_create(fresh)
    update_rows(edited, ["founded_by", "absorbed_by"])
    result.founded = {row.pk for row in fresh}
    result.changed_authors |= result.founded
    _write_identifiers(result, held)
    return result


def _write_identifiers(result: Nodes, held: Mapping[str, AuthorIdentifier]) -> None:
    fresh, moved = [], []
    for node in sorted(result.author_of):
        author, row = result.author_of[node], held.get(node)
        if row is None:
            scheme, value = node.split(":", 1)
            fresh.append(AuthorIdentifier(scheme=scheme, value=value, author=author))
            result.changed_authors.add(author.pk)
        elif row.author_id != author.pk:
            result.moved.add(node)
            result.changed_authors |= {row.author_id, author.pk}
            row.author = author
            moved.append(row)
    AuthorIdentifier.objects.bulk_create(fresh, batch_size=2000)
    update_rows(moved, ["author"], batch_size=1000)
