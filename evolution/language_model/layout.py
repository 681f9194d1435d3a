"""Brackets and blocks of a program's lines: how Python lets the next line begin and end.

What most often spoils an edit is a bracket too many or a line that is indented wrongly.
Both can be told while the edit is being written, one token after the other. A program
with strings over several lines, or with lines joined by a backslash, has no `Layout`, and
edits of it are free.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_CLOSES = {")": "(", "]": "[", "}": "{"}
_BRACKETS = set("()[]{}")
_NUMBER = re.compile(r"\d+\.?\d*|\.\d+")
_PARTS = re.compile(rf"#.*|'[^']*'|\"[^\"]*\"|{_NUMBER.pattern}|\w+|\S")
_LEAVES = {"return", "raise", "break", "continue"}


def brackets_of(text: str) -> str:
    """The brackets of a text, in order; those in strings count, too."""
    return "".join(character for character in text if character in _BRACKETS)


def opened(stack: str, brackets: str) -> str | None:
    """What is open behind the brackets, if ``stack`` was before; None if one does not fit."""
    for bracket in brackets:
        if bracket not in _CLOSES:
            stack += bracket
        elif stack.endswith(_CLOSES[bracket]):
            stack = stack[:-1]
        else:
            return None
    return stack


def lowest(stack: str, brackets: str) -> int:
    """How many of the brackets in ``stack`` stay open throughout."""
    least = depth = len(stack)
    for bracket in brackets:
        depth += -1 if bracket in _CLOSES else 1
        least = min(least, depth)
    return max(least, 0)


@dataclass(frozen=True, slots=True)
class Blocks:
    """What is open between two lines.

    Attributes:
        levels: indentation of each block, the outermost first.
        opens: whether the line above ends with a colon: a new block has to follow.
        stack: brackets that lines above opened and did not close.
        is_left: whether the line above is the innermost block's last that can be reached.
    """

    levels: tuple[int, ...] = (0,)
    opens: bool = False
    stack: str = ""
    is_left: bool = False

    def reached(self) -> Blocks:
        """The same without a block that a line above has left: no line in it would ever run."""
        if self.is_left and len(self.levels) > 1:
            return Blocks(self.levels[:-1])
        return self

    @property
    def deepest(self) -> float:
        """How far a line can be indented at most."""
        return float("inf") if self.opens or self.stack else self.levels[-1]

    def allow(self, indentation: int) -> bool:
        """Whether a line can be indented like that."""
        if self.stack:
            return True
        return indentation > self.levels[-1] if self.opens else indentation in self.levels

    def after(self, line: str) -> Blocks | None:
        """What is open behind a line; None if it is not allowed."""
        if not self.stack and not is_code(line):
            return self
        stack = opened(self.stack, brackets_of(line))
        if stack is None or not self.allow(indentation := indentation_of(line)):
            return None
        levels = self.levels
        if not self.stack:
            levels = (*(level for level in levels if level < indentation), indentation)
        return Blocks(levels, not stack and opens_block(line), stack, not stack and _leaves(line))


@dataclass(frozen=True, slots=True)
class Layout:
    """Blocks of a window's lines.

    Attributes:
        lines: the window's.
        before: blocks before each line, and behind the last.
        next_code: for each line, and behind the last: number of the first line of code from
            there on, counted from 1; one more than there are lines where there is none.
    """

    lines: tuple[str, ...]
    before: tuple[Blocks, ...]
    next_code: tuple[int, ...]

    def can_go_on(self, blocks: Blocks, line: int) -> bool:
        """Whether the lines from ``line`` on, counted from 1, can follow these blocks."""
        if blocks.stack != self.before[line - 1].stack:
            return False
        code = self.next_code[line - 1]
        if code > len(self.lines):
            return not blocks.opens
        return blocks.allow(indentation_of(self.lines[code - 1]))


def layout_of(lines: Sequence[str]) -> Layout | None:
    """The layout of a window's lines; None where they do not keep to it."""
    if any(line.endswith("\\") or _is_in_string(line) for line in lines):
        return None
    code = [line for line in lines if is_code(line)]
    # A window can begin within blocks that it does not show.
    before = [Blocks((indentation_of(code[0]),) if code else (0,))]
    for line in lines:
        blocks = before[-1].after(line)
        if blocks is None:
            return None
        before.append(blocks)
    if before[-1].opens or before[-1].stack:
        return None
    next_code = [len(lines) + 1]
    for at in range(len(lines) - 1, -1, -1):
        begins = not before[at].stack and is_code(lines[at])
        next_code.append(at + 1 if begins else next_code[-1])
    return Layout(tuple(lines), tuple(before), tuple(reversed(next_code)))


def behind(blocks: Blocks, lines: Sequence[str]) -> Blocks | None:
    """What is open behind some lines; None if one of them is not allowed."""
    result: Blocks | None = blocks
    for line in lines:
        result = result and result.after(line)
    return result


def _is_in_string(line: str) -> bool:
    """Whether a string begins or ends here that goes over several lines."""
    return bool((line.count('"""') + line.count("'''")) % 2)


def indentation_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def is_code(line: str) -> bool:
    """Whether a line is neither blank nor a comment: those may be indented as they like."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


@lru_cache(maxsize=4_096)  # what edits take the place of is asked for again and again
def code_of(text: str) -> tuple[tuple[object, ...], ...]:
    """What a text says to Python, for comparing: equal numbers, spaces and comments aside."""
    found: list[tuple[object, ...]] = []
    for line in text.split("\n"):
        parts = [_value(part) for part in _PARTS.findall(line) if part[0] != "#"]
        if parts and parts != ["pass"]:
            found.append((indentation_of(line), *parts))
    return tuple(found)


def _value(part: str) -> str | float:
    return float(part) if _NUMBER.fullmatch(part) else part


def _leaves(line: str) -> bool:
    return line.split(maxsplit=1)[0] in _LEAVES


def opens_block(line: str) -> bool:
    return line.split("#")[0].rstrip().endswith(":")
