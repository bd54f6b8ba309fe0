"""Scores of papers and authors on a real database, with the models that are shipped."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from metrics import shrinkage
from metrics.management.commands.evaluate import table
from metrics.models import AuthorScore, PaperScore
from metrics.scores import Batch, refresh_scores, score_batches
from metrics.tasks import refresh_scores as refresh_scores_task
from papers.models import Author, Decision, Paper
from tests.factories import NOW, make_author, make_authorship, make_paper

pytestmark = pytest.mark.django_db

TITLES = (
    "Grasping unknown objects with a soft robot hand",
    "Visual servoing for aerial vehicles in wind",
    "Learning locomotion over rough terrain from proprioception",
    "Planning motions for two arms that carry one load",
    "Calibrating cameras on a moving platform without targets",
)
ABSTRACT = "We present a gripper that closes around objects of unknown shape, and show that it holds a wet fish."
LATER = NOW + timedelta(days=1)


def robotic(title: str = TITLES[0], **fields: Any) -> Paper:
    given: dict[str, Any] = {"year": 2020, "category": "cs.RO"}
    return make_paper(title, **given | fields)


def written_by(author: Author, papers: int = len(TITLES)) -> list[Paper]:
    made = [robotic(title) for title in TITLES[:papers]]
    for paper in made:
        make_authorship(paper, author)
    return made


def score_of(paper: Paper, metric: str = "novelty") -> PaperScore:
    return PaperScore.objects.get(paper=paper, metric=metric)


def test_a_paper_gets_both_scores_with_their_basis_and_evidence() -> None:
    older, paper = robotic(year=2010), robotic(TITLES[0] + " and eyes", year=2020, abstract=ABSTRACT)
    assert refresh_scores(now=NOW) == Batch(papers=2, written=2, authors=0)
    novelty, forecast = score_of(paper), score_of(paper, "ai_score")
    for score in (novelty, forecast):
        assert score.value is not None
        assert score.low is not None
        assert score.high is not None
        assert 0 <= score.low <= score.value <= score.high <= 100
        assert (score.basis, score.reason, score.computed_at) == ("abstract", "", NOW)
    assert novelty.evidence["group"] == "robotics"
    assert len(novelty.evidence["nearest"]) + novelty.evidence["not_held"] == 10
    assert 0 < len(novelty.evidence["phrases"]) <= 12
    assert score_of(older).basis == "title"


def test_earlier_papers_that_are_held_here_are_named() -> None:
    older, paper = robotic("Zorbing quadrupeds juggle marmalade", year=2010), robotic("Zorbing quadrupeds juggle")
    refresh_scores(now=NOW)
    assert score_of(paper).evidence["nearest"][0]["paper"] == older.pk
    assert older.pk not in [near["paper"] for near in score_of(older).evidence["nearest"]]


def test_a_second_run_writes_nothing_and_only_what_changed_is_scored_again() -> None:
    author = make_author()
    first, *others = written_by(author)
    assert refresh_scores(now=NOW) == Batch(papers=5, written=5, authors=1)
    before = list(PaperScore.objects.order_by("pk").values())
    assert refresh_scores(now=LATER) == Batch()
    assert list(PaperScore.objects.order_by("pk").values()) == before
    Paper.objects.filter(pk=first.pk).update(title_plain="Teaching marmalade to zorbing quadrupeds", cited_by_count=9)
    assert refresh_scores(now=LATER) == Batch(papers=1, written=1, authors=1)
    assert score_of(first).computed_at == LATER
    assert {score_of(paper).computed_at for paper in others} == {NOW}


def test_a_count_or_a_summary_changes_no_score() -> None:
    paper = robotic()
    refresh_scores(now=NOW)
    value = score_of(paper).value
    Paper.objects.update(cited_by_count=500, summary=ABSTRACT * 3)
    assert refresh_scores(now=LATER) == Batch()
    other = robotic(summary=ABSTRACT)
    refresh_scores(now=LATER)
    assert (score_of(other).basis, score_of(other).value) == ("title", value)


def test_a_killed_run_is_taken_up_where_it_was() -> None:
    written_by(make_author())
    batches = score_batches(now=NOW, batch=2)
    assert next(batches) == Batch(papers=2, written=2, left=3)
    del batches
    assert PaperScore.objects.count() == 4
    assert refresh_scores(now=LATER) == Batch(papers=3, written=3, authors=1)


def test_another_version_of_a_model_scores_all_again() -> None:
    paper = robotic()
    refresh_scores(now=NOW)
    PaperScore.objects.filter(metric="ai_score").update(version="0")
    assert refresh_scores(now=LATER).papers == 1
    assert (score_of(paper).computed_at, score_of(paper, "ai_score").computed_at) == (NOW, LATER)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"year": None}, "year"),
        ({"category": ""}, "categor"),
        ({"category": "physics.optics"}, "physics"),
        ({"title": "Über die Bewegung der Roboter in einem Raum mit der Hand"}, "English"),
        ({"title": "Robots"}, "word"),
        ({"year": 1905}, "1905|earlier papers"),
    ],
)
def test_an_abstention_is_kept_with_its_reason(fields: dict[str, Any], reason: str) -> None:
    paper = robotic(**fields)
    refresh_scores(now=NOW)
    for score in PaperScore.objects.filter(paper=paper):
        assert (score.value, score.low, score.high) == (None, None, None)
    reasons = " ".join(score.reason for score in PaperScore.objects.filter(paper=paper))
    assert any(part in reasons for part in reason.split("|")), reasons
    assert refresh_scores(now=LATER) == Batch()


@pytest.mark.parametrize(
    "fields",
    [
        {"abstract": "robot " * 50_000},
        {"abstract": "robot moves gripper around wet fish " * 9_000, "year": 2031},
        {"abstract": "\x01\x02 \ud7ff ∑ \u202e" * 300},
        {"title": "\u200b", "abstract": "."},
        {"title": "机器人抓取未知物体", "abstract": "我们提出一种方法。" * 50},
        {"year": 9999, "venue": "ICRA"},
        {"year": 1},
    ],
)
def test_whatever_the_text_there_is_a_value_or_a_reason(fields: dict[str, Any]) -> None:
    paper = robotic(**fields)
    refresh_scores(now=NOW)
    scores = list(PaperScore.objects.filter(paper=paper))
    assert len(scores) == 2
    for score in scores:
        assert bool(score.reason) == (score.value is None)
        assert score.value is None or math.isfinite(score.value)


def test_the_database_refuses_what_is_no_number_and_a_value_without_its_interval() -> None:
    paper = robotic()
    for value, low, high in (
        (math.nan, 0.0, 1.0),
        (math.nan, math.nan, math.nan),
        (50.0, None, None),
        (50.0, 60.0, 70),
    ):
        with pytest.raises(IntegrityError, match="or_its_reason"), transaction.atomic():
            PaperScore.objects.create(
                paper=paper, metric="novelty", value=value, low=low, high=high, version="1", inputs=0, computed_at=NOW
            )


def test_an_authors_score_is_the_shrunk_mean_of_the_papers_scores() -> None:
    author = make_author()
    papers = written_by(author)
    refresh_scores(now=NOW)
    for metric, kind in (("novelty", shrinkage.NOVELTY), ("ai_score", shrinkage.AI_SCORE)):
        known = [score_of(paper, metric).value for paper in papers]
        wanted = shrinkage.shrunk_mean(known, kind)
        kept = AuthorScore.objects.get(author=author, metric=metric)
        assert wanted is not None
        assert (kept.value, kept.low, kept.high) == pytest.approx(wanted[:3], abs=1e-3)
        assert (kept.papers, kept.scored, kept.title_only, kept.reason) == (5, 5, 5, "")


def test_below_three_scored_papers_there_is_a_reason_and_no_value() -> None:
    author = make_author()
    written_by(author, papers=2)
    make_authorship(robotic(year=None), author)
    refresh_scores(now=NOW)
    kept = AuthorScore.objects.get(author=author, metric="novelty")
    assert (kept.value, kept.papers, kept.scored) == (None, 3, 2)
    assert kept.reason == "needs 3 scored papers, 2 known"


def test_hidden_and_withdrawn_papers_are_in_no_authors_score() -> None:
    author = make_author()
    papers = written_by(author)
    refresh_scores(now=NOW)
    Paper.objects.filter(pk=papers[0].pk).update(is_hidden=True)
    Paper.objects.filter(pk=papers[1].pk).update(status=Paper.Status.WITHDRAWN)
    assert refresh_scores(now=LATER) == Batch(authors=1)
    kept = AuthorScore.objects.get(author=author, metric="novelty")
    assert (kept.papers, kept.scored) == (3, 3)
    wanted = shrinkage.shrunk_mean([score_of(paper).value for paper in papers[2:]], shrinkage.NOVELTY)
    assert wanted is not None
    assert kept.value == pytest.approx(wanted.value, abs=1e-3)


def test_a_hidden_paper_is_never_scored() -> None:
    paper = robotic(is_hidden=True)
    refresh_scores(now=NOW)
    assert not PaperScore.objects.filter(paper=paper).exists()


def test_a_merged_author_gives_the_papers_to_the_one_who_is_shown() -> None:
    shown = make_author()
    merged = make_author()
    written_by(shown, papers=3)
    papers = written_by(merged, papers=3)
    refresh_scores(now=NOW)
    assert AuthorScore.objects.filter(author=merged).count() == 2
    Author.objects.filter(pk=merged.pk).update(merged_into=shown)
    for paper in papers:
        paper.authorships.update(shown_author=shown)
    refresh_scores(now=LATER)
    assert not AuthorScore.objects.filter(author=merged).exists()
    assert AuthorScore.objects.get(author=shown, metric="novelty").papers == 6


def test_who_wants_no_score_has_none() -> None:
    author = make_author()
    written_by(author)
    refresh_scores(now=NOW)
    Decision.objects.create(kind=Decision.Kind.OPT_OUT, author=author, field="ai_score", made_at=NOW)
    refresh_scores(now=LATER)
    assert AuthorScore.objects.get(author=author, metric="ai_score").value is None
    assert "wish" in AuthorScore.objects.get(author=author, metric="ai_score").reason
    assert AuthorScore.objects.get(author=author, metric="novelty").value is not None


def test_the_number_of_statements_does_not_grow_with_the_papers() -> None:
    written_by(make_author(), papers=2)
    with CaptureQueriesContext(connection) as few:
        refresh_scores(now=NOW)
    for _ in range(10):
        written_by(make_author())
    with CaptureQueriesContext(connection) as many:
        assert refresh_scores(now=LATER).papers == 50
    assert len(many) <= len(few)


def test_the_command_and_the_task_score() -> None:
    written_by(make_author(), papers=3)
    out = StringIO()
    call_command("refresh_metrics", "--scores", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"papers": 3, "written": 3, "authors": 1}
    robotic("One more robot that carries water")
    refresh_scores_task()
    assert PaperScore.objects.count() == 8


def test_without_a_pack_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_batches, "__kwdefaults__", {"reference": tmp_path, "batch": 1})
    with pytest.raises(CommandError, match=r"^[^\n]*run manage.py build_reference[^\n]*$"):
        call_command("refresh_metrics", "--scores")


def test_the_table_of_figures_tells_value_interval_target_and_baseline() -> None:
    figures = {"a": {"model": {"value": 0.5, "low": 0.4, "high": 0.6, "target": 0.45, "met": True}, "until": 2018}}
    figures["a"] |= {"random": {"value": None}}
    head, model, baseline = table(figures)
    assert head.split()[:2] == ["figure", "value"]
    assert model.split()[-4:] == ["0.5", "0.4000–0.6000", "0.45", "yes"]
    assert baseline.split()[:4] == ["a", "/", "random", "unknown"]
