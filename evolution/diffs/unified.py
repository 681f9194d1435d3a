"""Unified diffs: written for people and storage, read tolerantly or refused by name.

A diff starts with the commit message, indented as in a log, then the usual
``---``, ``+++`` and hunks. Language models miscount: line numbers and counts
in hunk headers are hints, and white space may differ, as long as only one
place in the parent can be meant.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from evolution.diffs.lines import split_lines
from evolution.types import Failure, Stage

_HEADER = re.compile(r"@@(?: -(\d{1,9})(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@)?")
_NO_NEWLINE = "\\ No newline at end of file"

# From strict to lenient: how a line of the diff is compared with one of the parent.
_COMPARISONS: tuple[Callable[[str], str], ...] = (
    lambda line: line,
    lambda line: line.rstrip(),
    lambda line: "".join(line.split()),
)


def unified_diff(parent: str, child: str, message: str = "") -> str:
    """The edit from ``parent`` to ``child``; no hunks when they are equal."""
    parts = [f"    {line}\n" for line in message.splitlines()]
    hunks = difflib.unified_diff(split_lines(parent), split_lines(child), "parent", "child")
    for line in hunks:
        parts.append(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}\n")
    return "".join(parts)


def apply_unified(parent: str, diff: str) -> str | Failure:
    """The child that ``diff`` makes of ``parent``, or why it does not apply.

    Failures have stage DIFF and one of the codes ``no-hunk``, ``bad-line``,
    ``hunk-not-found``, ``hunk-ambiguous`` and ``no-change``.
    """
    hunks = _parse(diff)
    if isinstance(hunks, Failure):
        return hunks
    lines = split_lines(parent)
    result: list[str] = []
    done = drift = 0  # lines of the parent that are behind us; how far headers were off
    for number, hunk in enumerate(hunks, start=1):
        place = _place(hunk, lines, done, drift, number)
        if isinstance(place, Failure):
            return place
        at, length = place, len(hunk.old)
        if hunk.start is not None:
            drift = at - hunk.start
        result += lines[done:at]
        result += _replaced(hunk, lines[at : at + length])
        done = at + length
    result += lines[done:]
    ended = [line if line.endswith("\n") else line + "\n" for line in result[:-1]] + result[-1:]
    child = "".join(ended)
    if child == parent:
        return _failure("no-change", "The diff applies but changes nothing.")
    return child


@dataclass
class _Hunk:
    """``start``: index of its first line in the parent, where the header says so.

    ``steps`` are (" ", "-" or "+", line with newline), in order.
    """

    start: int | None
    counts: tuple[int, int] | None  # lines of the parent, lines of the child
    steps: list[tuple[str, str]] = field(default_factory=list)

    @property
    def old(self) -> list[str]:
        return [line for mark, line in self.steps if mark != "+"]

    @property
    def is_full(self) -> bool:
        """Whether the header's counts are reached."""
        if self.counts is None:
            return False
        new = sum(mark != "-" for mark, _ in self.steps)
        return len(self.old) >= self.counts[0] and new >= self.counts[1]


def _parse(diff: str) -> list[_Hunk] | Failure:
    hunks: list[_Hunk] = []
    for number, line in enumerate(diff.removesuffix("\n").split("\n"), start=1):
        header = _HEADER.match(line)
        if header:
            hunks.append(_hunk(header))
        elif not hunks:
            continue  # message and file names
        elif line.startswith("\\") and hunks[-1].steps:
            mark, text = hunks[-1].steps.pop()
            hunks[-1].steps.append((mark, text.removesuffix("\n")))
        elif not line:
            if not hunks[-1].is_full:  # an empty context line without its blank
                hunks[-1].steps.append((" ", "\n"))
        elif line[0] in " -+":
            hunks[-1].steps.append((line[0], line[1:] + "\n"))
        else:
            reason = f"Line {number} of the diff starts with {line[0]!r}, not with ' ', '-' or '+'."
            return _failure("bad-line", reason)
    for hunk in hunks:
        _drop_blank_tail(hunk)
    hunks = [hunk for hunk in hunks if hunk.steps]
    return hunks or _failure("no-hunk", "The diff has no hunk: no '@@' line with lines below it.")


def _hunk(header: re.Match[str]) -> _Hunk:
    start, old, new = header.groups()
    if start is None:
        return _Hunk(None, None)
    counts = (int(old or 1), int(new or 1))
    # "-N,0" means: after line N
    return _Hunk(int(start) - (1 if counts[0] else 0), counts)


def _drop_blank_tail(hunk: _Hunk) -> None:
    """Blank lines at the end of a hunk without true counts are only layout."""
    while (
        hunk.steps
        and hunk.steps[-1] == (" ", "\n")
        and (hunk.counts is None or len(hunk.old) > hunk.counts[0])
    ):
        hunk.steps.pop()


def _place(hunk: _Hunk, lines: list[str], done: int, drift: int, number: int) -> int | Failure:
    """The index in ``lines`` where the hunk's old lines stand."""
    old = hunk.old
    wanted = None if hunk.start is None else hunk.start + drift
    line = None if wanted is None else min(max(wanted + 1, 1), max(len(lines), 1))
    if not old:
        if wanted is None or not done <= wanted <= len(lines):
            reason = f"Hunk {number} only adds lines and does not say where in the parent."
            return _failure("hunk-not-found", reason, line)
        return wanted
    for level, form in enumerate(_COMPARISONS):
        formed = [form(text) for text in lines]
        target = [form(text) for text in old]
        found = [
            at
            for at in range(done, len(lines) - len(old) + 1)
            if formed[at : at + len(old)] == target
        ]
        if len(found) == 1 or (found and wanted in found):
            return found[0] if len(found) == 1 else wanted or 0
        if found and wanted is not None and level == 0:
            return _nearest(found, wanted, number, line)
        if found:
            reason = f"The lines of hunk {number} stand at {len(found)} places of the parent."
            return _failure("hunk-ambiguous", reason, line)
    reason = f"The lines that hunk {number} wants to change are not in the parent."
    return _failure("hunk-not-found", reason, line)


def _nearest(found: list[int], wanted: int, number: int, line: int | None) -> int | Failure:
    best, *others = sorted(found, key=lambda at: abs(at - wanted))
    if abs(others[0] - wanted) == abs(best - wanted):
        reason = f"Two places of the parent are equally near to where hunk {number} points."
        return _failure("hunk-ambiguous", reason, line)
    return best


def _replaced(hunk: _Hunk, matched: list[str]) -> list[str]:
    """The hunk's new lines; context is the parent's, added lines follow its indentation."""
    shift = _indent_shift(hunk.old, matched)
    result: list[str] = []
    remaining = iter(matched)
    for mark, text in hunk.steps:
        if mark == "+":
            result.append(_shifted(text, shift))
            continue
        line = next(remaining)
        if mark == " ":
            result.append(line)
    return result


def _indent_shift(old: list[str], matched: list[str]) -> tuple[str, str]:
    """What the diff's lines start with, and what the parent's have in its place."""
    for theirs, ours in zip(old, matched, strict=True):
        if theirs.strip():
            return _indent(theirs), _indent(ours)
    return "", ""


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _shifted(text: str, shift: tuple[str, str]) -> str:
    theirs, ours = shift
    if theirs == ours or not text.strip():
        return text
    if text.startswith(theirs):
        return ours + text[len(theirs) :]
    return text


def _failure(code: str, reason: str, line: int | None = None) -> Failure:
    return Failure(Stage.DIFF, code, reason, line)
