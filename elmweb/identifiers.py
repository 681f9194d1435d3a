"""Public identifiers: short, random, safe to say aloud and to put into a link."""

from __future__ import annotations

import secrets

# Without 0, O, 1, l and I, which people confuse.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 11  # 57**11 is about 2e19: a million of them collide once in 40 million tries


def new_public_id() -> str:
    """A fresh identifier; sequential ones would leak how many there are."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
