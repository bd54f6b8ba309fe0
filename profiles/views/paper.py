"""The paper page: the whole byline, every identifier, every source's count, and where each value comes from."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from profiles.paper_details import details_of, find_paper
from profiles.views.addresses import moved


@require_safe
def paper_page(request: HttpRequest, public_id: str, slug: str = "") -> HttpResponse:
    paper = find_paper(public_id)
    if paper is None:
        raise Http404("There is no paper with this address.")
    shown = paper.merged_into or paper
    if shown.is_hidden:
        raise Http404("There is no paper with this address.")
    if shown is not paper or slug != paper.slug:
        return moved(request, shown.get_absolute_url())
    return render(request, "profiles/paper.html", {"paper": paper, **details_of(paper)})
