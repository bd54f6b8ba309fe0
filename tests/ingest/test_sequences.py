"""Random sequences of imports, decisions and their revocation: what must hold whatever the order."""

from __future__ import annotations

import os
from collections import Counter
from itertools import permutations
from pprint import pformat
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from metrics.models import AuthorMetrics
from metrics.snapshots import refresh_dirty
from papers.curation import revoke
from papers.ingest import redisplay
from papers.models import (
    Author,
    AuthorIdentifier,
    Authorship,
    Coauthorship,
    Decision,
    DirtyAuthor,
    Paper,
    PaperIdentifier,
)
from tests.factories import NOW
from tests.ingest.records import shown_state, store
from tests.ingest.world import World
from tests.metrics.test_snapshots import recomputed, stored

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("BYLINE_SEQUENCES", "0"))  # to look for more: some thousands, each time others


@settings(
    max_examples=EXAMPLES or 25,
    derandomize=not EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink one failure takes minutes
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data(), named_only=st.booleans(), steps=st.integers(1, 9))
def test_whatever_happens_in_whatever_order(data: st.DataObject, named_only: bool, steps: int) -> None:
    world = World(data.draw, named_only)
    with transaction.atomic():
        for _ in range(steps):
            world.step()
            check_rows()
        check_figures()
        check_nothing_is_left_to_do()
        check_the_same_again_writes_nothing(world)
        revoke(list(Decision.objects.standing()), by=None)
        check_rows()
        undone = evident(shown_state())
        transaction.set_rollback(True)
    if not named_only:
        with transaction.atomic():
            store(*world.newest.values())
            alone = evident(shown_state())
            transaction.set_rollback(True)
        assert_same(undone, alone)


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    for part, rows in one.items():
        only = [row for row in rows if row not in other[part]], [row for row in other[part] if row not in rows]
        if rows != other[part]:
            pytest.fail(f"{part} differ: {pformat(only)}", pytrace=False)


def evident(state: dict[str, Any]) -> dict[str, Any]:
    """The state without authors whom only a decision of the past keeps: nothing names them any more."""
    return {**state, "authors": [a for a in state["authors"] if a["names"]]}


def check_rows() -> None:
    check_identifiers()
    check_pointers()
    check_pairs()


def check_identifiers() -> None:
    held = Counter(PaperIdentifier.objects.filter(paper__in=Paper.objects.shown()).values_list("scheme", "value"))
    assert max(held.values(), default=1) == 1
    standing = Decision.objects.standing().filter(kind=Decision.Kind.MERGE)
    if not standing.filter(paper__isnull=False).exists():
        for scheme in ("doi", "arxiv"):
            papers = PaperIdentifier.objects.filter(scheme=scheme).values_list("paper", flat=True)
            assert max(Counter(papers).values(), default=1) == 1, scheme
    if not standing.filter(author__isnull=False).exists():
        owners = AuthorIdentifier.objects.filter(scheme="orcid").select_related("author")
        assert max(Counter(i.author.merged_into_id or i.author_id for i in owners).values(), default=1) == 1


def check_pointers() -> None:
    for model in (Author, Paper):
        into = dict(model._default_manager.values_list("pk", "merged_into"))
        assert all(root is None or into[root] is None for root in into.values()), "pointers are flat"
    for row in Authorship.objects.select_related("author"):
        assert (row.author_id is None) == (row.shown_author_id is None)
        if row.author is not None:
            assert row.shown_author_id == (row.author.merged_into_id or row.author_id)
    assert not Authorship.objects.exclude(paper__merged_into=None).exists(), "a merged paper shows no byline"


def check_pairs() -> None:
    hidden = set(Author.objects.filter(is_hidden=True).values_list("pk", flat=True))
    wanted: dict[tuple[int, int], list[int | None]] = {}
    for paper in Paper.objects.listed():
        people = set(paper.authorships.exclude(shown_author=None).values_list("shown_author", flat=True)) - hidden
        for pair in permutations(sorted(people), 2):
            wanted.setdefault(pair, []).append(paper.year)
    found = {(c.author_id, c.coauthor_id): (c.papers, c.first_year, c.last_year) for c in Coauthorship.objects.all()}
    assert found == {
        pair: (len(years), min(known, default=None), max(known, default=None))
        for pair, years in wanted.items()
        for known in [[year for year in years if year is not None]]
    }


def check_figures() -> None:
    """Marking has missed nobody: after the marked ones, every shown author's figures are those of their papers."""
    refresh_dirty(now=NOW)
    assert not DirtyAuthor.objects.exists()
    for author in Author.objects.filter(merged_into=None):
        if Authorship.objects.of(author).exists() or AuthorMetrics.objects.filter(author=author).exists():
            assert stored(author) == recomputed(author)
    assert not AuthorMetrics.objects.exclude(author__merged_into=None).exists()


def check_nothing_is_left_to_do() -> None:
    """What is shown is all that evidence and decisions give: to work everything out again changes nothing."""
    before = shown_state()
    with transaction.atomic():
        papers, authors = (set(m._default_manager.values_list("pk", flat=True)) for m in (Paper, Author))
        redisplay(papers, authors, "again")
        again = shown_state()
        transaction.set_rollback(True)
    assert_same(before, again)


def check_the_same_again_writes_nothing(world: World) -> None:
    DirtyAuthor.objects.all().delete()
    again = store(*world.newest.values())
    assert (again.created, again.changed, again.affected) == (0, 0, set())
    assert not DirtyAuthor.objects.exists()
