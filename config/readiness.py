"""Whether the site answers, and at which page a visitor should begin.

`python -m config.readiness` is the container's health check: exit status 0 when the web process on port 8000 answers.
"""

import http.client
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from config.children import Console
from config.env import CHECKOUT, read_environment

_TIMEOUT = 10.0  # seconds
_BAD = 400


class Site:
    """The web process as seen from this machine."""

    def __init__(self, port: int, allowed_hosts: Sequence[str]) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        accepts_number = {"*", "127.0.0.1"} & set(allowed_hosts)
        self._host = f"127.0.0.1:{port}" if accepts_number else allowed_hosts[0].lstrip(".")

    def answers(self, *paths: str) -> bool:
        """Whether every one of the pages comes without an error."""
        return all(self._status(path) < _BAD for path in paths)

    def _status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT)
        try:
            connection.request("GET", path, headers={"Host": self._host, "X-Forwarded-Proto": "https"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 599  # not up yet: nothing listens, or it hung up
        finally:
            connection.close()


def sample_path(environ: Mapping[str, str], console: Console) -> str:
    """The path of the sample author's page; the home page's where there is none."""
    command = [sys.executable, "manage.py", "sample_address"]
    done = subprocess.run(command, cwd=CHECKOUT, env=dict(environ), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        console.say("setup", f"the sample author's address is not known: {done.stderr.strip()[-300:]}")
    return done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else "/"


if __name__ == "__main__":
    sys.exit(not Site(8000, read_environment(os.environ).allowed_hosts).answers("/healthz"))
