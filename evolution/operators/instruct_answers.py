"""From what a model answered to the child: JSON, a fenced program, a diff, or blocks.

Models answer in other forms than they were asked for, so every form is read whichever
was wanted. What cannot be one clear change is refused by name.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from evolution.diffs.unified import apply_unified
from evolution.types import Failure, Stage

_THOUGHTS = re.compile(r"^.*</think(?:ing)?>", re.DOTALL)
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([\w+#.-]*)")
_SEARCH = re.compile(
    r"^<{5,9} ?SEARCH[^\n]*\n(.*?)^={5,9}[ \t]*\n(.*?)^>{5,9} ?REPLACE", re.DOTALL | re.MULTILINE
)
_DIFF_START = re.compile(r"(?:diff --git |--- |@@)")
_KEYS = ("program", "code", "edits", "diff", "patch")


def read_answer(parent: str, answer: str) -> str | Failure:
    """The child that an answer makes of ``parent``, not yet known to be Python.

    Failures have stage OPERATOR: ``empty-answer``, ``broken-json``, ``no-program``; or
    stage DIFF where the answer is an edit that does not apply.
    """
    text = _THOUGHTS.sub("", answer).strip()
    if not text:
        return Failure(Stage.OPERATOR, "empty-answer", "The model's answer is empty.")
    if text.startswith("{"):
        return _from_json(parent, text)
    found = _SEARCH.findall(text)
    if found:
        return apply_replacements(parent, [(old, new) for old, new in found])
    fenced = list(_fenced(text))
    for language, body in fenced:
        if language == "json" and body.lstrip().startswith("{"):
            return _from_json(parent, body)
        if language in ("diff", "patch") or _DIFF_START.match(body):
            return apply_unified(parent, body)
    if _DIFF_START.match(text):
        return apply_unified(parent, text)
    if fenced:
        return _whole(_best([body for _, body in fenced], parent))
    if _is_program(text):
        return _whole(text)
    reason = f"The model answered without a program: {_shown(text)}"
    return Failure(Stage.OPERATOR, "no-program", reason)


def apply_replacements(parent: str, edits: Sequence[tuple[str, str]]) -> str | Failure:
    """``parent`` with each searched text, which stands at one place, replaced in turn.

    White space may differ from the parent's as in `apply_unified`. Failures have stage DIFF:
    ``no-edit``, ``empty-search``, ``no-change`` and those of `apply_unified`.
    """
    if not edits:
        return Failure(Stage.DIFF, "no-edit", "The model's list of edits is empty.")
    child = parent
    for number, (old, new) in enumerate(edits, start=1):
        if not old.strip():
            reason = f"Edit {number} does not say which lines it replaces."
            return Failure(Stage.DIFF, "empty-search", reason)
        if old == new:
            continue
        if child.count(old) == 1:
            child = child.replace(old, new)
            continue
        # White space may be off, as it may in a hunk, which is placed with care.
        result = apply_unified(child, _hunk(old, new))
        if isinstance(result, Failure):
            return replace(result, reason=f"Edit {number}: {result.reason}")
        child = result
    if child == parent:
        return Failure(Stage.DIFF, "no-change", "The edits apply but change nothing.")
    return child


def _hunk(old: str, new: str) -> str:
    lines = [f"-{line}" for line in old.strip("\n").split("\n")]
    if new.strip("\n"):
        lines += [f"+{line}" for line in new.strip("\n").split("\n")]
    return "\n".join(["@@", *lines]) + "\n"


def _from_json(parent: str, text: str) -> str | Failure:
    try:
        # Not strict: small models put plain newlines into strings.
        record, _ = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        reason = f"The model's answer begins as JSON but is none: {_shown(text)}"
        return Failure(Stage.OPERATOR, "broken-json", reason)
    key = next((key for key in _KEYS if key in record), "")
    value = record.get(key)
    if key == "edits":
        edits = _edits(value)
        if edits is not None:
            return apply_replacements(parent, edits)
    elif key and isinstance(value, str):
        inner = next(_fenced(value), None)
        body = inner[1] if inner and value.lstrip().startswith(("`", "~")) else value
        return apply_unified(parent, body) if key in ("diff", "patch") else _whole(body)
    reason = f"The model's JSON holds neither a program nor edits: {_shown(text)}"
    return Failure(Stage.OPERATOR, "no-program", reason)


def _edits(value: Any) -> list[tuple[str, str]] | None:
    if not isinstance(value, list):
        return None
    edits = []
    for edit in value:
        if not isinstance(edit, dict):
            return None
        old, new = edit.get("search"), edit.get("replace")
        if not (isinstance(old, str) and isinstance(new, str)):
            return None
        edits.append((old, new))
    return edits


def _fenced(text: str) -> Iterator[tuple[str, str]]:
    """Language and body of each fenced block; an unclosed one goes to the end."""
    fence = language = ""
    body: list[str] = []
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not fence and match:
            fence, language, body = match[1], match[2].lower(), []
        elif fence and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            yield language, "\n".join(body) + "\n"
            fence = ""
        elif fence:
            body.append(line)
    if fence:
        yield language, "\n".join(body) + "\n"


def _best(bodies: Sequence[str], parent: str) -> str:
    """Of several blocks the last that is a program with the parent's functions in it."""
    wanted = _functions(parent)
    programs = [body for body in bodies if _is_program(body)]
    whole = [body for body in programs if _functions(body) & wanted]
    return (whole or programs or list(bodies))[-1]


def _whole(program: str) -> str:
    return program.replace("\r\n", "\n").strip("\n") + "\n"


def _functions(program: str) -> set[str]:
    return {node.name for node in _statements(program) if isinstance(node, ast.FunctionDef)}


def _is_program(text: str) -> bool:
    """Whether it does something; the answer ``Sorry`` parses too."""
    return any(not isinstance(node, ast.Expr) for node in _statements(text))


def _statements(text: str) -> list[ast.stmt]:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _shown(text: str) -> str:
    """The beginning of an answer, for a person."""
    line = " ".join(text[:400].split())
    return f"{line[:80]!r}{'...' if len(line) > 80 else '.'}"
