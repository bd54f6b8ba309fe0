"""manage.py import_author: one author's papers from a source, with progress and an exit status that tells the truth."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from papers.models import ImportRun
from papers.runs import AlreadyRunning
from papers.sources import AuthorCandidate
from papers.sources.catalogue import name_of
from papers.sources.errors import RateLimited, SourceError
from profiles import imports
from profiles.sources import moved_address

WORKER_PATIENCE = 3.0  # seconds that a queued run waits for a worker before it is carried out here
POLL = 0.3
_ENDED: dict[str, str] = {ImportRun.State.FAILED: "failed", ImportRun.State.PARTIAL: "is partial"}


class Command(BaseCommand):
    help = "Import an author's papers. A name alone identifies nobody: candidates are listed, and the exit status is 2."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("identifier", help="an author id of the source, an ORCID iD, or a name")
        parser.add_argument("--source", required=True, choices=imports.SOURCES)
        parser.add_argument("--orcid", default="", help="the ORCID iD of the person who is meant")
        parser.add_argument("--author", default="", help="the author here who is meant: the code in the page's address")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--here", action="store_true", help="do not wait for a worker")

    def handle(self, **options: Any) -> None:
        source = options["source"]
        wanted = imports.Wanted(
            source, options["identifier"], options["orcid"], options["author"], address=moved_address(source)
        )
        try:
            run = imports.request_import(wanted)
            if run is None:
                self._list_candidates(wanted, options["json"])
            else:
                self._report(self._follow(run, options), options["json"])
        except (imports.Refused, SourceError, AlreadyRunning) as error:
            raise CommandError(str(error)) from None

    def _follow(self, run: ImportRun, options: dict[str, Any]) -> ImportRun:
        """Leave the run to a worker, and carry it out here where none takes it or the one that did has died."""
        if not options["here"]:
            imports.enqueue(run)
        quiet_since, heard = time.monotonic(), run.heartbeat_at
        while run.is_open:
            patience = 0.0 if options["here"] else WORKER_PATIENCE
            if time.monotonic() - quiet_since >= patience:
                try:
                    run = imports.carry_out_here(run)
                    continue
                except AlreadyRunning:
                    quiet_since = time.monotonic()
                except RateLimited as error:
                    raise CommandError(f"{error} The import goes on by itself where a worker runs.") from None
            time.sleep(POLL)
            run.refresh_from_db()
            if run.heartbeat_at != heard:
                quiet_since, heard = time.monotonic(), run.heartbeat_at
                self._progress(run, options["json"])
            if run.state == ImportRun.State.WAITING:
                raise CommandError(f"{run.message} The import goes on by itself where a worker runs.")
        return run

    def _progress(self, run: ImportRun, as_json: bool) -> None:
        if not as_json and sys.stderr.isatty():
            self.stderr.write(f"\r{run.message:<78}", ending="")

    def _report(self, run: ImportRun, as_json: bool) -> None:
        address = run.author.get_absolute_url() if run.author else None
        if as_json:
            self.stdout.write(json.dumps(_as_json(run, address), ensure_ascii=False))
        elif run.state != ImportRun.State.FAILED:
            self.stdout.write(_sentence(run))
            for reason, count in run.left_out.items():
                self.stdout.write(f"  {count} left out: {reason}")
            if address:
                self.stdout.write(f"The page: {address}")
        if run.state != ImportRun.State.DONE:
            raise CommandError(
                f"The import {_ENDED[run.state]}: {run.message or 'some records were refused, see above.'}"
            )

    def _list_candidates(self, wanted: imports.Wanted, as_json: bool) -> None:
        found = imports.candidates(wanted.source, wanted.text)
        if as_json:
            self.stdout.write(json.dumps({"candidates": [c.model_dump() for c in found]}, ensure_ascii=False))
        else:
            for candidate in found:
                self.stdout.write(_candidate(candidate))
        how = "give --orcid or --author" if wanted.source in imports.NAMES_ONLY else "give one of these ids, or --orcid"
        many = f"{len(found)} candidates" if found else "nobody"
        message = (
            f"{name_of(wanted.source)} has {many} under the name {wanted.text!r}; a name identifies nobody: {how}."
        )
        raise CommandError(message, returncode=2)


def _as_json(run: ImportRun, address: str | None) -> dict[str, Any]:
    fields = ("source", "query", "state", "message", "upstream", "seen", "shown", "created", "changed", "unchanged")
    return {
        "run": run.public_id,
        **{name: getattr(run, name) for name in fields},
        "left_out": run.left_out,
        "author": run.author.public_id if run.author else None,
        "address": address,
    }


def _sentence(run: ImportRun) -> str:
    who = run.author.name if run.author else run.query
    return (
        f"{who}, from {name_of(run.source)}: {run.upstream or 0} upstream, {run.shown or 0} shown; "
        f"{run.created} records new, {run.changed} changed, {run.unchanged} as before."
    )


def _candidate(candidate: AuthorCandidate) -> str:
    about = [
        candidate.affiliation,
        _many(candidate.papers, "paper"),
        _many(candidate.citations, "citation"),
        f"ORCID {candidate.orcid}" if candidate.orcid else None,
        "; ".join(candidate.titles[:2]) or None,
    ]
    return f"  {candidate.external_id or '(no id)'}  {candidate.name}  {' · '.join(a for a in about if a)}"


def _many(count: int | None, what: str) -> str | None:
    return None if count is None else f"{count:,} {what}{'' if count == 1 else 's'}"
