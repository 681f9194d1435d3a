"""Values of a program: numbers, names, calls and operators, and what can take their place."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from evolution.operators.syntax_tree_kinds import Usage, callee_of, is_literal_number
from evolution.operators.syntax_tree_sites import (
    FAMILY_OF_SYMBOL,
    NUMERIC_CALLS,
    Call,
    Name,
    Number,
    Program,
    Scope,
    Slot,
    Symbol,
)

_SYMBOL = re.compile(
    rb"not\s+in|is\s+not|\b(?:in|is|and|or)\b|\*\*|//|<<|>>|[<>=!]=|[-+*/%&|^<>@]=?"
)
_NEWLINE = re.compile(rb"\r\n|\r|\n")

# Tuples, made once: this module is on the hot path of a search.
_NUMBERS = (int, float)
_WHOLE_OPERATORS = (ast.Mod, ast.FloorDiv, ast.LShift, ast.RShift, ast.Pow)

_Sort = tuple[str, bool, bool]  # kind, atomic, whole: see `Expression`


class _Place(NamedTuple):
    start: int
    end: int
    scope: int
    slot: Slot
    counting: bool


class ValueReader:
    """Collects the sites in expressions, and in ``_usage`` how variables are used."""

    def __init__(self, data: bytes) -> None:
        self.program = Program(data)
        self._data = data
        self._line_starts = [0, *(match.end() for match in _NEWLINE.finditer(data))]
        self._usage = Usage()

    def _arguments(self, arguments: ast.arguments, scope: int) -> int:
        """A new scope with the parameters; their defaults belong to the outer one."""
        program = self.program
        program.scopes.append(Scope(scope))
        inner = len(program.scopes) - 1
        names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        extras = [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
        variables = program.scopes[inner].variables
        variables.update((name.arg, self._offset(name)) for name in (*names, *extras))
        positional = [*arguments.posonlyargs, *arguments.args]
        with_default = positional[len(positional) - len(arguments.defaults) :]
        pairs = [
            *zip(with_default, arguments.defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for name, default in pairs:
            if default is not None:
                if is_literal_number(default):
                    self._usage.given.append((len(program.numbers), name.arg, inner))
                self._value(default, scope, ("default", name.arg))
        return inner

    def _other(self, node: ast.AST, scope: int) -> None:
        """Any node without edits of its own: look into its parts."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                self.program.scopes[scope].variables.setdefault(node.id, self._end(node))
            return
        sort = type(node).__name__
        for name, part in ast.iter_fields(node):
            self._parts(part if isinstance(part, list) else [part], scope, (sort, name))

    def _parts(self, parts: Sequence[Any], scope: int, slot: Slot) -> None:
        for part in parts:
            stores = isinstance(getattr(part, "ctx", None), ast.Store)
            if isinstance(part, ast.expr) and not stores:
                self._value(part, scope, slot)
            elif isinstance(part, ast.AST):
                self._other(part, scope)

    def _value(
        self, node: ast.expr, scope: int, slot: Slot, loose: bool = True, counting: bool = False
    ) -> None:
        read = _READERS.get(type(node))
        if read is None:
            self._other(node, scope)
            return
        start, end = self._offset(node), self._end(node)
        sort = read(self, node, _Place(start, end, scope, slot, counting))
        if sort is not None:
            kind, atomic, whole = sort
            self._usage.values.append(
                (start, end, scope, slot, kind, atomic, loose, counting, whole)
            )

    # One method for each sort of node, in `_READERS`. They return its kind, whether it is
    # atomic and whether it is a whole number; None for what no edit takes as a value.

    def _text(self, node: ast.JoinedStr, place: _Place) -> None:
        """Nothing: positions inside f-strings are not exact in every version."""

    def _constant(self, node: ast.Constant, place: _Place) -> _Sort | None:
        value = node.value
        if value is True or value is False:
            self.program.flags.append((place.start, place.end, value))
            return "condition", True, False
        if isinstance(value, _NUMBERS):
            number = Number(place.start, place.end, value, place.counting)
            self.program.numbers.append(number)
            return "number", True, isinstance(value, int)
        return None

    def _name(self, node: ast.Name, place: _Place) -> _Sort:
        start, end, scope, _, counting = place
        self.program.names.append(Name(start, end, node.id, scope, False))
        if counting:
            self._usage.counts.append((node.id, scope))
        return "name", True, False

    def _subscript(self, node: ast.Subscript, place: _Place) -> _Sort:
        scope = place.scope
        self._use(node.value, scope, "sequence")
        self._value(node.value, scope, ("Subscript", "value"), loose=False)
        if isinstance(node.slice, ast.Slice):
            self._other(node.slice, scope)
        else:
            self._value(node.slice, scope, ("Subscript", "slice"), counting=True)
        return "", True, False

    def _attribute(self, node: ast.Attribute, place: _Place) -> _Sort:
        self._base(node, place.scope)
        return "", True, False

    def _base(self, node: ast.Attribute, scope: int) -> None:
        if isinstance(node.value, ast.Name):
            base = node.value
            self._use(base, scope, "object")
            self.program.names.append(
                Name(self._offset(base), self._end(base), base.id, scope, False)
            )
        else:
            self._value(node.value, scope, ("Attribute", "value"), loose=False)

    def _call(self, node: ast.Call, place: _Place) -> _Sort:
        callee, function, scope = callee_of(node), node.func, place.scope
        if isinstance(function, ast.Name):
            self.program.names.append(
                Name(self._offset(function), self._end(function), callee, scope, True)
            )
        elif isinstance(function, ast.Attribute):
            self._base(function, scope)
        else:
            self._value(function, scope, ("Call", "func"), loose=False)
        counting = callee == "range"
        plain: list[tuple[int, int]] = []
        for position, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                self._other(argument, scope)
                continue
            if is_literal_number(argument):
                self._usage.passed.append((len(self.program.numbers), callee, position))
            self._value(argument, scope, (callee, position), counting=counting)
            if not isinstance(argument, ast.GeneratorExp):
                plain.append((self._offset(argument), self._end(argument)))
        for keyword in node.keywords:
            self._value(keyword.value, scope, (callee, keyword.arg or "**"))
        self.program.calls.append(Call(place.start, place.end, callee, tuple(plain)))
        return "number" if callee in NUMERIC_CALLS else "", True, False

    def _unary(self, node: ast.UnaryOp, place: _Place) -> _Sort:
        operand = node.operand
        if is_literal_number(node):
            assert isinstance(operand, ast.Constant)
            assert isinstance(operand.value, int | float)
            number = Number(place.start, place.end, -operand.value, place.counting)
            self.program.numbers.append(number)
            return "number", True, isinstance(operand.value, int)
        self._value(operand, place.scope, ("UnaryOp", 0), loose=False)
        return "condition" if isinstance(node.op, ast.Not) else "number", False, False

    def _binary(self, node: ast.BinOp, place: _Place) -> _Sort:
        scope, counting = place.scope, place.counting
        whole = counting or isinstance(node.op, _WHOLE_OPERATORS)
        self._use(node.left, scope, "number")
        self._use(node.right, scope, "number")
        self._value(node.left, scope, ("BinOp", 0), loose=False, counting=counting)
        self._symbol(self._end(node.left), self._offset(node.right))
        self._value(node.right, scope, ("BinOp", 0), loose=False, counting=whole)
        return "number", False, False

    def _comparison(self, node: ast.Compare, place: _Place) -> _Sort:
        self._condition([node.left, *node.comparators], place, ("Compare", 0), "number")
        return "condition", False, False

    def _boolean(self, node: ast.BoolOp, place: _Place) -> _Sort:
        self._condition(node.values, place, ("BoolOp", 0), "condition")
        return "condition", False, False

    def _condition(self, operands: list[ast.expr], place: _Place, slot: Slot, kind: str) -> None:
        for left, right in pairwise(operands):
            self._symbol(self._end(left), self._offset(right))
        for operand in operands:
            self._use(operand, place.scope, kind)
            self._value(operand, place.scope, slot, loose=False)

    def _choice(self, node: ast.IfExp, place: _Place) -> _Sort:
        self._value(node.test, place.scope, ("If", 0), loose=False)
        for value in (node.body, node.orelse):
            self._value(value, place.scope, place.slot, loose=False, counting=place.counting)
        return "", False, False

    def _display(self, node: ast.List | ast.Tuple | ast.Set, place: _Place) -> None:
        for item in node.elts:
            self._value(item, place.scope, ("element", 0))
            if isinstance(node, ast.List) and not isinstance(item, ast.Starred):
                self.program.items.append((self._offset(item), self._end(item)))

    def _lambda(self, node: ast.Lambda, place: _Place) -> None:
        self._value(node.body, self._arguments(node.args, place.scope), ("Lambda", 0))

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        place: _Place,
    ) -> None:
        scope = place.scope
        self.program.scopes.append(Scope(scope))
        inner = len(self.program.scopes) - 1
        for position, generator in enumerate(node.generators):
            for target in ast.walk(generator.target):
                if isinstance(target, ast.Name):  # bound before it is read, though written after
                    self.program.scopes[inner].variables[target.id] = self._offset(node)
            around = inner if position else scope
            self._use(generator.iter, around, "sequence")
            self._value(generator.iter, around, ("For", 0))
            for condition in generator.ifs:
                self._value(condition, inner, ("If", 0), loose=False)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self._value(part, inner, ("element", 0))

    def _use(self, node: ast.expr, scope: int, kind: str) -> None:
        if isinstance(node, ast.Name):
            self._usage.uses.append((node.id, scope, kind))

    def _symbol(self, start: int, end: int) -> None:
        between = self._data[start:end]
        match = None if b"#" in between else _SYMBOL.search(between)
        if match is None:
            return
        text = b" ".join(match.group().split())  # "not  in"
        if text in FAMILY_OF_SYMBOL:
            span = (start + match.start(), start + match.end())
            self.program.symbols.append(Symbol(*span, text))

    # Positions ----------------------------------------------------------------------------

    def _offset(self, node: ast.stmt | ast.expr | ast.arg | ast.ExceptHandler) -> int:
        return self._line_starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.stmt | ast.expr) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._line_starts[node.end_lineno - 1] + node.end_col_offset


_READERS: dict[type[ast.expr], Callable[[ValueReader, Any, _Place], _Sort | None]] = {
    ast.Attribute: ValueReader._attribute,
    ast.BinOp: ValueReader._binary,
    ast.BoolOp: ValueReader._boolean,
    ast.Call: ValueReader._call,
    ast.Compare: ValueReader._comparison,
    ast.Constant: ValueReader._constant,
    ast.DictComp: ValueReader._comprehension,
    ast.GeneratorExp: ValueReader._comprehension,
    ast.IfExp: ValueReader._choice,
    ast.JoinedStr: ValueReader._text,
    ast.Lambda: ValueReader._lambda,
    ast.List: ValueReader._display,
    ast.ListComp: ValueReader._comprehension,
    ast.Name: ValueReader._name,
    ast.Set: ValueReader._display,
    ast.SetComp: ValueReader._comprehension,
    ast.Subscript: ValueReader._subscript,
    ast.Tuple: ValueReader._display,
    ast.UnaryOp: ValueReader._unary,
}
