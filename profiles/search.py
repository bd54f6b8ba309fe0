"""Finding an author by name: accents and one typo forgiven, by an index; homonyms stand side by side, told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import OuterRef

from metrics.models import AuthorMetrics
from papers import identifiers
from papers.models import Affiliation, Author, AuthorIdentifier
from papers.names import fold, variants
from profiles.panels import year_span

MAX_RESULTS = 30
MAX_CANDIDATES = 300
MAX_WORDS = 6
MAX_SPELLINGS = 4  # "mueller" also finds "muller", and the other way round
WHOLE_TRIGRAM = 3  # a shorter word is looked for as a whole word: the index has no other hold on it
THRESHOLD = 0.34  # of word similarity: one typo in a word of five letters stays above it
LONG = 8  # a word of so many letters may hold two typos

# Every condition reads the trigram index of AuthorName.folded. Retired names find, and are never shown.
_CANDIDATES = """
SELECT n.author_id, n.folded
  FROM papers_authorname n
  JOIN papers_author a ON a.id = n.author_id AND NOT a.is_hidden AND a.merged_into_id IS NULL
  LEFT JOIN metrics_authormetrics m ON m.author_id = n.author_id
 WHERE {conditions}
 ORDER BY m.papers DESC NULLS LAST, n.author_id, n.folded
 LIMIT {limit}
"""


@dataclass(frozen=True)
class Found:
    """An author whom the name may mean, with what tells homonyms apart."""

    author: Author
    metrics: AuthorMetrics | None
    institutions: tuple[str, ...]

    @property
    def years(self) -> str:
        """ "2014–2021": when the listed papers appeared."""
        known = [row["year"] for row in self.metrics.by_year if row["year"]] if self.metrics else []
        return year_span(min(known, default=None), max(known, default=None))


@dataclass(frozen=True)
class Search:
    """The authors found, best first. `is_cut`: there are more. `is_close`: none has the name as typed."""

    found: tuple[Found, ...] = ()
    is_cut: bool = False
    is_close: bool = False


def search_authors(name: str) -> Search:
    """Authors by name, at most MAX_RESULTS; with a typo only where nobody has it as typed; or by an identifier."""
    named = _named_by(name)
    if named:
        return Search(_shown(named))
    words = fold(name).split()[:MAX_WORDS]
    if not words:
        return Search()
    ranked = _ranked(words, candidates(words))
    is_close = not ranked
    if is_close:
        ranked = _ranked(words, candidates(words, alike=True))
    return Search(_shown(ranked[:MAX_RESULTS]), len(ranked) > MAX_RESULTS, is_close and bool(ranked))


def _named_by(text: str) -> list[int]:
    """Whom the text names if it is an ORCID iD or an author's OpenAlex id."""
    for scheme in ("orcid", "openalex"):
        try:
            value = identifiers.normalise(scheme, text)
        except identifiers.InvalidIdentifier:
            continue
        held = AuthorIdentifier.objects.filter(scheme=scheme, value=value)
        return [merged or author for author, merged in held.values_list("author", "author__merged_into")]
    return []


def candidates(words: Sequence[str], *, alike: bool = False) -> list[tuple[int, str]]:
    """(author id, folded name) of names that hold every word, or with `alike` words like them; most papers first."""
    sql, values = candidate_sql(words, alike=alike)
    with transaction.atomic(), connection.cursor() as cursor:
        if alike:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(THRESHOLD)])
        cursor.execute(sql, values)
        return [(int(author), str(folded)) for author, folded in cursor.fetchall()]


def candidate_sql(words: Sequence[str], *, alike: bool = False) -> tuple[str, list[str]]:
    """The statement behind `candidates`, and its values."""
    conditions: list[str] = []
    values: list[str] = []
    for word in words:
        condition, given = _alike(word) if alike else _written(word)
        conditions.append(condition)
        values += given
    return _CANDIDATES.format(conditions=" AND ".join(conditions), limit=MAX_CANDIDATES), values


def spellings(word: str) -> list[str]:
    """The word as typed, then other ways to write its umlauts."""
    return [word, *sorted(variants(word) - {word})][:MAX_SPELLINGS]


def _written(word: str) -> tuple[str, list[str]]:
    if len(word) >= WHOLE_TRIGRAM:
        patterns = [f"%{spelling}%" for spelling in spellings(word)]
    elif len(word) == 1 and word.isascii():  # an initial begins a word
        patterns = [f"{word}%", f"% {word}%"]
    else:
        patterns = [word, f"{word} %", f"% {word}", f"% {word} %"]
    return "(" + " OR ".join(["n.folded LIKE %s"] * len(patterns)) + ")", patterns


def _alike(word: str) -> tuple[str, list[str]]:
    return ("%s <%% n.folded", [word]) if len(word) >= WHOLE_TRIGRAM else _written(word)


def _ranked(words: Sequence[str], names: Sequence[tuple[int, str]]) -> list[int]:
    """Author ids, those first whose name has the words as typed; names that do not fit every word are out."""
    best: dict[int, tuple[int, int]] = {}
    for place, (author, folded) in enumerate(names):
        costs = [_cost(word, folded.split()) for word in words]
        known = [cost for cost in costs if cost is not None]
        if len(known) == len(costs):
            best[author] = min((sum(known), place), best.get(author, (sum(known), place)))
    return sorted(best, key=lambda author: best[author])


def _cost(word: str, name: Sequence[str]) -> int | None:
    """0: a word of the name. 1: the beginning of one. 2: inside one. 3: a typo away. None: not in the name."""
    for spelling in spellings(word):
        if spelling in name:
            return 0
        if any(part.startswith(spelling) for part in name):
            return 1
        if any(spelling in part for part in name):
            return 2
    allowed = 0 if len(word) < WHOLE_TRIGRAM else 2 if len(word) >= LONG else 1
    return 3 if allowed and any(typos(word, part, allowed) <= allowed for part in name) else None


def typos(a: str, b: str, most: int) -> int:
    """How many letters are added, left out, changed or swapped with a neighbour; `most` + 1 stands for any more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)


def _shown(ids: Sequence[int]) -> tuple[Found, ...]:
    affiliations: Any = Affiliation.objects.filter(author=OuterRef("pk"))
    affiliations = affiliations.order_by("-is_last_known", "-last_year", "institution__name")
    rows = (
        Author.objects.shown()
        .filter(pk__in=ids)
        .select_related("metrics")
        .annotate(institutions=ArraySubquery(affiliations.values("institution__name")[:4]))
    )
    by_id = {row.pk: row for row in rows}
    return tuple(
        Found(author, getattr(author, "metrics", None), tuple(dict.fromkeys(getattr(author, "institutions", []))))
        for pk in ids
        if (author := by_id.get(pk))
    )
