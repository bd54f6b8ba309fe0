"""One page of a walk, from records to displayed rows, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from papers.coauthors import recompute_coauthorships
from papers.identity import place_identifiers, write_claims
from papers.ingest.authors import display_authors, place_author_records
from papers.ingest.display import Displayed, display_papers
from papers.ingest.evidence import store_evidence
from papers.ingest.grouping import Grouping, group_records
from papers.ingest.links import Bylines, write_bylines
from papers.matching import link_entries
from papers.models import Author, Authorship, Decision, DirtyAuthor, ImportRun, MatchResult, SourceRecord
from papers.records import AuthorRecord, Fetched
from papers.roots import set_roots
from papers.rows import update_rows

# Any constant will do: it names the one lock under which evidence becomes rows.
INGEST_LOCK = 0x42594C4E


@dataclass
class PageResult:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    affected: set[int] = field(default_factory=set)  # authors whose pages differ now


def lock_ingest(*, shared: bool = False) -> None:
    """Wait for other writers; the lock ends with the transaction, also when its holder is killed.

    Take it before any row: ingest deletes authors and moves what they are founded on, which waits for everyone who
    holds a row that refers to them. `shared`: for those whom ingest alone must not meet.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("ingest needs a transaction around it")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(%s)", [INGEST_LOCK])


def store_page(items: Sequence[Fetched], run: ImportRun | None, cause: str) -> PageResult:
    """Keep the evidence and bring everything it touches up to date. What is already known writes nothing."""
    lock_ingest()
    stored = store_evidence(items, run)
    affected: set[int] = set()
    if stored.papers or stored.authors:
        affected = _bring_up_to_date(stored.papers, stored.authors, run, cause)
    return PageResult(stored.created, stored.changed, stored.unchanged, affected)


def redisplay(paper_ids: Collection[int], author_ids: Collection[int], cause: str) -> set[int]:
    """Bring papers and authors up to date after a decision about them. Returns the authors whose pages differ now."""
    lock_ingest()
    moved = _follow_roots(set(author_ids))
    papers = list(SourceRecord.objects.filter(paper__in={*paper_ids, *_rejecting(moved)}, deleted_at=None))
    affected = _bring_up_to_date(papers, [], None, cause) | moved | set(author_ids)
    _finish(affected, affected, cause, structural=bool(moved))
    return affected


def _bring_up_to_date(
    paper_rows: Sequence[SourceRecord], author_rows: Sequence[SourceRecord], run: ImportRun | None, cause: str
) -> set[int]:
    author_records = {row: AuthorRecord.model_validate(row.record) for row in author_rows}
    grouping = group_records(paper_rows)
    shown = display_papers(grouping)
    papers = [(d.paper, d.values.entries) for d in shown]
    loosened = write_claims(papers, grouping.emptied, author_records)
    nodes = place_identifiers(papers, author_records.values(), loosened)
    place_author_records(author_rows, nodes)
    moved = _follow_roots(nodes.changed_authors)
    links = link_entries(papers, nodes, run)
    bylines = write_bylines(shown, links, grouping.emptied)
    moved |= _retire_left(bylines, nodes.founded)
    affected = bylines.touched | moved | nodes.changed_authors | {r.author_id for r in author_rows if r.author_id}
    elsewhere = _papers_naming(nodes.moved, moved, grouping)
    if elsewhere:
        rows = SourceRecord.objects.filter(paper__in=elsewhere, deleted_at=None)
        affected |= _bring_up_to_date(list(rows), [], run, cause)
    structural = bool(bylines.rewritten or moved or any(d.structural for d in shown))
    _finish(affected, _counted(affected, shown, bylines, moved), cause, structural)
    return affected


def _papers_naming(nodes: set[str], people: set[int], grouping: Grouping) -> set[int]:
    """Papers outside this page that name what has changed hands: in a byline, or in a decision whose it is not."""
    done = {group.row.pk for group in grouping.groups}
    found = Authorship.objects.filter(identifiers__overlap=sorted(nodes)).values_list("paper", flat=True)
    return ((set(found) if nodes else set()) | _rejecting(people)) - done


def _rejecting(author_ids: set[int]) -> set[int]:
    """ "Not their paper" binds everyone merged with them: these papers' links may differ once merges do."""
    if not author_ids:
        return set()
    rejections = Decision.objects.standing().filter(kind=Decision.Kind.REJECT)
    of_group = Q(other_author__in=author_ids) | Q(other_author__merged_into__in=author_ids)
    pairs = rejections.filter(of_group).values_list("paper", "paper__merged_into")
    return {into or pk for pk, into in pairs if pk}


def _follow_roots(author_ids: set[int]) -> set[int]:
    """Let merges take effect on who is shown. Returns every author whose page gains or loses by it."""
    moved, concerned = set_roots(author_ids)
    for author, root in moved.items():
        Authorship.objects.filter(author=author).exclude(shown_author=root).update(shown_author=root)
    return concerned


def _retire_left(bylines: Bylines, founded: set[int]) -> set[int]:
    """An author whom no byline and no record names: no more, or, if `founded` just now, not on the byline shown.

    One made from a bare name leads on to whoever stands there now. Otherwise the row goes: nothing but a byline that is
    no longer shown spoke of them, and no person has decided anything about them.
    """
    candidates = bylines.left.keys() | founded
    left = Author.objects.filter(pk__in=candidates, own_authorships=None, records=None, decisions=None)
    named = Decision.objects.filter(other_author__in=candidates).values("other_author")
    empty = list(left.exclude(pk__in=named).filter(absorbed_by=None, merged=None, import_runs=None))
    followed = [a for a in empty if a.founded_by.startswith("name:") and bylines.left.get(a.pk) not in (None, a.pk)]
    for author in followed:
        author.absorbed_by_id = bylines.left[author.pk]
    update_rows(followed, ["absorbed_by"])
    lost = {author.pk for author in empty} - {author.pk for author in followed}
    lost -= set(Author.objects.filter(absorbed_by__in=lost).values_list("absorbed_by", flat=True))
    MatchResult.objects.filter(author__in=lost).delete()
    Author.objects.filter(pk__in=lost).delete()
    return _follow_roots({author.pk for author in followed})


def _counted(affected: set[int], shown: Sequence[Displayed], bylines: Bylines, moved: set[int]) -> set[int]:
    return affected & (bylines.touched | moved) if shown else moved


def _finish(affected: set[int], counted: set[int], cause: str, structural: bool) -> None:
    """Names and affiliations, pairs of co-authors, and the marks by which metrics know whom to compute again."""
    written, veiled = display_authors(affected)
    if structural or veiled:
        recompute_coauthorships(affected | written)
    now = timezone.now()
    existing = Author.objects.filter(pk__in=counted).values_list("pk", flat=True)
    DirtyAuthor.objects.bulk_create(
        [DirtyAuthor(author_id=pk, cause=cause[:300], since=now) for pk in sorted(existing)],
        update_conflicts=True,
        unique_fields=["author"],
        update_fields=["cause", "since", "token"],
        batch_size=2000,
    )
