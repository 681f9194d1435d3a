"""Where in a text bugs can be planted, found in its syntax tree."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

_MOST_CHARACTERS = 6_000


class Span(NamedTuple):
    """Characters ``start`` to ``end`` of the text, and what they say."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Code:
    """A parsed text.

    Attributes:
        text: all of it.
        variables: names of parameters and of what is assigned, sorted.
        names: uses of these.
        name_groups: several uses in one list, call or expression.
        operators: arithmetic, comparison, boolean and ``+=``.
        numbers: numbers and truth values, no docstrings.
        pairs: neighbouring arguments, and the function's name or operator.
        counts: what ``range`` gets, and indices.
        returns: the word and what follows; the text is "loop" after a loop.
        attributes: what stands behind a dot.
        callees: names of called functions.
        parameters: of functions.
    """

    text: str
    variables: list[str] = field(default_factory=list)
    names: list[Span] = field(default_factory=list)
    name_groups: list[list[Span]] = field(default_factory=list)
    operators: list[Span] = field(default_factory=list)
    numbers: list[Span] = field(default_factory=list)
    pairs: list[tuple[Span, Span, str]] = field(default_factory=list)
    counts: list[Span] = field(default_factory=list)
    returns: list[Span] = field(default_factory=list)
    attributes: list[Span] = field(default_factory=list)
    callees: list[Span] = field(default_factory=list)
    parameters: list[Span] = field(default_factory=list)


def read_code(text: str) -> Code | None:
    """The sites of a text; None if it is too long, not plain ASCII or does not parse."""
    if len(text) > _MOST_CHARACTERS or not text.isascii() or "\r" in text or "\f" in text:
        return None
    tree = _tree(text)
    return None if tree is None else _Reader(text, tree).code


def parses(text: str) -> bool:
    """Whether a text is Python, as far as its syntax goes."""
    return _tree(text) is not None


def _tree(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reader:
    def __init__(self, text: str, tree: ast.Module) -> None:
        self.code = Code(text)
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        nodes = list(ast.walk(tree))
        # Inside of f-strings, positions are not those of the text (before Python 3.12).
        strings = [
            part for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
        ]
        skipped = {id(part) for part in strings}
        nodes = [node for node in nodes if id(node) not in skipped]
        self._find_variables(nodes)
        for node in nodes:
            self._read(node)

    def _find_variables(self, nodes: list[ast.AST]) -> None:
        found: set[str] = set()
        for node in nodes:
            if isinstance(node, ast.arg):
                found.add(node.arg)
                if node.arg != "self":
                    start = self._at(node)
                    self.code.parameters.append(Span(start, start + len(node.arg), node.arg))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
        self.code.variables = sorted(found - {"self", "_"})

    def _at(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        return self._starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)

    def _span(self, node: ast.expr) -> Span:
        start, end = self._at(node), self._end(node)
        return Span(start, end, self.code.text[start:end])

    def _read(self, node: ast.AST) -> None:
        match node:
            case ast.Name(ctx=ast.Load()) if self._is_variable(node):
                self.code.names.append(self._span(node))
            case ast.List() | ast.Tuple() if isinstance(node.ctx, ast.Load):
                self._group(node.elts)
            case ast.Call():
                self._read_call(node)
            case ast.BinOp(left=left, right=right):
                self._operator(left, right)
                self._group([part for part in ast.walk(node) if isinstance(part, ast.Name)])
                if isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow):
                    self.code.pairs.append((self._span(left), self._span(right), ""))
            case ast.Compare():
                sides = [node.left, *node.comparators]
                for left, right in pairwise(sides):
                    self._operator(left, right)
                self._group(sides)
            case ast.BoolOp(values=values):
                for left, right in pairwise(values):
                    self._operator(left, right)
                self._group([part for part in ast.walk(node) if isinstance(part, ast.Name)])
            case ast.AugAssign(target=target, value=value):
                self._operator(target, value)
            case ast.Constant(value=bool() | int() | float()):
                self.code.numbers.append(self._span(node))
            case ast.Subscript(slice=index) if not isinstance(index, ast.Slice | ast.Tuple):
                self._count(index)
            case ast.Attribute(attr=attr):
                end = self._end(node)
                self.code.attributes.append(Span(end - len(attr), end, attr))
            case ast.FunctionDef(body=body) | ast.For(body=body) | ast.If(body=body):
                self._read_returns(body)

    def _is_variable(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.code.variables

    def _group(self, nodes: list[ast.expr]) -> None:
        group = [self._span(node) for node in nodes if self._is_variable(node)]
        if len(group) > 1:
            self.code.name_groups.append(sorted(group))

    def _read_call(self, node: ast.Call) -> None:
        name = ""
        if isinstance(node.func, ast.Name):
            name = node.func.id
            self.code.callees.append(self._span(node.func))
        plain = [part for part in node.args if not isinstance(part, ast.Starred | ast.GeneratorExp)]
        self._group(plain)
        for left, right in pairwise(plain):
            self.code.pairs.append((self._span(left), self._span(right), name))
        if name == "range":
            for part in plain:
                self._count(part)

    def _count(self, node: ast.expr) -> None:
        span = self._span(node)
        if not isinstance(node, ast.Constant) or span.text.isdigit():
            self.code.counts.append(span)

    def _operator(self, left: ast.expr, right: ast.expr) -> None:
        """What stands between two operands, without brackets and blanks."""
        start, end = self._end(left), self._at(right)
        between = self.code.text[start:end]
        word = between.strip("() \n\\")
        if word and "#" not in between:
            start += between.index(word)
            self.code.operators.append(Span(start, start + len(word), word))

    def _read_returns(self, body: list[ast.stmt]) -> None:
        for before, node in pairwise([None, *body]):
            if isinstance(node, ast.Return) and node.value is not None:
                start, end = self._at(node), self._end(node.value)
                text = self.code.text[start:end]
                if not text.startswith("return ") or "\n" in text:
                    continue
                looped = isinstance(before, ast.For | ast.While)
                self.code.returns.append(Span(start, end, "loop" if looped else text))
