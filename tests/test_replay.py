"""The replaying server itself: that it answers as recorded, ignores what does not matter, and runs on its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from tests.replay import REPLIES, Fault, Replay
from tests.shared import SHARED, needs_shared


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with Replay(page_size=3) as server:
        yield server


@needs_shared
@pytest.mark.parametrize(
    "query",
    ["per-page=200&filter=cites:W3046863325|W3045921891", "cursor=*&filter=cites:W3046863325|W3045921891&api_key=x"],
)
def test_it_answers_byte_for_byte_as_recorded(query: str) -> None:
    folder = SHARED / "fixtures" / "openalex"
    with Replay(folder) as server:
        reply = requests.get(f"{server.url}/openalex/works?{query}", timeout=5)
    assert reply.content == (folder / "works_cites_cursor_page1.json").read_bytes()


@needs_shared
def test_it_takes_the_recording_that_fits_best() -> None:
    folder = SHARED / "fixtures" / "arxiv_atom"
    query = "search_query=testing&sortBy=relevance&sortOrder=descending&start=0&max_results="
    with Replay(folder) as server:
        for size in (10, 100):
            reply = requests.get(f"{server.base_urls()['arxiv']}?{query}{size}", timeout=5)
            assert reply.content == (folder / f"query_testing_start0_max{size}.xml").read_bytes()


@needs_shared
def test_it_replays_an_error_with_its_status() -> None:
    with Replay(SHARED / "fixtures" / "semanticscholar") as server:
        reply = requests.get(f"{server.base_urls()['semanticscholar']}/paper/0", timeout=5)
    assert (reply.status_code, reply.json()) == (404, {"error": "Paper with id 0 not found"})


def test_it_plays_faults_once_and_in_order(replay: Replay) -> None:
    url = replay.base_urls()["openalex"] + "/works/W9900000001"
    replay.forget()
    replay.fault(
        "/openalex", Fault(503, {"Retry-After": "2"}, b"busy"), Fault(drop=True), Fault(headers={"X-Test": "1"})
    )
    busy = requests.get(url, timeout=5)
    assert (busy.status_code, busy.headers["Retry-After"], busy.content) == (503, "2", b"busy")
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)
    assert requests.get(url, timeout=5).headers["X-Test"] == "1"
    assert "X-Test" not in requests.get(url, timeout=5).headers
    assert replay.count("/openalex") == 4


def test_it_caps_authors_in_lists_and_not_in_singles(replay: Replay) -> None:
    url = replay.base_urls()["openalex"]
    listed = requests.get(f"{url}/works?filter=openalex:W9900000007", timeout=5).json()["results"][0]
    single = requests.get(f"{url}/works/W9900000007", timeout=5).json()
    assert (len(listed["authorships"]), listed["is_authors_truncated"]) == (100, True)
    assert len(single["authorships"]) == 120
    assert "is_authors_truncated" not in single


def test_it_answers_404_to_what_nobody_recorded(replay: Replay) -> None:
    for path in ("/openalex/works/W1", "/openalex/authors/A1", "/semanticscholar/graph/v1/paper/x", "/elsewhere"):
        assert requests.get(replay.url + path, timeout=5).status_code == 404


def test_our_own_replies_are_small() -> None:
    assert sum(file.stat().st_size for file in REPLIES.rglob("*") if file.is_file()) < 120_000


def test_it_runs_on_its_own() -> None:
    command = [sys.executable, "-m", "tests.replay", str(REPLIES)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        settings = dict(process.stdout.readline().strip().split("=", 1) for _ in range(3))
        assert set(settings) == {"OPENALEX_URL", "ARXIV_API_URL", "SEMANTIC_SCHOLAR_URL"}
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/openalex", settings["OPENALEX_URL"])
        found = requests.get(settings["OPENALEX_URL"] + "/authors/A9900000001", timeout=5).json()
        assert found["display_name"] == "Ilse Brandvold"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
