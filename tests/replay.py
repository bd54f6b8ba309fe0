"""A real HTTP server that stands in for OpenAlex, arXiv and Semantic Scholar by replaying recorded replies.

    with Replay(REPLIES, page_size=3) as replay:
        replay.base_urls()                      # {"openalex": "http://127.0.0.1:…/openalex", …} for Http
        replay.environment()                    # the same as OPENALEX_URL, ARXIV_API_URL, SEMANTIC_SCHOLAR_URL
        replay.fault("/openalex/works", Fault(429, {"Retry-After": "1"}), Fault(cut=200), Fault(drop=True))
        replay.count("/openalex")               # how many requests came

or `python -m tests.replay [--port N] [FOLDER…]`, which prints the three settings and serves until it is interrupted.

REPLIES (tests/replies) holds our own invented people: Ilse Brandvold is A9900000001 with ORCID 0009-0099-0001-1230
at OpenAlex (8 works, one of them by 120), 990000001 at Semantic Scholar (5 papers), and a printed name at arXiv (5).
With page_size=3 that makes three, two and two pages.

The recorded author with the most works is Fernando Muro: add `SHARED / "fixtures" / "openalex"` to the folders, and
`import_author --source openalex 0000-0001-8457-9889` (or A5015527081) finds the 64 works that carry his author id. His
author object was not recorded: it is made of the bare facts in the works. A question that nothing answers gets a 404.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.replay_archive import Answer, Question, best, load
from tests.replay_services import services

REPLIES = Path(__file__).parent / "replies"
_PATHS = {"openalex": "/openalex", "arxiv": "/arxiv/api/query", "semanticscholar": "/semanticscholar/graph/v1"}
_SETTINGS = {"openalex": "OPENALEX_URL", "arxiv": "ARXIV_API_URL", "semanticscholar": "SEMANTIC_SCHOLAR_URL"}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one reply. `body` None: the true one, which `cut` may shorten after its length was told."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    delay: float = 0.0
    cut: int | None = None
    drop: bool = False


@dataclass(frozen=True)
class Seen:
    """One request that came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float


class Replay:
    """The server. Use as a context manager, or start() and stop()."""

    def __init__(self, *folders: Path, page_size: int = 100, port: int = 0) -> None:
        self._recorded = load(folders or (REPLIES,))
        self._services = services(self._recorded, page_size)
        self._faults: list[tuple[str, deque[Fault]]] = []
        self._lock = threading.Lock()
        self.seen: list[Seen] = []
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def base_urls(self) -> dict[str, str]:
        return {slug: self.url + path for slug, path in _PATHS.items()}

    def environment(self) -> dict[str, str]:
        return {_SETTINGS[slug]: url for slug, url in self.base_urls().items()}

    def fault(self, prefix: str, *faults: Fault) -> None:
        """The next requests whose path begins so get these, one each; then all is well again."""
        with self._lock:
            self._faults.append((prefix, deque(faults)))

    def count(self, prefix: str = "/") -> int:
        with self._lock:
            return sum(request.target.startswith(prefix) for request in self.seen)

    def forget(self) -> None:
        """Drop the faults that are left and the requests seen."""
        with self._lock:
            self._faults.clear()
            self.seen.clear()

    def note(self, request: Seen) -> Fault | None:
        """Count a request and give the fault that is due."""
        with self._lock:
            self.seen.append(request)
            for prefix, queue in self._faults:
                if queue and request.target.startswith(prefix):
                    return queue.popleft()
        return None

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        """The true reply to a request."""
        service, _, rest = urlsplit(target).path.strip("/").partition("/")
        if service not in self._services:
            return Answer.json({"error": "no such service"}, 404)
        query = urlsplit(target).query
        asked = Question.of(method, service, f"/{rest}" + (f"?{query}" if query else ""), body)
        return best(self._recorded, asked) or self._services[service].answer(asked)

    def start(self) -> Replay:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        self._server.serve_forever()

    def __enter__(self) -> Replay:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up (a time-out under test) is no error of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(replay: Replay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply(b"")

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

        def _reply(self, body: bytes) -> None:
            fault = replay.note(Seen(self.command, self.path, dict(self.headers), body, time.monotonic()))
            if fault is None:
                self._send(replay.answer(self.command, self.path, body))
                return
            time.sleep(fault.delay)
            if fault.drop:
                self.close_connection = True
                return
            if fault.body is None and fault.status == 200:
                true = replay.answer(self.command, self.path, body)
                self._send(Answer(true.status, true.body, {**true.headers, **fault.headers}), fault.cut)
            else:
                self._send(Answer(fault.status, fault.body or b"", fault.headers), fault.cut)

        def _send(self, answer: Answer, cut: int | None = None) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body if cut is None else answer.body[:cut])
            self.close_connection = self.close_connection or cut is not None

        def log_message(self, format: str, *args: object) -> None:
            """Tests look at `Replay.seen` instead."""

    return Handler


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description="Serve recorded replies.")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of recorded replies (default: tests/replies)")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--page-size", type=int, default=100)
    given = parser.parse_args(arguments)
    replay = Replay(*given.folders, page_size=given.page_size, port=given.port)
    for name, value in replay.environment().items():
        sys.stdout.write(f"{name}={value}\n")
    sys.stdout.flush()
    try:
        replay.serve()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
