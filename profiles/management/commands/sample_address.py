"""manage.py sample_address: where the sample's author page stands."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from papers.models import AuthorIdentifier
from papers.sample.records import AUTHOR_KEY


class Command(BaseCommand):
    help = "Print the path of the sample author's page; nothing where the sample is not loaded."

    def handle(self, **options: Any) -> None:
        found = AuthorIdentifier.objects.select_related("author__merged_into").filter(
            scheme="capture", value=AUTHOR_KEY
        )
        for identifier in found:
            self.stdout.write((identifier.author.merged_into or identifier.author).get_absolute_url())
