"""Public identifiers: short, random, safe to say aloud and to put into a link."""

from __future__ import annotations

import re
import secrets

# Without 0, O, 1, l and I, which people confuse.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PATTERN = "[0-9A-Za-z]{1,16}"
LENGTH = 11  # 57**11 is about 2e19: a million of them collide once in 40 million tries


def new_public_id() -> str:
    """A fresh identifier; sequential ones would leak how many there are."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def can_be_public_id(text: str) -> bool:
    """Whether it is worth asking the database, which does not take every character."""
    return re.fullmatch(PATTERN, text) is not None


class PublicIdConverter:
    """`<id:public_id>` in an address; anything else there is a 404."""

    regex = PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
