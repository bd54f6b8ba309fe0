"""manage.py evaluate [--corpus FILE] [--labels FILE] [--ship]: what the scores reach, beside their baselines."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from metrics.evaluation import forecast, novelty
from metrics.management.commands.build_reference import texts
from metrics.pack import REFERENCE, Pack
from metrics.packing import add_evaluation
from metrics.shelf import ShelfError
from metrics.training.corpus import CorpusError, read_corpus
from metrics.training.forecast import TooFewPapers

SHARED = Path(settings.BASE_DIR).parent / "shared"
OUT = Path(settings.BASE_DIR) / "evaluation.json"


class Command(BaseCommand):
    help = "Measure novelty and AI score on a corpus, with 95 % intervals. It takes many minutes and 2 GB."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--corpus", type=Path, default=SHARED / "corpus" / "papers.jsonl.gz", metavar="FILE")
        parser.add_argument("--labels", type=Path, metavar="FILE", help="citation counts that the corpus lacks")
        parser.add_argument("--exact", type=Path, default=SHARED / "scores" / "reference.py", metavar="FILE")
        parser.add_argument("--out", type=Path, default=OUT, metavar="FILE")
        parser.add_argument("--ship", action="store_true", help="write the figures into the manifest of the pack too")

    def handle(self, **options: Any) -> None:
        try:
            papers = read_corpus(options["corpus"], options["labels"])
            figures = {
                "ai_score": forecast.evaluate(papers, made_on=timezone.now().date(), say=self._say),
                "novelty": novelty.evaluate(texts(papers), Pack.load(), options["exact"], progress=self._say),
            }
        except (OSError, CorpusError, TooFewPapers, ShelfError) as error:
            raise CommandError(str(error)) from error
        options["out"].write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        if options["ship"]:
            add_evaluation(REFERENCE, figures)
        for line in table(figures):
            self.stdout.write(line)

    def _say(self, line: str) -> None:
        self.stderr.write(f"{line} ...")


def table(figures: Mapping[str, Any]) -> Iterator[str]:
    """A line a figure; a baseline is a line of its own, or what stands behind the value that it belongs to."""
    yield f"{'figure':<72} {'value':>8}  {'95 % interval':<18} {'target':>7}  met"
    for name, figure in leaves(figures):
        interval = f"{figure['low']:.4f}–{figure['high']:.4f}" if figure.get("low") is not None else "–"
        target = f"{figure['target']:g}" if figure.get("target") is not None else "–"
        met = ("yes" if figure.get("met") else "no") if target != "–" else "–"
        value = "unknown" if figure["value"] is None else f"{figure['value']:g}"
        yield f"{name:<72} {value:>8}  {interval:<18} {target:>7}  {met}"
        if "length_alone" in figure:
            yield f"{name + ' / length alone':<72} {figure['length_alone']:>8g}"


def leaves(figures: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every figure with its name."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            whole = f"{path} / {name}" if path else name
            if "value" in value:
                yield whole, value
            else:
                yield from leaves(value, whole)
