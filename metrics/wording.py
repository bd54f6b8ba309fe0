"""What a paper's text is made of, as numbers: hashed terms, hashed pairs of neighbouring words, a hashed title. Pure.

Hashed as `HashingVectorizer` of scikit-learn hashes, so that no vocabulary has to be kept: a word that nobody has
used before has its place at once. A text may be anything: empty, endless, in any script, with NULs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.utils import murmurhash3_32

TERM_SLOTS = 2**20
BIGRAM_SLOTS = 2**26  # of 2^24, 1.6 million phrases of robotics fill a tenth, and so many new ones would look old
MAX_WORDS = 2_000  # an abstract has some 200; what is longer is a text of another kind, and its beginning is read
MIN_ABSTRACT_WORDS = 5  # below this it is a note such as "No abstract", and the paper is read by its title alone

Slots = npt.NDArray[np.int32]
Counts = npt.NDArray[np.uint8]

_WORD = re.compile(r"\b[a-zA-Z][a-zA-Z0-9\-]+\b")
_MAX_CHARACTERS = 20 * MAX_WORDS


class Basis(StrEnum):
    """Which text of a paper was read. The two are never compared with each other."""

    ABSTRACT = "abstract"  # title and abstract
    TITLE = "title"


@dataclass(frozen=True)
class PaperText:
    """A paper as the scores read it. `group`: its category group; `year`: of publication; None: not known."""

    key: str
    title: str
    abstract: str | None
    group: str | None
    year: int | None


@dataclass(frozen=True)
class Wording:
    """Distinct hashed terms in rising order with their counts (at most 255), and distinct hashed bigrams in order."""

    terms: Slots
    counts: Counts
    bigrams: Slots

    def to_bytes(self) -> bytes:
        """For keeping: about 700 bytes for an abstract."""
        sizes = np.array([len(self.terms), len(self.bigrams)], "<i4")
        parts = (sizes, self.terms.astype("<i4"), self.bigrams.astype("<i4"), self.counts)
        return b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, kept: bytes) -> Wording:
        """What `to_bytes` gave. Raises ValueError where bytes are missing or too many."""
        terms, bigrams = np.frombuffer(kept, "<i4", 2).tolist()
        if min(terms, bigrams) < 0 or len(kept) != 8 + 5 * terms + 4 * bigrams:
            raise ValueError("These bytes hold no wording: read the paper again.")
        slots = np.frombuffer(kept, "<i4", terms + bigrams, offset=8).astype(np.int32)
        counts = np.frombuffer(kept, np.uint8, terms, offset=8 + 4 * (terms + bigrams))
        return cls(slots[:terms], counts, slots[terms:])


@dataclass(frozen=True)
class ReadPaper:
    """A paper of a known group and year, read: no text, only numbers. `abstract` is None where there is none."""

    key: str
    group: str
    year: int
    title_hash: int
    title: Wording
    abstract: Wording | None

    def wording(self, basis: Basis) -> Wording | None:
        return self.abstract if basis is Basis.ABSTRACT else self.title


def content_words(text: str) -> list[str]:
    """The words in order, case folded, without stop words; at most the first 2,000."""
    lowered = text[:_MAX_CHARACTERS].lower()
    return [word for word in _WORD.findall(lowered)[:MAX_WORDS] if word not in ENGLISH_STOP_WORDS]


def phrases(words: Sequence[str]) -> list[str]:
    """Distinct pairs of neighbouring content words, in order."""
    return list(dict.fromkeys(f"{a} {b}" for a, b in pairwise(words)))


def phrase_slots(pairs: Iterable[str]) -> Slots:
    """The slot of each phrase, of 2^26."""
    return np.fromiter((_slot(pair, BIGRAM_SLOTS) for pair in pairs), np.int32)


def wording(words: Sequence[str]) -> Wording:
    counted = Counter(_term_slot(word) for word in words)
    terms = np.array(sorted(counted), np.int32)
    counts = np.array([min(counted[term], 255) for term in terms.tolist()], np.uint8)
    return Wording(terms, counts, phrase_slots(phrases(words)))


def body(paper: PaperText) -> str | None:
    """Title and abstract as one text; None where there is no abstract to speak of."""
    if paper.abstract is None or len(paper.abstract[:_MAX_CHARACTERS].split()) < MIN_ABSTRACT_WORDS:
        return None
    return f"{paper.title}\n{paper.abstract}"


def basis_and_text(paper: PaperText) -> tuple[Basis, str]:
    """The better basis that a paper has, and its text."""
    text = body(paper)
    return (Basis.TITLE, paper.title) if text is None else (Basis.ABSTRACT, text)


def title_hash(title: str) -> int:
    """32 bits of a title's letters and digits, in which case, accents and signs do not matter; 0: it has none."""
    folded = unicodedata.normalize("NFKD", title[:_MAX_CHARACTERS]).casefold()
    letters = "".join(character for character in folded if character.isalnum())
    return int(murmurhash3_32(letters.encode(errors="replace"), positive=True)) if letters else 0


def read(paper: PaperText) -> ReadPaper | None:
    """A paper as a prior of others; None: its group or year is not known."""
    if paper.group is None or paper.year is None:
        return None
    text = body(paper)
    abstract = None if text is None else wording(content_words(text))
    title = wording(content_words(paper.title))
    return ReadPaper(paper.key, paper.group, paper.year, title_hash(paper.title), title, abstract)


@lru_cache(maxsize=200_000)
def _term_slot(word: str) -> int:
    return _slot(word, TERM_SLOTS)


def _slot(text: str, slots: int) -> int:
    """As scikit-learn's FeatureHasher: the lowest number has no absolute value of its own."""
    hashed = int(murmurhash3_32(text.encode(errors="replace")))
    return (2**31 - slots if hashed == -(2**31) else abs(hashed)) % slots
