from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.cohorts import GROUPS, category_group, group_label, latest_until, mid_rank_percentiles, percentile_among


@pytest.mark.parametrize(
    ("venue", "group"),
    [
        ("icra", "robotics"),
        ("ICRA 2021", "robotics"),
        ("Robotics: Science and Systems", "robotics"),
        ("IEEE Robotics and Automation Letters", "robotics"),
        ("2019 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)", "vision"),
        ("siggraphasia", "vision"),
        ("SIGGRAPH Asia", "vision"),
        ("Annual Meeting of the Association for Computational Linguistics", "language"),
        ("NAACL", "language"),
        ("NeurIPS", "learning"),
        ("nips", "learning"),
        ("Advances in Neural Information Processing Systems", "learning"),
        ("International Conference on Machine Learning", "learning"),
        ("ijcai", "learning"),
        ("Nature", None),
        ("", None),
        (None, None),
    ],
)
def test_venues_have_their_group(venue: str | None, group: str | None) -> None:
    assert category_group(venue=venue) == group


@pytest.mark.parametrize(
    ("categories", "group"),
    [
        (["cs.RO"], "robotics"),
        (["cs.GR", "cs.LG"], "vision"),
        (["cs.CL"], "language"),
        (["stat.ML", "cs.CV"], "learning"),
        (["cs.NE"], "learning"),
        (["cs.CR", "cs.LG"], "cs"),
        (["physics.optics"], "physics"),
        (["stat.AP"], "stat"),
        (["hep-th"], "hep-th"),
        ([], None),
    ],
)
def test_the_primary_category_decides_or_its_archive(categories: list[str], group: str | None) -> None:
    assert category_group(categories) == group


@pytest.mark.parametrize(
    ("topics", "group"),
    [
        (["Robot Manipulation and Learning", "Control and Systems Engineering", "Engineering"], "robotics"),
        (["Advanced Vision and Imaging", "Computer Vision and Pattern Recognition", "Computer Science"], "vision"),
        (["Topic Modeling", "Artificial Intelligence", "Computer Science"], "language"),
        (["Machine Learning and Data Classification", "Artificial Intelligence", "Computer Science"], "learning"),
        (["Caching and Content Delivery", "Computer Networks and Communications", "Computer Science"], "cs"),
        (["Wildlife Ecology and Conservation", "Ecology", "Environmental Science"], "environmental-science"),
        (["…"], None),
    ],
)
def test_topics_decide_from_narrow_to_wide(topics: list[str], group: str | None) -> None:
    assert category_group(topics=topics) == group


def test_the_venue_goes_before_the_category_and_the_category_before_topics() -> None:
    assert category_group(["cs.CV"], ["Topic Modeling"], "NeurIPS") == "learning"
    assert category_group(["cs.CV"], ["Topic Modeling"], "Nature") == "vision"
    assert category_group([], ["Topic Modeling"], "Nature") == "language"


def test_no_venue_category_or_topic_is_in_two_groups() -> None:
    for of_kind in (
        [venue for group in GROUPS.values() for venue in group.venues],
        [category for group in GROUPS.values() for category in group.categories],
        [topic for group in GROUPS.values() for topic in group.topics],
    ):
        assert len(of_kind) == len(set(of_kind))


def test_readers_see_words_for_the_groups() -> None:
    assert group_label("learning") == "machine learning and AI"
    assert group_label("physics") == "physics"


# Worked by hand: ranks 1, 2.5, 2.5, 4 of four, each less a half.
def test_percentiles_of_a_worked_case() -> None:
    assert mid_rank_percentiles([0, 7, 7, 90]) == [12.5, 50, 50, 87.5]
    assert percentile_among(7, [0, 7, 7, 90]) == 50
    assert mid_rank_percentiles([]) == []


@given(st.lists(st.integers(0, 9), min_size=1, max_size=50))
def test_percentiles_keep_order_and_mean(values: list[int]) -> None:
    found = mid_rank_percentiles(values)
    assert all(0 < percentile < 100 for percentile in found)
    assert sum(found) / len(found) == pytest.approx(50)
    assert [a < b for a in values for b in values] == [a < b for a in found for b in found]


def test_a_year_without_a_cohort_uses_the_latest_earlier_one() -> None:
    assert latest_until([2010, 2015, 2018], 2015) == 2015
    assert latest_until([2010, 2015, 2018], 2017) == 2015
    assert latest_until([2010], 2009) is None


@given(st.lists(st.text(max_size=30)), st.lists(st.text(max_size=30)), st.none() | st.text(max_size=80))
def test_any_words_give_a_group_or_none(categories: list[str], topics: list[str], venue: str | None) -> None:
    group = category_group(categories, topics, venue)
    assert group is None or group
