"""How a walker is put into words and coloured lines. No queries here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from evolution.walkers.creator import REPAIRS

# What operators are called in a sentence; an unknown one is shown by its own name.
OPERATORS = {
    "seed": "written as a seed",
    "syntax-tree": "changed by syntax-tree mutation",
}
# Programs nobody reads as a page; they are downloaded instead.
LONGEST_SHOWN = 2_000  # lines

_FORMATTER = HtmlFormatter(nowrap=True)
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


def program_lines(program: str) -> list[SafeString]:
    """The program's lines as HTML with the token classes of ``styles/code.css``."""
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    lines = highlight(program.rstrip("\n"), lexer, _FORMATTER).rstrip("\n").split("\n")
    # Pygments escapes the text and closes its tags on every line.
    return [mark_safe(line) for line in lines[:LONGEST_SHOWN]]


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A line of a diff.

    Attributes:
        kind: ``same``, ``added``, ``removed`` or ``gap`` (lines left out in between).
        old: its number in the parent's program, or None.
        new: its number in the child's program, or None.
        text: the line without its sign.
    """

    kind: str
    old: int | None
    new: int | None
    text: str

    @property
    def sign(self) -> str:
        return {"added": "+", "removed": "−", "gap": "⋯"}.get(self.kind, "")  # noqa: RUF001


def diff_rows(diff: str) -> list[DiffRow]:
    """The rows of a unified diff of one file; empty for an empty one."""
    rows: list[DiffRow] = []
    old = new = 0
    for line in diff.splitlines():
        hunk = _HUNK.match(line)
        if hunk:
            if rows:
                rows.append(DiffRow("gap", None, None, ""))
            old, new = int(hunk[1]), int(hunk[2])
        elif not old and not new:
            continue  # the file names before the first hunk
        elif line.startswith("+"):
            rows.append(DiffRow("added", None, new, line[1:]))
            new += 1
        elif line.startswith("-"):
            rows.append(DiffRow("removed", old, None, line[1:]))
            old += 1
        elif not line.startswith("\\"):  # "\ No newline at end of file"
            rows.append(DiffRow("same", old, new, line[1:]))
            old, new = old + 1, new + 1
    return rows


def repair_notes(repairs: dict[str, int]) -> list[tuple[str, int]]:
    """What was tolerated, in words, and how often; most often first."""
    ordered = sorted(repairs.items(), key=lambda item: -item[1])
    return [(REPAIRS.get(code, code), count) for code, count in ordered]


def operator_phrase(operator: str) -> str:
    return OPERATORS.get(operator, f"changed by {operator}")
