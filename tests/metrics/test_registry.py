from __future__ import annotations

from metrics.models import AuthorMetrics, PaperScore
from metrics.registry import BY_SLUG, METRICS
from metrics.sql import TRACKED


def test_every_figure_of_an_author_is_explained() -> None:
    fields = {field.name for field in AuthorMetrics._meta.get_fields()}
    assert {metric.slug for metric in METRICS if metric.computed} <= fields | set(PaperScore.Metric.values)
    assert set(TRACKED) <= BY_SLUG.keys()
    assert len(BY_SLUG) == len(METRICS)


def test_every_metric_is_computed_and_has_a_version() -> None:
    assert all(metric.computed and metric.version for metric in METRICS)


def test_every_text_is_whole_sentences() -> None:
    for metric in METRICS:
        assert metric.short.endswith("."), metric.slug
        assert metric.definition.endswith("."), metric.slug
        assert metric.limits.endswith("."), metric.slug
        assert bool(metric.reference) == bool(metric.reference_url), metric.slug


def test_every_metric_has_a_place_of_its_own_on_the_methods_page() -> None:
    anchors = [metric.anchor for metric in METRICS]
    assert len(set(anchors)) == len(METRICS)
    assert "h-index" in anchors
