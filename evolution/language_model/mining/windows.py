"""From two versions of a file to two short programs: a window around the change.

A small file is taken whole. Else the window is the largest function or class around
the change that fits, with a few lines around it; else the change itself with as many
lines above and below as fit, half of the room on each side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from evolution.diffs.line_edits import lines_of
from evolution.language_model.mining.filters import Filter, Limits

_BLOCK = re.compile(r"\s*(?:async\s+)?(?:def|class)\s")
_STRIDE = 64  # lines compared at once
_CONTINUED = (")", "]", "}", "#")  # at a block's own indentation, these do not end it
_PYTHON_2 = re.compile(
    r"""^[ ]*print(?:[ ]+["'\w%`-]|[ ]*>>|[ ]*$)
    |^[ ]*except[ ]+[\w.]+[ ]*,[ ]*\w+[ ]*:
    |^[ ]*except[ ]+\([\w., ]+\)[ ]*,[ ]*\w+[ ]*:
    |^[ ]*raise[ ]+[\w.]+[ ]*,
    |^[ ]*exec[ ]+["'\w]
    |\w[ ]*<>[ ]*\w
    |\bur["']|\b0[0-7]{3,4}\b|\b\d+[lL]\b""",
    re.MULTILINE | re.VERBOSE,
)
_VERSION = re.compile(r"\s*[\w.\"']*version[\w.\"']*\s*[=:]", re.IGNORECASE)
_INNER_SPACE = re.compile(r"(?<=\S)\s+")


def window_pair(parent: str, child: str, limits: Limits) -> tuple[str, str] | Filter:
    """Parent and child cut to the same window, or the filter that leaves them out."""
    old, new = lines_of(parent), lines_of(child)
    top = _equal(old, new)
    bottom = _equal(old[top:][::-1], new[top:][::-1])  # lines below the change
    removed, added = old[top : len(old) - bottom], new[top : len(new) - bottom]
    if _size(removed) > limits.characters or _size(added) > limits.characters:
        return Filter.LARGE_CHANGE
    refused = _judged_change(removed, added, limits)
    if refused:
        return refused
    longer = old if _size(removed) >= _size(added) else new  # what fits it fits both
    window = _window(longer, top, len(longer) - bottom, limits)
    if window is None:
        return Filter.LARGE_CHANGE
    above, below = window[0], len(longer) - window[1]
    result = old[above : len(old) - below], new[above : len(new) - below]
    return _judged_style(*result, limits) or (_text(result[0]), _text(result[1]))


def _equal(old: list[str], new: list[str]) -> int:
    """How many first lines are equal."""
    count = 0
    while count < len(old) and old[count : count + _STRIDE] == new[count : count + _STRIDE]:
        count += _STRIDE
    for one, other in zip(old[count:], new[count:], strict=False):
        if one != other:
            break
        count += 1
    return min(count, len(old), len(new))


def _size(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + len(lines)


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _judged_change(removed: list[str], added: list[str], limits: Limits) -> Filter | None:
    matcher = SequenceMatcher(None, removed, added, autojunk=False)
    gone: list[str] = []
    came: list[str] = []
    for tag, i0, i1, j0, j1 in matcher.get_opcodes():
        if tag != "equal":
            gone += removed[i0:i1]
            came += added[j0:j1]
    if len(gone) + len(came) > limits.changed_lines:
        return Filter.LARGE_CHANGE
    if _code(gone) == _code(came):
        return Filter.NO_CODE_CHANGE
    if all(_VERSION.match(line) for line in gone + came):
        return Filter.VERSION_BUMP
    return None


def _code(lines: Sequence[str]) -> list[str]:
    """What counts as code: indentation does, other white space and comments do not."""
    return [
        _INNER_SPACE.sub("", line)
        for line in map(str.rstrip, lines)
        if line and not line.lstrip().startswith("#")
    ]


def _judged_style(old: list[str], new: list[str], limits: Limits) -> Filter | None:
    if not any(map(str.strip, old)) or not any(map(str.strip, new)):
        return Filter.OTHER_STYLE
    if any(len(line) > limits.line_characters or "\t" in line for line in old + new):
        return Filter.OTHER_STYLE
    return Filter.PYTHON_2 if _PYTHON_2.search("\n".join(new)) else None


def _window(lines: list[str], top: int, bottom: int, limits: Limits) -> tuple[int, int] | None:
    """First line and end (exclusive) of the window around lines top to bottom."""
    if len(lines) <= limits.whole_lines and _size(lines) <= limits.characters:
        return 0, len(lines)
    if _size(lines[top:bottom]) > limits.characters:
        return None
    fitting = None
    for start, end in _blocks(lines, top, bottom, limits.characters):  # innermost first
        if _size(lines[start:end]) > limits.characters:
            break
        fitting = start, end
    if fitting is None:
        return _grown(lines, top, bottom, limits.characters, len(lines))
    return _grown(lines, *fitting, limits.characters, limits.around)


def _blocks(lines: list[str], top: int, bottom: int, limit: int) -> list[tuple[int, int]]:
    """Functions and classes that hold lines top to bottom, innermost first."""
    inside = [_indentation(line) for line in lines[top:bottom] if line.strip()]
    depth = min(inside, default=_indentation_near(lines, top))
    found = []
    for start in range(min(top, len(lines) - 1), -1, -1):
        line = lines[start]
        indentation = _indentation(line)
        if not line.strip() or indentation > depth or (indentation == depth and start != top):
            continue
        if _BLOCK.match(line):
            end = _end(lines, start, indentation, limit)
            if end >= bottom:
                found.append((_with_decorators(lines, start, indentation), end))
        depth = min(depth, indentation)
        if depth == 0:
            break
    return found


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _indentation_near(lines: list[str], top: int) -> int:
    """Of the first line with text at or above ``top``: where only blank lines changed."""
    for line in reversed(lines[: top + 1]):
        if line.strip():
            return _indentation(line)
    return 0


def _end(lines: list[str], start: int, indentation: int, limit: int) -> int:
    """End (exclusive) of the block that begins at ``start``, without blank lines below.

    A block of more than ``limit`` characters is not followed to its end.
    """
    end = start + 1
    size = 0
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        if _indentation(line) <= indentation and not line.lstrip().startswith(_CONTINUED):
            break
        end = number + 1
        size += len(line)
        if size > limit:
            break
    return end


def _with_decorators(lines: list[str], start: int, indentation: int) -> int:
    while start and lines[start - 1][indentation : indentation + 1] == "@":
        start -= 1
    return start


def _grown(
    lines: list[str], top: int, bottom: int, characters: int, around: int
) -> tuple[int, int]:
    """Up to ``around`` lines more on each side, as long as they fit."""
    room = characters - _size(lines[top:bottom])
    first, last = max(0, top - around), min(len(lines), bottom + around)
    while room > 0 and (top > first or bottom < last):
        if top > first:
            room -= len(lines[top - 1]) + 1
            top -= room >= 0
        if bottom < last and room > 0:
            room -= len(lines[bottom]) + 1
            bottom += room >= 0
    return top, bottom
