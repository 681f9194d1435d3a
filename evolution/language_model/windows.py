"""Windows: the part of a long program that fits into a model's context."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolution.diffs.line_edits import LineEdit
from evolution.language_model.tokenizer import MAX_LINES, EditTokenizer, Window

LONGEST_WINDOW = MAX_LINES - 1  # lines; the end of the program needs an address too


def window_around(
    lines: Sequence[str], edits: Sequence[LineEdit], tokenizer: EditTokenizer, budget: int
) -> Window | None:
    """The largest window of at most ``budget`` tokens that holds all edits, or None.

    It grows from the edits up and down in turn, so an edit's surroundings come first.
    """
    top = min(edit.first for edit in edits) - 1
    bottom = max(edit.last for edit in edits)  # exclusive
    return _grown(lines, min(top, len(lines)), bottom, tokenizer, budget)


def window_at_random(
    lines: Sequence[str], tokenizer: EditTokenizer, budget: int, rng: np.random.Generator
) -> Window | None:
    """A window around a line drawn uniformly; the whole program where it fits.

    None if not even one line fits. The draw is made only for programs that do not fit.
    """
    whole = _grown(lines, 0, len(lines), tokenizer, budget)
    if whole is not None:
        return whole
    line = int(rng.integers(len(lines)))
    return _grown(lines, line, line + 1, tokenizer, budget)


def _grown(
    lines: Sequence[str], top: int, bottom: int, tokenizer: EditTokenizer, budget: int
) -> Window | None:
    """Lines ``top`` to ``bottom`` (exclusive), and as many around them as fit."""
    left = budget - 2 - sum(_cost(line, tokenizer) for line in lines[top:bottom])
    if left < 0 or bottom - top > LONGEST_WINDOW:
        return None
    above = below = True
    while above or below:
        above = above and top > 0 and bottom - top < LONGEST_WINDOW
        if above and (above := _cost(lines[top - 1], tokenizer) <= left):
            top -= 1
            left -= _cost(lines[top], tokenizer)
        below = below and bottom < len(lines) and bottom - top < LONGEST_WINDOW
        if below and (below := _cost(lines[bottom], tokenizer) <= left):
            left -= _cost(lines[bottom], tokenizer)
            bottom += 1
    return Window(top, tuple(lines[top:bottom]))


def _cost(line: str, tokenizer: EditTokenizer) -> int:
    return 1 + len(tokenizer.line(line))
