"""How well the scores do, as measured when the shipped models were made. Read from a file; no model is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

MANIFEST = Path(settings.BASE_DIR) / "metrics" / "reference" / "manifest.json"
_NAMES = {
    "agreement_abstract": "Agreement with an exact computation, title and abstract (Spearman)",
    "agreement_title": "Agreement with an exact computation, title only (Spearman)",
    "stability_abstract": "Agreement with itself when a fifth of the earlier papers is missing (Spearman)",
    "stability_title": "The same with a fifth missing, title only (Spearman)",
    "future_outside_robotics": "Papers of five years later are told from those of the year, outside robotics (AUC)",
    "future_all": "The same in all groups (AUC)",
}


@dataclass(frozen=True)
class Measured:
    """One figure with its 95 % interval, its target, and the baseline that it stands beside."""

    name: str
    value: float
    low: float
    high: float
    papers: int
    target: float | None
    baseline: str = ""


@lru_cache(maxsize=1)
def measured() -> tuple[Measured, ...]:
    """What the manifest of the pack says of novelty and of the AI score, in the order of the page."""
    figures = json.loads(MANIFEST.read_text(encoding="utf-8")).get("evaluation", {})
    return (*_novelty(figures.get("novelty", {})), *_forecast(figures.get("ai_score", {})))


def _forecast(windows: dict[str, Any]) -> Iterator[Measured]:
    """For each window of years after those learned from: agreement with the later citations, and the deciles' error."""
    for years, window in windows.items():
        for basis in ("title and abstract", "title only"):
            figures = window[basis]
            for cells in ("within venue and year", "within group and year"):
                others = figures[cells]
                beside = (
                    f"metadata only: {others['metadata only']['value']:.3f}; chance: {others['random']['value']:.3f}"
                )
                name = f"AI score, {basis}, papers of {years}: agreement with citations {cells} (Spearman)"
                yield _row(name, others["model"], beside)
            name = f"AI score, {basis}, papers of {years}: mean error of the deciles (points)"
            yield _row(name, figures["calibration"]["decile error"])


def _row(name: str, figure: dict[str, Any], baseline: str = "") -> Measured:
    return Measured(name, figure["value"], figure["low"], figure["high"], figure["n"], figure.get("target"), baseline)


def _novelty(figures: dict[str, Any]) -> Iterator[Measured]:
    for slug, name in _NAMES.items():
        figure = figures.get(slug)
        if figure and figure.get("value") is not None:
            beside = f"length alone: {figure['length_alone']}" if "length_alone" in figure else ""
            yield _row(f"Novelty: {name[0].lower()}{name[1:]}", figure, beside)
