"""Words, phrases and parts of words as 64-bit hashes, for the forecast. Pure; no vocabulary is kept.

The hash is BLAKE2b, the same on every machine and in every version, so that weights learned once stay true.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from metrics.language import FUNCTION_WORDS

MAX_WORDS = 2_000  # an abstract has some 200; of a longer text the beginning is read
MAX_CHARACTERS = 20 * MAX_WORDS
GRAM_SIZES = (3, 4, 5)
_MAX_WORD = 40

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

_WORD = re.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]|[a-z]")
_PART = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Hashed:
    """Hashes of many texts on end: hash i belongs to text `rows[i]`, rising. The same hash may come again."""

    rows: Rows
    hashes: Hashes


def text_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "little")


def title_half(title: str) -> int:
    """0 or 1, by the letters and digits of a title: versions of one paper fall into the same half."""
    folded = unicodedata.normalize("NFKD", title[:MAX_CHARACTERS]).casefold()
    return text_hash("".join(character for character in folded if character.isalnum())) & 1


def words(text: str) -> list[str]:
    """The words in order, in small letters; accents are dropped. At most the first 2,000."""
    plain = text[:MAX_CHARACTERS]
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return [word[:_MAX_WORD] for word in _WORD.findall(plain.lower())[:MAX_WORDS]]


def hashed_terms(texts: Iterable[Sequence[str]]) -> Hashed:
    """Each word, and each pair of neighbours among the words that are left without function words."""
    single = _hashed(texts, text_hash)
    stop = np.fromiter((text_hash(word) for word in FUNCTION_WORDS), np.uint64)
    content = ~np.isin(single.hashes, stop)
    rows, hashes = single.rows[content], single.hashes[content]
    beside = rows[1:] == rows[:-1]
    pairs = scrambled(hashes[:-1] * np.uint64(0x9E3779B97F4A7C15) ^ hashes[1:])[beside]
    return _in_order(np.concatenate((single.rows, rows[1:][beside])), np.concatenate((single.hashes, pairs)))


def hashed_grams(texts: Iterable[Sequence[str]]) -> Hashed:
    """Each run of 3, 4 and 5 characters of each word, the edges of the word marked."""
    known: dict[str, list[int]] = {}
    rows: list[int] = []
    hashes: list[int] = []
    for row, text in enumerate(texts):
        for word in text:
            if word not in known:
                known[word] = _grams(word)
            hashes += known[word]
            rows += [row] * len(known[word])
    return Hashed(np.array(rows, np.int64), np.array(hashes, np.uint64))


def hashed_marks(marks: Iterable[Sequence[str]]) -> Hashed:
    """Signs of a text's shape, in a name space of their own."""
    return _hashed(marks, lambda mark: text_hash("\0" + mark))


def scrambled(hashes: Hashes) -> Hashes:
    """Every bit depends on every bit: the finaliser of SplitMix64. G. L. Steele et al., OOPSLA 2014."""
    mixed = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _hashed(texts: Iterable[Sequence[str]], hash_of: Callable[[str], int]) -> Hashed:
    known: dict[str, int] = {}
    sizes: list[int] = []
    hashes: list[int] = []
    for text in texts:
        sizes.append(len(text))
        for word in text:
            found = known.get(word)
            if found is None:
                found = known[word] = hash_of(word)
            hashes.append(found)
    return Hashed(np.repeat(np.arange(len(sizes)), sizes), np.array(hashes, np.uint64))


def _in_order(rows: Rows, hashes: Hashes) -> Hashed:
    order = np.argsort(rows, kind="stable")
    return Hashed(rows[order], hashes[order])


def _grams(word: str) -> list[int]:
    parts = [f"<{part}>" for part in _PART.findall(word)]
    return [
        text_hash("#" + part[at : at + size])
        for part in parts
        for size in GRAM_SIZES
        for at in range(len(part) - size + 1)
    ]
