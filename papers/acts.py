"""Which decisions can be made: refused with one sentence before anything is written, where their shape is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Model, Q

from papers.models import Author, Decision, Paper
from papers.names import fold
from papers.resolve import TEXT_FIELDS

Kind = Decision.Kind
_OPPOSITE = {Kind.MERGE: Kind.DIFFERENT, Kind.DIFFERENT: Kind.MERGE}


class RefusedDecision(ValueError):
    """The decision cannot be made like this; the message says what to do."""


def check(decision: Decision) -> None:
    """Raises RefusedDecision."""
    rule = _RULES.get(Kind(decision.kind)) if decision.kind in Kind.values else None
    if rule is None:
        raise RefusedDecision(f"{decision.kind!r} is no kind of decision; choose one of {', '.join(Kind.values)}.")
    rule(decision)
    for model, ids in ((Paper, (decision.paper_id, decision.other_paper_id)), (Author, _authors(decision))):
        wanted = {pk for pk in ids if pk}
        if model._default_manager.filter(pk__in=wanted).count() < len(wanted):
            raise RefusedDecision(f"The {model._meta.verbose_name} is no longer here: an import has taken it away.")


def _authors(decision: Decision) -> tuple[int | None, int | None]:
    return decision.author_id, decision.other_author_id


def _refuse_unless(holds: bool, decision: Decision, wanted: str) -> None:
    if not holds:
        raise RefusedDecision(f"A decision of the kind {decision.kind!r} needs {wanted}.")


def _one_target(decision: Decision) -> None:
    others = decision.other_paper_id or decision.other_author_id
    one = bool(decision.paper_id) != bool(decision.author_id)
    _refuse_unless(one and not others, decision, "either a paper or an author, and nobody else")


def _text(decision: Decision, model: type[Model], field: str, *, empty: bool) -> None:
    value, limit = decision.value, getattr(model._meta.get_field(field), "max_length", None)
    fits = value is None and empty
    if isinstance(value, str):
        fits = value.isprintable() and len(value) <= limit if limit else "\x00" not in value
        fits = fits and (empty or bool(value.strip()))
    length = f" of at most {limit} printable characters" if limit else ""
    _refuse_unless(fits, decision, f"a text{length} for the {field}")


def _set(decision: Decision) -> None:
    _one_target(decision)
    if decision.author_id:
        _refuse_unless(decision.field in ("homepage", "category"), decision, "the field homepage or category")
        _text(decision, Author, decision.field, empty=True)
        is_address = decision.field != "homepage" or not decision.value or decision.value.startswith(_WEB)
        _refuse_unless(is_address, decision, "an address that begins with http:// or https://")
    elif decision.field == "publication_date":
        _refuse_unless(_is_date(decision.value), decision, 'null or {"date": "2019-05-01", "precision": "month"}')
    elif decision.field == "categories":
        value = decision.value
        is_list = isinstance(value, list) and all(isinstance(c, str) and 0 < len(c) <= 60 for c in value)
        _refuse_unless(is_list, decision, "a list of categories, each of at most 60 characters")
    else:
        known = ", ".join((*TEXT_FIELDS, "publication_date", "categories"))
        _refuse_unless(decision.field in TEXT_FIELDS, decision, f"one of the fields {known}")
        _text(decision, Paper, decision.field, empty=decision.field != "title")


_WEB = ("http://", "https://")


def _is_date(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict) or set(value) != {"date", "precision"}:
        return False
    try:
        date.fromisoformat(value["date"])
    except (TypeError, ValueError):
        return False
    return value["precision"] in Paper.Precision.values


def _status(decision: Decision) -> None:
    _one_target(decision)
    known = decision.paper_id is not None and decision.value in Paper.Status.values
    _refuse_unless(known, decision, f"a paper and one of the values {', '.join(Paper.Status.values)}")


def _entry(decision: Decision) -> None:
    named = bool(decision.identifier) != bool(fold(decision.name))
    whole = bool(decision.paper_id and decision.other_author_id) and not (decision.author_id or decision.other_paper_id)
    _refuse_unless(whole and named, decision, "a paper, another author, and an identifier or a printed name")


def _pair(decision: Decision) -> None:
    papers, authors = (decision.paper_id, decision.other_paper_id), (decision.author_id, decision.other_author_id)
    pair, absent = (papers, authors) if any(papers) else (authors, papers)
    two = all(pair) and pair[0] != pair[1] and not any(absent)
    _refuse_unless(two, decision, "two different papers, or two different authors")
    of = "paper" if any(papers) else "author"
    either_way = Q(**{of: pair[0], f"other_{of}": pair[1]}) | Q(**{of: pair[1], f"other_{of}": pair[0]})
    opposite = _OPPOSITE[Kind(decision.kind)]
    if Decision.objects.standing().filter(either_way, kind=opposite).exists():
        raise RefusedDecision(f"A decision of the kind {opposite.value!r} stands between the two: take it back first.")


def _name(decision: Decision) -> None:
    _one_target(decision)
    _refuse_unless(bool(decision.author_id), decision, "an author")
    _text(decision, Author, "name", empty=False)
    _refuse_unless(bool(fold(decision.value)), decision, "a name with letters in it")


def _pin(decision: Decision) -> None:
    _refuse_unless(bool(decision.paper_id and decision.author_id), decision, "a paper and an author")


def _opt_out(decision: Decision) -> None:
    _refuse_unless(bool(decision.author_id and decision.field), decision, "an author and, as its field, a score")


_RULES: dict[Kind, Callable[[Decision], None]] = {
    Kind.SET: _set,
    Kind.ASSIGN: _entry,
    Kind.REJECT: _entry,
    Kind.HIDE: _one_target,
    Kind.STATUS: _status,
    Kind.PIN: _pin,
    Kind.MERGE: _pair,
    Kind.DIFFERENT: _pair,
    Kind.PREFER_NAME: _name,
    Kind.RETIRE_NAME: _name,
    Kind.OPT_OUT: _opt_out,
}
