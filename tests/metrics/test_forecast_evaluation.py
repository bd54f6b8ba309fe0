from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from metrics.evaluation import rank_agreement
from metrics.evaluation.baselines import metadata_forecast
from metrics.evaluation.forecast import Split, evaluate, judged
from metrics.evaluation.rank_agreement import agreement, cells_with, decile_error, mean_spearman
from metrics.training.corpus import CorpusError, CorpusPaper, read_corpus
from metrics.training.ridge import ridge
from metrics.training.targets import citation_percentiles, percentiles_within
from tests.metrics.forecast_corpus import made_up_corpus

LINE = {"id": "icml2018-1", "venue": "icml", "year": 2018, "title": "A title", "abstract": None, "citations": None}
AUTHORS = [{"name": "Ada Example", "id": None, "affiliation": "A"}, {"name": "Bo Example", "affiliation": "A"}]


def _written(path: Path, *lines: Any) -> Path:
    with gzip.open(path, "wt") if path.suffix == ".gz" else path.open("w") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return path


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_labels_fill_what_is_withheld_and_nothing_else(tmp_path: Path, name: str) -> None:
    known = LINE | {"id": "icml2018-2", "citations": 7, "authors": AUTHORS}
    corpus = _written(tmp_path / name, LINE | {"authors": AUTHORS}, known)
    labels = _written(
        tmp_path / f"labels-{name}", {"id": "icml2018-1", "citations": 3}, {"id": "icml2018-2", "citations": 9}
    )
    assert [paper.citations for paper in read_corpus(corpus)] == [None, 7]
    papers = read_corpus(corpus, labels)
    assert [paper.citations for paper in papers] == [3, 7]
    assert papers[0].group == "learning"
    assert papers[0].affiliations == 1


def test_a_line_that_is_no_paper_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="line 2"):
        read_corpus(_written(tmp_path / "c.jsonl", LINE | {"authors": AUTHORS}, {"id": "x"}))


def test_ridge_agrees_with_the_closed_form() -> None:
    random = np.random.default_rng(1)
    x, y, importance = random.random((60, 8)), random.random(60), random.random(60)
    scaled = importance / importance.mean()
    centred, target = x - np.average(x, axis=0, weights=scaled), y - np.average(y, weights=scaled)
    exact = np.linalg.solve(centred.T @ (scaled[:, None] * centred) + 2 * np.eye(8), centred.T @ (scaled * target))
    assert ridge(csr_matrix(x), y, importance, 2.0) == pytest.approx(exact, abs=1e-4)


def test_percentiles_leave_small_cells_and_unknown_counts_out() -> None:
    values = np.array([1.0, 3.0, np.nan, 9.0])
    assert percentiles_within(values, ["a", "a", "a", "b"], least=2) == pytest.approx(
        [25, 75, np.nan, np.nan], nan_ok=True
    )


def test_a_paper_without_a_group_has_no_percentile_in_it() -> None:
    nobody = [CorpusPaper(str(n), "kdd", 2020, "A title", None, (), 0, n, None) for n in range(40)]
    of_venue, of_group = citation_percentiles(nobody)
    assert of_venue[0] == pytest.approx(1.25)
    assert np.isnan(of_group).all()


# Worked by hand: ρ = 1 in a cell of three, −1 in a cell of two; (3 · 1 − 2 · 1) / 5.
def test_agreement_of_a_worked_case() -> None:
    forecast, truth = np.array([1.0, 2, 3, 5, 4]), np.array([10.0, 20, 30, 1, 2])
    cells = cells_with(truth, ["a", "a", "a", "b", "b"], least=2)
    assert mean_spearman(forecast, truth, cells) == pytest.approx(0.2)


def test_the_interval_holds_the_value_and_says_how_far_ahead() -> None:
    random = np.random.default_rng(2)
    truth = random.random(400)
    forecasts = {"model": truth + random.random(400), "random": random.random(400)}
    found = agreement(forecasts, truth, cells_with(truth, ["a"] * 400), seed=0)
    assert found["model"]["low"] < found["model"]["value"] < found["model"]["high"]
    assert found["random"]["ahead"]["low"] > 0
    assert found == agreement(forecasts, truth, cells_with(truth, ["a"] * 400), seed=0)


def test_no_cell_gives_no_figure() -> None:
    assert agreement({"model": np.zeros(3)}, np.zeros(3), [], seed=0)["model"]["value"] is None


# Ten papers are ten tenths: |50 − 45| and so on, each five points off.
def test_decile_error_of_a_worked_case() -> None:
    values = np.arange(10, 110, 10, dtype=float)
    assert decile_error(values, values - 5) == 5
    assert decile_error(values, values) == 0


def test_a_target_is_met_by_the_value_and_reached_by_the_interval() -> None:
    figure = {"value": 0.33, "low": 0.31, "high": 0.35, "n": 9}
    assert judged(figure, 0.34) == {"target": 0.34, "met": False, "reached": True}
    assert judged(figure, 0.30)["met"] is True
    assert judged({"value": None, "high": None}, 0.3) == {"target": 0.3, "met": False, "reached": False}


def test_metadata_know_nothing_of_later_papers() -> None:
    corpus = made_up_corpus(a_year=60)
    whole = metadata_forecast(corpus, 2018)
    places = [place for place, paper in enumerate(corpus) if paper.year <= 2018]
    assert metadata_forecast([corpus[place] for place in places], 2018) == pytest.approx(whole[places])


def test_an_evaluation_tests_on_the_future_beside_its_baselines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank_agreement, "RESAMPLES", 20)
    found = evaluate(made_up_corpus(), made_on=date(2021, 1, 1), splits=[Split(2019, 2020, 2020, 0.3)])["2020–2020"]
    full = found["title and abstract"]
    model = full["within venue and year"]["model"]
    assert model["met"]
    assert model["n"] == 840
    assert full["within venue and year"]["metadata only"]["beaten"]
    assert abs(full["within venue and year"]["random"]["value"]) < 0.15
    assert full["calibration"]["decile error"]["value"] < 8
    assert 0.6 < full["calibration"]["share within the 80 % interval"]["value"] < 0.95
    assert found["title only"]["within group and year"]["model"]["value"] > 0.2
    assert found["size"]["met"]
    json.dumps(found)
