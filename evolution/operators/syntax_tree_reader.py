"""From program text to its sites: one walk over Python's own syntax tree."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

from evolution.operators.syntax_tree_sites import (
    FAMILY_OF_SYMBOL,
    NUMERIC_CALLS,
    Call,
    Expression,
    Name,
    Number,
    Program,
    Scope,
    Slot,
    Statement,
    Symbol,
)

_SYMBOL = re.compile(
    rb"not\s+in|is\s+not|\b(?:in|is|and|or)\b|\*\*|//|<<|>>|[<>=!]=|[-+*/%&|^<>@]=?"
)
_NEWLINE = re.compile(rb"\r\n|\r|\n")

_SIMPLE_VALUES = (ast.Name, ast.Constant, ast.Call, ast.Subscript, ast.Attribute)
_COMPOUND_VALUES = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.ListComp, ast.SetComp, ast.Dict, ast.DictComp)
_WHOLE_OPERATORS = (ast.Mod, ast.FloorDiv, ast.LShift, ast.RShift, ast.Pow)
# When a variable is used in several ways, the one further left tells most.
_KINDS = ("object", "sequence", "condition", "number")


def read_program(text: str) -> Program:
    """Parse ``text`` and find its sites.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: when it is no
            program that Python can parse.
    """
    text = text.removeprefix("\ufeff")
    if not text.endswith(("\n", "\r")):
        text += "\n"
    reader = _Reader(text.encode())
    reader.block(ast.parse(text).body, 0)
    return reader.finish()


class _Reader:
    """Collects sites; kinds of variables are known, and entered, at the end."""

    def __init__(self, data: bytes) -> None:
        self.program = Program(data)
        self._data = data
        self._line_starts = [0, *(match.end() for match in _NEWLINE.finditer(data))]
        self._uses: list[tuple[str, int, str]] = []  # name, scope, kind
        self._counts: list[tuple[str, int]] = []  # name, scope: used as a whole number
        self._parameters: dict[str, list[tuple[str, int]]] = {}  # function -> name, scope
        # literals that become the value of a variable, or of a function's n-th parameter
        self._given: list[tuple[int, str, int]] = []  # number's index, variable, scope
        self._passed: list[tuple[int, str, int]] = []  # number's index, function, n

    def finish(self) -> Program:
        program = self.program
        for name, scope, kind in self._uses:
            home = program.owner(name, scope)
            if home is not None and name in home.variables:
                known = home.kinds.get(name, kind)
                home.kinds[name] = min(known, kind, key=_KINDS.index)
        for name, scope in self._counts:
            home = program.owner(name, scope)
            if home is not None:
                home.counts.add(name)
                home.kinds.setdefault(name, "number")
        for index, name, scope in self._given:
            self._mark_counting(index, name, scope)
        for index, function, position in self._passed:
            parameters = self._parameters.get(function, [])
            if position < len(parameters):
                self._mark_counting(index, *parameters[position])
        program.expressions = [self._with_kind(e) for e in program.expressions]
        for expression in program.expressions:
            program.slots.setdefault(expression.slot, []).append(expression)
        return program

    def _mark_counting(self, index: int, name: str, scope: int) -> None:
        home = self.program.owner(name, scope)
        if home is not None and name in home.counts:
            self.program.numbers[index] = self.program.numbers[index]._replace(counting=True)

    def _with_kind(self, expression: Expression) -> Expression:
        if expression.kind != "name":
            return expression
        text = self._data[expression.start : expression.end].decode()
        home = self.program.owner(text, expression.scope)
        if home is None:
            return expression._replace(kind="")
        return expression._replace(kind=home.kinds.get(text, ""), whole=text in home.counts)

    # Statements ---------------------------------------------------------------------------

    def block(self, body: list[ast.stmt], scope: int) -> None:
        index = len(self.program.block_sizes)
        self.program.block_sizes.append(len(body))
        for position, node in enumerate(body):
            site = self._statement_site(node, index, scope, is_first=position == 0)
            if site is not None:
                self.program.statements.append(site)
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
        indent = self._data[start : start + node.col_offset]
        rest = self._data[self._end(node) : end_line].strip()
        if indent.strip() or (rest and not rest.startswith(b"#")):
            return None  # shares its lines with another statement
        if self._data[code_start : code_start + 4] == b"elif":
            return None
        binds = None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            binds = target.id if isinstance(target, ast.Name) else None
        text = self._data[start:end_line]
        rigid = b'"""' in text or b"'''" in text
        kind = _statement_kind(node, is_first)
        return Statement(start, end_line, indent, block, scope, kind, binds, rigid)

    def _statement(self, node: ast.stmt, scope: int) -> None:
        if isinstance(node, ast.Expr | ast.Return):
            if node.value is not None:
                self._value(node.value, scope, (type(node).__name__, 0))
        elif isinstance(node, ast.Assign):
            self._assignment(node, scope)
        elif isinstance(node, ast.AugAssign):
            self._other(node.target, scope)
            self._symbol(self._end(node.target), self._offset(node.value))
            self._value(node.value, scope, ("Assign", 0))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.program.scopes[scope].callables.setdefault(node.name, self._offset(node))
            inner = self._arguments(node.args, scope)
            self._parameters[node.name] = [(a.arg, inner) for a in node.args.args]
            self.block(node.body, inner)
        elif isinstance(node, ast.ClassDef):
            self.program.scopes[scope].callables.setdefault(node.name, self._offset(node))
            self.program.scopes.append(Scope(scope, is_class=True))
            self.block(node.body, len(self.program.scopes) - 1)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                name = (alias.asname or alias.name).partition(".")[0]
                self.program.scopes[scope].callables.setdefault(name, self._offset(node))
        elif isinstance(node, ast.For | ast.AsyncFor | ast.If | ast.While):
            if isinstance(node, ast.If | ast.While):
                self._value(node.test, scope, ("If", 0))
            else:
                self._other(node.target, scope)
                self._use(node.iter, scope, "sequence")
                self._value(node.iter, scope, ("For", 0))
            self.block(node.body, scope)
            if node.orelse:
                self.block(node.orelse, scope)
        else:
            self._other(node, scope)

    def _assignment(self, node: ast.Assign, scope: int) -> None:
        for target in node.targets:
            self._other(target, scope)
            if isinstance(target, ast.Name):
                kind = _kind_of(node.value)
                if kind in _KINDS:
                    self._uses.append((target.id, scope, kind))
                if _is_literal_number(node.value):
                    self._given.append((len(self.program.numbers), target.id, scope))
        if isinstance(node.targets[0], ast.Tuple) and not isinstance(node.value, ast.Tuple):
            self._other(node.value, scope)  # unpacked: only its parts can change
        else:
            self._value(node.value, scope, ("Assign", 0))

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
                if _is_literal_number(default):
                    self._given.append((len(program.numbers), name.arg, inner))
                self._value(default, scope, ("default", name.arg))
        return inner

    def _other(self, node: ast.AST, scope: int) -> None:
        """Any node without edits of its own: look into its parts."""
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                self.program.scopes[scope].variables.setdefault(node.id, self._end(node))
            return
        if isinstance(node, ast.ExceptHandler) and node.name:
            self.program.scopes[scope].variables.setdefault(node.name, self._offset(node))
        for name, part in ast.iter_fields(node):
            items = part if isinstance(part, list) else [part]
            if items and isinstance(items[0], ast.stmt):
                self.block(items, scope)
                continue
            for item in items:
                stores = isinstance(getattr(item, "ctx", None), ast.Store)
                if isinstance(item, ast.expr) and not stores:
                    self._value(item, scope, (type(node).__name__, name))
                elif isinstance(item, ast.AST):
                    self._other(item, scope)

    # Values -------------------------------------------------------------------------------

    def _value(
        self, node: ast.expr, scope: int, slot: Slot, loose: bool = True, counting: bool = False
    ) -> None:
        if isinstance(node, ast.JoinedStr):
            return  # positions inside f-strings are not exact in every version
        if isinstance(node, _SIMPLE_VALUES):
            is_value = self._simple_value(node, scope, counting)
        elif isinstance(node, _COMPOUND_VALUES):
            is_value = self._compound_value(node, scope, slot, counting)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            is_value = False
            for item in node.elts:
                self._value(item, scope, ("element", 0))
                if isinstance(node, ast.List) and not isinstance(item, ast.Starred):
                    self.program.items.append((self._offset(item), self._end(item)))
        elif isinstance(node, ast.Lambda):
            is_value = False
            self._value(node.body, self._arguments(node.args, scope), ("Lambda", 0))
        elif isinstance(node, _COMPREHENSIONS):
            is_value = False
            self._comprehension(node, scope)
        else:
            is_value = False
            self._other(node, scope)
        if is_value:
            literal = _is_literal_number(node)
            self.program.expressions.append(
                Expression(
                    self._offset(node),
                    self._end(node),
                    scope,
                    slot,
                    _kind_of(node),
                    isinstance(node, _SIMPLE_VALUES) or literal,
                    loose,
                    counting,
                    literal and isinstance(self.program.numbers[-1].value, int),
                )
            )

    def _simple_value(self, node: ast.expr, scope: int, counting: bool) -> bool:
        """Sites of and in a name, literal, call, subscript or attribute; whether it is a value."""
        program = self.program
        start, end = self._offset(node), self._end(node)
        if isinstance(node, ast.Constant):
            if type(node.value) is bool:
                program.flags.append((start, end, node.value))
            elif isinstance(node.value, int | float):
                program.numbers.append(Number(start, end, node.value, counting))
            else:
                return False
        elif isinstance(node, ast.Name):
            program.names.append(Name(start, end, node.id, scope, False))
            if counting:
                self._counts.append((node.id, scope))
        elif isinstance(node, ast.Subscript):
            self._use(node.value, scope, "sequence")
            self._value(node.value, scope, ("Subscript", "value"), loose=False)
            if isinstance(node.slice, ast.Slice):
                self._other(node.slice, scope)
            else:
                self._value(node.slice, scope, ("Subscript", "slice"), counting=True)
        elif isinstance(node, ast.Attribute):
            self._base(node, scope)
        elif isinstance(node, ast.Call):
            self._call(node, scope)
        return True

    def _base(self, node: ast.Attribute, scope: int) -> None:
        if isinstance(node.value, ast.Name):
            base = node.value
            self._use(base, scope, "object")
            self.program.names.append(
                Name(self._offset(base), self._end(base), base.id, scope, False)
            )
        else:
            self._value(node.value, scope, ("Attribute", "value"), loose=False)

    def _call(self, node: ast.Call, scope: int) -> None:
        callee = _callee(node)
        function = node.func
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
            if _is_literal_number(argument):
                self._passed.append((len(self.program.numbers), callee, position))
            self._value(argument, scope, (callee, position), counting=counting)
            if not isinstance(argument, ast.GeneratorExp):
                plain.append((self._offset(argument), self._end(argument)))
        for keyword in node.keywords:
            self._value(keyword.value, scope, (callee, keyword.arg or "**"))
        self.program.calls.append(Call(self._offset(node), self._end(node), callee, tuple(plain)))

    def _compound_value(self, node: ast.expr, scope: int, slot: Slot, counting: bool) -> bool:
        kind = type(node).__name__
        if isinstance(node, ast.UnaryOp):
            operand = node.operand
            if _is_literal_number(node):
                assert isinstance(operand, ast.Constant)
                assert isinstance(operand.value, int | float)
                span = (self._offset(node), self._end(node))
                self.program.numbers.append(Number(*span, -operand.value, counting))
            else:
                self._value(operand, scope, (kind, 0), loose=False)
        elif isinstance(node, ast.BinOp):
            whole = counting or isinstance(node.op, _WHOLE_OPERATORS)
            self._use(node.left, scope, "number")
            self._use(node.right, scope, "number")
            self._value(node.left, scope, (kind, 0), loose=False, counting=counting)
            self._symbol(self._end(node.left), self._offset(node.right))
            self._value(node.right, scope, (kind, 0), loose=False, counting=whole)
        elif isinstance(node, ast.Compare | ast.BoolOp):
            if isinstance(node, ast.Compare):
                operands, used_as = [node.left, *node.comparators], "number"
            else:
                operands, used_as = node.values, "condition"
            for left, right in pairwise(operands):
                self._symbol(self._end(left), self._offset(right))
            for operand in operands:
                self._use(operand, scope, used_as)
                self._value(operand, scope, (kind, 0), loose=False)
        elif isinstance(node, ast.IfExp):
            self._value(node.test, scope, ("If", 0), loose=False)
            self._value(node.body, scope, slot, loose=False, counting=counting)
            self._value(node.orelse, scope, slot, loose=False, counting=counting)
        return True

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: int
    ) -> None:
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
            self._uses.append((node.id, scope, kind))

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


def _is_literal_number(node: ast.expr) -> bool:
    """Whether ``node`` is a number, perhaps with a minus sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _callee(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _kind_of(node: ast.expr) -> str:
    """What kind of value ``node`` is; "name" where its variable will tell."""
    if isinstance(node, ast.Name):
        return "name"
    if isinstance(node, ast.Constant):
        if type(node.value) is bool:
            return "condition"
        return "number" if isinstance(node.value, int | float) else ""
    if isinstance(node, ast.UnaryOp):
        return "condition" if isinstance(node.op, ast.Not) else "number"
    if isinstance(node, ast.BinOp):
        return "number"
    if isinstance(node, ast.Compare | ast.BoolOp):
        return "condition"
    if isinstance(node, _DISPLAYS):
        return "sequence"
    if isinstance(node, ast.Call):
        return "number" if _callee(node) in NUMERIC_CALLS else ""
    return ""


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
