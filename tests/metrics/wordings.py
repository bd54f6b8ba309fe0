"""A small literature made up of drawn words, for the tests of novelty and of the reference pack."""

from __future__ import annotations

import numpy as np

from metrics.wording import PaperText

GROUP = "robotics"
YEARS = range(2000, 2010)
_ENDINGS = ("", "ing", "al", "ity", "or", "ment")


def vocabulary(words: int = 1_500) -> list[str]:
    """Words that look English and are not; none is a stop word."""
    letters = "bcdfghklmnprstvz"
    stems = [f"{a}{e}{b}o{c}" for a in letters for e in "aiu" for b in letters[:10] for c in letters[:8]]
    return [stem + _ENDINGS[place % len(_ENDINGS)] for place, stem in enumerate(stems[:: len(stems) // words])][:words]


def literature(papers: int = 1_400, seed: int = 0, group: str = GROUP) -> list[PaperText]:
    """Papers spread over ten years: few words are frequent, most are rare, and each paper has some of a topic."""
    random, words = np.random.default_rng(seed), vocabulary()
    share = 1 / np.arange(3, len(words) + 3)
    share /= share.sum()
    topics = [random.permutation(words)[:60] for _ in range(40)]
    made = []
    for place in range(papers):
        topical = random.integers(0, 36)
        common = random.choice(words, 60 - topical, p=share)
        own = random.choice(topics[random.integers(len(topics))], topical)
        drawn = random.permutation(np.concatenate((common, own))).tolist()
        year = YEARS[place * len(YEARS) // papers]
        abstract = f"We study the {' '.join(drawn[8:])} of it."
        made.append(PaperText(f"{group}-{place}", " ".join(drawn[:8]).capitalize(), abstract, group, year))
    return made
