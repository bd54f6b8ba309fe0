from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papers.names import (
    MAX_SLUG,
    MAX_VARIANTS,
    compatible,
    fold,
    has_full_first_name,
    is_person,
    latinised,
    listed,
    search_key,
    slug,
    surname,
    variants,
)

NAMES = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [
            "Müller",
            "O'Neill",
            "J.-P.",
            "Łukasz",
            "Jr.",
            "III",
            "0001",
            ",",
            "van",
            "Yi",
            "Wu",
            "D.",
            r"\'e",
            "山田",
            "İ",
        ]
    ),
    max_size=6,
).map(" ".join)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Sebastian Nowozin", "sebastian nowozin"),
        ("NOWOZIN, Sebastian", "sebastian nowozin"),
        ("Müller, Jean-Pierre Jr.", "jean pierre muller"),
        ("Martin Luther King, Jr.", "martin luther king"),
        ("King, Martin Luther, III", "martin luther king"),
        ("Conor O’Neill", "conor oneill"),
        ("Søren Ærø Łukasz Đỗ Straße", "soren aero lukasz do strasse"),
        ("Ngân Vũ", "ngan vu"),
        ("Ayşe Yıldız İnan", "ayse yildiz inan"),
        (r"L\'{a}szl{\'o} Erd\H{o}s", "laszlo erdos"),
        ("Wei Wang 0001", "wei wang"),
        ("Jiří  Matas", "jiri matas"),
        ("J.P. Serre", "j p serre"),
        ("Ｗｅｉ Ｗａｎｇ", "wei wang"),
        ("山田 太郎", "山田 太郎"),
        ("Иван Йорданов", "иван йорданов"),
        ("が き", "が き"),
        (":", ""),
        ("", ""),
    ],
)
def test_it_folds(name: str, folded: str) -> None:
    assert fold(name) == folded
    assert search_key(name) == folded


def test_it_folds_decomposed_text_alike() -> None:
    for name in ("Jiří Matas", "Ngân Vũ", "Йордан が 김철수"):
        assert fold(unicodedata.normalize("NFD", name)) == fold(name)


@given(NAMES)
@example("x ŉ")
@example("ﬁ-0001 0002")
def test_it_folds_only_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold(name) == " ".join(fold(name).split())
    assert latinised(latinised(name)) == latinised(name)


@given(NAMES)
def test_it_ignores_case_of_ascii_names(name: str) -> None:
    plain = name.encode("ascii", "ignore").decode()
    assert fold(plain.upper()) == fold(plain.lower()) or "\\" in plain


@given(NAMES, NAMES)
def test_it_compares_alike_both_ways(a: str, b: str) -> None:
    assert compatible(a, b) == compatible(b, a)
    assert compatible(a, a) == bool(fold(a))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("D. Caldwell", "Darwin G. Caldwell"),
        ("Darwin Caldwell", "Darwin G. Caldwell"),
        ("D. G. Caldwell", "DG Caldwell"),
        ("Caldwell, D.", "Darwin G. Caldwell"),
        ("Jean-Pierre Serre", "J.-P. Serre"),
        ("Xiaoming Li", "Xiao-Ming Li"),
        ("X. Li", "Xiao Ming Li"),
        ("Müller, K.", "Klaus Mueller"),
        ("Anton van den Hengel", "A. van den Hengel"),
        ("Jiří Matas", "Jiri Matas"),
        ("Juan C. M. Smith", "Juan M. Smith"),
        ("Wei Wang 0001", "Wei Wang"),
        ("OpenAI", "openai"),
    ],
)
def test_it_finds_compatible(a: str, b: str) -> None:
    assert compatible(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Diana Caldwell", "Darwin Caldwell"),
        ("Darwin G. Caldwell", "Darwin H. Caldwell"),
        ("John E. Smith", "John F. Smith"),
        ("Xiao Bin Li", "Xiao Ming Li"),
        ("Yi Xu", "Yi Xue"),
        ("D. Caldwell", "D. Cardwell"),
        ("Caldwell", "Darwin Caldwell"),
        ("", ""),
        (":", "A. B"),
    ],
)
def test_it_finds_incompatible(a: str, b: str) -> None:
    assert not compatible(a, b)


@pytest.mark.parametrize(
    "name", ["Sebastian Nowozin", "Yi Wu", "YI WU", "Wu, Yi", "Hao. Dong", "王伟", "김철수", "Xi Chen 0001"]
)
def test_it_sees_full_first_names(name: str) -> None:
    assert has_full_first_name(name)


@pytest.mark.parametrize(
    "name", ["S. Nowozin", "J.-P. Serre", "Plato", "Li, Y.", "DG Caldwell", "Th. Mann", "", ":", "И. Петров"]
)
def test_it_sees_initials(name: str) -> None:
    assert not has_full_first_name(name)


@pytest.mark.parametrize(
    "name", ["Yi Wu", "Plato", "S. Nowozin", "王伟", "Garc\u00eda M\u00e1rquez, Gabriel Jos\u00e9", "Bo Teamer"]
)
def test_it_takes_people_for_people(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ":",
        "  ",
        ".",
        "X",
        "ATLAS Collaboration",
        "The CMS Collaboration",
        "Gemini Team",
        "Peking University",
        "et al.",
        "Anonymous",
        "III",
        ")*",
        "Ann Lee, Bo Ek, Cy Fox",
    ],
)
def test_it_takes_groups_and_signs_for_none(name: str) -> None:
    assert not is_person(name)


def test_it_parts_a_byline_in_the_place_of_a_name() -> None:
    assert listed("Ann Lee, Bo Ek, Cy Fox") == ["Ann Lee", "Bo Ek", "Cy Fox"]
    assert listed("King, Martin Luther, Jr.") == ["King, Martin Luther, Jr."]
    assert listed("García Márquez, Gabriel José") == ["García Márquez, Gabriel José"]


def test_it_names_variants_of_umlauts() -> None:
    assert "klaus muller" in variants(fold("Klaus Mueller"))
    assert fold("Klaus Mueller") in variants(fold("Klaus Müller"))


@given(NAMES)
def test_it_bounds_variants(name: str) -> None:
    found = variants(fold(name))
    assert fold(name) in found
    assert len(found) <= MAX_VARIANTS


def test_it_takes_the_last_word_for_the_surname() -> None:
    assert surname("van den Hengel, A.") == surname("Anton van den Hengel") == "hengel"
    assert surname("Plato") == "plato"
    assert surname("") == ""


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Sebastian Nowozin", "sebastian-nowozin"),
        ("Łukasz Müller-O'Neill", "lukasz-muller-oneill"),
        ("Learning, Fast and Slow: $x^2$", "learning-fast-and-slow-x2"),
        ("山田", "profile"),
        ("", "profile"),
        ("Edit", "profile"),
        ("H-index", "profile"),
        ("badge.svg", "profile"),
        ("../../etc", "etc"),
    ],
)
def test_it_makes_slugs(text: str, made: str) -> None:
    assert slug(text) == made


@given(st.text(max_size=300))
def test_it_makes_only_safe_slugs(text: str) -> None:
    made = slug(text)
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", made)
    assert len(made) <= MAX_SLUG
    assert slug(made) == made
