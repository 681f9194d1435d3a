"""Brackets and blocks of a program's lines: how Python lets the next line begin and end.

What most often spoils an edit is a bracket too many or a line that is indented wrongly.
Both can be told while the edit is being written, one token after the other. The rules
are those of plain lines: brackets close on the line that opens them, and no string goes
over several lines. A program that is laid out otherwise has no `Layout`, and edits of it
are free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_CLOSES = {")": "(", "]": "[", "}": "{"}
_BRACKETS = set("()[]{}")


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


@dataclass(frozen=True, slots=True)
class Blocks:
    """Which blocks are open between two lines.

    Attributes:
        levels: indentation of each, the outermost first.
        opens: whether the line above ends with a colon: a new block has to follow.
    """

    levels: tuple[int, ...] = (0,)
    opens: bool = False

    def allow(self, indentation: int) -> bool:
        """Whether a line can be indented like that."""
        return indentation > self.levels[-1] if self.opens else indentation in self.levels

    def most(self) -> float:
        """The deepest that a line can be indented."""
        return float("inf") if self.opens else self.levels[-1]

    def after(self, indentation: int, opens: bool) -> Blocks:
        """The blocks behind a line that is allowed."""
        levels = tuple(level for level in self.levels if level < indentation)
        return Blocks((*levels, indentation), opens)


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
        code = self.next_code[line - 1]
        if code > len(self.lines):
            return not blocks.opens
        return blocks.allow(indentation_of(self.lines[code - 1]))


def layout_of(lines: Sequence[str]) -> Layout | None:
    """The layout of a window's lines; None where they do not keep to it."""
    if any('"""' in line or "'''" in line or line.endswith("\\") for line in lines):
        return None
    if any(opened("", brackets_of(line)) != "" for line in lines):
        return None
    code = [line for line in lines if is_code(line)]
    # A window can begin within blocks that it does not show.
    before = [Blocks((indentation_of(code[0]),) if code else (0,))]
    for line in lines:
        blocks = behind(before[-1], [line])
        if blocks is None:
            return None
        before.append(blocks)
    if before[-1].opens:
        return None
    next_code = [len(lines) + 1]
    for number, line in reversed(list(enumerate(lines, start=1))):
        next_code.append(number if is_code(line) else next_code[-1])
    return Layout(tuple(lines), tuple(before), tuple(reversed(next_code)))


def behind(blocks: Blocks, lines: Sequence[str]) -> Blocks | None:
    """The blocks behind some lines; None if one of them is not allowed."""
    for line in lines:
        if is_code(line):
            indentation = indentation_of(line)
            if not blocks.allow(indentation):
                return None
            blocks = blocks.after(indentation, opens_block(line))
    return blocks


def indentation_of(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def is_code(line: str) -> bool:
    """Whether a line is neither blank nor a comment: those may be indented as they like."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def opens_block(line: str) -> bool:
    return line.split("#")[0].rstrip().endswith(":")
