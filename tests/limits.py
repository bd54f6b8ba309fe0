"""What one test leaves in Valkey must not slow the next: the sources' pauses and turns."""

from __future__ import annotations

import redis


def forget_limits(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter("byline:sources:*"):
            client.delete(key)
