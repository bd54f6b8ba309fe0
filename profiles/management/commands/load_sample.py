"""manage.py load_sample: the captured author's 45 papers and their co-authors' network, by the usual ingest."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from metrics.scores import refresh_scores
from metrics.snapshots import refresh_dirty
from papers.models import ImportRun
from papers.runs import store_all
from papers.sample.records import capture_author, capture_papers, listed_facts, network_papers

QUERY = "the sample"


class Command(BaseCommand):
    help = "Load the sample. Run again, it writes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, **options: Any) -> None:
        items = [capture_author(), *capture_papers(), *listed_facts(), *network_papers()]
        runs = ImportRun.objects.filter(source="capture", query=QUERY)
        run = runs.filter(state__in=ImportRun.OPEN_STATES).first() or ImportRun.objects.create(
            source="capture", query=QUERY, heartbeat_at=timezone.now()
        )
        run = store_all(run, items)
        refreshed = refresh_dirty()
        scored = refresh_scores().papers
        result = {"records": len(items), "created": run.created, "changed": run.changed, "refreshed": refreshed}
        result["scored"] = scored
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(f"The sample: {len(items)} records, {run.created} new, {run.changed} changed.")
