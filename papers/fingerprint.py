"""When two titles are one paper's: a readable key, and the guard that bylines give it. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from papers.markup import plain_text
from papers.names import compatible, is_person, latinised, listed, surname

MAX_FINGERPRINT = 120
HASH_DIGITS = 16

# Below this a title names many papers ("Deep learning", "Mixture models"), and a wrong merge hides a paper.
MIN_WORDS = 3
MIN_LETTERS = 12

_FRONT_MATTER = re.compile(
    r"(?:(?:guest )?editorial|preface|foreword|introduction to (?:the )?(?:special|issue)|erratum|errata"
    r"|corrigend(?:um|a)|(?:author |publisher )?corrections? to|(?:author|publisher) correction"
    r"|retraction (?:note|notice|of)"
    r"|repl(?:y|ies) to|response to|(?:a )?comments? (?:on|to)|discussions? (?:of|on)|discussion$|rejoinder"
    r"|book reviews?|obituary|in memoriam|table of contents|front matter|back matter|(?:author|subject) index"
    r"|program committee|list of (?:reviewers|authors|contributors|participants)|call for papers|welcome message"
    r"|message from|acknowledge?ments?|title page)\b|.*\bpreface$"
)
_MARKED = re.compile(
    r"\s*(?:\[(?:retracted|withdrawn)\]|(?:retracted|withdrawn)(?: article| paper)?\s*:)", re.IGNORECASE
)
_GREEK = re.compile(r"(?<![\u0370-\u03ff])[\u03b1-\u03c9](?![\u0370-\u03ff])")
_SYMBOLS = {"∞": " infinity ", "√": " sqrt ", "∇": " nabla ", "∂": " partial ", "@": " at ", "ℓ": "l"}
_PLUS = re.compile(r"(?<=\w)\++(?!\w)")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


def title_fingerprint(title: str) -> str | None:
    """Letters and digits of a title, at most 120 characters; None: too short or too common to tell papers apart.

    TeX, case, accents, spaces, punctuation and a publisher's "RETRACTED:" do not matter; "Part I" and "Part II",
    "GPT" and "GPT++" differ.
    """
    folded = latinised(_spelt_out(_MARKED.sub("", plain_text(title))))
    words = folded.split()
    unspaced = len(_UNSPACED.findall(folded))  # two characters of a script without spaces count as a word
    letters = sum(c.isalpha() for c in folded) + unspaced
    if len(words) + unspaced // 2 < MIN_WORDS or letters < MIN_LETTERS or _FRONT_MATTER.match(folded):
        return None
    key = "".join(words)
    if len(key) <= MAX_FINGERPRINT:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:HASH_DIGITS]
    return f"{key[: MAX_FINGERPRINT - HASH_DIGITS - 1]}~{digest}"


def _spelt_out(text: str) -> str:
    """Signs that carry meaning as words: a lone "β" is "beta", as some sources write it."""
    if text.isascii() and "+" not in text and "@" not in text:
        return text
    text = unicodedata.normalize("NFKC", "".join(_SYMBOLS.get(c, c) for c in text)).casefold()
    text = _PLUS.sub(lambda signs: "plus" * len(signs[0]), text)
    return _GREEK.sub(lambda letter: unicodedata.name(letter[0], "").rpartition(" ")[2].lower(), text)


def same_people(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two bylines may be one paper's: a compatible name in both, or one of them names nobody."""
    people_a, people_b = _people(a), _people(b)
    if not people_a or not people_b:
        return True
    by_surname: dict[str, list[str]] = defaultdict(list)
    for name in people_b:
        by_surname[_block(name)].append(name)
    return any(compatible(name, other) for name in people_a for other in by_surname[_block(name)])


def _people(byline: Sequence[str]) -> list[str]:
    return [name for entry in byline for name in (*listed(entry), *_pair(entry)) if is_person(name)]


def _pair(entry: str) -> list[str]:
    """The halves of "Ann Lee, Bo Ek", which may be two people as well as one; for a guard either will do."""
    halves = entry.split(",")
    return halves if len(halves) == 2 and all(len(half.split()) > 1 for half in halves) else []


def _block(name: str) -> str:
    """Names that `compatible` takes for one share it: the surname, umlauts written out or not."""
    return re.sub(r"([aou])e", r"\1", surname(name))
