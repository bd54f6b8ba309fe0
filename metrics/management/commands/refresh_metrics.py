"""manage.py refresh_metrics [--author ID | --all | --scores] [--json]: compute citation figures, or scores, now."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from metrics import scores, snapshots
from metrics.forecast_file import ForecastFileError
from metrics.shelf import ShelfError
from metrics.snapshots import Batch
from papers.models import Author

EVERYTHING = 2**31


class Command(BaseCommand):
    help = "Compute citation figures: of the authors marked as changed, of one, or of all. Or the scores of papers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--author", metavar="ID", help="the id in the address of the author's page")
        which.add_argument("--all", action="store_true", help="check every author, and refresh those that need it")
        which.add_argument("--scores", action="store_true", help="novelty and AI score of new and changed papers")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            done, line = self._scores(now) if options["scores"] else self._figures(_wanted(options, now))
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database does not answer ({reason}): start it, then run this again.") from error
        except (ShelfError, ForecastFileError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(done))
        elif options["verbosity"]:
            self.stdout.write(line)

    def _figures(self, batches: Iterable[Batch]) -> tuple[dict[str, int], str]:
        done = self._run(batches)
        line = f"{done.authors:,} authors refreshed, figures of {done.written:,} changed."
        return {"authors": done.authors, "written": done.written}, line

    def _scores(self, now: datetime) -> tuple[dict[str, int], str]:
        papers = written = authors = 0
        for batch in scores.score_batches(now=now):
            papers, written, authors = papers + batch.papers, written + batch.written, authors + batch.authors
            self._progress(f"{papers:,} papers scored, {batch.left:,} to go")
        self._progress_ends(papers)
        line = f"{papers:,} papers scored, scores of {authors:,} authors changed."
        return {"papers": papers, "written": written, "authors": authors}, line

    def _run(self, batches: Iterable[Batch]) -> Batch:
        """Add the batches up; on a terminal, a line that moves says how far it is."""
        total = Batch(0, 0)
        for batch in batches:
            total = Batch(total.authors + batch.authors, total.written + batch.written)
            left = "" if batch.left is None else f", {batch.left:,} to go"
            self._progress(f"{total.authors:,} authors refreshed{left}")
        self._progress_ends(total.authors)
        return total

    def _progress(self, line: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{line}\033[K", ending="")
            self.stderr.flush()

    def _progress_ends(self, anything: int) -> None:
        if anything and self.stderr.isatty():
            self.stderr.write("")


def _wanted(options: Mapping[str, Any], now: datetime) -> Iterable[Batch]:
    if options["author"] is not None:
        return [_one(options["author"], now)]
    if options["all"]:
        return snapshots.stale_batches(now=now)
    return snapshots.dirty_batches(now=now, limit=EVERYTHING)


def _one(public_id: str, now: datetime) -> Batch:
    """Of a merged author, also of the one who is shown in this one's place."""
    author = Author.objects.filter(public_id=public_id).first()
    if author is None:
        raise CommandError(f"No author has the id {public_id!r}: take it from the address of the author's page.")
    ids = {author.pk, author.merged_into_id or author.pk}
    return Batch(len(ids), snapshots.refresh(ids, now=now, cause="refreshed by hand"))
