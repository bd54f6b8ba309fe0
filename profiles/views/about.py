"""What Byline is, where its data come from, and how to have something put right or taken down."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metrics.registry import METRICS
from papers.sources.catalogue import CATALOGUE


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {"sources": CATALOGUE.values(), "metrics": METRICS, "contact_email": settings.CONTACT_EMAIL}
    return render(request, "profiles/about.html", context)
