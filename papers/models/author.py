"""People and organisations as Byline shows them. Derived by resolve from evidence and decisions: see papers/ingest."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from papers.models.common import new_public_id
from papers.names import slug


class Institution(models.Model):
    """An organisation; `key` is its strongest identifier ("ror:…", "openalex:…") or its folded name ("name:…")."""

    key = models.CharField(max_length=320, unique=True)
    name = models.CharField(max_length=300)
    country_code = models.CharField(max_length=2, blank=True)

    def __str__(self) -> str:
        return self.name


class AuthorQuerySet(models.QuerySet["Author"]):
    def shown(self) -> AuthorQuerySet:
        """Authors with a page of their own: neither hidden nor merged into another."""
        return self.filter(is_hidden=False, merged_into=None)


class Author(models.Model):
    """A person in the literature. `merged_into` is a flat pointer to the author shown in this one's place."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=300)
    orcid = models.CharField("ORCID iD", max_length=19, blank=True)
    homepage = models.URLField(max_length=2000, blank=True)
    category = models.CharField(max_length=60, blank=True)
    founded_by = models.CharField(max_length=1000, unique=True, editable=False)  # the identifier or name it began with
    absorbed_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # by shared identifiers alone; people merge by Decision
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    is_hidden = models.BooleanField(default=False)
    provenance = models.JSONField(default=dict, blank=True)  # field → the source or decision its value comes from
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AuthorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="author_not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/authors/{self.public_id}/{self.slug}/"

    @property
    def slug(self) -> str:
        return slug(self.name)


class AuthorName(models.Model):
    """A name that some source prints for an author; `folded` is for matching and search, never shown."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300)
    is_retired = models.BooleanField(default=False)  # used to match and to find, never shown

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "name"], name="author_name_once")]
        indexes = [
            GinIndex(fields=["folded"], name="author_name_trigram", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["folded"], name="author_name_folded"),
        ]

    def __str__(self) -> str:
        return self.name


class AuthorIdentifier(models.Model):
    """One identifier names one author. Which identifiers belong together follows from the claims (papers/identity)."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=20)
    value = models.CharField(max_length=250)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="author_identifier_once")]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class Affiliation(models.Model):
    """An author at an institution, as sources and bylines tell it; years are None where nobody says."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="affiliations")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="affiliations")
    first_year = models.SmallIntegerField(null=True, blank=True)
    last_year = models.SmallIntegerField(null=True, blank=True)
    is_last_known = models.BooleanField(default=False)
    source = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "institution", "source"], name="affiliation_once_per_source")
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} ({self.first_year}–{self.last_year})"


class ReportedFigure(models.Model):
    """What a source says of an author as a whole, over its own paper set. Shown beside our figures, never as them."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="reported_figures")
    source = models.CharField(max_length=20)
    external_id = models.CharField(max_length=300)
    papers = models.PositiveIntegerField(null=True, blank=True)
    citations = models.PositiveIntegerField(null=True, blank=True)
    h_index = models.PositiveIntegerField(null=True, blank=True)
    i10_index = models.PositiveIntegerField(null=True, blank=True)
    novelty_percent = models.FloatField(null=True, blank=True)
    ai_score = models.FloatField(null=True, blank=True)
    retrieved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="reported_figure_once")]

    def __str__(self) -> str:
        return f"{self.source}: h {self.h_index}"

    @property
    def is_inconsistent(self) -> bool:
        """True where no paper set can give the figures: h > papers, or h² > citations."""
        h = self.h_index
        if h is None:
            return False
        return (self.papers is not None and h > self.papers) or (self.citations is not None and h * h > self.citations)
