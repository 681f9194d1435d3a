"""Messages in many wordings, written short: ``[Add|Attach] a joint`` are two."""

from __future__ import annotations

import re
from itertools import product

_CHOICE = re.compile(r"\[([^\[\]]*)\]")


def wordings(*patterns: str) -> tuple[str, ...]:
    """Every wording of the patterns; ``[a|b]`` stands for either, ``{slots}`` stay."""
    found: dict[str, None] = {}
    for pattern in patterns:
        parts = _CHOICE.split(pattern)
        choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
        for chosen in product(*choices):
            text = re.sub(r"\s+", " ", "".join(chosen)).strip()
            found[text[0].upper() + text[1:]] = None
    return tuple(found)
