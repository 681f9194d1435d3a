"""The structured form of a diff, for pages: every line of both programs, marked."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line.

    Attributes:
        kind: whether both programs, only the child or only the parent has it.
        old: its 1-based number in the parent, None for an added line.
        new: its 1-based number in the child, None for a removed line.
        text: the line without its newline.
    """

    kind: Literal["same", "added", "removed"]
    old: int | None
    new: int | None
    text: str


def split_lines(text: str) -> list[str]:
    """Lines with their newlines; only ``\\n`` ends a line, so nothing is lost."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def diff_lines(parent: str, child: str) -> list[DiffLine]:
    """All lines of both programs, in order; where they differ, removed ones come first."""
    old, new = split_lines(parent), split_lines(child)
    result: list[DiffLine] = []
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            result += (
                DiffLine("same", i + 1, j0 + i - i0 + 1, _bare(old[i])) for i in range(i0, i1)
            )
        else:
            result += (DiffLine("removed", i + 1, None, _bare(old[i])) for i in range(i0, i1))
            result += (DiffLine("added", None, j + 1, _bare(new[j])) for j in range(j0, j1))
    return result


def _bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")
