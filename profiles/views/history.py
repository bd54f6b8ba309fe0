"""What changed in an author's figures, when and why."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from profiles.history import page_context
from profiles.listing import PastTheEnd
from profiles.parameters import BadParameter, read_page
from profiles.views.addresses import author_and_shown, moved


@require_safe
def history_page(request: HttpRequest, public_id: str) -> HttpResponse:
    author, shown = author_and_shown(public_id)
    if shown is not author:
        return moved(request, reverse("author-history", args=[shown.public_id]))
    try:
        context = page_context(author, read_page(request.GET.get("page", "").strip()))
    except BadParameter as error:
        raise BadRequest(str(error)) from error
    except PastTheEnd as error:
        raise Http404(str(error)) from error
    return render(request, "profiles/history.html", context)
