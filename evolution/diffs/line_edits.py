"""Line edits: the form in which a language model says what it changes.

An edit replaces lines of the parent, named by their numbers. It is short (about a
quarter of a unified diff), and it cannot fail to find its place, which is what
unified diffs written by small models do most of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from evolution.types import Failure, Stage


@dataclass(frozen=True, slots=True)
class LineEdit:
    """Replaces lines ``first`` to ``last`` of the parent by ``lines``.

    Attributes:
        first: 1-based number of the first replaced line.
        last: 1-based number of the last one; ``first - 1`` inserts before ``first``,
            so an edit at the end of a parent of n lines has ``first == n + 1``.
        lines: the new lines without newlines; empty to delete.
    """

    first: int
    last: int
    lines: tuple[str, ...]

    @property
    def is_insertion(self) -> bool:
        return self.last == self.first - 1

    def moved(self, by: int) -> LineEdit:
        """The same edit, ``by`` lines further down."""
        return LineEdit(self.first + by, self.last + by, self.lines)


def line_edits(parent: str, child: str) -> list[LineEdit]:
    """The edits that turn ``parent`` into ``child``, in order; none when they are equal.

    Lines are what ``\\n`` ends; whether the text ends with one is not an edit.
    """
    old, new = lines_of(parent), lines_of(child)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        LineEdit(i0 + 1, i1, tuple(new[j0:j1]))
        for tag, i0, i1, j0, j1 in matcher.get_opcodes()
        if tag != "equal"
    ]


def apply_line_edits(parent: str, edits: Sequence[LineEdit]) -> str | Failure:
    """The child, or why the edits do not apply. The edits may come in any order.

    Failures have stage DIFF and one of the codes ``no-edit``, ``bad-address``,
    ``edits-overlap`` and ``no-change``.
    """
    if not edits:
        return _failure("no-edit", "The edit names no line to change.")
    lines = lines_of(parent)
    result: list[str] = []
    done = 0  # lines of the parent that are behind us
    for edit in sorted(edits, key=lambda edit: (edit.first, edit.last)):
        if not (1 <= edit.first <= len(lines) + 1 and edit.first - 1 <= edit.last <= len(lines)):
            where = f"lines {edit.first} to {edit.last}"
            reason = f"The edit changes {where} of a program that has {len(lines)} lines."
            return _failure("bad-address", reason)
        if edit.first - 1 < done:
            reason = f"Two edits change line {edit.first}; a line can be changed once."
            return _failure("edits-overlap", reason, edit.first)
        result += lines[done : edit.first - 1]
        result += edit.lines
        done = edit.last
    result += lines[done:]
    if result == lines:
        return _failure("no-change", "The edit applies but changes nothing.")
    return "".join(f"{line}\n" for line in result)


def lines_of(text: str) -> list[str]:
    """The lines without their newlines; a last newline ends a line and starts none."""
    return text.removesuffix("\n").split("\n") if text else []


def _failure(code: str, reason: str, line: int | None = None) -> Failure:
    return Failure(Stage.DIFF, code, reason, line)
