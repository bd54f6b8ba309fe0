"""What sources said: kept whole, never deleted. Written by papers/ingest alone."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from papers.models.author import Author
from papers.models.common import new_public_id
from papers.models.paper import Paper


class ImportRun(models.Model):
    """One import: what was asked, how far it came, what it found. Safe to take up again at its cursor."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        WAITING = "waiting"  # the source asked us to come back later
        DONE = "done"
        PARTIAL = "partial"
        FAILED = "failed"

    OPEN_STATES = (State.QUEUED, State.RUNNING, State.WAITING)

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    source = models.CharField(max_length=20)
    query = models.CharField(max_length=300)  # what was asked for, as a person would say it
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    message = models.TextField(blank=True)  # what it is doing, or why it stopped
    cursor = models.CharField(max_length=2000, blank=True)
    upstream = models.PositiveIntegerField(null=True, blank=True)  # papers the source says it has
    seen = models.PositiveIntegerField(default=0)  # of them, how many have come
    seen_ids = ArrayField(models.CharField(max_length=300), default=list, blank=True)  # their external ids
    created = models.PositiveIntegerField(default=0)  # rows of evidence, new
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    shown = models.PositiveIntegerField(null=True, blank=True)  # papers of this run that the page lists
    left_out = models.JSONField(default=dict, blank=True)  # reason → how many
    author = models.ForeignKey(Author, null=True, blank=True, on_delete=models.SET_NULL, related_name="import_runs")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    resume_at = models.DateTimeField(null=True, blank=True)  # not before, where the source asked us to wait
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["source", "-finished_at"], name="import_run_latest")]

    def __str__(self) -> str:
        return f"{self.source} {self.query} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES


class SourceRecord(models.Model):
    """One thing as one source last described it: the raw payload, the fields that we use, and where they led."""

    class Kind(models.TextChoices):
        PAPER = "paper"
        AUTHOR = "author"

    source = models.CharField(max_length=20)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    external_id = models.CharField(max_length=300)
    payload = models.JSONField()
    payload_hash = models.CharField(max_length=40)
    record = models.JSONField()  # PaperRecord or AuthorRecord, the fields that we use
    record_hash = models.CharField(max_length=40)
    keys = ArrayField(models.CharField(max_length=330), default=list, blank=True)  # what makes two records one paper
    retrieved_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)  # the source no longer has it
    run = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="records")
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="records")
    author = models.ForeignKey(Author, null=True, blank=True, on_delete=models.PROTECT, related_name="records")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "external_id"], name="source_record_once")]
        indexes = [GinIndex(fields=["keys"], name="source_record_keys")]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class QuarantinedRecord(models.Model):
    """An element of a reply that is no valid record: kept with the reason, and replayable."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="quarantined")
    source = models.CharField(max_length=20)
    external_id = models.CharField(max_length=300, blank=True)
    payload = models.JSONField()
    reason = models.TextField()
    retrieved_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "external_id"], condition=~Q(external_id=""), name="quarantined_once_per_run"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}: {self.reason[:60]}"


class IdentifierClaim(models.Model):
    """A statement that two identifiers name one person: by an author record, one byline entry, or two aligned ones."""

    class Kind(models.TextChoices):
        RECORD = "record"
        ENTRY = "entry"
        ALIGNED = "aligned"

    left = models.CharField(max_length=280)  # "scheme:value"; left < right
    right = models.CharField(max_length=280)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    record = models.ForeignKey(SourceRecord, null=True, on_delete=models.CASCADE, related_name="claims")
    paper = models.ForeignKey(Paper, null=True, on_delete=models.CASCADE, related_name="claims")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(record=None, paper__isnull=False) | Q(record__isnull=False, paper=None),
                name="claim_has_one_origin",
            ),
            models.UniqueConstraint(
                fields=["left", "right", "kind", "record", "paper"], nulls_distinct=False, name="claim_once"
            ),
        ]
        indexes = [
            models.Index(fields=["left"], name="claim_left"),
            models.Index(fields=["right"], name="claim_right"),
        ]

    def __str__(self) -> str:
        return f"{self.left} = {self.right} ({self.kind})"


class MatchResult(models.Model):
    """Which author a name without identifiers was matched to, and why. Written only by papers/identity."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="matches")
    folded_name = models.CharField(max_length=300)
    occurrence = models.PositiveSmallIntegerField(default=0)
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="matches")
    score = models.FloatField()
    reasons = ArrayField(models.CharField(max_length=120), default=list)
    matcher_version = models.CharField(max_length=20)
    run = models.ForeignKey(ImportRun, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "folded_name", "occurrence"], name="match_once_per_name")
        ]
        indexes = [models.Index(fields=["run", "folded_name"], name="match_within_run")]

    def __str__(self) -> str:
        return f"{self.folded_name} → {self.author_id}"


class DirtyAuthor(models.Model):
    """An author whose figures must be computed again; metrics takes the rows from here."""

    author = models.OneToOneField(Author, primary_key=True, on_delete=models.CASCADE, related_name="+")
    cause = models.CharField(max_length=300)
    since = models.DateTimeField()
    token = models.UUIDField(default=uuid.uuid4)  # tells a row that was marked again while it was being computed

    def __str__(self) -> str:
        return f"{self.author_id}: {self.cause}"
