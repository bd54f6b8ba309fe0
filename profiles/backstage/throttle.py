"""Guessing passwords takes patience: a few attempts, then a wait. Counted in the cache that all processes share.

An attempt is counted before its password is looked at, so that many at once gain nothing; a success takes it back.
Without the cache nobody logs in (503): an unlimited guesser is worse than a curator who waits.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

WAIT_SECONDS = 300
PER_NAME = 5  # failures of one user name from one address
PER_ADDRESS = 50  # failures of all user names from one address
THROTTLED = "throttled"


def address_of(request: HttpRequest) -> str:
    """The visitor's address: where a proxy is trusted for the scheme, what it adds to X-Forwarded-For is too."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-1].strip()
    trusted = settings.SECURE_PROXY_SSL_HEADER is not None
    return forwarded if trusted and forwarded else str(request.META.get("REMOTE_ADDR", ""))


def _key(*parts: str) -> str:
    return "login:" + hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


class Attempts:
    """The recent failures of one user name from one address, and of that address as a whole."""

    def __init__(self, address: str, name: str) -> None:
        self._limits = {_key(address, name.casefold()): PER_NAME, _key(address): PER_ADDRESS}

    def allowed(self) -> bool:
        """Count one more attempt; False where there have been too many. The last one allowed starts the wait anew."""
        counts = {key: self._count(key) for key in self._limits}
        for key, limit in self._limits.items():
            if counts[key] == limit:
                cache.touch(key, WAIT_SECONDS)
        return all(counts[key] <= limit for key, limit in self._limits.items())

    def forgive(self) -> None:
        """The attempt was right: neither it nor the failures before it count."""
        named, whole = self._limits
        cache.delete(named)
        if cache.get(whole):
            cache.decr(whole)

    @staticmethod
    def _count(key: str) -> int:
        cache.add(key, 0, WAIT_SECONDS)
        try:
            return int(cache.incr(key))
        except ValueError:  # it ran out between the two
            cache.set(key, 1, WAIT_SECONDS)
            return 1


class ThrottledLoginForm(AdminAuthenticationForm):
    """The admin's log-in form, with a limit."""

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if self.request is None or not name or not self.cleaned_data.get("password"):
            return super().clean()
        attempts = Attempts(address_of(self.request), name)
        if not attempts.allowed():
            raise ValidationError(
                f"Too many attempts to log in. Wait {WAIT_SECONDS // 60} minutes, then try again.", code=THROTTLED
            )
        cleaned = super().clean()
        attempts.forgive()
        return cleaned
