from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.evaluation.novelty import load_reference
from metrics.wording import BIGRAM_SLOTS, TERM_SLOTS, Wording, content_words, phrases, title_hash, wording
from tests.metrics.wordings import vocabulary
from tests.shared import SHARED, needs_shared


def test_a_text_becomes_its_content_words_and_pairs() -> None:
    words = content_words("The Robot\0 grasps a cup, and the robot-arm Grasps 3D cups.")
    assert words == ["robot", "grasps", "cup", "robot-arm", "grasps", "cups"]
    assert phrases(words) == ["robot grasps", "grasps cup", "cup robot-arm", "robot-arm grasps", "grasps cups"]


@needs_shared
def test_terms_are_hashed_as_the_reference_hashes_them() -> None:
    exact = load_reference(SHARED / "scores" / "reference.py")
    text = "Occupancy networks: a robot-arm grasps cups, and grasps à la carte_cups \0 again."
    ours, theirs = wording(content_words(text)), exact.counts([text])
    theirs.sort_indices()
    assert ours.terms.tolist() == theirs.indices.tolist()
    assert ours.counts.tolist() == theirs.data.tolist()
    assert phrases(content_words(text)) == exact.bigrams(text)


@given(st.text(max_size=200))
def test_a_wording_is_kept_in_bytes(text: str) -> None:
    made = wording(content_words(text))
    again = Wording.from_bytes(made.to_bytes())
    for part in ("terms", "counts", "bigrams"):
        assert getattr(again, part).tolist() == getattr(made, part).tolist()
    for wrong in (b"", made.to_bytes()[:-1], made.to_bytes() + b"x"):
        with pytest.raises(ValueError, match=r"buffer|bytes"):
            Wording.from_bytes(wrong)


@given(st.text())
def test_a_title_hash_forgets_case_accents_and_signs(title: str) -> None:
    assert 0 <= title_hash(title) < 2**32
    assert title_hash(f"  {title}… ") == title_hash(title)


def test_slots_stay_in_their_range() -> None:
    text = wording(vocabulary())
    assert 0 <= text.terms.min() <= text.terms.max() < TERM_SLOTS
    assert 0 <= text.bigrams.min() <= text.bigrams.max() < BIGRAM_SLOTS
