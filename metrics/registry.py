"""What each metric is called and means: one entry a metric, read by tooltips, the methods page and the API."""

from __future__ import annotations

from dataclasses import dataclass

CITATION_VERSION = "1"  # raise it when a definition below, or the paper set, changes: every snapshot is then made anew
NOVELTY_VERSION = "1"  # the definition; which pack it was compared with is told by each score's own version
AI_SCORE_VERSION = "1"


@dataclass(frozen=True)
class Metric:
    """`slug` is the field of AuthorMetrics where there is one. `computed`: False where nothing is computed yet."""

    slug: str
    label: str
    unit: str
    short: str  # one sentence, for a tooltip
    definition: str  # whole, in plain words
    reference: str = ""
    reference_url: str = ""
    version: str = CITATION_VERSION
    computed: bool = True
    limits: str = ""  # what it does not mean

    @property
    def anchor(self) -> str:
        """Its place on the methods page."""
        return self.slug.replace("_", "-")


_UNKNOWN = "Papers whose count no source knows are left out, and the page says how many they are."
_RECENT = "Counted are the current calendar year and the four before it, by the date of publication."

METRICS: tuple[Metric, ...] = (
    Metric(
        "papers",
        "Papers",
        "papers",
        "The papers in the list below.",
        "How many papers the list of this author holds. Retracted papers are in it and marked; withdrawn papers stand "
        "apart and are not counted. A paper that several sources know counts once.",
        limits="It is not all that somebody wrote, only what was imported here; and it says nothing of the share that "
        "each author had in a paper.",
    ),
    Metric(
        "citations",
        "Citations",
        "citations",
        "The cited-by counts of the listed papers, added up.",
        "The sum of the cited-by counts of the listed papers. For each paper the count of one source is taken, never "
        f"the sum of several. {_UNKNOWN}",
        limits="Being cited is not being agreed with: papers are also cited to be refuted. Fields differ many times "
        "over in how much they cite, and older papers have had more time.",
    ),
    Metric(
        "h_index",
        "h-index",
        "papers",
        "The largest number h such that h of the listed papers are cited at least h times each.",
        "Sort the listed papers by their cited-by count, the most cited first. The h-index is the last place at which "
        f"the count is at least the place. It cannot exceed the number of papers. {_UNKNOWN}",
        "J. E. Hirsch, An index to quantify an individual's scientific research output, PNAS 102 (2005), 16569–16572",
        "https://doi.org/10.1073/pnas.0507655102",
        limits="It compares nobody across ages or fields, for it grows with the years. It does not see who did the "
        "work, and a paper cited ten thousand times counts in it no more than one that just passes.",
    ),
    Metric(
        "g_index",
        "g-index",
        "papers",
        "The largest number g such that the g most cited of the listed papers have at least g² citations together.",
        "Sort the listed papers by their cited-by count, the most cited first, and add the counts up as you go. The "
        "g-index is the last place at which the sum is at least the square of the place. It weighs very highly cited "
        f"papers more than the h-index does, and is never below it. {_UNKNOWN}",
        "L. Egghe, Theory and practise of the g-index, Scientometrics 69 (2006), 131–152",
        "https://doi.org/10.1007/s11192-006-0144-7",
        limits="It is no steadier than the h-index: one paper with very many citations can carry it alone. It depends "
        "on field and age as well.",
    ),
    Metric(
        "i10_index",
        "i10-index",
        "papers",
        "How many of the listed papers are cited at least ten times.",
        f"The number of listed papers with a cited-by count of ten or more. {_UNKNOWN}",
        "Google Scholar Citations, 2011",
        "https://scholar.google.com/intl/en/scholar/citations.html",
        limits="Ten is a round number and no threshold of quality: in some fields most papers pass it, in others few.",
    ),
    Metric(
        "recent_papers",
        "Papers, last five years",
        "papers",
        "The listed papers published in the last five calendar years.",
        f"How many of the listed papers are recent. {_RECENT} Papers without a date are left out.",
        limits="It shows a pause or a burst and no trend; the newest papers may not have been imported yet.",
    ),
    Metric(
        "recent_citations",
        "Citations, last five years",
        "citations",
        "What the papers of the last five calendar years have been cited until now.",
        "The sum of the cited-by counts of the recent papers, not the citations that arrived in these years to older "
        f"ones. {_RECENT} {_UNKNOWN}",
        limits="A small number is no decline: papers of this year have had months and not years to be cited.",
    ),
    Metric(
        "recent_h_index",
        "h-index, last five years",
        "papers",
        "The h-index over the papers of the last five calendar years alone.",
        f"The h-index, taken over the recent papers alone. {_RECENT} {_UNKNOWN}",
        "J. E. Hirsch, An index to quantify an individual's scientific research output, PNAS 102 (2005), 16569–16572",
        "https://doi.org/10.1073/pnas.0507655102",
        limits="It cannot be compared with the h-index over all years: five are too short for most papers to be "
        "cited often.",
    ),
    Metric(
        "novelty",
        "Novelty",
        "%",
        "How far the wording of the papers lies from earlier papers of their field: a percentile, ± 10 a paper.",
        "How far the wording of a paper lies from all earlier papers of its field, as a percentile among the papers of "
        "that field and year: how unlike its ten nearest earlier papers it is, and how many of its phrases are new. "
        "An author’s is the mean over the scored papers, drawn towards 50 as if there were five more papers of 50. "
        "It says how unusual the words are. It is not a measure of quality, and does not follow what reviewers call "
        "novel.",
        version=NOVELTY_VERSION,
        limits="It measures no ideas: a new idea in familiar words reads as old, and odd wording as new. "
        "It does not follow reviewers’ marks for novelty, and two papers less "
        "than 20 points apart cannot be told apart by it.",
    ),
    Metric(
        "ai_score",
        "AI score",
        "of 100",
        "A forecast of how the papers will be cited, made by a small model from their text alone.",
        "The citation percentile that a small learned model expects of a paper among those of its field and year, from "
        "its text alone; what came true stands beside it, never in it. An author’s is the mean over the scored papers, "
        "drawn towards 50 as if there were four more papers of 50. It does not tell whether a text was written by a "
        "machine, and is no review.",
        version=AI_SCORE_VERSION,
        limits="It is no judgement: it is made from words alone, without the paper’s data, proofs or readers. "
        "Most of what decides how a paper is cited is not in its words, so the interval is wide.",
    ),
)

BY_SLUG: dict[str, Metric] = {metric.slug: metric for metric in METRICS}
