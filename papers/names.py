"""Names of people as keys: to match, to find and to address, never to show. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from papers.markup import plain_text
from papers.markup.symbols import words

MAX_SLUG = 80
MAX_VARIANTS = 12
MAX_FOLDED = 300  # NFKC makes up to 18 letters of one

_TRANSLITERATED = str.maketrans(
    {"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "ng"}
    | {"ħ": "h", "ŧ": "t", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ŀ": "l", "ĸ": "k"}
    | dict.fromkeys("'’‘ʼʻʹʾʿ′´`", "")  # O'Neill, O’Neill and ONeill are one
)
_SUFFIXES = frozenset({"jr", "sr", "junior", "ii", "iii", "iv"})
# Only those that are no syllable of a Chinese or Korean given name, and no initial.
_PARTICLES = words("van von vom zur der den ter de del della dos ibn af av al el")
_GROUPS = re.compile(
    r"\b(?:collaborations?|consorti(?:um|a)|committee|investigators|initiative|task ?force|working group|study group"
    r"|university|institute|laborator(?:y|ies)|department|association|foundation|corporation|on behalf of|et al"
    r"|others)\b|\b(?:team|group|project|network|society|inc|ltd|gmbh|lab)$"
    r"|^(?:anonymous(?: authors?)?|unknown|null|none|n a)$"
)
_RESERVED = words(
    """profile edit new admin api h-index history coauthors papers embed badge badge-svg search about methods compare
    static index"""
)
_WRITTEN_OUT = re.compile(r"([aou])e(?=[a-z])")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """ "Müller, Jean-Pierre Jr." → "jean pierre muller". "" where nothing of a name is left.

    Case, accents, punctuation, TeX, generation and DBLP's "0001" are gone, given names come first. Other scripts
    than Latin stay as they are, in NFKC and without case. At most MAX_FOLDED characters.
    """
    text = plain_text(name) if "\\" in name or "{" in name else name
    parts = [_bare(latinised(part).split()) for part in unicodedata.normalize("NFKC", text).split(",")]
    parts = [part for part in parts if part and part[0] not in _SUFFIXES]
    if len(parts) == 2:
        parts.reverse()
    return " ".join(_bare([token for part in parts for token in part]))[:MAX_FOLDED].rstrip()


def _bare(tokens: list[str]) -> list[str]:
    """The words of a name less what follows the surname: generation ("Jr", after two words) and DBLP's number."""
    while len(tokens) > 1 and (re.fullmatch(r"\d{4}", tokens[-1]) or (tokens[-1] in _SUFFIXES and len(tokens) > 2)):
        tokens = tokens[:-1]
    return tokens


def listed(name: str) -> list[str]:
    """The parts of a whole byline in the place of one name ("Ann Lee, Bo Ek, Cy Fox"); else the name alone.

    Two parts of two words each may also be one name ("García Márquez, Gabriel José"): that is left alone.
    """
    parts = [part.strip() for part in name.split(",")]
    several = len(parts) > 2 and all(len(part.split()) > 1 for part in parts)
    return parts if several else [name]


def latinised(text: str) -> str:
    """The words of a text without case, accents and punctuation, Latin letters as a to z; other scripts as NFKC."""
    if text.isascii():
        kept = text.lower().replace("'", "").replace("`", "")
    else:
        kept = _without_accents(unicodedata.normalize("NFKC", text).casefold().translate(_TRANSLITERATED))
    return " ".join("".join(c if c.isalnum() or _is_mark(c) else " " for c in kept).split())


def _without_accents(text: str) -> str:
    kept: list[str] = []
    latin = False
    for character in unicodedata.normalize("NFKD", text):
        if not unicodedata.combining(character):
            latin = "LATIN" in unicodedata.name(character, "")
        elif latin:
            continue
        kept.append(character)
    folded = unicodedata.normalize("NFKC", "".join(kept)).casefold().translate(_TRANSLITERATED)
    return unicodedata.normalize("NFKC", folded)


def _is_mark(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in ("Mn", "Mc")


def search_key(name: str) -> str:
    """What the search column holds, and what a query is folded to."""
    return fold(name)


def variants(folded: str) -> set[str]:
    """Ways to fold the same name, itself among them: "mueller" and "muller" each give both. At most MAX_VARIANTS."""
    found = {folded, _WRITTEN_OUT.sub(r"\1", folded)}
    start = folded.rfind(" ") + 1
    for vowel in re.finditer(r"(?<![aeiou])[aou](?=[^aeiou\s])", folded[start:]):
        if len(found) == MAX_VARIANTS:
            break
        place = start + vowel.end()
        found.add(f"{folded[:place]}e{folded[place:]}")
    return found


def surname(name: str) -> str:
    """The last word of the folded name, for blocks: "hengel" of "van den Hengel, A."; "" where there is none."""
    return fold(name).rpartition(" ")[2]


def has_full_first_name(name: str) -> bool:
    """Whether the first name is written out: in "Yi Wu", not in "S. Nowozin", "J.-P. Serre", "DG Caldwell", "Plato"."""
    folded = fold(name)
    given, space, _ = folded.partition(" ")
    if not space:
        return len(given) > 1 and all(
            "CJK" in unicodedata.name(c, "") or "HANGUL" in unicodedata.name(c, "") for c in given
        )
    return len(given) > 1 and not _is_abbreviated(name, given)


def _is_abbreviated(name: str, given: str) -> bool:
    """Whether the printed first name is initials without points ("DG Caldwell") or cut by one ("Th. Mann")."""
    printed = [word for word in re.split(r"[\s,]+", name) if word]
    words = [word for word in printed if latinised(word) == given]
    shouted = all(word.isupper() for word in printed)
    return any(
        (word.endswith(".") and len(given) <= 2) or (len(word) <= 3 and word.isupper() and not shouted)
        for word in words
    )


def compatible(a: str, b: str) -> bool:
    """Whether two names may be one person's: "D. Caldwell" and "Darwin G. Caldwell"; not "Diana" and "Darwin"."""
    first, second = fold(a), fold(b)
    if not first or not second:
        return False
    if first.replace(" ", "") == second.replace(" ", ""):
        return True
    given_a, last_a = _split(a, first)
    given_b, last_b = _split(b, second)
    if not given_a or not given_b or not _same_word(last_a, last_b):
        return False
    return "".join(given_a) == "".join(given_b) or _given_names_fit(given_a, given_b)


def _split(name: str, folded: str) -> tuple[list[str], str]:
    """Given names (initials apart, no particles) and surname."""
    tokens = folded.split()
    given = [token for place, token in enumerate(tokens[:-1]) if not place or token not in _PARTICLES]
    if given and len(given[0]) in (2, 3) and "." not in name and _is_abbreviated(name, given[0]):
        given[:1] = given[0]
    return given, tokens[-1]


def _same_word(a: str, b: str) -> bool:
    """Equal, or so once ä, ö, ü written out are taken back; not in short words: Xu and Xue are two names."""
    if a == b:
        return True
    return max(len(a), len(b)) > 4 and _WRITTEN_OUT.sub(r"\1", a) == _WRITTEN_OUT.sub(r"\1", b)


def _given_names_fit(a: list[str], b: list[str]) -> bool:
    """The first names fit, and the others of the shorter list fit names of the longer one in their order."""
    if not _word_fits(a[0], b[0]):
        return False
    shorter, longer = sorted((a[1:], b[1:]), key=len)
    rest = iter(longer)
    return all(any(_word_fits(word, other) for other in rest) for word in shorter)


def _word_fits(a: str, b: str) -> bool:
    if len(a) == 1 or len(b) == 1:
        return a[0] == b[0]
    return _same_word(a, b)


def is_person(name: str) -> bool:
    """Whether a printed author is one person, as far as its words tell: no collaboration, no byline, no ":"."""
    if len(listed(name)) > 1:
        return False
    folded = fold(name)
    letters = [c for c in folded if c.isalpha()]
    return (len(letters) > 1 or any(not c.isascii() for c in letters)) and not _GROUPS.search(folded)


def slug(text: str) -> str:
    """A name or title as the last part of an address: a-z, 0-9 and hyphens; "profile" where empty or reserved."""
    words = re.findall(r"[a-z0-9]+", latinised(plain_text(text)))
    made = "-".join(words)
    if len(made) > MAX_SLUG:
        made = made[: MAX_SLUG + 1].rpartition("-")[0] or made[:MAX_SLUG]
    return made if made and made not in _RESERVED else "profile"
