"""Edits of values: numbers, flags, symbols, names, expressions and calls.

Every edit takes a program and a generator and returns splices, or None where
the program offers it no site.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from evolution.operators.syntax_tree_sites import (
    FAMILY_OF_SYMBOL,
    NUMERIC_CALLS,
    Expression,
    Number,
    Program,
    Splice,
)

Splices = list[Splice] | None
T = TypeVar("T")

_LARGEST = 1e6  # numbers do not run away beyond this
_GROWING_SYMBOLS = (b"+", b"-", b"*", b"/")


def pick(rng: np.random.Generator, items: Sequence[T]) -> T:
    """One of ``items``, uniformly; much faster than ``rng.choice``."""
    return items[int(rng.random() * len(items))]


def number_text(value: int | float) -> bytes:
    """As a person would write it: three significant digits are enough to evolve."""
    if isinstance(value, int):
        return str(value).encode()
    text = f"{value:.3g}"
    return (text if any(c in text for c in ".en") else text + ".0").encode()


def perturbed(rng: np.random.Generator, number: Number) -> bytes:
    """The text of a nearby number; counts stay whole."""
    value = number.value
    if isinstance(value, int) and (number.counting or rng.random() < 0.6):
        return number_text(_other_count(rng, value))
    choice = rng.random()
    if choice < 0.05:
        changed = -float(value)
    elif choice < 0.45 and value:  # a little
        changed = value * (1.0 + 0.15 * rng.standard_normal())
    elif choice < 0.65 and value:  # much, keeping the sign
        changed = value * math.exp(0.6 * rng.standard_normal())
    else:
        width = 0.5 if rng.random() < 0.5 else 2.0
        changed = value + width * rng.standard_normal()
    if not abs(changed) <= _LARGEST:
        changed = rng.standard_normal()
    return number_text(float(changed))


def _other_count(rng: np.random.Generator, value: int) -> int:
    choice = rng.random()
    if choice < 0.7:
        return value + (1 if rng.random() < 0.5 else -1)
    if choice < 0.85:
        return value + int(rng.integers(-4, 5))
    if choice < 0.95 and abs(value) < _LARGEST:
        return value * 2 if rng.random() < 0.5 else value // 2
    return int(rng.integers(0, 11))


def fresh_number(rng: np.random.Generator, counting: bool) -> bytes:
    if counting or rng.random() < 0.3:
        return number_text(int(rng.integers(0, 11)))
    scale = 1.0 if rng.random() < 0.5 else 10.0
    return number_text(float(scale * rng.uniform(-1.0, 1.0)))


# Edits ------------------------------------------------------------------------------------


def perturb_number(program: Program, rng: np.random.Generator) -> Splices:
    """Move one number: gaussian factor or step, sign flip; counts in whole steps."""
    if not program.numbers:
        return None
    site = pick(rng, program.numbers)
    return [(site.start, site.end, perturbed(rng, site))]


def replace_number(program: Program, rng: np.random.Generator) -> Splices:
    """One number becomes a fresh one, or another of the program's numbers."""
    if not program.numbers:
        return None
    site = pick(rng, program.numbers)
    other = pick(rng, program.numbers)
    if rng.random() < 0.5 and isinstance(other.value, int) >= site.counting:
        return [(site.start, site.end, program.data[other.start : other.end])]
    return [(site.start, site.end, fresh_number(rng, site.counting))]


def flip_flag(program: Program, rng: np.random.Generator) -> Splices:
    """True becomes False, or the reverse."""
    if not program.flags:
        return None
    start, end, value = pick(rng, program.flags)
    return [(start, end, b"False" if value else b"True")]


def swap_symbol(program: Program, rng: np.random.Generator) -> Splices:
    """An operator or comparison becomes another of its family."""
    if not program.symbols:
        return None
    site = pick(rng, program.symbols)
    others = [symbol for symbol in FAMILY_OF_SYMBOL[site.text] if symbol != site.text]
    return [(site.start, site.end, pick(rng, others))]


def swap_name(program: Program, rng: np.random.Generator) -> Splices:
    """A name becomes another of its kind that is visible and bound there."""
    if not program.names:
        return None
    site = pick(rng, program.names)
    home = program.owner(site.text, site.scope)
    if home is not None and not site.called and site.text in home.callables:
        return None  # a module, or a function that is passed on
    kind = program.kind_of(site.text, site.scope)
    others = [
        name
        for name in program.visible_names(site.scope, site.start, site.called)
        if name != site.text and (home is None or program.kind_of(name, site.scope) in (kind, ""))
    ]
    if not others:
        return None
    # nearer scopes come first; what is near is more often of the same type
    position = min(int(rng.exponential(2.0)), len(others) - 1)
    return [(site.start, site.end, others[position].encode())]


def copy_expression(program: Program, rng: np.random.Generator) -> Splices:
    """An expression is replaced by a copy of another, mostly from a like place."""
    if not program.expressions:
        return None
    return _copy_onto(program, rng, pick(rng, program.expressions))


def grow_expression(program: Program, rng: np.random.Generator) -> Splices:
    """A number ``e`` becomes ``e * 0.5``, ``e + x``, ``abs(e)`` and the like."""
    targets = [e for e in program.expressions if e.kind == "number" and not e.counting]
    if not targets:
        return None
    target = pick(rng, targets)
    text = program.data[target.start : target.end]
    choice = rng.random()
    if choice < 0.25:
        wrapped = pick(rng, _wrappers(program)) + text + b")"
        return [(target.start, target.end, wrapped if target.loose else b"(" + wrapped + b")")]
    names = [
        name
        for name in program.visible_names(target.scope, target.start, called=False)
        if program.kind_of(name, target.scope) == "number"
    ]
    operand = fresh_number(rng, counting=False)
    if names and choice < 0.7:
        operand = pick(rng, names).encode()
    symbol = pick(rng, _GROWING_SYMBOLS)
    if not target.atomic:
        text = b"(" + text + b")"
    grown = b" ".join((text, symbol, operand))
    return [(target.start, target.end, grown if target.loose else b"(" + grown + b")")]


def _wrappers(program: Program) -> list[bytes]:
    """Beginnings of calls with one argument that the program uses, and ``abs``."""
    return [b"abs(", b"-("] + [
        program.data[call.start : call.arguments[0][0]]
        for call in program.calls
        if len(call.arguments) == 1 and call.callee in NUMERIC_CALLS
    ]


def shrink_expression(program: Program, rng: np.random.Generator) -> Splices:
    """A compound expression is replaced by one of its parts."""
    if not program.expressions:
        return None
    target = pick(rng, program.expressions)
    parts = [
        part
        for part in program.expressions
        if target.start <= part.start
        and part.end <= target.end
        and part.scope == target.scope
        and part[:2] != target[:2]
        and target.accepts(part)
    ]
    if not parts:
        return None
    return [(target.start, target.end, _text_for(program, pick(rng, parts), target))]


def jiggle_call(program: Program, rng: np.random.Generator) -> Splices:
    """The numbers of one call move at once, up to eight of them."""
    if not program.calls:
        return None
    call = pick(rng, program.calls)
    sites = [n for n in program.numbers if call.start <= n.start and n.end <= call.end]
    return [(site.start, site.end, perturbed(rng, site)) for site in sites[:8]] or None


def swap_arguments(program: Program, rng: np.random.Generator) -> Splices:
    """Two arguments of a call change places."""
    calls = [call for call in program.calls if len(call.arguments) > 1]
    if not calls:
        return None
    arguments = pick(rng, calls).arguments
    first = int(rng.random() * (len(arguments) - 1))
    (s0, e0), (s1, e1) = arguments[first], arguments[first + 1]
    return [(s0, e0, program.data[s1:e1]), (s1, e1, program.data[s0:e0])]


def copy_item(program: Program, rng: np.random.Generator) -> Splices:
    """An element of a list display is repeated with changes, or left out."""
    if not program.items:
        return None
    start, end = pick(rng, program.items)
    copy = varied_text(program, rng, start, end)
    return [(end, end, b", " + copy)]


def varied_text(program: Program, rng: np.random.Generator, start: int, end: int) -> bytes:
    """The text from ``start`` to ``end`` with one to four of its values changed."""
    numbers = [n for n in program.numbers if start <= n.start and n.end <= end]
    flags = [f for f in program.flags if start <= f[0] and f[1] <= end]
    expressions = [e for e in program.expressions if start < e.start and e.end <= end]
    splices: list[Splice] = []
    for _ in range(1 + int(rng.random() * 4)):
        choice = rng.random()
        if choice < 0.4 and numbers:
            site = pick(rng, numbers)
            splices.append((site.start, site.end, perturbed(rng, site)))
        elif choice < 0.5 and flags:
            flag = pick(rng, flags)
            splices.append((flag[0], flag[1], b"False" if flag[2] else b"True"))
        elif expressions:
            splices.extend(_copy_onto(program, rng, pick(rng, expressions)) or [])
    shifted = [(s - start, e - start, text) for s, e, text in splices]
    return apply_splices(program.data[start:end], shifted)


def apply_splices(data: bytes, splices: Sequence[Splice]) -> bytes:
    """``data`` with the splices applied; of two that overlap, the one listed first wins."""
    kept: list[Splice] = []
    for splice in splices:
        if all(splice[1] <= other[0] or other[1] <= splice[0] for other in kept):
            kept.append(splice)
    parts: list[bytes] = []
    at = 0
    for start, end, text in sorted(kept, key=lambda splice: splice[:2]):
        parts += (data[at:start], text)
        at = end
    parts.append(data[at:])
    return b"".join(parts)


def _copy_onto(program: Program, rng: np.random.Generator, target: Expression) -> Splices:
    choice = rng.random()
    sources: Sequence[Expression] = program.expressions
    if choice < 0.4:
        sources = program.slots[target.slot]
    elif choice < 0.8:  # another argument of a call of the same function, or the like
        sources = [e for e in sources if e.slot[0] == target.slot[0]]
    text = program.data[target.start : target.end]
    for _ in range(6):
        source = pick(rng, sources)
        if (
            target.accepts(source)
            and program.data[source.start : source.end] != text
            and program.can_stand(source.start, source.end, target.scope, target.start)
        ):
            return [(target.start, target.end, _text_for(program, source, target))]
    return None


def _text_for(program: Program, source: Expression, target: Expression) -> bytes:
    text = program.data[source.start : source.end]
    return text if source.atomic or target.loose else b"(" + text + b")"
