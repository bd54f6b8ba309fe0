"""manage.py build_reference FILE… [--labels FILE] [--out FOLDER]: the reference pack and the forecast, from papers."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from metrics.forecast_file import save_forecast
from metrics.pack import REFERENCE
from metrics.packing import build
from metrics.scores import FORECAST_NAME
from metrics.training.corpus import CorpusError, CorpusPaper, read_corpus
from metrics.training.forecast import TooFewPapers, train
from metrics.wording import PaperText

UNSETTLED_YEARS = 2  # counts of the last years say little as yet: the forecast does not learn from them


class Command(BaseCommand):
    help = "Build the reference pack that novelty compares with, and learn the AI score. Only numbers are written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="papers as JSON Lines, gzipped or not")
        parser.add_argument("--labels", type=Path, metavar="FILE", help="citation counts that the papers lack")
        parser.add_argument("--out", type=Path, default=REFERENCE, metavar="FOLDER", help="where the pack is written")

    def handle(self, **options: Any) -> None:
        today = timezone.now().date()
        try:
            papers = [paper for file in options["files"] for paper in read_corpus(file, options["labels"])]
            self._say("Learning the AI score")
            forecast = train(papers, today.year - UNSETTLED_YEARS, made_on=today)
            manifest = build(texts(papers), options["out"], _origin(options["files"], len(papers)), self._say)
        except (OSError, CorpusError, TooFewPapers) as error:
            raise CommandError(str(error)) from error
        save_forecast(forecast, options["out"] / FORECAST_NAME)
        size = sum(path.stat().st_size for path in options["out"].iterdir())
        self.stdout.write(f"{options['out']}: pack {manifest['version']}, {len(papers):,} papers, {size / 1e6:.1f} MB.")

    def _say(self, line: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"{line} ...")


def texts(papers: Sequence[CorpusPaper]) -> list[PaperText]:
    return [PaperText(paper.key, paper.title, paper.abstract, paper.group, paper.year) for paper in papers]


def _origin(files: Sequence[Path], papers: int) -> dict[str, Any]:
    return {
        "source": ", ".join(file.name for file in files),
        "sha256": ", ".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files),
        "papers": papers,
        "built": timezone.now().date().isoformat(),
        "by": "manage.py build_reference",
    }
