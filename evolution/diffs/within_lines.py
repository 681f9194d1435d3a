"""Changes within a line: which text of it gives way to which.

Most edits change a number or a name. Saying only these takes a third of the tokens that
the whole line takes, and a model cannot spoil the rest of a line that it does not repeat.

Text is found at the bounds of words, numbers and runs of signs, and each replacement
behind the one before it, so ``1`` does not mean the first digit of ``12``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# newline with indentation | a word | a number | signs | what is left of white space
_UNITS = re.compile(r"\n *| ?[^\W\d]\w*| ?\d+(?:\.\d+)?| ?[^\s\w]+|\s+")
_GAP = 1  # units that stay the same between two changes, at most, that are said as one


@dataclass(frozen=True, slots=True)
class Replacement:
    """``old``, never empty, gives way to ``new``."""

    old: str
    new: str


def replacements(old: str, new: str) -> list[Replacement]:
    """What turns one text into the other, in order; none if they are equal.

    Each replaces the first place that reads so behind the one before it: where an earlier
    place reads the same, its neighbours are named with it.

    Args:
        old: not empty.
    """
    before, after = units_of(old), units_of(new)
    found: list[Replacement] = []
    done = 0  # units of the old text that are behind us
    for (i0, i1), (j0, j1) in _spans(before, after):
        while i0 == i1 or _first(before, before[i0:i1], done) != i0:
            if i0 > done:
                i0, j0 = i0 - 1, j0 - 1
            elif i1 < len(before) and j1 < len(after):
                i1, j1 = i1 + 1, j1 + 1
            else:
                break
        found.append(Replacement("".join(before[i0:i1]), "".join(after[j0:j1])))
        done = i1
    # Neighbours named with a change can reach into the next one, rarely.
    return found if replace_within(old, found) == new else [Replacement(old, new)]


def replace_within(text: str, changes: Sequence[Replacement]) -> str | None:
    """The changed text; None if a place is not found behind the one before."""
    units = units_of(text)
    result: list[str] = []
    done = 0
    for change in changes:
        wanted = units_of(change.old)
        at = _first(units, wanted, done)
        if at is None or not wanted:
            return None
        result += [*units[done:at], change.new]
        done = at + len(wanted)
    return "".join([*result, *units[done:]])


def units_of(text: str) -> list[str]:
    """Words, numbers, runs of signs, white space: all of the text, in order."""
    return _UNITS.findall(text)


def _first(units: Sequence[str], wanted: Sequence[str], start: int) -> int | None:
    """Where the wanted units stand first, from ``start`` on."""
    size = len(wanted)
    ends = range(start, len(units) - size + 1)
    return next((at for at in ends if units[at : at + size] == wanted), None)


def _spans(
    before: Sequence[str], after: Sequence[str]
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """What differs: bounds in both texts, with short gaps closed."""
    spans: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if spans and i0 - spans[-1][0][1] <= _GAP:
            (i0, _), (j0, _) = spans.pop()
        spans.append(((i0, i1), (j0, j1)))
    return spans
