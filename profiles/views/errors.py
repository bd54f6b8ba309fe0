"""Pages for when something is wrong: each says what, and what to do."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Our own refusals carry a sentence; Django's (a forged host, say) are not repeated to whoever sent them."""
    return render(request, "errors/400.html", {"sentence": _sentence(exception, BadRequest)}, status=400)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", {"sentence": _sentence(exception, Exception)}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever failed may be what the context processors need."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def _sentence(exception: Exception, kind: type[Exception]) -> str:
    said = exception.args[0] if isinstance(exception, kind) and exception.args else ""
    return said if isinstance(said, str) else ""
