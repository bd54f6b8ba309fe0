"""The sample that a first run loads: one captured author page and the papers of that author's co-authors."""
