"""The reference pack, read: what a new installation knows of the literature. Derived numbers only, never text.

A folder of one file of arrays a category group, a vocabulary of hashed terms in order of frequency, and a manifest
that says from what, when and how they were made. `metrics/packing.py` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.field import FIRST_YEAR, Cohort, Field, Phrases, Sketches, Usage, empty_field
from metrics.shelf import Array, ShelfError, from_gaps, read_arrays
from metrics.wording import TERM_SLOTS, Basis

FORMAT = 1
MANIFEST = "manifest.json"
VOCABULARY = "vocabulary.bin"
REFERENCE = Path(__file__).resolve().parent / "reference"

# A quantile is a 16-bit share of the largest value that its figure can have.
FULL = 65535
SCALES = (1.0, 1.0, 200.0)


@dataclass(frozen=True)
class Pack:
    """`fields`: by category group and basis. A group that is not there is unknown to the pack."""

    fields: Mapping[tuple[str, Basis], Field]
    manifest: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path = REFERENCE) -> Pack:
        """Raises ShelfError where the folder holds no pack, a damaged one, or one of another format."""
        manifest = read_manifest(folder)
        vocabulary = np.cumsum(read_arrays(folder / VOCABULARY)["gaps"].astype(np.int64)) % TERM_SLOTS
        fields: dict[tuple[str, Basis], Field] = {}
        for group in manifest["groups"]:
            fields |= _fields(group, read_arrays(folder / group_file(group)), vocabulary)
        return cls(fields, manifest)

    def field(self, group: str, basis: Basis) -> Field:
        return self.fields.get((group, basis)) or empty_field()

    @property
    def version(self) -> str:
        return str(self.manifest.get("version", ""))


def empty_pack() -> Pack:
    """Knows nothing: every paper abstains, unless enough papers are held here."""
    return Pack({}, {"format": FORMAT, "version": "empty", "groups": {}})


def read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ShelfError(f"{path} cannot be read ({error}): run manage.py build_reference.") from error
    if manifest.get("format") != FORMAT:
        raise ShelfError(f"{path} is of format {manifest.get('format')}, not {FORMAT}: run manage.py build_reference.")
    return manifest


def group_file(group: str) -> str:
    return f"{group}.bin"


def _fields(group: str, arrays: Mapping[str, Array], vocabulary: npt.NDArray[np.int64]) -> dict[Any, Field]:
    years, titles = arrays["years"].astype(np.int16) + (FIRST_YEAR - 1), arrays["titles"]
    has_abstract = np.unpackbits(arrays["abstracts"], count=len(years)).astype(bool)
    rows = {Basis.TITLE: np.ones(len(years), bool), Basis.ABSTRACT: has_abstract}
    return {
        (group, basis): Field(
            years=years[kept],
            other_years=years[kept],
            titles=titles[kept],
            keys=[None] * int(kept.sum()),
            sketches=_sketches(arrays, basis, vocabulary),
            usage=_usage(arrays, basis, vocabulary),
            phrases=_phrases(arrays, basis),
            cohorts=_cohorts(arrays, basis),
        )
        for basis, kept in rows.items()
    }


def _sketches(arrays: Mapping[str, Array], basis: Basis, vocabulary: npt.NDArray[np.int64]) -> Sketches:
    sizes = arrays[f"{basis}.sizes"].astype(np.int64)
    ends = np.concatenate(([0], np.cumsum(sizes)))
    running = np.cumsum(arrays[f"{basis}.terms"].astype(np.int64))
    offset = np.concatenate(([0], running))[ends[:-1]]
    terms = vocabulary[running - np.repeat(offset, sizes)].astype(np.int32)
    return Sketches(ends, terms, arrays[f"{basis}.counts"], arrays[f"{basis}.coverage"])


def _usage(arrays: Mapping[str, Array], basis: Basis, vocabulary: npt.NDArray[np.int64]) -> Usage:
    sizes = arrays[f"{basis}.usage_sizes"]
    terms = vocabulary[np.repeat(from_gaps(arrays[f"{basis}.usage_terms"]), sizes)].astype(np.int32)
    years = arrays[f"{basis}.usage_years"].astype(np.int16) + (FIRST_YEAR - 1)
    return Usage(terms, years, arrays[f"{basis}.usage_papers"].astype(np.int32))


def _phrases(arrays: Mapping[str, Array], basis: Basis) -> Phrases:
    return Phrases(from_gaps(arrays[f"{basis}.phrases"]).astype(np.int32), arrays[f"{basis}.phrase_years"])


def _cohorts(arrays: Mapping[str, Array], basis: Basis) -> dict[int, Cohort]:
    quantiles = arrays[f"{basis}.quantiles"].astype(np.float64) / FULL * np.array(SCALES)[:, None]
    figures = arrays[f"{basis}.cohorts"].tolist()
    return {year: Cohort(size, priors, *quantiles[at]) for at, (year, size, priors) in enumerate(figures)}
