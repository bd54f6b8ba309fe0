"""An author with everything a page can show, and the checks that every page has to pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import html5lib
import pytest
from django.core.cache import cache

from metrics.snapshots import refresh
from papers.coauthors import recompute_coauthorships
from papers.models import (
    Affiliation,
    Author,
    AuthorIdentifier,
    AuthorName,
    ImportRun,
    Institution,
    Paper,
    PaperIdentifier,
    ReportedFigure,
)
from papers.names import fold
from tests.factories import NOW, make_author, make_authorship, make_paper

CheckPage = Callable[[Any], str]


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """No manifest: that is made when the site is deployed."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def empty_cache(db: None) -> None:
    cache.clear()


def check_page(response: Any) -> str:
    """The page's HTML, once it is known to be valid, to hold no inline style or script and to load nothing foreign."""
    html: str = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(html)
    assert not re.search(r"<[^>]+\sstyle\s*=", html)
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", html)
    assert not re.search(r"""<(?:script|img|iframe|source|embed)\b[^>]*(?:src)\s*=\s*["']?(?:https?:)?//""", html)
    assert not re.search(r"""<link\b[^>]*rel="stylesheet"[^>]*href="(?:https?:)?//""", html)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    return html


def give_name(author: Author, name: str, *, is_retired: bool = False) -> AuthorName:
    return AuthorName.objects.create(author=author, name=name, folded=fold(name), is_retired=is_retired)


def computed(*authors: Author) -> None:
    """Figures and pairs, as the jobs store them."""
    recompute_coauthorships([author.pk for author in authors])
    refresh([author.pk for author in authors], now=NOW, cause="a test")


@pytest.fixture
def ada() -> Author:
    """Ada Example: four listed papers, one of them retracted; one withdrawn, one hidden."""
    author = make_author("Ada Example", orcid="0000-0002-1825-0097", provenance={"name": "openalex"})
    coauthor = make_author("Bo Björk")
    for scheme, value in (("orcid", "0000-0002-1825-0097"), ("openalex", "A5023888391"), ("capture", "ada")):
        AuthorIdentifier.objects.create(author=author, scheme=scheme, value=value)
    place = Institution.objects.create(key="name:somewhere", name="Somewhere University", country_code="SE")
    former = Institution.objects.create(key="name:before", name="Before Institute")
    Affiliation.objects.create(author=author, institution=former, source="openalex", first_year=2001, last_year=2009)
    Affiliation.objects.create(author=author, institution=place, source="openalex", last_year=2020, is_last_known=True)
    ReportedFigure.objects.create(
        author=author, source="capture", external_id="ada", papers=4, citations=900, h_index=17, retrieved_at=NOW
    )
    ImportRun.objects.create(source="openalex", query="Ada", state=ImportRun.State.DONE, author=author, finished_at=NOW)
    for paper in _papers():
        make_authorship(paper, author)
        make_authorship(paper, coauthor)
    computed(author, coauthor)
    return author


def _papers() -> list[Paper]:
    maths = "On <math><msup><mi>n</mi><mn>2</mn></msup></math>"
    first = make_paper(
        "On $n^2$", year=2019, citations=12, category="stat.ML", title_html=maths, title_plain="On n2",
        abstract="We count sheep.", abstract_html="We count <em>sheep</em>.", venue="ICML", organisation="farmers",
        provenance={"title": "arxiv", "venue": "decision:7"},
        publication_date=date(2019, 5, 17), date_precision="day",
    )  # fmt: skip
    PaperIdentifier.objects.create(paper=first, scheme="doi", value="10.5555/one")
    PaperIdentifier.objects.create(paper=first, scheme="arxiv", value="1905.00001")
    return [
        first,
        make_paper("Another beginning", year=2021, citations=None, category="cs.LG", summary="In our words."),
        make_paper("A retracted claim", year=2020, citations=3, category="cs.LG", status="retracted"),
        make_paper("Nobody knows when", year=None, citations=40, source="semanticscholar"),
        make_paper("Taken back", year=2018, citations=99, status="withdrawn"),
        make_paper("Kept out of sight", year=2018, citations=99, is_hidden=True),
    ]
