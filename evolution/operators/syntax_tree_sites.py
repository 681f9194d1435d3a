"""Where a program can be edited: sites found once from Python's own syntax tree.

Edits are splices of the program's bytes, placed by source positions, so what
is not edited keeps its formatting and comments. All offsets count bytes of
the UTF-8 text, as the positions of `ast` do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

Splice = tuple[int, int, bytes]  # replace bytes start to end by these

SYMBOL_FAMILIES: tuple[tuple[bytes, ...], ...] = (
    (b"+", b"-", b"*", b"/", b"//", b"%", b"**"),
    (b"&", b"|", b"^", b"<<", b">>"),
    (b"+=", b"-=", b"*=", b"/="),
    (b"<", b"<=", b">", b">=", b"==", b"!="),
    (b"in", b"not in"),
    (b"is", b"is not"),
    (b"and", b"or"),
)
FAMILY_OF_SYMBOL = {symbol: family for family in SYMBOL_FAMILIES for symbol in family}
_SYMBOL = re.compile(
    rb"not\s+in|is\s+not|\b(?:in|is|and|or)\b|\*\*|//|<<|>>|[<>=!]=|[-+*/%&|^<>@]=?"
)
_NEWLINE = re.compile(rb"\r\n|\r|\n")

_SIMPLE_VALUES = (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute)
_COMPOUND_VALUES = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_COUNTING_CALLS = frozenset({"range", "len", "reversed", "enumerate", "zip"})


class Number(NamedTuple):
    """A literal, with its sign; ``counting`` where only a whole number makes sense."""

    start: int
    end: int
    value: int | float
    counting: bool


class Symbol(NamedTuple):
    """A binary operator or comparison in its place."""

    start: int
    end: int
    text: bytes


class Name(NamedTuple):
    """A name that is read; ``called`` where it stands before a parenthesis."""

    start: int
    end: int
    scope: int
    called: bool


class Expression(NamedTuple):
    """A value; ``atomic`` ones need no parentheses anywhere, ``loose`` places need none.

    ``slot`` names the kind of place, e.g. the second argument of one function.
    """

    start: int
    end: int
    scope: int
    atomic: bool
    loose: bool
    slot: tuple[str, int | str]


class Call(NamedTuple):
    """A call with its plain positional arguments, as (start, end)."""

    start: int
    end: int
    callee: str
    arguments: tuple[tuple[int, int], ...]


class Statement(NamedTuple):
    """A statement that has its lines for itself; the span ends after its newline."""

    start: int
    end: int
    indent: bytes
    block: int
    scope: int
    kind: str  # "import", "definition", "return", "loop", "docstring" or "plain"
    binds: str | None  # the one name that an assignment binds
    rigid: bool  # holds a string of several lines: its indentation must stay


@dataclass(slots=True)
class Scope:
    """A function's, comprehension's or the module's names, by where they are first bound."""

    parent: int | None
    is_class: bool = False
    variables: dict[str, int] = field(default_factory=dict)
    callables: dict[str, int] = field(default_factory=dict)


class Program:
    """A parsed program and its sites; built by `read_program`."""

    def __init__(self, data: bytes, tree: ast.Module) -> None:
        self.data = data
        self.numbers: list[Number] = []
        self.flags: list[tuple[int, int, bool]] = []
        self.symbols: list[Symbol] = []
        self.names: list[Name] = []
        self.expressions: list[Expression] = []
        self.calls: list[Call] = []
        self.items: list[tuple[int, int]] = []  # elements of list displays
        self.statements: list[Statement] = []
        self.scopes: list[Scope] = [Scope(None)]
        self.slots: dict[tuple[str, int | str], list[Expression]] = {}
        self.block_sizes: list[int] = []
        self._line_starts = [0, *(match.end() for match in _NEWLINE.finditer(data))]
        self._block(tree.body, 0)
        for expression in self.expressions:
            self.slots.setdefault(expression.slot, []).append(expression)

    def chain(self, scope: int) -> Iterator[tuple[int, Scope]]:
        """The scopes whose names are visible in ``scope``, inmost first."""
        current: int | None = scope
        while current is not None:
            entry = self.scopes[current]
            if not entry.is_class or current == scope:
                yield current, entry
            current = entry.parent

    def visible_names(self, scope: int, at: int, called: bool) -> list[str]:
        """Names of the wanted kind that are bound before offset ``at``, inmost scope first."""
        found: dict[str, None] = {}
        for _, entry in self.chain(scope):
            table = entry.callables if called else entry.variables
            for name, bound_at in table.items():
                if bound_at < at:
                    found[name] = None
        return list(found)

    def is_visible(self, owner: int, scope: int) -> bool:
        """Whether names of scope ``owner`` can be used in ``scope``."""
        return any(index == owner for index, _ in self.chain(scope))

    # Statements ---------------------------------------------------------------------------

    def _block(self, body: list[ast.stmt], scope: int) -> None:
        block = len(self.block_sizes)
        self.block_sizes.append(len(body))
        for position, node in enumerate(body):
            site = self._statement_site(node, block, scope, is_first=position == 0)
            if site is not None:
                self.statements.append(site)
            self._statement(node, scope)

    def _statement_site(
        self, node: ast.stmt, block: int, scope: int, is_first: bool
    ) -> Statement | None:
        first_line = node.lineno
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first_line = min((d.lineno for d in node.decorator_list), default=first_line)
        assert node.end_lineno is not None
        start, code_start = self._line_starts[first_line - 1], self._offset(node)
        end_line = self._line_starts[node.end_lineno]
        indent = self.data[start : start + node.col_offset]
        rest = self.data[self._end(node) : end_line].strip()
        if indent.strip() or (rest and not rest.startswith(b"#")):
            return None  # shares its lines with another statement
        if self.data[code_start : code_start + 4] == b"elif":
            return None
        kind = _statement_kind(node, is_first)
        binds = None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            binds = target.id if isinstance(target, ast.Name) else None
        text = self.data[start:end_line]
        rigid = b'"""' in text or b"'''" in text
        return Statement(start, end_line, indent, block, scope, kind, binds, rigid)

    def _statement(self, node: ast.stmt, scope: int) -> None:
        if isinstance(node, ast.Expr | ast.Return):
            if node.value is not None:
                self._value(node.value, scope, slot=(type(node).__name__, 0))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._other(target, scope)
            self._value(node.value, scope, slot=("Assign", 0))
        elif isinstance(node, ast.AugAssign):
            self._other(node.target, scope)
            self._symbol(self._end(node.target), self._offset(node.value))
            self._value(node.value, scope, slot=("Assign", 0))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.scopes[scope].callables.setdefault(node.name, self._offset(node))
            inner = self._arguments(node.args, scope)
            self._block(node.body, inner)
        elif isinstance(node, ast.ClassDef):
            self.scopes[scope].callables.setdefault(node.name, self._offset(node))
            self.scopes.append(Scope(scope, is_class=True))
            self._block(node.body, len(self.scopes) - 1)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                name = (alias.asname or alias.name).partition(".")[0]
                self.scopes[scope].callables.setdefault(name, self._offset(node))
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._other(node.target, scope)
            self._value(node.iter, scope, slot=("For", 0))
            self._blocks(node, scope)
        elif isinstance(node, ast.If | ast.While):
            self._value(node.test, scope, slot=("If", 0))
            self._blocks(node, scope)
        else:
            self._other(node, scope)

    def _blocks(self, node: ast.For | ast.AsyncFor | ast.If | ast.While, scope: int) -> None:
        self._block(node.body, scope)
        if node.orelse:
            self._block(node.orelse, scope)

    def _other(self, node: ast.AST, scope: int) -> None:
        """Any node without edits of its own: look into its parts."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                self.scopes[scope].variables.setdefault(node.id, self._end(node))
            return
        for name in node._fields:
            part = getattr(node, name, None)
            if isinstance(part, list) and part:
                if isinstance(part[0], ast.stmt):
                    self._block(part, scope)
                    continue
                parts = part
            else:
                parts = [part]
            for item in parts:
                if isinstance(item, ast.expr) and not isinstance(
                    getattr(item, "ctx", None), ast.Store
                ):
                    self._value(item, scope, slot=(type(node).__name__, name))
                elif isinstance(item, ast.ExceptHandler) and item.name:
                    self.scopes[scope].variables.setdefault(item.name, self._offset(item))
                    self._other(item, scope)
                elif isinstance(item, ast.AST):
                    self._other(item, scope)

    def _arguments(self, arguments: ast.arguments, scope: int) -> int:
        """A new scope with the parameters; their defaults belong to the outer one."""
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self._value(default, scope, slot=("default", 0))
        self.scopes.append(Scope(scope))
        names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        names += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
        self.scopes[-1].variables.update((name.arg, self._offset(name)) for name in names)
        return len(self.scopes) - 1

    # Values -------------------------------------------------------------------------------

    def _value(
        self,
        node: ast.expr,
        scope: int,
        slot: tuple[str, int | str],
        loose: bool = True,
        counting: bool = False,
    ) -> None:
        if isinstance(node, ast.JoinedStr):
            return  # positions inside f-strings are not exact in every version
        if isinstance(node, _SIMPLE_VALUES):
            self._simple_value(node, scope, slot, loose, counting)
        elif isinstance(node, _COMPOUND_VALUES):
            self._compound_value(node, scope, slot, loose, counting)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            for item in node.elts:
                self._value(item, scope, ("element", 0))
                if isinstance(node, ast.List) and not isinstance(item, ast.Starred):
                    self.items.append((self._offset(item), self._end(item)))
        elif isinstance(node, ast.Lambda):
            self._value(node.body, self._arguments(node.args, scope), ("Lambda", 0))
        elif isinstance(node, _COMPREHENSIONS):
            self._comprehension(node, scope)
        else:
            self._other(node, scope)

    def _simple_value(
        self,
        node: ast.expr,
        scope: int,
        slot: tuple[str, int | str],
        loose: bool,
        counting: bool,
    ) -> None:
        start, end = self._offset(node), self._end(node)
        if isinstance(node, ast.Constant):
            if type(node.value) is bool:
                self.flags.append((start, end, node.value))
            elif isinstance(node.value, int | float):
                self.numbers.append(Number(start, end, node.value, counting))
            else:
                return
        elif isinstance(node, ast.Name):
            self.names.append(Name(start, end, scope, False))
        elif isinstance(node, ast.Subscript):
            self._value(node.value, scope, ("Subscript", "value"), loose=False)
            if not isinstance(node.slice, ast.Slice):
                self._value(node.slice, scope, ("Subscript", "slice"), counting=True)
        elif isinstance(node, ast.Attribute):
            if not isinstance(node.value, ast.Name):
                self._value(node.value, scope, ("Attribute", "value"), loose=False)
        elif isinstance(node, ast.Call):
            self._call(node, scope)
        self.expressions.append(Expression(start, end, scope, True, loose, slot))

    def _call(self, node: ast.Call, scope: int) -> None:
        callee = ""
        if isinstance(node.func, ast.Name):
            callee = node.func.id
            self.names.append(Name(self._offset(node.func), self._end(node.func), scope, True))
        elif isinstance(node.func, ast.Attribute):
            callee = node.func.attr
            if not isinstance(node.func.value, ast.Name):
                self._value(node.func.value, scope, ("Attribute", "value"), loose=False)
        else:
            self._value(node.func, scope, ("Call", "func"), loose=False)
        counting = callee in _COUNTING_CALLS
        plain: list[tuple[int, int]] = []
        for position, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                self._other(argument, scope)
            else:
                self._value(argument, scope, (callee, position), counting=counting)
                if not isinstance(argument, ast.GeneratorExp):
                    plain.append((self._offset(argument), self._end(argument)))
        for keyword in node.keywords:
            self._value(keyword.value, scope, (callee, keyword.arg or "**"), counting=counting)
        self.calls.append(Call(self._offset(node), self._end(node), callee, tuple(plain)))

    def _compound_value(
        self,
        node: ast.expr,
        scope: int,
        slot: tuple[str, int | str],
        loose: bool,
        counting: bool,
    ) -> None:
        start, end = self._offset(node), self._end(node)
        kind = type(node).__name__
        atomic = False
        if isinstance(node, ast.UnaryOp):
            operand = node.operand
            literal = isinstance(operand, ast.Constant) and type(operand.value) in (int, float)
            if literal and isinstance(node.op, ast.USub):
                assert isinstance(operand, ast.Constant)
                assert isinstance(operand.value, int | float)
                self.numbers.append(Number(start, end, -operand.value, counting))
                atomic = True
            else:
                self._value(operand, scope, (kind, 0), loose=False)
        elif isinstance(node, ast.BinOp):
            whole = counting or isinstance(node.op, ast.Mod | ast.FloorDiv | ast.LShift | ast.Pow)
            self._value(node.left, scope, (kind, 0), loose=False, counting=counting)
            self._symbol(self._end(node.left), self._offset(node.right))
            self._value(node.right, scope, (kind, 0), loose=False, counting=whole)
        elif isinstance(node, ast.Compare | ast.BoolOp):
            if isinstance(node, ast.Compare):
                operands = [node.left, *node.comparators]
            else:
                operands = node.values
            for left, right in pairwise(operands):
                self._symbol(self._end(left), self._offset(right))
            for operand in operands:
                self._value(operand, scope, (kind, 0), loose=False)
        elif isinstance(node, ast.IfExp):
            self._value(node.test, scope, ("If", 0), loose=False)
            self._value(node.body, scope, slot, loose=False, counting=counting)
            self._value(node.orelse, scope, slot, loose=False, counting=counting)
        self.expressions.append(Expression(start, end, scope, atomic, loose, slot))

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: int
    ) -> None:
        self.scopes.append(Scope(scope))
        inner = len(self.scopes) - 1
        for position, generator in enumerate(node.generators):
            for target in ast.walk(generator.target):
                if isinstance(target, ast.Name):  # bound before it is read, though written after
                    self.scopes[inner].variables[target.id] = self._offset(node)
            self._value(generator.iter, inner if position else scope, ("For", 0))
            for condition in generator.ifs:
                self._value(condition, inner, ("If", 0), loose=False)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self._value(part, inner, ("element", 0))

    def _symbol(self, start: int, end: int) -> None:
        between = self.data[start:end]
        if b"#" in between:
            return
        match = _SYMBOL.search(between)
        if match is None:
            return
        text = b" ".join(match.group().split())  # "not  in"
        if text in FAMILY_OF_SYMBOL:
            self.symbols.append(Symbol(start + match.start(), start + match.end(), text))

    # Positions ----------------------------------------------------------------------------

    def _offset(self, node: ast.stmt | ast.expr | ast.arg | ast.ExceptHandler) -> int:
        return self._line_starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.stmt | ast.expr) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._line_starts[node.end_lineno - 1] + node.end_col_offset


def _statement_kind(node: ast.stmt, is_first: bool) -> str:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return "import"
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return "definition"
    if isinstance(node, ast.Return):
        return "return"
    if isinstance(node, ast.For):
        return "loop"
    if is_first and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return "docstring"
    return "plain"


def read_program(text: str) -> Program:
    """Parse ``text`` and find its sites.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: when it is no
            program that Python can parse.
    """
    text = text.removeprefix("\ufeff")
    if not text.endswith(("\n", "\r")):
        text += "\n"
    return Program(text.encode(), ast.parse(text))
