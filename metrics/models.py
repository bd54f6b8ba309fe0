"""What Byline has computed: the figures of an author with every change, and the scores of papers and authors.

Figures are written by metrics/snapshots alone, scores by metrics/scores alone.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from papers.models import Author, Paper


class AuthorMetrics(models.Model):
    """The figures of one author, over exactly the papers that the author's page can list."""

    author = models.OneToOneField(Author, primary_key=True, on_delete=models.CASCADE, related_name="metrics")
    papers = models.PositiveIntegerField()
    papers_counted = models.PositiveIntegerField()  # papers whose cited-by count is known
    citations = models.PositiveBigIntegerField(null=True)  # None: no paper's count is known
    h_index = models.PositiveIntegerField(null=True)
    g_index = models.PositiveIntegerField(null=True)
    i10_index = models.PositiveIntegerField(null=True)
    recent_since = models.SmallIntegerField()  # first year of the last five calendar years
    recent_papers = models.PositiveIntegerField()
    recent_citations = models.PositiveBigIntegerField(null=True)  # of the papers of those years
    recent_h_index = models.PositiveIntegerField(null=True)
    by_year = models.JSONField(default=list)  # [{year|null, papers, counted, citations|null}], oldest first, null last
    by_category = models.JSONField(default=list)  # [{category, papers}], commonest first
    count_sources = models.JSONField(default=dict)  # source → papers whose count it gives; "unknown" → the rest
    counts_from = models.DateTimeField(null=True)  # when the oldest and the newest of these counts were retrieved
    counts_to = models.DateTimeField(null=True)
    inputs = models.BigIntegerField(default=0, editable=False)  # a hash of all that these figures were made of
    definition_version = models.CharField(max_length=20)
    first_computed_at = models.DateTimeField(default=timezone.now, editable=False)
    computed_at = models.DateTimeField()  # when the row took these values; finding the same ones again writes nothing

    class Meta:
        verbose_name_plural = "author metrics"
        constraints = [
            models.CheckConstraint(condition=Q(h_index__lte=F("papers_counted")), name="h_index_within_papers"),
            models.CheckConstraint(
                condition=Q(citations__gte=F("h_index") * F("h_index")), name="h_index_squared_within_citations"
            ),
            models.CheckConstraint(condition=Q(papers_counted__lte=F("papers")), name="papers_counted_within_papers"),
            models.CheckConstraint(
                condition=Q(papers_counted=0, citations=None, h_index=None, g_index=None, i10_index=None)
                | Q(papers_counted__gt=0, citations__isnull=False, h_index__isnull=False)
                & Q(g_index__isnull=False, i10_index__isnull=False),
                name="figures_unknown_where_no_count_is_known",
            ),
            models.CheckConstraint(
                condition=Q(g_index__gte=F("h_index"), g_index__lte=F("papers_counted")), name="indices_in_order"
            ),
        ]
        indexes = [models.Index(fields=["-computed_at"], name="author_metrics_latest")]

    def __str__(self) -> str:
        return f"h {self.h_index} over {self.papers} papers"


class MetricChange(models.Model):
    """One figure of one author that became another, when and why. Never edited."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="metric_changes")
    metric = models.CharField(max_length=30)
    old = models.FloatField(null=True)
    new = models.FloatField(null=True)
    cause = models.CharField(max_length=300)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["author", "-changed_at"], name="metric_change_latest")]

    def __str__(self) -> str:
        return f"{self.metric}: {self.old} → {self.new}"


class ScoreFields(models.Model):
    """A score from 0 to 100 with its interval, or the reason why there is none."""

    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # "" where there is a value
    version = models.CharField(max_length=60)  # of the definition and of the models behind it
    computed_at = models.DateTimeField()  # when the row took these values

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(value=None, low=None, high=None) & ~Q(reason="")
                | Q(value__isnull=False, low__isnull=False, high__isnull=False, reason="")
                & Q(low__gte=0, value__gte=F("low"), high__gte=F("value"), high__lte=100),
                name="%(class)s_or_its_reason",
            ),
        ]


class PaperScore(ScoreFields):
    """What one score says of one paper. `inputs`: a hash of all that was read of it."""

    class Metric(models.TextChoices):
        NOVELTY = "novelty"
        AI_SCORE = "ai_score"

    class Basis(models.TextChoices):
        ABSTRACT = "abstract", "title and abstract"
        TITLE = "title", "title only"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="scores")
    metric = models.CharField(max_length=10, choices=Metric.choices)
    basis = models.CharField(max_length=8, choices=Basis.choices, blank=True)
    provisional = models.BooleanField(default=False)  # fewer earlier papers are known than would be good
    evidence = models.JSONField(default=dict)  # group, cohort_year; of novelty also nearest, not_held, phrases, priors
    inputs = models.BigIntegerField(editable=False)

    class Meta(ScoreFields.Meta):
        constraints = [
            *ScoreFields.Meta.constraints,
            models.UniqueConstraint(fields=["paper", "metric"], name="paper_score_once"),
        ]
        indexes = [models.Index(fields=["metric", "-value"], name="paper_score_highest")]

    def __str__(self) -> str:
        return f"{self.metric} {self.value}"


class AuthorScore(ScoreFields):
    """The shrunk mean of one score over the author's listed papers. `scored` of these `papers` have one."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="scores")
    metric = models.CharField(max_length=10, choices=PaperScore.Metric.choices)
    papers = models.PositiveIntegerField()
    scored = models.PositiveIntegerField()
    title_only = models.PositiveIntegerField()  # of the scored papers, those of which only the title was read

    class Meta(ScoreFields.Meta):
        constraints = [
            *ScoreFields.Meta.constraints,
            models.UniqueConstraint(fields=["author", "metric"], name="author_score_once"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.value} over {self.scored} papers"
