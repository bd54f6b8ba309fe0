"""/healthz: this process answers. /readyz: it can serve, and the schedule really fires."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from profiles.tasks import HEARTBEAT_KEY

logger = logging.getLogger(__name__)
OK = "ok"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": OK})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where every part is "ok"; else 503, and the part says what is wrong with it."""
    parts = {name: _checked(name, check) for name, check in CHECKS.items()}
    is_ready = all(state == OK for state in parts.values())
    return JsonResponse({"status": OK if is_ready else "not ready", **parts}, status=200 if is_ready else 503)


def _checked(name: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, RedisError) as error:
        logger.warning("readyz: %s: %s", name, error)  # addresses and accounts are for the log alone
        return "unreachable"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _cache() -> str:
    cache.get(HEARTBEAT_KEY)
    return OK


def _beat() -> str:
    written = cache.get(HEARTBEAT_KEY)
    if not written:
        return "has not fired yet"
    age = timezone.now() - datetime.fromisoformat(written)
    if age > 2 * settings.BEAT_HEARTBEAT_PERIOD:
        period = int(settings.BEAT_HEARTBEAT_PERIOD.total_seconds())
        return f"last fired {int(age.total_seconds())} s ago; it should every {period} s"
    return OK


CHECKS: dict[str, Callable[[], str]] = {"database": _database, "cache": _cache, "beat": _beat}
