"""A paper's novelty and AI score as its page shows them: with the evidence, or with the reason for none."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.cohorts import group_label
from metrics.models import PaperScore
from metrics.registry import BY_SLUG, Metric
from papers.models import Paper


@dataclass(frozen=True)
class NearPaper:
    """An earlier paper that is held here, and how like it the wording is, in percent."""

    paper: Paper
    similarity: int


@dataclass(frozen=True)
class ShownScore:
    """One score. `nearest`: of `looked` nearest earlier papers, those with a page here; `not_held` have none."""

    metric: Metric
    score: PaperScore
    nearest: tuple[NearPaper, ...] = ()
    looked: int = 0

    @property
    def group(self) -> str:
        """The category group in words."""
        return group_label(self.score.evidence.get("group") or "")

    @property
    def not_held(self) -> int:
        return self.looked - len(self.nearest)


def scores_of(paper: Paper) -> list[ShownScore]:
    """Novelty, then AI score, in two queries; empty while they are being computed."""
    rows = {score.metric: score for score in PaperScore.objects.filter(paper=paper)}
    shown = []
    if "novelty" in rows:
        near = {row["paper"]: row["cosine"] for row in rows["novelty"].evidence.get("nearest", [])}
        held = Paper.objects.shown().in_bulk(list(near))
        nearest = tuple(NearPaper(held[pk], round(100 * cosine)) for pk, cosine in near.items() if pk in held)
        looked = len(near) + rows["novelty"].evidence.get("not_held", 0)
        shown.append(ShownScore(BY_SLUG["novelty"], rows["novelty"], nearest, looked))
    if "ai_score" in rows:
        shown.append(ShownScore(BY_SLUG["ai_score"], rows["ai_score"]))
    return shown
