"""The forecast's model as one small file: weights, quantiles and a manifest, no text. Little-endian arrays."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from metrics.forecast import Calibration, Forecast, Half
from metrics.forecast_features import BASES, SLOTS, Basis

FORMAT = 1
FORECAST_FILE = Path(__file__).resolve().parent / "reference" / "forecast.npz"
_NAMES: Mapping[Basis, str] = {"title and abstract": "abstract", "title only": "title"}

Arrays = dict[str, npt.NDArray[Any]]


class ForecastFileError(ValueError):
    """A model that cannot be read; the message says which file and what to do."""


def save_forecast(forecast: Forecast, path: Path = FORECAST_FILE) -> None:
    """The same forecast gives the same bytes."""
    cohorts = [(basis, group, year) for (basis, group), years in forecast.quantiles.items() for year in years]
    head = {
        "format": FORMAT,
        "version": forecast.version,
        "until": forecast.until,
        "learned": dict(forecast.learned),
        "cohorts": cohorts,
        "slopes": [[each.slope for each in forecast.calibrations[basis]] for basis in BASES],
        "scales": [[half.scale for half in forecast.halves[basis]] for basis in BASES],
        "manifest": dict(forecast.manifest),
    }
    arrays: Arrays = {"head": np.frombuffer(json.dumps(head, sort_keys=True).encode(), np.uint8)}
    arrays["quantiles"] = np.array([forecast.quantiles[b, g][y] for b, g, y in cohorts], "<f4")
    for basis in BASES:
        intervals = [(each.low, each.high) for each in forecast.calibrations[basis]]
        arrays[f"{_NAMES[basis]}-interval"] = np.array(intervals, "<f4")
        arrays[f"{_NAMES[basis]}-weights"] = np.array([half.weights for half in forecast.halves[basis]], np.int8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type] # its stub takes allow_pickle for one of the arrays


def load_forecast(path: Path = FORECAST_FILE) -> Forecast:
    """Raises ForecastFileError where the file is missing, damaged or of another format."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return _forecast({name: file[name] for name in file.files})
    except (OSError, EOFError, BadZipFile, zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        reason = f"{path.name} cannot be read ({error}): run manage.py build_reference again."
        raise ForecastFileError(reason) from error


def _forecast(arrays: Arrays) -> Forecast:
    head = json.loads(arrays["head"].tobytes())
    if head["format"] != FORMAT:
        raise ValueError(f"format {head['format']}, not {FORMAT}")
    quantiles: dict[tuple[Basis, str], dict[int, npt.NDArray[np.float64]]] = {}
    for (basis, group, year), nodes in zip(head["cohorts"], arrays["quantiles"].astype(np.float64), strict=True):
        quantiles.setdefault((basis, group), {})[year] = nodes
    calibrations: dict[Basis, tuple[Calibration, Calibration]] = {}
    halves: dict[Basis, tuple[Half, Half]] = {}
    for basis, slopes, scales in zip(BASES, head["slopes"], head["scales"], strict=True):
        seen, later = arrays[f"{_NAMES[basis]}-interval"].astype(np.float64)
        calibrations[basis] = (Calibration(slopes[0], *seen), Calibration(slopes[1], *later))
        weights = arrays[f"{_NAMES[basis]}-weights"]
        if weights.dtype != np.int8 or weights.shape != (2, SLOTS[basis]):
            raise ValueError(f"weights of shape {weights.shape}")
        halves[basis] = (Half(weights[0], scales[0]), Half(weights[1], scales[1]))
    return Forecast(halves, calibrations, quantiles, head["learned"], head["until"], head["version"], head["manifest"])
