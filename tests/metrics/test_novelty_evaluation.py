from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from metrics.evaluation.novelty import Corpus, area, evaluate, load_reference, spearman
from metrics.pack import Pack
from metrics.packing import build
from metrics.wording import Basis
from tests.metrics.wordings import literature
from tests.shared import SHARED, needs_shared

REFERENCE = SHARED / "scores" / "reference.py"


def test_area_under_the_curve_of_a_worked_case() -> None:
    assert area(np.array([1.0, 2, 2, 3]), np.array([False, True, False, True])) == 0.875


def test_rank_correlation_of_a_worked_case() -> None:
    assert spearman(np.array([1.0, 2, 3, 4]), np.array([10.0, 30, 20, 40])) == pytest.approx(0.8)


def test_only_cohorts_that_can_be_ranked_are_drawn() -> None:
    corpus = Corpus(literature())
    assert sorted(corpus.cohorts(Basis.ABSTRACT, 10_000)) == [("robotics", 2008), ("robotics", 2009)]
    assert len(corpus.cohorts(Basis.ABSTRACT, 100)) == 1


def test_a_missing_reference_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_reference(tmp_path / "reference.py")


@needs_shared
def test_every_figure_stands_beside_its_target(tmp_path: Path) -> None:
    papers = literature(2_600)
    build(papers, tmp_path, {})
    figures = evaluate(papers, Pack.load(tmp_path), REFERENCE, sample=500, speed=(300, 2_000))
    again = evaluate(papers, Pack.load(tmp_path), REFERENCE, sample=500, speed=(300, 2_000))
    assert json.loads(json.dumps(figures)) == figures
    for name, figure in figures.items():
        assert set(figure) >= {"value", "target", "met", "n"}, name
        if name not in {"speed", "future_outside_robotics"}:
            assert figure == again[name]
            assert figure["low"] <= figure["value"] <= figure["high"], name
    assert figures["agreement_abstract"]["value"] > 0.9
    assert figures["stability_abstract"]["value"] > 0.9
    assert figures["future_all"]["value"] == pytest.approx(0.5, abs=0.06)  # drawn words know no progress
    assert figures["future_outside_robotics"] == {"value": None, "target": 0.67, "met": False, "n": 0}
    assert figures["speed"]["n"] == 300
