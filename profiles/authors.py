"""Finding the author that an address names, with the small things around them, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import JSONObject

from metrics.models import AuthorScore, MetricChange
from papers.models import Affiliation, Author, AuthorIdentifier, Coauthorship, ReportedFigure

MAX_COAUTHORS = 12
FIGURES = ("papers", "citations", "h_index", "i10_index", "novelty_percent", "ai_score")
SCORE_FIELDS = (
    "metric", "value", "low", "high", "papers", "scored", "title_only", "reason", "version", "computed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Coauthors:
    """The commonest co-authors, and of how many they are."""

    top: tuple[Coauthorship, ...]
    total: int


def find_author(public_id: str) -> Author | None:
    """The author of an address, hidden and merged ones too, with metrics, identifiers, affiliations and merge target.

    Adds `known_identifiers`, `known_affiliations`, `known_figures`, `known_scores` and `last_change_at`.
    """
    author: Author | None = _with_surroundings().filter(public_id=public_id).first()
    return author


def _with_surroundings() -> Any:
    own = Q(author=OuterRef("pk")) | Q(author__merged_into=OuterRef("pk"))
    identifiers: Any = AuthorIdentifier.objects.filter(own).order_by("scheme", "value")
    affiliations: Any = Affiliation.objects.filter(author=OuterRef("pk"))
    changes = MetricChange.objects.filter(author=OuterRef("pk")).order_by("-changed_at")
    scores: Any = AuthorScore.objects.filter(author=OuterRef("pk"))
    figures: Any = ReportedFigure.objects.filter(author=OuterRef("pk")).order_by("source", "external_id")
    return Author.objects.select_related("metrics", "merged_into").annotate(
        known_scores=ArraySubquery(scores.values(row=JSONObject(**{name: name for name in SCORE_FIELDS}))),
        last_change_at=Subquery(changes.values("changed_at")[:1]),
        known_identifiers=ArraySubquery(identifiers.values(pair=JSONObject(scheme="scheme", value="value"))),
        known_affiliations=ArraySubquery(
            affiliations.values(
                row=JSONObject(
                    name="institution__name",
                    country="institution__country_code",
                    first_year="first_year",
                    last_year="last_year",
                    is_last_known="is_last_known",
                    source="source",
                )
            )
        ),
        known_figures=ArraySubquery(
            figures.values(
                row=JSONObject(**{name: name for name in (*FIGURES, "source", "external_id", "retrieved_at")})
            )
        ),
    )


def reported_figures(author: Author) -> list[ReportedFigure]:
    """What sources say of the author as a whole, from `known_figures`; the rows are read, never saved."""
    rows = getattr(author, "known_figures", None) or []
    return [ReportedFigure(**{**row, "retrieved_at": datetime.fromisoformat(row["retrieved_at"])}) for row in rows]


def scores_of(author: Author) -> dict[str, AuthorScore]:
    """The author's scores by metric, from `known_scores`; the rows are read, never saved."""
    rows = getattr(author, "known_scores", None) or []
    scores = [AuthorScore(**{**row, "computed_at": datetime.fromisoformat(row["computed_at"])}) for row in rows]
    return {score.metric: score for score in scores}


def coauthors_of(author: Author) -> Coauthors:
    """The commonest co-authors who have a page, and how many there are, in one query."""
    pairs = Coauthorship.objects.filter(author=author, coauthor__is_hidden=False, coauthor__merged_into=None)
    top = list(
        pairs.select_related("coauthor")
        .annotate(total=Window(Count("pk")))
        .order_by("-papers", F("last_year").desc(nulls_last=True), "coauthor__name", "pk")[:MAX_COAUTHORS]
    )
    return Coauthors(tuple(top), top[0].total if top else 0)
