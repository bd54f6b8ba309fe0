"""Whom an address names, and addresses that have moved."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from papers.models import Author
from profiles.authors import find_author


def moved(request: HttpRequest, path: str) -> HttpResponse:
    """301 to the path, with the query kept. Never cached: a merge can be undone and a name can change."""
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
    response["Cache-Control"] = "no-cache"
    return response


def author_and_shown(public_id: str) -> tuple[Author, Author]:
    """The author of an address and the one shown in their place, often the same. Raises Http404 for hidden ones."""
    author = find_author(public_id)
    shown = (author.merged_into or author) if author else None
    if author is None or shown is None or shown.is_hidden:
        raise Http404("There is no author with this address.")
    return author, shown
