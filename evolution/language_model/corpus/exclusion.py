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

# What each family of variants cannot do without. Each starts with a plain text where it can,
# or is only tried where a plain text was found: that is ten times quicker.
_MODULO = re.compile(r"%=?\s*\d+\b")
_BIT = re.compile(r"&=?\s*(?:0x)?1\b")
_MODULO_CALL = re.compile(r"mod_?_?\(")
_XOR = re.compile(r"[\w\])]\s*\^")
_TOGGLE = re.compile(r"\b(\w+) *= *(?:not +|1 *- *)\(?\1\b")
_UNEQUALS = re.compile(r"!=.*!=")
_UNEQUAL = re.compile(r"\b(\w+) *= *\1 *!=")
_SQUARE = re.compile(r"\*\*[ \t]*\(?2\b")
_SQUARE_CALL = re.compile(r"\b(?:pow|power|square)\(")
_POLYNOMIAL = re.compile(r"poly1d|polyval|Polynomial\(")
_FACTOR_BEFORE = re.compile(r"([\w.\[\]]+)\)*$")
_FACTOR_AFTER = re.compile(r"[\w.\[\]]+")
_NEAR = 40  # characters of a factor
_FAR = 250  # characters between two uses of a variable in one calculation

_CALCULATES = re.compile(r"[-+*/%^&]|!=|sum|reduce|xor|not |count|mod|pow|square|poly")
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
        ("**" in text and _SQUARE.search(text))
        or ("*" in text and _has_repeated_factor(text))
        or (("pow" in text or "square(" in text) and _SQUARE_CALL.search(text))
        or ("%" in text and _MODULO.search(text))
        or ("&" in text and _BIT.search(text))
        or ("mod" in text and _MODULO_CALL.search(text))
        or "xor" in text
        or ("^" in text and _XOR.search(text))
        or ("!=" in text and (_UNEQUALS.search(text) or _UNEQUAL.search(text)))
        or (("= not" in text or "= 1" in text or "=1-" in text) and _TOGGLE.search(text))
        or ("oly" in text and _POLYNOMIAL.search(text))
    )


def _has_repeated_factor(text: str) -> bool:
    """Whether a variable stands beside ``*`` twice, as any other spelling of a square needs.

    Twice with a number, as in ``2 * m, 3 * m``, is none, nor is twice but far apart.
    """
    seen: dict[str, tuple[int, bool]] = {}
    at = text.find("*")
    while at >= 0:
        pair = _factors_at(text, at)
        for name in pair:
            if name[:1].isdigit():
                continue
            scaled = len(pair) == 2 and any(other[:1].isdigit() for other in pair)
            before, scaled_before = seen.get(name, (-_FAR, True))
            if at - before < _FAR and not (scaled and scaled_before):
                return True
            seen[name] = (at, scaled)
        at = text.find("*", at + 1)
    return False


def _factors_at(text: str, at: int) -> list[str]:
    """What stands on both sides of the ``*`` at a place, if it is a product."""
    if text[at - 1 : at] == "*" or text[at + 1 : at + 2] == "*":
        return []
    before = _FACTOR_BEFORE.search(text[max(at - _NEAR, 0) : at].rstrip(" \t\\\n"))
    if before is None:
        return []
    after = _FACTOR_AFTER.match(text[at + 1 : at + _NEAR].lstrip(" \t\\\n("))
    return [before[1], after[0]] if after else [before[1]]


def _look_at_text(text: str) -> None:
    """Raises `Found` where the text holds one of the shapes."""
    tree = _parsed(text) or _parsed(_inside_of_blocks(text))
    if tree is not None:
        look_at(tree.body)
        return
    statements: list[ast.stmt] = []
    for line in _logical_lines(text):
        if not _CALCULATES.search(line):
            continue
        part = _parsed(line)
        if part is None and "=" in line:
            part = _parsed(line.rpartition("=")[2].strip())
        if part is not None:
            statements += part.body
    # A fragment may be the inside of a loop: nobody can tell, so it counts as one.
    look_at(statements, in_loop=True)


def _inside_of_blocks(text: str) -> str:
    """A window that starts inside of blocks, with a head for each of them.

    The blocks are loops, as for all that a window tells they may be.
    """
    levels: list[int] = []
    for line in text.split("\n"):
        if line.strip():
            indentation = len(line) - len(line.lstrip())
            if not levels or indentation < levels[-1]:
                levels.append(indentation)
            if indentation == 0:
                break
    outer = [0, *sorted(level for level in levels if level)][:-1]
    return "".join(f"{' ' * level}while 1:\n" for level in outer) + text


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
