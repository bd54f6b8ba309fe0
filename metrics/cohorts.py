"""Which papers a paper is compared with: its category group and year. Pure.

The groups of machine learning are those of the table below; all else is grouped by arXiv archive or field of science.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class CategoryGroup(NamedTuple):
    """`venues`: slugs and acronyms; `names`: parts of the long names; `topics`: OpenAlex topics and subfields."""

    label: str
    categories: frozenset[str]
    venues: frozenset[str]
    names: tuple[str, ...]
    topics: frozenset[str]


GROUPS: Mapping[str, CategoryGroup] = {
    "robotics": CategoryGroup(
        "robotics",
        frozenset({"cs.RO"}),
        frozenset({"icra", "iros", "rss", "corl"}),
        ("robotics and automation", "intelligent robots", "robotics: science and systems", "robot learning"),
        frozenset(
            {
                "robot manipulation and learning",
                "robotic path planning algorithms",
                "robotics and sensor-based localization",
                "robotic locomotion and control",
                "robotics and automated systems",
                "modular robots and swarm intelligence",
                "social robot interaction and hri",
            }
        ),
    ),
    "vision": CategoryGroup(
        "computer vision and graphics",
        frozenset({"cs.CV", "cs.GR"}),
        frozenset({"cvpr", "iccv", "eccv", "wacv", "3dv", "siggraph", "siggraphasia", "accv", "bmvc"}),
        ("computer vision", "3d vision", "siggraph", "pattern recognition and machine vision"),
        frozenset(
            {
                "computer vision and pattern recognition",
                "computer graphics and computer-aided design",
            }
        ),
    ),
    "language": CategoryGroup(
        "language",
        frozenset({"cs.CL"}),
        frozenset({"acl", "emnlp", "naacl", "eacl", "aacl", "tacl", "coling", "colm", "conll"}),
        ("computational linguistics", "natural language", "language modeling"),
        frozenset(
            {
                "natural language processing techniques",
                "topic modeling",
                "speech and dialogue systems",
                "text readability and simplification",
                "sentiment analysis and opinion mining",
            }
        ),
    ),
    "learning": CategoryGroup(
        "machine learning and AI",
        frozenset({"cs.LG", "cs.AI", "cs.NE", "stat.ML"}),
        frozenset(
            {
                "nips",
                "neurips",
                "icml",
                "iclr",
                "aistats",
                "uai",
                "colt",
                "acml",
                "alt",
                "aaai",
                "ijcai",
                "automl",
                "jmlr",
            }
        ),
        (
            "neural information processing",
            "machine learning",
            "learning representations",
            "artificial intelligence",
            "learning theory",
        ),
        frozenset({"artificial intelligence"}),
    ),
}

# Fields of science as OpenAlex and Semantic Scholar call them, where arXiv has an archive of that subject.
_ARCHIVE_OF_FIELD = {
    "computer science": "cs",
    "mathematics": "math",
    "physics and astronomy": "physics",
    "physics": "physics",
    "economics, econometrics and finance": "econ",
    "economics": "econ",
}
_ARXIV_CATEGORY = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?")
_ACRONYM_WORDS = 4  # a venue of so few words is a short name, and one of them may be its acronym
_TOPIC_NAMES = {topic: slug for slug, group in GROUPS.items() for topic in group.topics}


def category_group(categories: Sequence[str] = (), topics: Sequence[str] = (), venue: str | None = None) -> str | None:
    """The slug of a paper's category group: by venue, then arXiv category (the first is primary), then topics.

    `topics`: from narrow to wide, as OpenAlex has them. None: nothing says which group it is.
    """
    return _of_venue(venue) or _of_categories(categories) or _of_topics(topics)


def group_label(group: str) -> str:
    """The words for readers: "machine learning and AI" of "learning"; the slug itself for an archive or field."""
    return GROUPS[group].label if group in GROUPS else group


def mid_rank_percentiles(values: Sequence[float]) -> list[float]:
    """Of each value among all of them, in (0, 100), in their order. Equal values share the middle of their ranks."""
    ordered = sorted(values)
    return [percentile_among(value, ordered) for value in values]


def percentile_among(value: float, ordered: Sequence[float]) -> float:
    """Where a value lies among the ordered values, itself one of them: 100 · (below + half of the equal) / all."""
    below, to = bisect_left(ordered, value), bisect_right(ordered, value)
    return 50 * (below + to) / len(ordered)


def latest_until(years: Iterable[int], year: int) -> int | None:
    """The year itself, or else the latest earlier one that there is. None: all are later."""
    return max((known for known in years if known <= year), default=None)


def _of_venue(venue: str | None) -> str | None:
    if not venue:
        return None
    folded = venue.casefold()
    words = re.findall(r"[a-z0-9]+", folded)
    short = set(words) if len(words) <= _ACRONYM_WORDS else set(re.findall(r"\(([a-z0-9]+)[^)]*\)", folded))
    for slug, group in GROUPS.items():
        if short & group.venues:
            return slug
    return next((slug for slug, group in GROUPS.items() if any(name in folded for name in group.names)), None)


def _of_categories(categories: Sequence[str]) -> str | None:
    for category in categories[:1]:
        for slug, group in GROUPS.items():
            if category in group.categories:
                return slug
        if _ARXIV_CATEGORY.fullmatch(category):
            return category.split(".")[0]
    return None


def _of_topics(topics: Sequence[str]) -> str | None:
    folded = [topic.casefold() for topic in topics]
    named = next((_TOPIC_NAMES[topic] for topic in folded if topic in _TOPIC_NAMES), None)
    if named or not folded:
        return named
    return _ARCHIVE_OF_FIELD.get(folded[-1]) or re.sub(r"[^a-z0-9]+", "-", folded[-1]).strip("-") or None
