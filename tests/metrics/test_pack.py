from __future__ import annotations

import json
import re
from dataclasses import fields as fields_of_class
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from metrics.pack import MANIFEST, REFERENCE, VOCABULARY, Pack, empty_pack, read_manifest
from metrics.packing import add_evaluation, build, fields_of, read_all
from metrics.shelf import ShelfError, from_gaps, gaps, read_arrays, write_arrays
from metrics.wording import Basis, PaperText
from tests.metrics.wordings import GROUP, literature, vocabulary

MEGABYTE = 10**6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("pack")
    build(literature(), where, {"source": "drawn words", "date": "2026-01-01"})
    return where


def test_what_is_read_is_what_was_built(folder: Path) -> None:
    loaded, built = Pack.load(folder), fields_of(read_all(literature()))
    assert set(loaded.fields) == set(built)
    for name, field in built.items():
        read = loaded.fields[name]
        assert read.years.tolist() == field.years.tolist()
        assert read.titles.tolist() == field.titles.tolist()
        assert (read.phrases.slots == field.phrases.slots).all()
        assert (read.phrases.codes == field.phrases.codes).all()
        for year in (2003, 2007, None):
            assert (read.usage.before(year) == field.usage.before(year)).all()
        for row in range(0, len(field.years), 50):
            assert _sketch(read.sketches, row) == _sketch(field.sketches, row)
        assert set(read.cohorts) == set(field.cohorts)
        for year, cohort in field.cohorts.items():
            for part in fields_of_class(cohort):
                known, kept = getattr(cohort, part.name), getattr(read.cohorts[year], part.name)
                assert np.allclose(known, kept, atol=200 / 65535), part.name


def _sketch(sketches: object, row: int) -> dict[int, int]:
    at = slice(sketches.ends[row], sketches.ends[row + 1])  # type: ignore[attr-defined]
    return dict(zip(sketches.terms[at].tolist(), sketches.counts[at].tolist(), strict=True))  # type: ignore[attr-defined]


def test_it_keeps_at_most_sixteen_terms_a_paper(folder: Path) -> None:
    sketches = Pack.load(folder).field(GROUP, Basis.ABSTRACT).sketches
    assert np.diff(sketches.ends).max() == 16


def test_the_same_papers_in_any_order_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    build(reversed(literature()), tmp_path, {"source": "drawn words", "date": "2026-01-01"})
    names = sorted(path.name for path in folder.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_it_holds_no_word_of_the_papers(folder: Path) -> None:
    text = " ".join(path.read_bytes().decode("latin-1").lower() for path in folder.iterdir())
    for array in read_arrays(folder / f"{GROUP}.bin").values():
        assert array.dtype.kind in "ui"
    assert set(re.findall(r"[a-z]{7,}", text)).isdisjoint(vocabulary())


def test_the_manifest_says_from_what_and_how_much(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    assert manifest["origin"] == {"source": "drawn words", "date": "2026-01-01"}
    assert manifest["groups"][GROUP]["abstract"]["papers"] == 1_400
    assert list(manifest["groups"][GROUP]["abstract"]["cohorts"]) == ["2008", "2009"]  # 1,000 priors from there on
    assert all((folder / name).stat().st_size == size for name, size in manifest["files"].items())


def test_the_manifest_takes_the_figures_that_were_reached(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    add_evaluation(tmp_path, {"agreement": {"value": 0.98}})
    assert Pack.load(tmp_path).manifest == {**read_manifest(folder), "evaluation": {"agreement": {"value": 0.98}}}


def test_of_same_titles_the_earliest_is_kept() -> None:
    papers = [
        PaperText("later", "A Study: Of Lattices", "Words that come later on.", GROUP, 2005),
        PaperText("first", "a study of latticés", None, GROUP, 2003),
        PaperText("with", "A study of lattices", "It was there with an abstract.", GROUP, 2003),
        PaperText("elsewhere", "A study of lattices", None, "vision", 2001),
        PaperText("untitled", "…", "It has no letter in its title.", GROUP, 2003),
        PaperText("undated", "Another study", None, GROUP, None),
        PaperText("homeless", "A third study", None, None, 2001),
    ]
    assert [paper.key for paper in read_all(papers)] == ["with", "elsewhere"]


@pytest.mark.parametrize("name", [MANIFEST, VOCABULARY, f"{GROUP}.bin"])
@pytest.mark.parametrize("damage", ["missing", "cut", "noise"])
def test_a_damaged_pack_says_what_to_do(folder: Path, tmp_path: Path, name: str, damage: str) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    if damage == "missing":
        (tmp_path / name).unlink()
    else:
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"\0noise" * 20)
    with pytest.raises(ShelfError, match="build_reference"):
        Pack.load(tmp_path)


def test_a_pack_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text('{"format": 99, "groups": {}}')
    with pytest.raises(ShelfError, match="format 99"):
        Pack.load(tmp_path)


@pytest.mark.parametrize("papers", [0, 1])
def test_a_corpus_of_no_paper_or_one_makes_a_pack(tmp_path: Path, papers: int) -> None:
    build(literature(2)[:papers], tmp_path, {})
    loaded = Pack.load(tmp_path)
    assert len(loaded.field(GROUP, Basis.TITLE).years) == papers
    assert loaded.field(GROUP, Basis.TITLE).cohorts == {}
    assert len(empty_pack().field(GROUP, Basis.TITLE).years) == 0


@given(st.lists(st.integers(0, 5_000), unique=True))
def test_gaps_give_the_numbers_back(numbers: list[int]) -> None:
    assert from_gaps(gaps(np.array(sorted(numbers), np.int64))).tolist() == sorted(numbers)


@given(arrays_of.arrays(np.int32, arrays_of.array_shapes(min_side=0, max_dims=2)))
def test_a_shelf_gives_its_arrays_back(tmp_path_factory: pytest.TempPathFactory, array: object) -> None:
    path = tmp_path_factory.mktemp("shelf") / "a"
    write_arrays(path, {"a.b": np.asarray(array)})
    read = read_arrays(path)["a.b"]
    assert read.shape == np.asarray(array).shape
    assert (read == array).all()


def test_the_shipped_pack_is_small_and_whole() -> None:
    assert sum(path.stat().st_size for path in REFERENCE.iterdir()) <= 12 * MEGABYTE
    pack = Pack.load()
    assert {group for group, _ in pack.fields} == {"robotics", "vision", "language", "learning"}
    for field in pack.fields.values():
        assert len(field.years) == len(field.titles) == len(field.sketches)
        assert field.cohorts
        for cohort in field.cohorts.values():
            assert cohort.priors >= 1_000
            assert cohort.size >= 30
            assert all(np.diff(part).min() >= 0 for part in (cohort.distance, cohort.newness, cohort.total))
