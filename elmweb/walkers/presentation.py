"""How a walker is put into words and coloured lines. No queries here."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from evolution.diffs import diff_lines
from evolution.walkers.creator import REPAIRS

# Programs nobody reads as a page; they are downloaded instead.
LONGEST_SHOWN = 2_000  # lines
CONTEXT = 3  # equal lines around a change

_FORMATTER = HtmlFormatter(nowrap=True)


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
        kind: ``same``, ``added``, ``removed`` or ``gap`` (equal lines left out).
        old: its number in the parent's program, or None.
        new: its number in the child's program, or None.
        text: the line; for a gap, how many lines were left out.
    """

    kind: str
    old: int | None
    new: int | None
    text: str

    @property
    def sign(self) -> str:
        return {"added": "+", "removed": "−", "gap": "⋯"}.get(self.kind, "")


def diff_rows(parent: str, child: str) -> list[DiffRow]:
    """The changed lines with a few around them; empty where nothing changed."""
    lines = diff_lines(parent, child)
    changed = [i for i, line in enumerate(lines) if line.kind != "same"]
    near = {i + d for i in changed for d in range(-CONTEXT, CONTEXT + 1)}
    rows: list[DiffRow] = []
    left_out = 0
    for i, line in enumerate(lines):
        if i not in near:
            left_out += 1
            continue
        rows += _gap(left_out)
        left_out = 0
        rows.append(DiffRow(line.kind, line.old, line.new, line.text))
    return rows + _gap(left_out) if rows else []


def _gap(count: int) -> list[DiffRow]:
    text = f"{count} equal line{'s' if count > 1 else ''}"
    return [DiffRow("gap", None, None, text)] if count else []


def repair_notes(repairs: dict[str, int]) -> list[tuple[str, int]]:
    """What was tolerated, in words, and how often; most often first."""
    ordered = sorted(repairs.items(), key=lambda item: -item[1])
    return [(REPAIRS.get(code, code), count) for code, count in ordered]
