"""The home page: find somebody by name, see who was refreshed lately and what there is."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from profiles.front import categories, recently_refreshed
from profiles.parameters import BadParameter, read_list_query
from profiles.search import search_authors


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    try:
        name = read_list_query({"q": request.GET.get("q", "")}).q
    except BadParameter as error:
        raise BadRequest(str(error)) from error
    if name:
        return render(request, "profiles/search.html", {"q": name, "search": search_authors(name)})
    recent = recently_refreshed()
    return render(request, "profiles/home.html", {"recent": recent, "categories": categories()})
