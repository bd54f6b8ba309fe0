"""Is a text English? A small check, for scores that were learned from English alone. Pure.

It counts the commonest function words of nine languages, and the share of Latin letters. A text without any such
word, as many titles are, passes: only what is plainly something else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

READ_CHARACTERS = 20_000
MIN_LATIN_SHARE = 0.7
MIN_FOREIGN_WORDS = 2
LONG_TEXT_WORDS = 40  # English of this length has function words; a list of names or formulae has not
MIN_SHARE_OF_LONG = 0.05


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Articles, prepositions, conjunctions, pronouns, auxiliaries: they carry grammar, no subject. The forecast's phrases
# leave them out, so a change here needs a model learned anew.
FUNCTION_WORDS = _listed(
    "a about above after again against all also although am among an and any are as at be because been before being "
    "below between both but by can cannot could did do does doing down during each either else ever every few for from "
    "further had has have having he her here hers him his how however i if in into is it its itself just may me might "
    "more most much must my neither no nor not now of off often on once one only onto or other our ours out over own "
    "per quite rather same shall she should since so some such than that the their theirs them then there therefore "
    "these they this those though through thus to together too toward towards under until up upon us very via was we "
    "were what when whence where whereas whether which while who whom whose why will with within without would yet you "
    "your"
)

# Words that are common in English too ("in", "on", "an", "as", "per") are left out: they would speak for both.
_FOREIGN: Mapping[str, frozenset[str]] = {
    "German": _listed("der die das und ein eine einer eines mit für von zur zum des dem den ist auf nicht im"),
    "French": _listed("le la les des et une du dans pour par sur est aux avec qui que au de"),
    "Spanish": _listed("el la los las de del una para con por en que es su se al como"),
    "Portuguese": _listed("os de da dos das uma para com por em que na não ao um"),
    "Italian": _listed("il lo la gli di del della dei delle una con che nel nella sono da"),
    "Dutch": _listed("de het een van en voor met zijn aan bij uit naar niet dat op"),
    "Polish": _listed("na się nie jest oraz dla przez od jak za"),
    "Turkish": _listed("ve bir bu ile için olarak olan da de daha çok"),
}
_WORD = re.compile(r"(?<![\w-])[^\W\d_]{2,}(?![\w-])")
_ACCENTED = re.compile(r"[à-öø-ÿāăąćčđęěğıłńňőřśşšţťůűźżž]")


def is_english(text: str) -> bool:
    """False for what is plainly another language or script, and for a text without a letter."""
    read = text[:READ_CHARACTERS]
    return _latin_share(read) >= MIN_LATIN_SHARE and not _reads_foreign(read.lower())


def _latin_share(text: str) -> float:
    letters = [character for character in text if character.isalpha()]
    return sum(character < "ɐ" or "Ḁ" <= character <= "ỿ" for character in letters) / len(letters) if letters else 0.0


def _reads_foreign(text: str) -> bool:
    words = _WORD.findall(text)
    english = sum(word in FUNCTION_WORDS for word in words)
    foreign = max(sum(word in listed for word in words) for listed in _FOREIGN.values())
    if foreign > english and (foreign >= MIN_FOREIGN_WORDS or _ACCENTED.search(text)):
        return True
    return len(words) >= LONG_TEXT_WORDS and english < MIN_SHARE_OF_LONG * len(words)
