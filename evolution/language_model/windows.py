"""Windows: the part of a long program that fits into a model's context."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolution.diffs.line_edits import LineEdit
from evolution.language_model.tokenizer import MAX_LINES, EditTokenizer, Window

PARENT_TOKENS = 640  # of a model's context, at most; a longer parent is shown in part
LONGEST_WINDOW = MAX_LINES - 1  # lines; the end of the program needs an address too
_ENDS = 2  # tokens: the mark of a program and the address of its end


def window_around(
    lines: Sequence[str],
    edits: Sequence[LineEdit],
    tokenizer: EditTokenizer,
    budget: int,
    rng: np.random.Generator,
) -> Window | None:
    """A window of at most ``budget`` tokens that holds all edits, or None.

    Where in it they stand is drawn, so that a model cannot learn it; nothing is drawn
    for a program that fits whole.
    """
    top = min(edit.first for edit in edits) - 1
    bottom = max(edit.last for edit in edits)  # exclusive
    return _grown(lines, min(top, len(lines)), bottom, tokenizer, budget, rng)


def window_at_random(
    lines: Sequence[str], tokenizer: EditTokenizer, budget: int, rng: np.random.Generator
) -> Window | None:
    """A window around a line drawn uniformly; the whole program where it fits.

    None if that line alone does not fit.
    """
    if _fits(lines, tokenizer, budget):
        return Window(0, tuple(lines))
    line = int(rng.integers(len(lines)))
    return _grown(lines, line, line + 1, tokenizer, budget, rng)


def _fits(lines: Sequence[str], tokenizer: EditTokenizer, budget: int) -> bool:
    return len(lines) <= LONGEST_WINDOW and _cost(lines, tokenizer) <= budget - _ENDS


def _grown(
    lines: Sequence[str],
    top: int,
    bottom: int,
    tokenizer: EditTokenizer,
    budget: int,
    rng: np.random.Generator,
) -> Window | None:
    """Lines ``top`` to ``bottom`` (exclusive), and as many around them as fit."""
    if _fits(lines, tokenizer, budget):
        return Window(0, tuple(lines))
    left = budget - _ENDS - _cost(lines[top:bottom], tokenizer)
    room = LONGEST_WINDOW - (bottom - top)
    if left < 0 or room < 0:
        return None
    share = rng.random()  # of what is left, above
    above = _count(lines[:top][::-1], tokenizer, int(left * share), int(room * share))
    left -= _cost(lines[top - above : top], tokenizer)
    below = _count(lines[bottom:], tokenizer, left, room - above)
    return Window(top - above, tuple(lines[top - above : bottom + below]))


def _count(lines: Sequence[str], tokenizer: EditTokenizer, budget: int, most: int) -> int:
    """How many of the first lines fit."""
    for number, line in enumerate(lines[:most]):
        budget -= _cost([line], tokenizer)
        if budget < 0:
            return number
    return min(most, len(lines))


def _cost(lines: Sequence[str], tokenizer: EditTokenizer) -> int:
    return sum(1 + len(tokenizer.line(line)) for line in lines)
