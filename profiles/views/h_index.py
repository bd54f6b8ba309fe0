"""Explain this number: the papers behind an author's h-index."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from profiles.h_index import page_context
from profiles.views.addresses import author_and_shown, moved


@require_safe
def h_index_page(request: HttpRequest, public_id: str) -> HttpResponse:
    author, shown = author_and_shown(public_id)
    if shown is not author:
        return moved(request, reverse("author-h-index", args=[shown.public_id]))
    return render(request, "profiles/h_index.html", page_context(author))
