"""The admin's own views of imports. Only `add` asks a source, when a form is sent, and for half a minute at most."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from papers import quarantine
from papers.admin.evidence import MAX_REPLAYS, tell
from papers.models import ImportRun
from papers.sources.catalogue import name_of
from papers.sources.errors import SourceError
from profiles import imports
from profiles.backstage.adding import look_up, namesakes, require_broker, start_import
from profiles.backstage.forms import ImportForm, SearchForm

Admin: TypeAlias = "ModelAdmin[ImportRun]"
REFUSED_SHOWN = 100
LATE_SECONDS = 10  # a queued run that nobody takes for so long needs a word


def add(request: HttpRequest, model_admin: Admin) -> HttpResponse:
    """Search a source, see who is meant, choose: three states of one page."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method == "POST" and request.POST.get("step") == "import":
        return _start(request, model_admin)
    form = SearchForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        source, text = form.cleaned_data["source"], form.cleaned_data["text"]
        try:
            found = look_up(source, text)
        except (imports.Refused, SourceError) as error:
            form.add_error(None, str(error))
        else:
            context = {"found": found, "searched": text, **_about(source)}
            if source in imports.NAMES_ONLY:
                context["namesakes"] = namesakes([text, *(f.candidate.name for f in found)])
    return _add_page(request, model_admin, form, context)


def _about(source: str) -> dict[str, Any]:
    return {"source": source, "source_name": name_of(source), "names_only": source in imports.NAMES_ONLY}


def _start(request: HttpRequest, model_admin: Admin) -> HttpResponse:
    form = ImportForm(request.POST)
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("source", "text", "orcid", "author")}
        try:
            run = start_import(imports.Wanted(**asked, asked_by=request.user.get_username()))
        except (imports.Refused, SourceError) as error:
            form.add_error(None, str(error))
        else:
            model_admin.log_addition(request, run, "Asked for the import.")
            return redirect("admin:papers_importrun_change", run.pk)
    source, text = form.data.get("source", ""), form.data.get("text", "")
    context: dict[str, Any] = {}
    if source in imports.NAMES_ONLY and text:
        context = {"chosen_name": text, "searched": text, **_about(source), "namesakes": namesakes([text])}
    return _add_page(request, model_admin, form, context)


def _add_page(request: HttpRequest, model_admin: Admin, form: SearchForm, context: dict[str, Any]) -> HttpResponse:
    page = {
        **model_admin.admin_site.each_context(request),
        "title": "Add an author",
        "opts": model_admin.opts,
        "form": form,
        **context,
    }
    return TemplateResponse(request, "admin/papers/importrun/add.html", page)


def _run(request: HttpRequest, run_id: int | str, model_admin: Admin) -> ImportRun:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    if not str(run_id).isdecimal() or len(str(run_id)) > 18:
        raise Http404("an import's number has digits only")
    runs = ImportRun.objects.select_related("author__merged_into").defer("seen_ids")
    return get_object_or_404(runs, pk=run_id)


def run_page(request: HttpRequest, run_id: str, model_admin: Admin) -> HttpResponse:
    run = _run(request, run_id, model_admin)
    context = _run_context(request, run, model_admin)
    page = {
        **model_admin.admin_site.each_context(request),
        "title": f"{context['author'] or run.query}, from {name_of(run.source)}",
        "opts": model_admin.opts,
        **context,
    }
    return TemplateResponse(request, "admin/papers/importrun/run.html", page)


def progress(request: HttpRequest, run_id: int, model_admin: Admin) -> HttpResponse:
    """The part of the run page that moves, alone."""
    run = _run(request, run_id, model_admin)
    context = {"fragment": True, **_run_context(request, run, model_admin)}
    return TemplateResponse(request, "admin/papers/importrun/progress.html", context)


def _run_context(request: HttpRequest, run: ImportRun, model_admin: Admin) -> dict[str, Any]:
    refused = run.quarantined.filter(resolved_at=None).defer("payload").order_by("pk")
    settled = run.quarantined.exclude(resolved_at=None).count()
    author = run.author and (run.author.merged_into or run.author)
    waited = (timezone.now() - run.created_at).total_seconds()
    return {
        "run": run,
        "source_name": name_of(run.source),
        "author": author if author and not author.is_hidden else None,
        "left_out": sorted(run.left_out.items()),
        "gaps": list(dict.fromkeys(run.arguments.get("gaps", []))),
        "asked_by": run.arguments.get("asked_by", ""),
        "late": run.state == ImportRun.State.QUEUED and waited > LATE_SECONDS,
        "refused": refused[:REFUSED_SHOWN],
        "refused_total": refused.count(),
        "settled": settled,
        "may_replay": request.user.has_perm("papers.change_quarantinedrecord"),
        "may_take_up": not run.is_open and run.source in imports.SOURCES and model_admin.has_add_permission(request),
    }


@require_POST
def again(request: HttpRequest, run_id: int, model_admin: Admin) -> HttpResponse:
    """Take an import up again: a new run with the same arguments. What is known already writes nothing."""
    run = _run(request, run_id, model_admin)
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    try:
        require_broker()
        fresh = run if run.is_open else imports.again(run, request.user.get_username())
    except imports.Refused as error:
        messages.error(request, str(error))
        return redirect("admin:papers_importrun_change", run.pk)
    if not run.is_open:
        imports.enqueue(fresh)
        model_admin.log_addition(request, fresh, f"Took up import {run.public_id} again.")
    return redirect("admin:papers_importrun_change", fresh.pk)


@require_POST
def replay(request: HttpRequest, run_id: int, model_admin: Admin) -> HttpResponse:
    """Read refused records of this run again: the one whose button was pressed, those ticked, or all."""
    run = _run(request, run_id, model_admin)
    if not request.user.has_perm("papers.change_quarantinedrecord"):
        raise PermissionDenied
    refused = run.quarantined.filter(resolved_at=None).order_by("pk")
    if "all" not in request.POST:
        wanted = request.POST.getlist("one") or request.POST.getlist("record")
        refused = refused.filter(pk__in=[pk for pk in wanted if pk.isdecimal()])
    done = [quarantine.replay(pk) for pk in list(refused.values_list("pk", flat=True)[:MAX_REPLAYS])]
    tell(request, done)
    if done:
        model_admin.log_change(request, run, f"Read {len(done)} refused records again.")
    return redirect("admin:papers_importrun_change", run.pk)
