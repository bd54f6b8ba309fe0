"""What scoring a paper's novelty gives: a value with its evidence, or an abstention with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from metrics.wording import Basis

VERSION = "1"  # raise it when the definition changes: every stored value is then made anew
UNCERTAINTY = 10.0
PRIORS_NEEDED, PRIORS_WANTED, COHORT_NEEDED = 1_000, 5_000, 30


class Reason(StrEnum):
    NO_YEAR = "no year"
    NO_GROUP = "no group"
    LANGUAGE = "language"
    WORDS = "words"
    PRIORS = "priors"
    COHORT = "cohort"


@dataclass(frozen=True)
class Near:
    """An earlier paper: by its key where it is held here, else only the year that the pack knows of it."""

    key: str | None
    year: int
    cosine: float

    @property
    def held_here(self) -> bool:
        return self.key is not None


@dataclass(frozen=True)
class NoveltyResult:
    """`value` in [0, 100], `low` and `high` 10 points from it; `provisional` where fewer than 5,000 priors are known.

    `cohort_year`: the papers of that year it is ranked among; earlier than `year` where there is no cohort yet.
    `distance`, `newness`: the two figures behind it, each in [0, 1]. `new_phrases`: in the order of the text.
    """

    value: float
    low: float
    high: float
    basis: Basis
    provisional: bool
    priors: int
    year: int
    cohort_year: int
    cohort: int
    distance: float
    newness: float
    nearest: tuple[Near, ...]
    new_phrases: tuple[str, ...]

    @property
    def not_held_here(self) -> int:
        """How many of the nearest papers only the pack knows."""
        return sum(not near.held_here for near in self.nearest)


@dataclass(frozen=True)
class Abstention:
    """No value, and why: a code for the machine and one sentence for the reader."""

    code: Reason
    reason: str
    basis: Basis | None = None
    priors: int | None = None
