from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings as real
from django.core.management import call_command
from django.test import Client

from papers.models import Author


def test_every_file_that_a_page_loads_is_collected_under_a_name_that_changes_with_it(
    client: Client, ada: Author, settings: Any, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", "--no-input", verbosity=0)
    html = client.get(ada.get_absolute_url()).content.decode()
    loaded = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    assert len(loaded) >= 8
    for name in loaded:
        assert re.search(r"\.[0-9a-f]{12}\.(?:css|js|svg)$", name)
        assert (tmp_path / name).is_file()


def test_styles_and_scripts_name_no_other_host() -> None:
    for path in (Path(real.BASE_DIR) / "static").rglob("*.*"):
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:https?:)?//[a-z]", text), path
