"""manage.py refresh_metrics [--author ID | --all] [--json]: compute citation figures now."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from metrics import snapshots
from metrics.snapshots import Batch
from papers.models import Author

EVERYTHING = 2**31


class Command(BaseCommand):
    help = "Compute citation figures: of the authors marked as changed, of one, or of all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--author", metavar="ID", help="the id in the address of the author's page")
        which.add_argument("--all", action="store_true", help="check every author, and refresh those that need it")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            done = self._run(_batches(options["author"], options["all"], now))
        except OperationalError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database does not answer ({reason}): start it, then run this again.") from error
        if options["json"]:
            self.stdout.write(json.dumps({"authors": done.authors, "written": done.written}))
        else:
            self.stdout.write(f"{done.authors:,} authors refreshed, figures of {done.written:,} changed.")

    def _run(self, batches: Iterable[Batch]) -> Batch:
        """Add the batches up; on a terminal, a line that moves says how far it is."""
        total = Batch(0, 0)
        for batch in batches:
            total = Batch(total.authors + batch.authors, total.written + batch.written)
            if self.stderr.isatty():
                left = "" if batch.left is None else f", {batch.left:,} to go"
                self.stderr.write(f"\r{total.authors:,} authors refreshed{left}\033[K", ending="")
                self.stderr.flush()
        if total.authors and self.stderr.isatty():
            self.stderr.write("")
        return total


def _batches(public_id: str | None, everyone: bool, now: datetime) -> Iterable[Batch]:
    if public_id is not None:
        return [_one(public_id, now)]
    if everyone:
        return snapshots.stale_batches(now=now)
    return snapshots.dirty_batches(now=now, limit=EVERYTHING)


def _one(public_id: str, now: datetime) -> Batch:
    """Of a merged author, also of the one who is shown in this one's place."""
    author = Author.objects.filter(public_id=public_id).first()
    if author is None:
        raise CommandError(f"No author has the id {public_id!r}: take it from the address of the author's page.")
    ids = {author.pk, author.merged_into_id or author.pk}
    return Batch(len(ids), snapshots.refresh(ids, now=now, cause="refreshed by hand"))
