"""Score papers and authors, and keep what comes out: the only writer of PaperScore and AuthorScore.

A paper is scored again when something that was read of it has changed, or when a model has. Each batch is committed by
itself, with a hash of what was read, so that a killed run goes on where it was and a second one writes nothing.
One category group is in memory at a time. What is new here changes no older paper's score, only its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from metrics import score_sql, shrinkage
from metrics.cohorts import category_group
from metrics.forecast import Forecast, ForecastPaper, Outcome, Scored
from metrics.forecast_features import WITH_ABSTRACT
from metrics.forecast_file import load_forecast
from metrics.models import PaperScore
from metrics.novelty.results import VERSION, NoveltyResult
from metrics.novelty.score import Result, Scorer
from metrics.pack import REFERENCE, Pack, read_manifest
from metrics.wording import PaperText, ReadPaper, read
from papers.ingest import lock_ingest

BATCH = 500
_READ = 2_000  # texts that are in memory at once
FORECAST_NAME = "forecast.npz"
_AUTHORS_LOCK = 0x6D65_5343  # one at a time: an older reading never overwrites a newer one

_NOVELTY, _AI_SCORE = PaperScore.Metric.NOVELTY.value, PaperScore.Metric.AI_SCORE.value


class Batch(NamedTuple):
    """Papers looked at and written in one transaction, authors written, and how many papers are to come."""

    papers: int = 0
    written: int = 0
    authors: int = 0
    left: int = 0


class _Place(NamedTuple):
    paper: int
    year: int | None
    group: str | None
    is_stale: bool


class _Text(NamedTuple):
    paper: int
    title: str
    abstract: str | None
    inputs: int


def refresh_scores(*, now: datetime | None = None, reference: Path = REFERENCE) -> Batch:
    """Score what has to be scored, papers and then authors. Raises ShelfError or ForecastFileError without models."""
    total = Batch()
    for batch in score_batches(now=now or timezone.now(), reference=reference):
        total = Batch(*(a + b for a, b in zip(total[:3], batch[:3], strict=True)))
    return total


def score_batches(*, now: datetime, reference: Path = REFERENCE, batch: int = BATCH) -> Iterator[Batch]:
    """Each batch is a transaction of its own; the last is that of the authors."""
    forecast = load_forecast(reference / FORECAST_NAME)
    pack_version = str(read_manifest(reference).get("version", ""))
    versions = {_NOVELTY: f"{VERSION}.{pack_version}", _AI_SCORE: forecast.version}
    groups = _groups(versions)
    left = sum(place.is_stale for places in groups.values() for place in places)
    for places in groups.values():
        stale = sorted((place for place in places if place.is_stale), key=lambda place: (place.year or 0, place.paper))
        if not stale:
            continue
        scorer = Scorer(_pack(reference, pack_version), _held(places))
        for start in range(0, len(stale), batch):
            part = stale[start : start + batch]
            written = _write_papers(_scored(part, scorer, forecast, versions), now)
            left -= len(part)
            yield Batch(len(part), written, 0, left)
    yield Batch(authors=_write_authors(versions, now))


@lru_cache(maxsize=1)
def _pack(folder: Path, version: str) -> Pack:
    """Kept while the worker lives; `version` tells when it has been built anew."""
    return Pack.load(folder)


def _groups(versions: Mapping[str, str]) -> dict[str | None, list[_Place]]:
    groups: dict[str | None, list[_Place]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(score_sql.PLACES, versions)
        for paper, year, primary, categories, topics, venue, is_stale in cursor.fetchall():
            group = category_group([primary, *categories] if primary else categories, topics, venue)
            groups[group].append(_Place(paper, year, group, is_stale))
    return groups


def _held(places: Sequence[_Place]) -> list[ReadPaper]:
    """The papers of one group as priors of each other."""
    held = []
    for start in range(0, len(places), _READ):
        part = places[start : start + _READ]
        texts = _texts(part)
        held += [read(_paper_text(texts[place.paper], place)) for place in part if place.paper in texts]
    return [paper for paper in held if paper is not None]


def _texts(places: Sequence[_Place]) -> dict[int, _Text]:
    with connection.cursor() as cursor:
        cursor.execute(score_sql.TEXTS, {"papers": [place.paper for place in places]})
        return {row[0]: _Text(*row) for row in cursor.fetchall()}


def _paper_text(text: _Text, place: _Place) -> PaperText:
    return PaperText(str(place.paper), text.title, text.abstract, place.group, place.year)


def _scored(
    places: Sequence[_Place], scorer: Scorer, forecast: Forecast, versions: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Two rows a paper. One that has gone in the meantime has none."""
    texts = _texts(places)
    there = [place for place in places if place.paper in texts]
    papers = [_paper_text(texts[place.paper], place) for place in there]
    novelties = scorer.score(papers)
    forecasts = forecast.score_all([ForecastPaper(p.title, p.abstract, p.group, p.year) for p in papers])
    rows = []
    for place, novelty, outcome in zip(there, novelties, forecasts, strict=True):
        both = {"paper_id": place.paper, "inputs": texts[place.paper].inputs}
        rows.append(both | {"metric": _NOVELTY, "version": versions[_NOVELTY]} | _novelty(novelty, place.group))
        rows.append(both | {"metric": _AI_SCORE, "version": versions[_AI_SCORE]} | _forecast(outcome, place.group))
    return rows


def _novelty(result: Result, group: str | None) -> dict[str, Any]:
    if not isinstance(result, NoveltyResult):
        return _abstention(result.reason, str(result.basis or ""), group)
    held = [(int(near.key), round(near.cosine, 3)) for near in result.nearest if near.key is not None]
    evidence = {
        "group": group,
        "nearest": [{"paper": paper, "cosine": cosine} for paper, cosine in held],
        "not_held": result.not_held_here,
        "phrases": [phrase[:100] for phrase in result.new_phrases],
        "priors": result.priors,
        "cohort_year": result.cohort_year,
        "cohort": result.cohort,
        "distance": round(result.distance, 4),
        "newness": round(result.newness, 4),
    }
    return _value(result) | {"basis": str(result.basis), "provisional": result.provisional, "evidence": evidence}


def _forecast(outcome: Outcome, group: str | None) -> dict[str, Any]:
    if not isinstance(outcome, Scored):
        return _abstention(outcome.reason, "", group)
    basis = PaperScore.Basis.ABSTRACT if outcome.basis == WITH_ABSTRACT else PaperScore.Basis.TITLE
    evidence = {"group": group, "cohort_year": outcome.cohort_year}
    return _value(outcome) | {"basis": basis.value, "provisional": False, "evidence": evidence}


def _value(result: NoveltyResult | Scored) -> dict[str, Any]:
    rounded = {"value": round(result.value, 4), "low": round(result.low, 4), "high": round(result.high, 4)}
    return rounded | {"reason": ""}


def _abstention(reason: str, basis: str, group: str | None) -> dict[str, Any]:
    nothing = {"value": None, "low": None, "high": None, "provisional": False}
    return nothing | {"basis": basis, "reason": reason[:300], "evidence": {"group": group}}


def _write_papers(rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        lock_ingest(shared=True)  # before any row: ingest may wait for a paper that our rows refer to
        cursor.execute(score_sql.WRITE_PAPERS, {"rows": json.dumps(rows, allow_nan=False), "now": now})
        return int(cursor.fetchone()[0])


def _write_authors(versions: Mapping[str, str], now: datetime) -> int:
    asked: dict[str, Any] = {"now": now, "centre": shrinkage.CENTRE, "least": shrinkage.MIN_PAPERS, **versions}
    for metric, kind in ((_NOVELTY, shrinkage.NOVELTY), (_AI_SCORE, shrinkage.AI_SCORE)):
        asked[f"{metric}_kappa"] = kind.kappa
        asked[f"{metric}_reach"] = shrinkage.UPPER_TENTH * kind.spread
    with transaction.atomic(), connection.cursor() as cursor:
        lock_ingest(shared=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_AUTHORS_LOCK])
        cursor.execute(score_sql.WRITE_AUTHORS, asked)
        return int(cursor.fetchone()[0])
