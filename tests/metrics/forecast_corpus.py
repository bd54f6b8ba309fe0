"""A made-up corpus in which some words are followed by citations, so that there is something to learn."""

from __future__ import annotations

import random

from metrics.training.corpus import CorpusPaper

HOT = ("diffusion", "transformer", "gaussian", "prompt", "contrastive")
COLD = ("fuzzy", "ontology", "annealing", "petri", "wavelet")
NEUTRAL = tuple(
    f"{stem}{end}" for stem in ("kern", "lat", "mod", "grad", "sens", "plan") for end in ("al", "ing", "or")
)
YEARS = range(2014, 2021)
A_YEAR = 420
GROUPS = (("icml", "learning"), ("icra", "robotics"))


def made_up_corpus(seed: int = 1, a_year: int = A_YEAR) -> list[CorpusPaper]:
    source = random.Random(seed)
    return [
        _paper(source, venue, group, year, number)
        for venue, group in GROUPS
        for year in YEARS
        for number in range(a_year)
    ]


def _paper(source: random.Random, venue: str, group: str, year: int, number: int) -> CorpusPaper:
    warmth = source.random()
    special = [source.choice(HOT if source.random() < warmth else COLD) for _ in range(4)]
    plain = source.choices(NEUTRAL, k=12)
    title = f"{special[0]} {plain[0]} for {special[1]} {plain[1]} number{number}"
    abstract = f"We show the {special[2]} {' '.join(plain)} of a {special[3]} method."
    return CorpusPaper(
        key=f"{venue}{year}-{number}",
        venue=venue,
        year=year,
        title=title,
        abstract=abstract,
        authors=("Ada Example", f"Author {source.randrange(300)}")[: source.randint(1, 2)],
        affiliations=1,
        citations=int(200 * warmth * source.random()),
        group=group,
    )
