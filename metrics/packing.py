"""Building the reference pack from a corpus: numbers out, no text. The same papers give the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from metrics.field import FIRST_YEAR, QUANTILES, Cohort, Field, empty_field, first_versions, with_papers
from metrics.novelty.measure import Looked, Measure, Measurer
from metrics.novelty.placing import percentiles, quantiles
from metrics.novelty.results import COHORT_NEEDED, PRIORS_NEEDED, VERSION
from metrics.pack import FORMAT, FULL, MANIFEST, SCALES, VOCABULARY, group_file, read_manifest
from metrics.shelf import Array, gaps, write_arrays
from metrics.wording import TERM_SLOTS, Basis, PaperText, ReadPaper, read

Progress = Callable[[str], None]
Fields = Mapping[tuple[str, Basis], Field]


def build(
    papers: Iterable[PaperText],
    folder: Path,
    origin: Mapping[str, Any],
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Write a pack into `folder` and return its manifest.

    `origin`: from what and when, as the manifest shall say it.
    """
    progress("Reading the papers")
    fields = fields_of(read_all(papers), progress)
    folder.mkdir(parents=True, exist_ok=True)
    groups = sorted({group for group, _ in fields})
    vocabulary = _vocabulary(fields)
    rank = np.zeros(TERM_SLOTS, np.int64)
    rank[vocabulary] = np.arange(len(vocabulary))
    steps = np.mod(np.diff(vocabulary, prepend=0), TERM_SLOTS)
    write_arrays(folder / VOCABULARY, {"gaps": steps.astype(np.uint32)})
    for group in groups:
        progress(f"Writing {group}")
        write_arrays(folder / group_file(group), _group_arrays(group, fields, rank))
    files = [VOCABULARY, *map(group_file, groups)]
    manifest = {
        "format": FORMAT,
        "novelty": VERSION,
        "version": _digest(folder, files),
        "origin": dict(origin),
        "groups": {group: _summary(group, fields) for group in groups},
        "files": {name: (folder / name).stat().st_size for name in files},
        "evaluation": {},
    }
    _write_manifest(folder, manifest)
    return manifest


def add_evaluation(folder: Path, evaluation: Mapping[str, Any]) -> None:
    """Write into the manifest of a pack that is there which figures its scores reach."""
    manifest = {**read_manifest(folder), "evaluation": dict(evaluation)}
    _write_manifest(folder, manifest)


def read_all(papers: Iterable[PaperText]) -> list[ReadPaper]:
    """Those whose title, group and year are known, one a title and group, sorted."""
    known = (read(paper) for paper in papers)
    return first_versions([paper for paper in known if paper is not None and paper.title_hash])


def fields_of(papers: Sequence[ReadPaper], progress: Progress = lambda _: None) -> dict[tuple[str, Basis], Field]:
    """Fields with their cohorts; `papers` as `read_all` gives them."""
    fields: dict[tuple[str, Basis], Field] = {}
    for group, members in groupby(papers, key=lambda paper: paper.group):
        held = list(members)
        for basis in Basis:
            progress(f"Measuring {group} by {basis}")
            field = with_papers(empty_field(), held, basis)
            fields[group, basis] = _with_cohorts(replace(field, usage=field.usage.shared()), held, basis)
    return fields


def cohort_of(measures: Sequence[Measure], priors: int) -> Cohort:
    """The quantiles of one year's papers. Papers without a word of weight are not ranked, nor ranked among."""
    ranked = [measure for measure in measures if not measure.found.blank]
    distance = np.array([measure.distance for measure in ranked])
    newness = np.array([measure.newness for measure in ranked])
    total = percentiles(distance) + percentiles(newness)
    return Cohort(len(ranked), priors, *(quantiles(values, QUANTILES) for values in (distance, newness, total)))


def _with_cohorts(field: Field, papers: Sequence[ReadPaper], basis: Basis) -> Field:
    by_year: dict[int, list[Looked]] = {}
    for paper in papers:
        text = paper.wording(basis)
        if text is not None and len(text.bigrams):
            by_year.setdefault(paper.year, []).append(Looked(text, paper.title_hash))
    cohorts = {}
    for year, looked in sorted(by_year.items()):
        priors = field.papers_before(year)
        if priors >= PRIORS_NEEDED and len(looked) >= COHORT_NEEDED:
            cohort = cohort_of(Measurer(field, year).measure(looked), priors)
            if cohort.size >= COHORT_NEEDED:
                cohorts[year] = cohort
    return replace(field, cohorts=cohorts)


def _vocabulary(fields: Fields) -> npt.NDArray[np.int64]:
    """Slots in use, the most frequent first and, of equally frequent ones, in rising order: both compress well."""
    papers = np.zeros(TERM_SLOTS)
    for field in fields.values():
        papers += np.maximum(field.usage.before(), np.bincount(field.sketches.terms, minlength=TERM_SLOTS))
    used = np.flatnonzero(papers)
    return used[np.lexsort((used, -papers[used]))]


def _group_arrays(group: str, fields: Fields, rank: npt.NDArray[np.int64]) -> dict[str, Array]:
    titles, abstracts = fields[group, Basis.TITLE], fields[group, Basis.ABSTRACT]
    has_abstract = np.isin(titles.titles, abstracts.titles)
    arrays: dict[str, Array] = {
        "years": (titles.years - (FIRST_YEAR - 1)).astype(np.uint8),
        "titles": titles.titles,
        "abstracts": np.packbits(has_abstract),
    }
    for basis in Basis:
        named = _field_arrays(fields[group, basis], rank)
        arrays |= {f"{basis}.{name}": array for name, array in named.items()}
    return arrays


def _field_arrays(field: Field, rank: npt.NDArray[np.int64]) -> dict[str, Array]:
    years = sorted(field.cohorts)
    parts = ((field.cohorts[year].distance, field.cohorts[year].newness, field.cohorts[year].total) for year in years)
    figures = np.array([*parts])
    shares = figures.reshape(-1, 3, QUANTILES) / np.array(SCALES)[:, None]
    return {
        **_sketch_arrays(field, rank),
        **_usage_arrays(field, rank),
        "phrases": gaps(field.phrases.slots),
        "phrase_years": field.phrases.codes,
        "quantiles": np.round(shares * FULL).astype(np.uint16),
        "cohorts": np.array([(y, field.cohorts[y].size, field.cohorts[y].priors) for y in years], np.int32).reshape(
            -1, 3
        ),
    }


def _sketch_arrays(field: Field, rank: npt.NDArray[np.int64]) -> dict[str, Array]:
    """A row's terms as rising ranks, each as its step from the one before."""
    sizes = np.diff(field.sketches.ends)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    ranks = rank[field.sketches.terms]
    order = np.lexsort((ranks, rows))
    steps = np.diff(ranks[order], prepend=0)
    starts = field.sketches.ends[:-1][sizes > 0]
    steps[starts] = ranks[order][starts]
    return {
        "sizes": sizes.astype(np.uint8),
        "terms": steps.astype(np.uint32),
        "counts": field.sketches.counts[order],
        "coverage": field.sketches.coverage,
    }


def _usage_arrays(field: Field, rank: npt.NDArray[np.int64]) -> dict[str, Array]:
    ranks = rank[field.usage.terms]
    order = np.lexsort((field.usage.years, ranks))
    terms, sizes = np.unique(ranks[order], return_counts=True)
    return {
        "usage_terms": gaps(terms),
        "usage_sizes": sizes.astype(np.uint8),
        "usage_years": (field.usage.years[order] - (FIRST_YEAR - 1)).astype(np.uint8),
        "usage_papers": field.usage.papers[order].astype(np.uint16),
    }


def _summary(group: str, fields: Fields) -> dict[str, Any]:
    return {
        str(basis): {
            "papers": len(fields[group, basis].years),
            "cohorts": {str(year): cohort.size for year, cohort in sorted(fields[group, basis].cohorts.items())},
        }
        for basis in Basis
    }


def _write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _digest(folder: Path, files: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name in files:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
