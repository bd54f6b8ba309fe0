"""Write what resolve says of papers: fields, identifiers, counts. Only rows that change are touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from papers import markup
from papers.byline import BylineDecision
from papers.ingest.grouping import Group, Grouping, record_key
from papers.models import CitedByCount, Decision, Paper, PaperIdentifier
from papers.records import PaperRecord
from papers.resolve import Evidence, FieldDecision, PaperValues, resolve_paper
from papers.rows import update_rows

FIELD_KINDS = (Decision.Kind.SET, Decision.Kind.STATUS, Decision.Kind.HIDE)
BYLINE_KINDS = (Decision.Kind.ASSIGN, Decision.Kind.REJECT)
# A change of these can change pairs of co-authors, or figures; the others only how a page reads.
STRUCTURAL = {"is_hidden", "status", "publication_date", "author_count"}
NEVER_REWRITTEN = ("id", "public_id", "founded_by", "created_at")
DISPLAYED = [f.name for f in Paper._meta.concrete_fields if f.name not in NEVER_REWRITTEN]
COUNTED = STRUCTURAL | {"cited_by_count", "cited_by_source", "primary_category"}


@dataclass
class Displayed:
    """A paper and its values. `structural`, `counted`: whether co-author pairs, or its authors' figures, may change."""

    paper: Paper
    values: PaperValues
    structural: bool = False
    counted: bool = False


@dataclass
class _Decided:
    fields: list[FieldDecision] = field(default_factory=list)
    byline: list[BylineDecision] = field(default_factory=list)


def display_papers(grouping: Grouping) -> list[Displayed]:
    decided = _standing(grouping.groups)
    shown, changed = [], []
    for group in grouping.groups:
        evidence = [Evidence(PaperRecord.model_validate(r.record), r.retrieved_at) for r in group.records]
        mine = decided[group.row.pk]
        displayed = Displayed(group.row, resolve_paper(evidence, mine.fields, mine.byline))
        if _fill(displayed):
            changed.append(displayed.paper)
        shown.append(displayed)
    update_rows(changed, DISPLAYED, batch_size=500)
    _write_identifiers(shown, grouping)
    _write_counts(shown)
    return shown


def _standing(groups: Sequence[Group]) -> dict[int, _Decided]:
    """Decisions by the paper that shows them: on a merge also those made on the papers merged into it."""
    rows = [g.row.pk for g in groups]
    shown_as = {pk: pk for pk in rows}
    shown_as |= {p.pk: p.merged_into_id or p.pk for p in Paper.objects.filter(merged_into__in=rows)}
    decided: dict[int, _Decided] = defaultdict(_Decided)
    standing = Decision.objects.standing().filter(paper__in=shown_as, kind__in=(*FIELD_KINDS, *BYLINE_KINDS))
    for d in standing.order_by("pk"):
        mine = decided[shown_as[d.paper_id or 0]]
        if d.kind in BYLINE_KINDS:
            mine.byline.append(BylineDecision(d.pk, d.kind, d.other_author_id or 0, d.identifier, d.name, d.occurrence))
        else:
            mine.fields.append(FieldDecision(d.pk, d.kind, d.field, d.value, d.made_at))
    return decided


def _fill(displayed: Displayed) -> bool:
    """Put the values on the row; True where any differs. Markup is set here, once, never by a page."""
    paper, values = displayed.paper, displayed.values
    wanted = {**values.fields, "provenance": values.provenance}
    changed = {name for name, value in wanted.items() if getattr(paper, name) != value}
    for name in changed:
        setattr(paper, name, wanted[name])
    if "title" in changed:
        paper.title_html = markup.title_html(paper.title)
        paper.title_plain = markup.plain_text(paper.title)[:2000]
    if "abstract" in changed:
        paper.abstract_html = markup.abstract_html(paper.abstract) if paper.abstract else ""
    displayed.structural = bool(changed & STRUCTURAL)
    displayed.counted = bool(changed & COUNTED)
    return bool(changed)


def _write_identifiers(shown: Sequence[Displayed], grouping: Grouping) -> None:
    """An identifier that two papers claim (a veto kept them apart) goes to the one with the smallest record key."""
    wanted: dict[tuple[str, str], tuple[str, int]] = {}
    for group, displayed in zip(grouping.groups, shown, strict=True):
        for pair in displayed.values.identifiers:
            claim = (record_key(group.records[0]), displayed.paper.pk)
            wanted[pair] = min(claim, wanted.get(pair, claim))
    involved = [d.paper.pk for d in shown] + [p.pk for p in grouping.emptied]
    known = {(i.scheme, i.value): i for i in PaperIdentifier.objects.filter(paper__in=involved)}
    PaperIdentifier.objects.filter(pk__in=[i.pk for pair, i in known.items() if pair not in wanted]).delete()
    fresh, moved = [], []
    for pair, (_, paper_id) in sorted(wanted.items()):
        row = known.get(pair)
        if row is None:
            fresh.append(PaperIdentifier(scheme=pair[0], value=pair[1], paper_id=paper_id))
        elif row.paper_id != paper_id:
            row.paper_id = paper_id
            moved.append(row)
    PaperIdentifier.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["scheme", "value"], update_fields=["paper"]
    )
    update_rows(moved, ["paper"])


def _write_counts(shown: Sequence[Displayed]) -> None:
    wanted = {(c.source, c.external_id): (d.paper.pk, c) for d in shown for c in d.values.counts}
    known = {
        (row.source, row.external_id): row
        for row in CitedByCount.objects.filter(
            source__in={key[0] for key in wanted}, external_id__in={key[1] for key in wanted}
        )
    }
    fresh, changed, dated = [], [], set()
    for key, (paper_id, c) in sorted(wanted.items(), key=lambda item: item[0]):
        row = known.get(key)
        if row is None:
            fresh.append(CitedByCount(paper_id=paper_id, source=key[0], external_id=key[1], count=c.count))
            fresh[-1].retrieved_at = c.retrieved_at
        elif (row.paper_id, row.count, row.retrieved_at) != (paper_id, c.count, c.retrieved_at):
            row.paper_id, row.count, row.retrieved_at = paper_id, c.count, c.retrieved_at
            changed.append(row)
        if row is None or row in changed[-1:]:
            dated.add((paper_id, key[0]))
    CitedByCount.objects.bulk_create(fresh)
    update_rows(changed, ["paper", "count", "retrieved_at"], batch_size=1000)
    for d in shown:  # figures tell how old their counts are
        d.counted |= (d.paper.pk, d.paper.cited_by_source) in dated
    _drop_silent_counts(shown, set(wanted))


def _drop_silent_counts(shown: Iterable[Displayed], wanted: set[tuple[str, str]]) -> None:
    """A source that no longer says a number leaves none behind."""
    held = CitedByCount.objects.filter(paper__in=[d.paper.pk for d in shown])
    gone = [pk for pk, *key in held.values_list("pk", "source", "external_id") if tuple(key) not in wanted]
    if gone:
        CitedByCount.objects.filter(pk__in=gone).delete()
