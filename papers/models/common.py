"""What several models share."""

from __future__ import annotations

import secrets

# No vowels and no look-alikes: an id spells no word and survives being read aloud.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def new_public_id() -> str:
    """A short opaque id for addresses: 10 characters, 47 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))
