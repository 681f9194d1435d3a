"""Sums and their monomials: what `exclusion_shapes` knows of an expression, and its rules."""

from __future__ import annotations

import ast
from itertools import count
from typing import NamedTuple, NoReturn

Monomial = tuple[tuple[str, int], ...]
"""Variables with their degrees, sorted; empty for a constant."""

_MOST_MONOMIALS = 24
_PARITY = "It takes a sum of several inputs modulo a number, as a parity does."
XOR = "It chains exclusive or over several inputs, which is a parity."
SQUARE = "It is a polynomial of the second degree, in some spelling."

_numbers = count()


class Found(Exception):
    """A shape was found; the message says which."""


class Form(NamedTuple):
    """What matters of a value.

    Attributes:
        monomials: of the expression written as a sum.
        tally: it sums or counts over many values: ``sum(xs)``, or ``+=`` in a loop.
        counted: a tally of cases, ``n += 1`` under a condition.
        expanded: monomials come from multiplying out a bracket.
    """

    monomials: frozenset[Monomial]
    tally: bool = False
    counted: bool = False
    expanded: bool = False

    @property
    def variables(self) -> set[str]:
        return {name for monomial in self.monomials for name, _ in monomial}


CONSTANT = Form(frozenset({()}))


def found(reason: str) -> NoReturn:
    raise Found(reason)


def variable(name: str) -> Form:
    return Form(frozenset({((name, 1),)}))


def unknown() -> Form:
    """A variable of its own for what cannot be looked into."""
    return variable(f"#{next(_numbers)}")


def joined(op: ast.operator, left: Form, right: Form, exponent: ast.expr | None = None) -> Form:
    """The form of ``left op right``."""
    tally, counted = left.tally or right.tally, left.counted or right.counted
    expanded = left.expanded or right.expanded
    if isinstance(op, ast.Add | ast.Sub | ast.BitXor):
        monomials = left.monomials | right.monomials
    elif isinstance(op, ast.Mult):
        many = max(len(left.monomials), len(right.monomials)) > 1
        if many and min(len(left.monomials), len(right.monomials)) > 1:
            return unknown()
        expanded = expanded or many
        monomials = frozenset(_product(a, b) for a in left.monomials for b in right.monomials)
    elif isinstance(op, ast.Div | ast.FloorDiv):
        monomials = left.monomials
    elif isinstance(op, ast.Pow) and len(left.monomials) == 1 and _whole(exponent):
        (monomial,) = left.monomials
        monomials = frozenset({tuple((name, d * _whole(exponent)) for name, d in monomial)})
    else:
        monomials = unknown().monomials
    if len(monomials) > _MOST_MONOMIALS:
        monomials = frozenset(sorted(monomials)[:_MOST_MONOMIALS])
    return Form(monomials, tally, counted, expanded)


def _product(left: Monomial, right: Monomial) -> Monomial:
    degrees = dict(left)
    for name, degree in right:
        degrees[name] = degrees.get(name, 0) + degree
    return tuple(sorted(degrees.items()))


def _whole(node: ast.expr | None) -> int:
    """The value of a small exponent; 0 for anything else."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = node.value
        return int(value) if isinstance(value, int | float) and value in (1, 2, 3, 4) else 0
    return 0


def is_modulo(op: ast.operator, right: ast.expr) -> bool:
    if not (isinstance(right, ast.Constant) and type(right.value) in (int, float)):
        return False
    if isinstance(op, ast.BitAnd):
        return right.value == 1
    return isinstance(op, ast.Mod)


def check_modulo(left: Form, right: ast.expr) -> None:
    """``left % right``, or ``left & 1``."""
    modulus = right.value if isinstance(right, ast.Constant) else None
    if not isinstance(modulus, int | float) or modulus < 1:
        return
    count = len(left.variables)
    binary = modulus <= 2
    if left.tally or count >= 3 or (binary and (count >= 2 or left.counted)):
        found(_PARITY)


def check_xor(form: Form) -> None:
    if len([name for name in form.variables if not name.startswith("#")]) >= 3:
        found(XOR)


def check_polynomial(form: Form) -> None:
    """A variable that stands squared in one monomial and single in another."""
    count = len(form.monomials)
    if count < 2 or (form.expanded and count < 3):
        return
    squared = {name for monomial in form.monomials for name, degree in monomial if degree == 2}
    single = {name for monomial in form.monomials for name, degree in monomial if degree == 1}
    if len(squared) == 1 and squared & single:
        found(SQUARE)


def check_masked(node: ast.BinOp) -> None:
    """The same with any operators in place of plus and minus: a buggy version."""
    squared: set[str] = set()
    single: set[str] = set()
    leaves = _leaves(node, squared, single)
    if leaves >= 4 and squared & single:
        found(SQUARE)


def _leaves(node: ast.expr, squared: set[str], single: set[str]) -> int:
    """Count leaves of an arithmetic expression and note its names, squared or single."""
    match node:
        case ast.BinOp(left=ast.Name(id=name), op=ast.Pow(), right=right) if _is_two(right):
            squared.add(name)
            return 1 + _leaves(right, set(), single) - 1
        case ast.BinOp(left=left, op=ast.Mult(), right=ast.Name(id=name)) if _ends_in(left, name):
            squared.add(name)
            inner = left.left if isinstance(left, ast.BinOp) else None
            return 1 + (_leaves(inner, squared, single) if inner else 0)
        case ast.BinOp(left=left, right=right):
            return _leaves(left, squared, single) + _leaves(right, squared, single)
        case ast.UnaryOp(operand=operand):
            return _leaves(operand, squared, single)
        case ast.Name(id=name):
            single.add(name)
    return 1


def _is_two(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):  # x ** 2 ** b, where ** took the place of +
        return isinstance(node.op, ast.Pow) and _is_two(node.left)
    return isinstance(node, ast.Constant) and node.value in (2, 2.0)


def _ends_in(node: ast.expr, name: str) -> bool:
    """Whether ``node`` is the variable, or a product whose last factor it is."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        node = node.right
    return isinstance(node, ast.Name) and node.id == name
