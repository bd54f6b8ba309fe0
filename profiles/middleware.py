"""What happens to every request before a view sees it."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from redis.exceptions import ConnectionError as CacheUnreachable
from redis.exceptions import TimeoutError as CacheTooSlow

UNREACHABLE = (OperationalError, InterfaceError, CacheUnreachable, CacheTooSlow)


class ServiceUnavailableMiddleware:
    """While the database or the cache is away, say so in plain words (503) instead of failing (500)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, UNREACHABLE):
            return None
        return HttpResponse(render_to_string("errors/503.html"), status=503, headers={"Retry-After": "30"})
