"""Keeps the functions of the bug-repair benchmark out of all training data.

The benchmark asks whether a model repairs functions that it has never seen: the parity of
some bits, and a polynomial of the second degree. `check` says whether a text holds one of
them, or a close variant: other names, constants, formatting or operators, a loop in place
of the sum, a buggy version. It would rather refuse too much than let one pass.

Most texts are cleared by a few searches for characters that every variant needs. What is
left is parsed and looked at by `exclusion_shapes`, where names and constants do not count;
what does not parse (a window cut out of a file) is looked at one logical line at a time.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator

from evolution.language_model.corpus.exclusion_shapes import Found, look_at
from evolution.language_model.examples import EditExample

_WORDS = re.compile(
    r"(?<!dis)parit(?:y|ies)|quadratic"
    r"|(?:even|odd)\s+number\s+of\s+(?:ones|1s?\b|true|set|bits|inputs)"
)
# ax^2 + bx + c and 3x² - x + 1, as prose writes them.
_FORMULA = re.compile(
    r"([a-z])\s*(?:\^|\*\*)\s*\{?2\}?\s*[-+][\s\w.*]{0,12}?\1\b|([a-z])²\s*[-+][\s\w.*]{0,12}?\2\b"
)

# What each family of variants cannot do without.
_MODULO = re.compile(r"%=?\s*\d+\b|&=?\s*(?:0x)?1\b|mod_?_?\(")
_XOR = re.compile(r"[\w\])]\s*\^=?|xor")
_TOGGLE = re.compile(r"\b(\w+)\s*=\s*(?:not\s+|1\s*-\s*)\(?\1\b|\b(\w+)\s*=\s*\2\s*!=|!=.*!=")
_PRODUCT = re.compile(r"[\w\])][ \t]*\*{1,2}[ \t\\]*\n?[ \t]*[\w(]|\b(?:pow|power|square)\(")
_POLYNOMIAL = re.compile(r"poly1d|polyval|Polynomial\(")

_LONGEST_LOGICAL_LINE = 12
_KEYWORD = re.compile(r"(?:return|yield|assert|elif|if|while|await|case)\b")


def check(text: str) -> str | None:
    """Why ``text`` must not be trained on, or None if it may be.

    Args:
        text: a program, a part of one, a diff or a message.
    """
    lowered = text.lower()
    if ("parit" in lowered or "quadratic" in lowered or "number of" in lowered) and (
        word := _WORDS.search(lowered)
    ):
        return f"It says {word[0]!r}, as the benchmark's functions do."
    if ("^" in text or "**" in text or "²" in text) and _FORMULA.search(lowered):
        return "It writes out a polynomial of the second degree."
    if not _is_suspicious(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            _look_at_text(text)
    except Found as found:
        return str(found)
    except RecursionError:
        return "It is nested too deeply to be looked at."
    return None


def check_example(example: EditExample) -> str | None:
    """`check` for message, parent and child."""
    return check(example.message) or check(example.parent) or check(example.child)


def _is_suspicious(text: str) -> bool:
    return bool(
        ("*" in text and _PRODUCT.search(text))
        or (("%" in text or "&" in text or "mod" in text) and _MODULO.search(text))
        or (("^" in text or "xor" in text) and _XOR.search(text))
        or (("not" in text or "- " in text or "!=" in text) and _TOGGLE.search(text))
        or ("oly" in text and _POLYNOMIAL.search(text))
    )


def _look_at_text(text: str) -> None:
    """Raises `Found` where the text holds one of the shapes."""
    tree = _parsed(text) or _parsed(textwrap.dedent(text))
    if tree is not None:
        look_at(tree.body)
        return
    statements: list[ast.stmt] = []
    for line in _logical_lines(text):
        part = _parsed(line)
        if part is None and "=" in line:
            part = _parsed(line.rpartition("=")[2].strip())
        if part is not None:
            statements += part.body
    # A fragment may be the inside of a loop: nobody can tell, so it counts as one.
    look_at(statements, in_loop=True)


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _logical_lines(text: str) -> Iterator[str]:
    """Lines without indentation, diff marks and leading keywords, joined inside brackets."""
    joined: list[str] = []
    depth = 0
    for line in text.splitlines():
        line = line.lstrip(" \t+-")
        joined.append(line)
        depth += sum(map(line.count, "([{")) - sum(map(line.count, ")]}"))
        if depth > 0 and len(joined) < _LONGEST_LOGICAL_LINE:
            continue
        whole = " ".join(joined).strip()
        joined, depth = [], 0
        if keyword := _KEYWORD.match(whole):
            whole = whole[keyword.end() :].strip()
        yield whole.removesuffix(":")
    if joined:
        yield " ".join(joined)
