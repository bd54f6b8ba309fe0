"""The author page, and its list alone where htmx asks for it."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from papers.models import Author
from profiles.listing import PaperList, PastTheEnd, read_list
from profiles.panels import page_context, papers
from profiles.parameters import BadParameter, ListQuery, read_list_query
from profiles.views.addresses import author_and_shown, moved


@require_safe
def author_page(request: HttpRequest, public_id: str, slug: str = "") -> HttpResponse:
    author, shown = author_and_shown(public_id)
    if shown is not author or slug != author.slug:
        return moved(request, shown.get_absolute_url())
    listed = _listed(request, author)
    response = _answer(request, author, listed)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _listed(request: HttpRequest, author: Author) -> PaperList:
    try:
        return read_list(author, read_list_query(request.GET))
    except BadParameter as error:
        raise BadRequest(str(error)) from error
    except PastTheEnd as error:
        raise Http404(str(error)) from error


def _answer(request: HttpRequest, author: Author, listed: PaperList) -> HttpResponse:
    coauthor = _coauthor(listed.query)
    if wants_list_alone(request):
        here = papers(getattr(author, "metrics", None), listed, coauthor)
        return render(request, "profiles/panels/papers.html", {"author": author, "here": here})
    return render(request, "profiles/author.html", page_context(author, listed, coauthor))


def wants_list_alone(request: HttpRequest) -> bool:
    """Whether htmx will put the answer in the place of the list; going back in the history needs the whole page."""
    headers = request.headers
    return headers.get("HX-Target") == "papers" and headers.get("HX-History-Restore-Request") != "true"


def _coauthor(query: ListQuery) -> Author | None:
    return Author.objects.shown().filter(public_id=query.coauthor).first() if query.coauthor else None
