"""Papers and their bylines as Byline shows them. Derived by resolve from evidence and decisions: see papers/ingest."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.text import slugify

from papers.models.author import Author, Institution
from papers.models.common import new_public_id


class PaperQuerySet(models.QuerySet["Paper"]):
    def shown(self) -> PaperQuerySet:
        """Papers with a page of their own: neither hidden nor merged into another."""
        return self.filter(is_hidden=False, merged_into=None)

    def listed(self) -> PaperQuerySet:
        """The papers that lists show and figures count: shown, and not withdrawn."""
        return self.shown().exclude(status=Paper.Status.WITHDRAWN)


class Paper(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active"
        WITHDRAWN = "withdrawn"
        RETRACTED = "retracted"

    class Precision(models.TextChoices):
        YEAR = "year"
        MONTH = "month"
        DAY = "day"

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    title = models.CharField(max_length=2000)
    title_html = models.TextField(blank=True)  # safe HTML with MathML, set once at ingest
    title_plain = models.CharField(max_length=2000, blank=True)
    abstract = models.TextField(blank=True)
    abstract_html = models.TextField(blank=True)
    summary = models.TextField(blank=True)  # ours; never scored, exported or indexed as an abstract
    publication_date = models.DateField(null=True, blank=True)
    date_precision = models.CharField(max_length=5, choices=Precision.choices, blank=True)
    venue = models.CharField(max_length=300, blank=True)
    organisation = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=12, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.ACTIVE)
    primary_category = models.CharField(max_length=60, blank=True)
    categories = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    topics = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    author_count = models.PositiveIntegerField(null=True, blank=True)  # None: the list is cut short, length unknown
    authors_truncated = models.BooleanField(default=False)
    cited_by_count = models.PositiveIntegerField(null=True, blank=True)  # None: no source knows
    cited_by_source = models.CharField(max_length=20, blank=True)
    reference_count = models.PositiveIntegerField(null=True, blank=True)
    versions = models.JSONField(default=list, blank=True)
    founded_by = models.CharField(max_length=330, unique=True, editable=False)  # the source record it began with
    is_hidden = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    provenance = models.JSONField(default=dict, blank=True)  # field → the source or decision its value comes from
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["publication_date"], name="paper_publication_date")]

    def __str__(self) -> str:
        return self.title_plain or self.title

    def get_absolute_url(self) -> str:
        return f"/papers/{self.public_id}/{self.slug}/"

    @property
    def slug(self) -> str:
        return slugify(self.title_plain or self.title)[:80].strip("-") or "paper"

    @property
    def year(self) -> int | None:
        return self.publication_date.year if self.publication_date else None


class PaperIdentifier(models.Model):
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=20)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "value"], name="paper_identifier_once")]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class AuthorshipQuerySet(models.QuerySet["Authorship"]):
    def listed(self) -> AuthorshipQuerySet:
        """The authorships behind every list and figure: of papers that Paper.objects.listed() would give."""
        return self.filter(paper__is_hidden=False, paper__merged_into=None).exclude(
            paper__status=Paper.Status.WITHDRAWN
        )

    def of(self, author: Author) -> AuthorshipQuerySet:
        return self.filter(shown_author=author)


class Authorship(models.Model):
    """One name of a byline. `author` is whom the evidence names; `shown_author` follows merges."""

    class Link(models.TextChoices):
        NONE = ""
        DECISION = "decision"
        IDENTIFIER = "identifier"
        MATCH = "match"

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="authorships")
    order = models.PositiveIntegerField()  # where it stands on our page, from 0
    position = models.PositiveIntegerField(null=True, blank=True)  # from 1; None: on the paper, place unknown
    name = models.CharField(max_length=300)  # as printed
    occurrence = models.PositiveSmallIntegerField(default=0)  # which of several equal names on the paper, from 0
    source = models.CharField(max_length=20)  # whose byline it is
    identifiers = ArrayField(models.CharField(max_length=280), default=list, blank=True)  # "scheme:value"
    affiliation = models.TextField(blank=True)
    institutions = models.ManyToManyField(Institution, blank=True, related_name="authorships")
    is_corresponding = models.BooleanField(default=False)
    author = models.ForeignKey(Author, null=True, blank=True, on_delete=models.PROTECT, related_name="own_authorships")
    shown_author = models.ForeignKey(
        Author, null=True, blank=True, on_delete=models.PROTECT, related_name="authorships", db_index=False
    )
    link = models.CharField(max_length=10, choices=Link.choices, blank=True, default=Link.NONE)

    objects = AuthorshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "name", "occurrence"], name="authorship_once"),
        ]
        indexes = [
            models.Index(fields=["shown_author", "paper"], name="authorship_shown_author"),
            models.Index(fields=["paper", "order"], name="authorship_order"),
            GinIndex(fields=["identifiers"], name="authorship_identifiers"),
        ]

    def __str__(self) -> str:
        return self.name


class CitedByCount(models.Model):
    """What one source record says of how often a paper is cited."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="cited_by_counts")
    source = models.CharField(max_length=20)
    external_id = models.CharField(max_length=300)
    count = models.PositiveIntegerField()
    retrieved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="cited_by_count_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.count}"


class Coauthorship(models.Model):
    """A pair of authors and the papers they share; both directions are kept, so that one index serves a page."""

    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="coauthorships")
    coauthor = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="+")
    papers = models.PositiveIntegerField()
    first_year = models.SmallIntegerField(null=True)
    last_year = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "coauthor"], name="coauthorship_once")]
        indexes = [models.Index(fields=["author", "-papers"], name="coauthorship_most")]

    def __str__(self) -> str:
        return f"{self.author_id}–{self.coauthor_id}: {self.papers}"
