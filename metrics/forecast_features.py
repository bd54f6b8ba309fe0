"""What the forecast reads of a paper's text: weighted, hashed features. Pure; numpy only.

Words and phrases of the title and of the abstract, the shape of both, and for the title alone parts of its words.
Each block of a text has unit length, so that a long abstract weighs no more than a short one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from metrics.hashing import MAX_CHARACTERS, Hashed, Hashes, hashed_grams, hashed_marks, hashed_terms, scrambled, words

Basis = Literal["title and abstract", "title only"]
BASES: tuple[Basis, Basis] = ("title and abstract", "title only")
WITH_ABSTRACT, TITLE_ONLY = BASES

# How many weights each of the two halves of a model has. Together 496 KiB, a byte a weight.
SLOTS: dict[Basis, int] = {WITH_ABSTRACT: 196_608, TITLE_ONLY: 57_344}

MIN_ABSTRACT_WORDS = 5  # below this it is a note such as "No abstract"
_SALTS = (np.uint64(0), np.uint64(0x5851F42D4C957F2D))  # the halves put different words together
_CAMEL = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z0-9-]*\b")
_TWO_CAPITALS = re.compile(r"[A-Z].*[A-Z]")
_CAPITALS = re.compile(r"[A-Z]{2,}")

Floats = npt.NDArray[np.float64]
Text = tuple[str, str | None]


@dataclass(frozen=True)
class Features:
    """Non-zero entries of a matrix of `papers` rows: three arrays of one length. A slot may come again in a row."""

    papers: int
    rows: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int64]
    values: Floats

    def sums(self, weights: npt.NDArray[np.int8]) -> Floats:
        """The product of the matrix with one weight a slot: one number a paper."""
        products: Floats = self.values * weights[self.slots]
        return np.bincount(self.rows, products, self.papers).astype(np.float64)


@dataclass(frozen=True)
class Block:
    share: float
    entries: Hashed
    unit: bool = True


def has_abstract(abstract: str | None) -> bool:
    return abstract is not None and len(words(abstract)) >= MIN_ABSTRACT_WORDS


def blocks(texts: Sequence[Text], basis: Basis) -> list[Block]:
    """The features of texts, not yet put into slots. The shares were chosen by trial."""
    titles = [words(title) for title, _ in texts]
    title = hashed_terms(titles)
    if basis == TITLE_ONLY:
        marks = hashed_marks(title_marks(title) for title, _ in texts)
        return [Block(1.0, title), Block(1.0, hashed_grams(titles)), Block(0.2, marks, unit=False)]
    marks = hashed_marks(title_marks(title) + abstract_marks(abstract or "") for title, abstract in texts)
    abstract = hashed_terms(words(abstract or "") for _, abstract in texts)
    return [Block(0.7, title), Block(1.0, abstract), Block(0.2, marks, unit=False)]


def features(papers: int, of_blocks: Iterable[Block], basis: Basis, half: int) -> Features:
    """The features as one half of the model sees them."""
    parts = [_in_slots(block, papers, SLOTS[basis], _SALTS[half]) for block in of_blocks]
    rows, slots, values = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Features(papers, rows, slots, values)


def title_marks(title: str) -> list[str]:
    """The shape of a title: its length, a name before a colon, a question, a word with inner capitals."""
    title = title[:MAX_CHARACTERS]
    head, colon, _ = title.partition(":")
    marks = [f"title words {min(len(title.split()), 20)}"]
    if colon:
        named = min(len(head.split()), 5)
        marks += ["title colon", f"title head {named}"]
        marks += ["title name"] * (named == 1 and bool(_TWO_CAPITALS.search(head)))
    marks += ["title question"] * ("?" in title)
    marks += ["title capitals"] * bool(_CAMEL.search(title))
    return marks


def abstract_marks(abstract: str) -> list[str]:
    """The shape of an abstract: its length, and signs of code, numbers and formulae."""
    abstract = abstract[:MAX_CHARACTERS]
    signs = {"link": "http", "repository": "github", "percent": "%", "formula": "$"}
    return [
        f"length {min(int(3 * np.log2(1 + len(abstract.split()))), 30)}",
        f"sentences {min(abstract.count('. '), 15)}",
        f"acronyms {min(len(_CAPITALS.findall(abstract)), 12)}",
        f"brackets {min(abstract.count('('), 10)}",
        *(name for name, sign in signs.items() if sign in abstract),
        *(["digits"] * any(character.isdigit() for character in abstract)),
    ]


def _in_slots(
    block: Block, papers: int, slots: int, salt: np.uint64
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    places = _slot(block.entries.hashes, salt, slots)
    cells, counts = np.unique(block.entries.rows * slots + places, return_counts=True)
    rows, values = cells // slots, 1 + np.log(counts)
    if block.unit:
        values /= np.sqrt(np.bincount(rows, values**2, papers))[rows]
    return rows, cells % slots, block.share * values


def _slot(hashes: Hashes, salt: np.uint64, slots: int) -> npt.NDArray[np.int64]:
    return (scrambled(hashes ^ salt) % np.uint64(slots)).astype(np.int64)
