"""Admin pages of what readers see: authors, papers, institutions. Derived, so shown and not edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from papers.admin.viewing import MAX_ROWS, ViewOnlyAdmin, admin_link, pretty, table
from papers.models import Author, Institution, Paper
from papers.names import fold


@admin.register(Author)
class AuthorAdmin(ViewOnlyAdmin):
    list_display = ("name", "public_id", "orcid", "category", "is_hidden", "created_at")
    list_filter = ("is_hidden",)
    search_fields = ("name",)
    search_help_text = "a name, or the beginning or middle of one; an ORCID iD; the code in the page's address"
    ordering = ("-pk",)
    fields = (
        "name", "public_id", "orcid", "homepage", "category", "is_hidden", "merged", "founded_by", "created_at",
        "names", "identifiers", "affiliations", "reported", "authorships", "provenance_shown",
    )  # fmt: skip
    readonly_fields = fields

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """By the folded names, for which there is a trigram index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        known = Author.objects.filter(orcid=term.upper()) | Author.objects.filter(public_id=term)
        named = Author.objects.filter(names__folded__contains=fold(term) or term)
        ids = set(known.values_list("pk", flat=True)[:50]) | set(named.values_list("pk", flat=True)[:2000])
        return queryset.filter(pk__in=ids), False

    @admin.display(description="merged into")
    def merged(self, author: Author) -> SafeString | str:
        return admin_link(author.merged_into)

    @admin.display(description="names")
    def names(self, author: Author) -> SafeString:
        rows = author.names.order_by("name")[: MAX_ROWS + 1]
        return table(("Name", "Folded", "Retired"), [(n.name, n.folded, "yes" if n.is_retired else "") for n in rows])

    @admin.display(description="identifiers")
    def identifiers(self, author: Author) -> SafeString:
        rows = author.identifiers.order_by("scheme", "value")[: MAX_ROWS + 1]
        return table(("Scheme", "Value"), [(i.scheme, i.value) for i in rows])

    @admin.display(description="affiliations")
    def affiliations(self, author: Author) -> SafeString:
        rows = author.affiliations.select_related("institution").order_by("-last_year", "pk")[: MAX_ROWS + 1]
        shown = [(a.institution.name, a.first_year, a.last_year, a.source) for a in rows]
        return table(("Institution", "From", "To", "Source"), shown)

    @admin.display(description="reported by sources")
    def reported(self, author: Author) -> SafeString:
        rows = author.reported_figures.order_by("source")[: MAX_ROWS + 1]
        shown = [(f.source, f.papers, f.citations, f.h_index, f"{f.retrieved_at:%Y-%m-%d}") for f in rows]
        return table(("Source", "Papers", "Citations", "h", "Retrieved"), shown)

    @admin.display(description="newest papers")
    def authorships(self, author: Author) -> SafeString:
        rows = author.authorships.select_related("paper").order_by("-paper__publication_date", "-pk")[: MAX_ROWS + 1]
        shown = [(admin_link(a.paper), a.name, a.paper.year, a.link) for a in rows]
        return table(("Paper", "As printed", "Year", "Linked by"), shown)

    @admin.display(description="provenance")
    def provenance_shown(self, author: Author) -> SafeString:
        return pretty(author.provenance)


@admin.register(Paper)
class PaperAdmin(ViewOnlyAdmin):
    list_display = ("__str__", "public_id", "publication_date", "venue", "status", "cited_by_count", "is_hidden")
    list_filter = ("status", "is_hidden")
    search_fields = ("title_plain", "public_id__exact", "identifiers__value__exact")
    search_help_text = "words of the title; a DOI, arXiv id or other identifier; the code in the page's address"
    ordering = ("-pk",)
    deferred = ("abstract", "abstract_html", "summary", "title_html", "versions", "provenance")
    fields = (
        "title", "public_id", "status", "publication_date", "date_precision", "venue", "organisation", "kind",
        "language", "categories", "topics", "cited_by_count", "cited_by_source", "is_hidden", "merged", "founded_by",
        "abstract", "summary", "identifiers", "byline", "counts", "records", "provenance_shown",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description="merged into")
    def merged(self, paper: Paper) -> SafeString | str:
        return admin_link(paper.merged_into)

    @admin.display(description="identifiers")
    def identifiers(self, paper: Paper) -> SafeString:
        rows = paper.identifiers.order_by("scheme")[: MAX_ROWS + 1]
        return table(("Scheme", "Value"), [(i.scheme, i.value) for i in rows])

    @admin.display(description="authorships")
    def byline(self, paper: Paper) -> SafeString:
        rows = paper.authorships.select_related("shown_author").order_by("order")[: MAX_ROWS + 1]
        shown = [(a.position, a.name, admin_link(a.shown_author), a.link, ", ".join(a.identifiers)) for a in rows]
        return table(("Place", "As printed", "Author", "Linked by", "Identifiers"), shown)

    @admin.display(description="cited-by counts")
    def counts(self, paper: Paper) -> SafeString:
        rows = paper.cited_by_counts.order_by("source", "-count")[: MAX_ROWS + 1]
        shown = [(c.source, c.external_id, c.count, f"{c.retrieved_at:%Y-%m-%d}") for c in rows]
        return table(("Source", "Record", "Count", "Retrieved"), shown)

    @admin.display(description="source records")
    def records(self, paper: Paper) -> SafeString:
        rows = paper.records.only("source", "external_id", "retrieved_at", "paper_id").order_by("source", "external_id")
        shown = [(admin_link(r), r.source, f"{r.retrieved_at:%Y-%m-%d}") for r in rows[: MAX_ROWS + 1]]
        return table(("Record", "Source", "Retrieved"), shown)

    @admin.display(description="provenance")
    def provenance_shown(self, paper: Paper) -> SafeString:
        return pretty(paper.provenance)


@admin.register(Institution)
class InstitutionAdmin(ViewOnlyAdmin):
    list_display = ("name", "key", "country_code")
    search_fields = ("name", "key__exact")
    ordering = ("-pk",)
