"""Write what resolve says of authors: names, affiliations, reported figures. Only rows that change are touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Max, Min, Q

from papers.identity import Nodes
from papers.ingest.grouping import record_key
from papers.ingest.links import institution_key, institutions_of
from papers.models import (
    Affiliation,
    Author,
    AuthorIdentifier,
    AuthorName,
    Authorship,
    Decision,
    ReportedFigure,
    SourceRecord,
)
from papers.names import fold
from papers.people import AuthorDecision, AuthorEvidence, AuthorValues, resolve_author
from papers.records import AuthorRecord
from papers.rows import update_rows

_KINDS = (Decision.Kind.HIDE, Decision.Kind.PREFER_NAME, Decision.Kind.RETIRE_NAME, Decision.Kind.SET)
_FIGURES = ("papers", "citations", "h_index", "i10_index", "novelty_percent", "ai_score")

Grouped = dict[int, list[Any]]


def place_author_records(fresh: Collection[SourceRecord], nodes: Nodes) -> None:
    """Give these records, and all whose own identifier names another author now, to whom it names."""
    values = [node.partition(":")[2] for node in nodes.moved]
    named = SourceRecord.objects.filter(kind=SourceRecord.Kind.AUTHOR, external_id__in=values) if values else ()
    elsewhere = [row for row in named if record_key(row) in nodes.moved]
    placed = []
    for row in {row.pk: row for row in (*elsewhere, *fresh)}.values():
        author = nodes.author_of[record_key(row)]
        if row.author_id != author.pk:
            row.author = author
            placed.append(row)
    update_rows(placed, ["author"])


def display_authors(author_ids: Collection[int]) -> tuple[set[int], bool]:
    """Bring these authors up to date; a merged author's evidence counts for the one shown.

    Returns all looked at, and whether any of them is hidden now, or was until now.
    """
    shown = {a.merged_into_id or a.pk for a in Author.objects.filter(pk__in=author_ids)}
    shown_as = {
        a.pk: a.merged_into_id or a.pk for a in Author.objects.filter(Q(pk__in=shown) | Q(merged_into__in=shown))
    }
    records = _records(shown_as)
    gathered = _gather(shown_as, records)
    changed, veiled = [], False
    authors = list(Author.objects.filter(pk__in=shown))
    values = {a.pk: resolve_author(*(part[a.pk] for part in gathered)) for a in authors}
    for author in authors:
        wanted = {**values[author.pk].fields, "provenance": values[author.pk].provenance}
        if any(getattr(author, name) != value for name, value in wanted.items()):
            veiled |= author.is_hidden != wanted["is_hidden"]
            for name, value in wanted.items():
                setattr(author, name, value)
            changed.append(author)
    update_rows(changed, ["name", "homepage", "category", "orcid", "is_hidden", "provenance"], batch_size=1000)
    _write_names(values, shown_as)
    _write_affiliations(shown_as, records)
    _write_reported(records, shown_as)
    return shown, veiled


def _records(shown_as: dict[int, int]) -> Grouped:
    found: Grouped = defaultdict(list)
    rows = SourceRecord.objects.filter(author__in=shown_as, deleted_at=None)
    for author, record, at in rows.order_by("pk").values_list("author", "record", "retrieved_at"):
        found[shown_as[author]].append(AuthorEvidence(AuthorRecord.model_validate(record), at))
    return found


def _gather(shown_as: dict[int, int], records: Grouped) -> tuple[Grouped, Grouped, Grouped, Grouped]:
    """(records, printed names, identifiers, decisions), each by shown author."""
    printed: Grouped = defaultdict(list)
    names = Authorship.objects.filter(shown_author__in=set(shown_as.values())).order_by()
    for author, name, times in names.values_list("shown_author", "name").annotate(times=Count("paper", distinct=True)):
        printed[author].append((name, times))
    identifiers: Grouped = defaultdict(list)
    for author, scheme, value in AuthorIdentifier.objects.filter(author__in=shown_as).values_list(
        "author", "scheme", "value"
    ):
        identifiers[shown_as[author]].append((scheme, value))
    decisions: Grouped = defaultdict(list)
    for d in Decision.objects.standing().filter(author__in=shown_as, kind__in=_KINDS, paper=None).order_by("pk"):
        decisions[shown_as[d.author_id or 0]].append(AuthorDecision(d.pk, d.kind, d.field, d.value, d.made_at))
    return records, printed, identifiers, decisions


def _write_names(values: dict[int, AuthorValues], shown_as: dict[int, int]) -> None:
    wanted = {(pk, name): is_retired for pk, v in values.items() for name, is_retired in v.names.items()}
    held = {(row.author_id, row.name): row for row in AuthorName.objects.filter(author__in=shown_as)}
    gone = [row.pk for key, row in held.items() if key not in wanted]
    changed = []
    for key, is_retired in wanted.items():
        if key in held and held[key].is_retired != is_retired:
            held[key].is_retired = is_retired
            changed.append(held[key])
    AuthorName.objects.filter(pk__in=gone).delete()
    update_rows(changed, ["is_retired"])
    AuthorName.objects.bulk_create(
        [
            AuthorName(author_id=pk, name=name, folded=fold(name)[:300], is_retired=is_retired)
            for (pk, name), is_retired in sorted(wanted.items())
            if (pk, name) not in held
        ],
        batch_size=2000,
    )


def _write_affiliations(shown_as: dict[int, int], records: Grouped) -> None:
    wanted: dict[tuple[int, int, str], tuple[int | None, int | None, bool]] = {}
    printed = (
        Authorship.objects.filter(shown_author__in=set(shown_as.values()), institutions__isnull=False)
        .order_by()
        .values_list("shown_author", "institutions", "source")
        .annotate(first=Min("paper__publication_date__year"), last=Max("paper__publication_date__year"))
    )
    for author, institution, source, first, last in printed:
        wanted[author, institution, f"{source}"] = (first, last, False)
    told = [(author, e.record, a) for author, es in records.items() for e in es for a in e.record.affiliations]
    rows = institutions_of(a.institution for _, _, a in told)
    for author, record, a in told:
        key = (author, rows[institution_key(a.institution)].pk, record.source)
        wanted[key] = (min(a.years, default=None), max(a.years, default=None), a.is_last_known)
    held = {(a.author_id, a.institution_id, a.source): a for a in Affiliation.objects.filter(author__in=shown_as)}
    fresh: list[Affiliation] = []
    changed: list[Affiliation] = []
    for key, (first, last, is_last) in sorted(wanted.items()):
        row = held.pop(key) if key in held else Affiliation(author_id=key[0], institution_id=key[1], source=key[2])
        if row.pk is None or (row.first_year, row.last_year, row.is_last_known) != (first, last, is_last):
            (fresh if row.pk is None else changed).append(row)
            row.first_year, row.last_year, row.is_last_known = first, last, is_last
    Affiliation.objects.filter(pk__in=[row.pk for row in held.values()]).delete()
    Affiliation.objects.bulk_create(fresh, batch_size=2000)
    update_rows(changed, ["first_year", "last_year", "is_last_known"])


def _write_reported(records: Grouped, shown_as: dict[int, int]) -> None:
    """Exactly what the records say now: figures that a source no longer gives go."""
    held = {(r.source, r.external_id): r for r in ReportedFigure.objects.filter(author__in=shown_as)}
    changed = []
    for author, evidence in records.items():
        for e in evidence:
            figures = {name: getattr(e.record.reported, name) for name in _FIGURES}
            if all(value is None for value in figures.values()):
                continue
            row = held.pop(e.record.key(), None)
            now = {**figures, "author_id": author, "retrieved_at": e.retrieved_at}
            if row is None or any(getattr(row, name) != value for name, value in now.items()):
                changed.append(ReportedFigure(source=e.record.source, external_id=e.record.external_id, **now))
    ReportedFigure.objects.filter(pk__in=[row.pk for row in held.values()]).delete()
    ReportedFigure.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["source", "external_id"],
        update_fields=["author", "retrieved_at", *_FIGURES],
    )
