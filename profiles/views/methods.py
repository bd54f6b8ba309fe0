"""What every metric means, how papers and citations are counted, and what is not computed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from metrics.formulas import RECENT_YEARS
from metrics.registry import METRICS
from metrics.sql import TRACKED
from papers.coauthors import MAX_AUTHORS
from papers.sources.catalogue import CATALOGUE, COUNT_ORDER
from profiles.evaluation import measured


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    context = {
        "computed": METRICS,
        "measured": measured(),
        "tracked": [metric for metric in METRICS if metric.slug in TRACKED],
        "count_order": [CATALOGUE[slug] for slug in COUNT_ORDER],
        "recent_years": RECENT_YEARS,
        "max_pair_authors": MAX_AUTHORS,
    }
    return render(request, "profiles/methods.html", context)
