"""Plants bugs into working Python text, as small replacements that keep its layout."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from evolution.language_model.corpus.bug_sites import Code, Span, parses, read_code
from evolution.language_model.corpus.chance import Rng, chance, pick, weighted, whole
from evolution.language_model.corpus.misspelling import lookalike, other_scheme

_TRIES = 8  # for each bug

_OPERATORS = {
    "+": ("-", "-", "*", "/"),
    "-": ("+", "+", "*"),
    "*": ("+", "/", "**", "-"),
    "/": ("*", "//", "-"),
    "//": ("/", "*", "%"),
    "%": ("//", "/", "*"),
    "**": ("*", "+"),
    "<<": (">>",),
    ">>": ("<<",),
    "&": ("|",),
    "|": ("&",),
    "<": ("<=", ">", ">="),
    "<=": ("<", ">=", ">"),
    ">": (">=", "<", "<="),
    ">=": (">", "<=", "<"),
    "==": ("!=", "is", "<="),
    "!=": ("==",),
    "in": ("not in", "=="),
    "not in": ("in",),
    "is": ("is not", "=="),
    "is not": ("is",),
    "and": ("or",),
    "or": ("and",),
    "+=": ("=", "-=", "*="),
    "-=": ("+=", "="),
    "*=": ("+=", "="),
    "//=": ("%=", "/=", "-="),
    "/=": ("*=", "//="),
    "%=": ("//=",),
}
_FUNCTIONS = {
    "max": ("min",), "min": ("max",), "sum": ("len", "max"), "len": ("sum", "max"),
    "any": ("all",), "all": ("any",), "sorted": ("reversed", "list"), "abs": ("round", "int"),
    "round": ("int", "abs"), "range": ("len",), "int": ("float", "str"), "str": ("int",),
    "enumerate": ("zip", "range"), "zip": ("enumerate",), "ord": ("chr",), "chr": ("ord",),
    "float": ("int",), "list": ("set",), "isinstance": ("issubclass",),
}  # fmt: skip
_ATTRIBUTES = {
    "append": ("add", "extend", "insert"), "extend": ("append",), "add": ("append",),
    "lower": ("upper",), "upper": ("lower",), "strip": ("split", "lstrip"), "split": ("strip",),
    "items": ("keys", "values"), "keys": ("values", "items"), "values": ("keys", "items"),
    "sqrt": ("sin", "square"), "sin": ("cos",), "cos": ("sin",), "pop": ("remove", "push"),
    "startswith": ("endswith",), "endswith": ("startswith",), "get": ("pop",),
    "ljust": ("rjust",), "isdigit": ("isalpha",), "join": ("split",), "remove": ("pop",),
}  # fmt: skip
_SYMMETRIC_CALLS = {"max", "min", "sum", "gcd", "lcm", "zip", "print", "add", "hypot"}

Planter = Callable[[Rng, Code], "list[Replacement]"]


class Replacement(NamedTuple):
    """Put ``text`` where the characters ``start`` to ``end`` were."""

    start: int
    end: int
    text: str


class Planted(NamedTuple):
    """A buggy text and the kinds of its bugs, names of `KINDS`."""

    text: str
    kinds: tuple[str, ...]


def plant(rng: Rng, text: str, count: int, kinds: Collection[str] | None = None) -> Planted | None:
    """``text`` with up to ``count`` bugs that still parses; None if there is no place for one.

    Args:
        kinds: of bugs, names of `KINDS`; all of them by default.
    """
    code = read_code(text)
    if code is None:
        return None
    weights = [(kind, weight) for kind, weight in _WEIGHTS if kinds is None or kind in kinds]
    chosen: list[Replacement] = []
    planted: list[str] = []
    for _ in range(count * _TRIES):
        kind = weighted(rng, weights)
        bug = KINDS[kind][0](rng, code)
        if not bug or len(chosen) + len(bug) > max(count, 1):
            continue
        if any(_overlap(old, new) for old in chosen for new in bug):
            continue
        chosen += bug
        planted.append(kind)
        if len(chosen) >= count:
            break
    buggy = _applied(text, chosen)
    if buggy == text or not parses(buggy):
        return None
    return Planted(buggy, tuple(planted))


def _overlap(a: Replacement, b: Replacement) -> bool:
    return a.start < b.end + 1 and b.start < a.end + 1


def _applied(text: str, replacements: Sequence[Replacement]) -> str:
    for start, end, new in sorted(replacements, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _replaced(span: Span, text: str) -> list[Replacement]:
    return [Replacement(span.start, span.end, text)]


def misname_one(rng: Rng, code: Code) -> list[Replacement]:
    """A variable becomes a name that looks alike, or another variable."""
    if not code.names:
        return []
    span = pick(rng, code.names)
    others = [name for name in code.variables if name != span.text]
    if others and chance(rng, 0.45):
        return _replaced(span, pick(rng, others))
    return _replaced(span, lookalike(rng, span.text, code.variables))


def misname_several(rng: Rng, code: Code) -> list[Replacement]:
    """Variables of one expression get wrong names in one way: b1, b2 become c1, c2."""
    if not code.name_groups:
        return []
    group = pick(rng, code.name_groups)
    count = len(group) if chance(rng, 0.4) else whole(rng, 2, len(group))
    order = sorted(int(at) for at in rng.permutation(len(group))[:count])
    if chance(rng, 0.3):  # the first ones
        order = list(range(count))
    renamed = other_scheme(rng, [span.text for span in group], code.variables)
    return [
        Replacement(group[at].start, group[at].end, renamed[at])
        for at in order
        if renamed[at] != group[at].text
    ]


def wrong_operator(rng: Rng, code: Code) -> list[Replacement]:
    spans = [span for span in code.operators if span.text in _OPERATORS]
    if not spans:
        return []
    span = pick(rng, spans)
    return _replaced(span, pick(rng, _OPERATORS[span.text]))


def wrong_constant(rng: Rng, code: Code) -> list[Replacement]:
    if not code.numbers:
        return []
    span = pick(rng, code.numbers)
    return _replaced(span, _other_number(rng, span.text))


def _other_number(rng: Rng, text: str) -> str:
    if text in ("True", "False"):
        return "False" if text == "True" else "True"
    if not text.isdigit():
        digits = [at for at, character in enumerate(text) if character.isdigit()]
        if not digits or chance(rng, 0.2):
            return f"-{text}"
        at = pick(rng, digits)
        return f"{text[:at]}{(int(text[at]) + whole(rng, 1, 9)) % 10}{text[at + 1 :]}"
    value = int(text)
    near = [value + 1, value - 1 if value else 1, value + 1, value + 2, 2 * value or 2]
    if value >= 10:
        near += [value // 10, value * 10, value + 10]
    return str(pick(rng, near))


def swapped_arguments(rng: Rng, code: Code) -> list[Replacement]:
    pairs = [pair for pair in code.pairs if pair[2] not in _SYMMETRIC_CALLS]
    if not pairs:
        return []
    first, second, _ = pick(rng, pairs)
    if first.text == second.text:
        return []
    between = code.text[first.end : second.start]
    return [Replacement(first.start, second.end, f"{second.text}{between}{first.text}")]


def off_by_one(rng: Rng, code: Code) -> list[Replacement]:
    """One too many or too few in ``range``, an index or a length."""
    if not code.counts:
        return []
    span = pick(rng, code.counts)
    if span.text.isdigit():
        return _replaced(span, str(int(span.text) + 1))
    for tail in (" - 1", " + 1"):
        if span.text.endswith(tail) and chance(rng, 0.8):
            return _replaced(span, span.text.removesuffix(tail))
    return _replaced(span, span.text + pick(rng, (" + 1", " - 1")))


def missing_return(rng: Rng, code: Code) -> list[Replacement]:
    """``return`` is forgotten, or stands inside of the loop above it."""
    if not code.returns:
        return []
    span = pick(rng, code.returns)
    if span.text == "loop" and chance(rng, 0.6):
        return [Replacement(span.start, span.start, "    ")]
    return [Replacement(span.start, span.start + len("return "), "")]


def wrong_attribute(rng: Rng, code: Code) -> list[Replacement]:
    if not code.attributes:
        return []
    span = pick(rng, code.attributes)
    if span.text in _ATTRIBUTES and chance(rng, 0.6):
        return _replaced(span, pick(rng, _ATTRIBUTES[span.text]))
    return _replaced(span, lookalike(rng, span.text, [a.text for a in code.attributes]))


def wrong_function(rng: Rng, code: Code) -> list[Replacement]:
    spans = [span for span in code.callees if span.text in _FUNCTIONS]
    if not spans:
        return []
    span = pick(rng, spans)
    if chance(rng, 0.25):
        return _replaced(span, lookalike(rng, span.text, ()))
    return _replaced(span, pick(rng, _FUNCTIONS[span.text]))


def wrong_parameter(rng: Rng, code: Code) -> list[Replacement]:
    """A parameter is misspelt where the function is defined."""
    if not code.parameters:
        return []
    span = pick(rng, code.parameters)
    return _replaced(span, lookalike(rng, span.text, code.variables))


INFERABLE = ("misname-one", "misname-several", "return", "parameter", "attribute")
"""Kinds that the rest of a function tells how to repair, even where nothing says its purpose."""

# Kind -> how it is planted, how often it is tried.
KINDS: dict[str, tuple[Planter, float]] = {
    "misname-one": (misname_one, 18.0),
    "misname-several": (misname_several, 26.0),
    "operator": (wrong_operator, 20.0),
    "constant": (wrong_constant, 14.0),
    "arguments": (swapped_arguments, 5.0),
    "off-by-one": (off_by_one, 5.0),
    "return": (missing_return, 4.0),
    "attribute": (wrong_attribute, 4.0),
    "function": (wrong_function, 5.0),
    "parameter": (wrong_parameter, 3.0),
}
_WEIGHTS = [(name, weight) for name, (_, weight) in KINDS.items()]
