"""Where the recorded replies, the corpus and the capture lie, for the tests that need them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
REQUIRE_ALL = os.environ.get("BYLINE_REQUIRE_ALL") == "1"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the recorded data (../shared beside the checkout) is not here"
)
