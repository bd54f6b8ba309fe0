"""Names without identifiers: matched within one import by their full name, or made authors of their own.

A stand-in with a narrow rule, to be replaced by a matcher that weighs evidence; its results are stored with their
reason, so that the same name on the same paper stays the same author.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from papers.byline import Entry
from papers.identity import Link, Nodes, PaperEntries, scheme_order
from papers.models import Author, AuthorName, ImportRun, MatchResult, Paper
from papers.names import fold, has_full_first_name, is_person

MATCHER_VERSION = "exact-name-1"
SAME_NAME = "the same full name in this import"


@dataclass
class _Matcher:
    """State of one pass: who is shown for whom, what is stored, and whom this run has seen under which name."""

    run: ImportRun | None
    shown: dict[int, int]  # author → the author shown in their place
    groups: dict[int, set[int]]  # shown author → everyone merged into them
    stored: dict[tuple[int, str, int], MatchResult]
    seen: dict[str, set[int]]
    fresh: list[tuple[Paper, Entry, Author, int]] = field(default_factory=list)
    matched: list[MatchResult] = field(default_factory=list)


def link_entries(papers: Sequence[PaperEntries], nodes: Nodes, run: ImportRun | None) -> dict[int, list[Link]]:
    """Who each entry of each paper is. New authors and new matches are written."""
    matcher = _prepare(papers, nodes, run)
    pending: dict[int, list[Link | Author]] = {}
    for paper, entries in papers:
        links: list[Link | Author | None] = [_certain(entry, nodes, matcher) for entry in entries]
        present = {link.shown_id for link in links if isinstance(link, Link)}
        for place, entry in enumerate(entries):
            if links[place] is None:
                links[place] = _by_name(paper, entry, matcher, present)
        pending[paper.pk] = [link for link in links if link is not None]
    _write_fresh(matcher)
    MatchResult.objects.bulk_create(matcher.matched, batch_size=2000)
    return {
        pk: [Link(one.pk, one.pk, "match") if isinstance(one, Author) else one for one in links]
        for pk, links in pending.items()
    }


def _write_fresh(matcher: _Matcher) -> None:
    founding = [-1 - marker == place for place, (_, _, _, marker) in enumerate(matcher.fresh)]
    Author.objects.bulk_create(
        [author for (_, _, author, _), founds in zip(matcher.fresh, founding, strict=True) if founds], batch_size=2000
    )
    for (paper, entry, author, _), founds in zip(matcher.fresh, founding, strict=True):
        reason = "no identifier, and nobody of this full name before in this import" if founds else SAME_NAME
        matcher.matched.append(_match(matcher, paper, entry, author.pk, [reason]))


def _prepare(papers: Sequence[PaperEntries], nodes: Nodes, run: ImportRun | None) -> _Matcher:
    ids = [paper.pk for paper, _ in papers]
    stored = {(m.paper_id, m.folded_name, m.occurrence): m for m in MatchResult.objects.filter(paper__in=ids)}
    named = {a.pk for a in nodes.author_of.values()} | {m.author_id for m in stored.values()}
    for _, entries in papers:
        for entry in entries:
            named |= entry.rejected | ({entry.assigned} if entry.assigned else set())
    matcher = _Matcher(run, {}, defaultdict(set), stored, defaultdict(set))
    _learn_roots(matcher, named)
    needed = {f for _, entries in papers for e in entries for f in e.folded if not e.identifiers}
    if run is not None and needed:
        _recall(matcher, run, needed)
    for _, entries in papers:
        for entry in entries:
            link = _certain(entry, nodes, matcher)
            if link and link.shown_id:
                for folded in entry.folded & needed:
                    matcher.seen[folded].add(link.shown_id)
    return matcher


def _learn_roots(matcher: _Matcher, author_ids: set[int]) -> None:
    rows = Author.objects.filter(Q(pk__in=author_ids) | Q(merged_into__in=author_ids))
    roots = {row.merged_into_id or row.pk for row in rows}
    for pk, root in Author.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots)).values_list("pk", "merged_into"):
        matcher.shown[pk] = root or pk
        matcher.groups[root or pk].add(pk)


def _recall(matcher: _Matcher, run: ImportRun, needed: set[str]) -> None:
    """Whom this run has already met under these names, by match or by identifier."""
    earlier = set(
        MatchResult.objects.filter(run=run, folded_name__in=needed).values_list("folded_name", "author_id")
    ) | set(
        AuthorName.objects.filter(folded__in=needed, author__own_authorships__paper__records__run=run)
        .values_list("folded", "author_id")
        .distinct()
    )
    _learn_roots(matcher, {author for _, author in earlier} - matcher.shown.keys())
    for folded, author in earlier:
        matcher.seen[folded].add(matcher.shown[author])


def _certain(entry: Entry, nodes: Nodes, matcher: _Matcher) -> Link | None:
    """By decision, else by identifier. An empty Link for what is no person's name; None where only a match can tell."""
    if entry.assigned is not None:
        return Link(entry.assigned, matcher.shown.get(entry.assigned, entry.assigned), "decision")
    for node in sorted(entry.identifiers, key=scheme_order):
        author = nodes.author_of.get(node)
        if author is not None and not _rejected(author.pk, entry, matcher):
            return Link(author.pk, matcher.shown.get(author.pk, author.pk), "identifier")
    return None if is_person(entry.name) else Link()


def _rejected(author_id: int, entry: Entry, matcher: _Matcher) -> bool:
    """ "Not their paper" binds everyone who is merged with the one it was said of."""
    if not entry.rejected:
        return False
    group = matcher.groups.get(matcher.shown.get(author_id, author_id), {author_id})
    return bool(entry.rejected & (group | {author_id}))


def _by_name(paper: Paper, entry: Entry, matcher: _Matcher, present: set[int | None]) -> Link | Author:
    for folded in sorted(entry.folded):
        match = matcher.stored.get((paper.pk, folded, entry.occurrence))
        if match and not _rejected(match.author_id, entry, matcher):
            return Link(match.author_id, matcher.shown.get(match.author_id, match.author_id), "match")
    if entry.rejected:
        return Link()  # a person said who it is not; only a person says who it is
    folded = fold(entry.name)
    bearers = matcher.seen[folded] - present if has_full_first_name(entry.name) else set()
    if len(bearers) == 1:
        (author_id,) = bearers
        if author_id > 0:
            present.add(author_id)
            matcher.matched.append(_match(matcher, paper, entry, author_id, [SAME_NAME]))
            return Link(author_id, author_id, "match")
        return _again(paper, entry, matcher, author_id, present)
    marker = -1 - len(matcher.fresh)  # no row yet: known by its place among the fresh until written
    author = Author(founded_by=f"name:{paper.founded_by}:{folded}:{entry.occurrence}", name=entry.name)
    matcher.fresh.append((paper, entry, author, marker))
    if matcher.run is not None:
        matcher.seen[folded].add(marker)
    present.add(marker)
    return author


def _again(paper: Paper, entry: Entry, matcher: _Matcher, marker: int, present: set[int | None]) -> Author:
    """A later paper of an author who is being made in this very pass."""
    author = matcher.fresh[-1 - marker][2]
    matcher.fresh.append((paper, entry, author, marker))
    present.add(marker)
    return author


def _match(matcher: _Matcher, paper: Paper, entry: Entry, author_id: int, reasons: list[str]) -> MatchResult:
    return MatchResult(
        paper=paper,
        folded_name=fold(entry.name),
        occurrence=entry.occurrence,
        author_id=author_id,
        score=1.0,
        reasons=reasons,
        matcher_version=MATCHER_VERSION,
        run=matcher.run,
    )
