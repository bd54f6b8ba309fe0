"""What people have decided. Never deleted: an act that is taken back is revoked. Written by papers/curation alone."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from papers.models.author import Author
from papers.models.paper import Paper


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> DecisionQuerySet:
        return self.filter(revoked_at=None)


class Decision(models.Model):
    """One act of a person upon one target.

    Target: a paper, an author, or an authorship, which is named by its paper and by `identifier` ("scheme:value")
    or by `name` and `occurrence` as printed, never by a row that an import may replace.
    """

    class Kind(models.TextChoices):
        SET = "set"  # field, value
        ASSIGN = "assign"  # authorship → other_author
        REJECT = "reject"  # authorship is not other_author's
        HIDE = "hide"  # paper or author
        STATUS = "status"  # paper; value
        PIN = "pin"  # paper on author's page
        MERGE = "merge"  # paper into other_paper, author into other_author
        DIFFERENT = "different"  # paper / other_paper, author / other_author
        PREFER_NAME = "prefer_name"  # author; value
        RETIRE_NAME = "retire_name"  # author; value
        OPT_OUT = "opt_out"  # author; field = the score

    kind = models.CharField(max_length=11, choices=Kind.choices)
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    author = models.ForeignKey(Author, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    other_paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    other_author = models.ForeignKey(Author, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    identifier = models.CharField(max_length=280, blank=True)
    name = models.CharField(max_length=300, blank=True)
    occurrence = models.PositiveSmallIntegerField(default=0)
    field = models.CharField(max_length=40, blank=True)
    value = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)
    sources_then = models.JSONField(default=dict, blank=True)  # what each source said at that moment
    group = models.UUIDField(default=uuid.uuid4)  # acts that were done, and are undone, together
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    made_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoke_reason = models.TextField(blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paper__isnull=False) | Q(author__isnull=False), name="decision_has_a_target"
            ),
        ]
        indexes = [models.Index(fields=["group"], name="decision_group")]

    def __str__(self) -> str:
        return f"{self.kind} {self.field or self.name or self.identifier}".strip()
