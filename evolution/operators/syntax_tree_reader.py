"""From program text to its sites: one walk over Python's own syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from evolution.operators.syntax_tree_kinds import (
    KINDS,
    is_literal_number,
    kind_of,
    statement_kind,
)
from evolution.operators.syntax_tree_sites import Program, Scope, Slot, Statement
from evolution.operators.syntax_tree_value_reader import ValueReader

# Tuples, made once: this module is on the hot path of a search.
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_PLAIN = (ast.Expr, ast.Return)
_TESTED = (ast.If, ast.While)
_BRANCHES = (ast.For, ast.AsyncFor, ast.If, ast.While)


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


class _Reader(ValueReader):
    """Collects the sites of a program: its statements here, what is in them as values."""

    def finish(self) -> Program:
        self._usage.resolve(self.program)
        return self.program

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
        if isinstance(node, _DEFINITIONS):
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
        kind = statement_kind(node, is_first)
        return Statement(start, end_line, indent, block, scope, kind, binds, rigid)

    def _statement(self, node: ast.stmt, scope: int) -> None:
        if isinstance(node, _PLAIN):
            if node.value is not None:
                self._value(node.value, scope, (type(node).__name__, 0))
        elif isinstance(node, ast.Assign):
            self._assignment(node, scope)
        elif isinstance(node, ast.AugAssign):
            self._other(node.target, scope)
            self._symbol(self._end(node.target), self._offset(node.value))
            self._value(node.value, scope, ("Assign", 0))
        elif isinstance(node, _FUNCTIONS):
            self.program.scopes[scope].callables.setdefault(node.name, self._offset(node))
            inner = self._arguments(node.args, scope)
            self._usage.parameters[node.name] = [(a.arg, inner) for a in node.args.args]
            self.block(node.body, inner)
        elif isinstance(node, ast.ClassDef):
            self.program.scopes[scope].callables.setdefault(node.name, self._offset(node))
            self.program.scopes.append(Scope(scope, is_class=True))
            self.block(node.body, len(self.program.scopes) - 1)
        elif isinstance(node, _IMPORTS):
            for alias in node.names:
                name = (alias.asname or alias.name).partition(".")[0]
                self.program.scopes[scope].callables.setdefault(name, self._offset(node))
        elif isinstance(node, _BRANCHES):
            if isinstance(node, _TESTED):
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
                kind = kind_of(node.value)
                if kind in KINDS:
                    self._usage.uses.append((target.id, scope, kind))
                if is_literal_number(node.value):
                    self._usage.given.append((len(self.program.numbers), target.id, scope))
        if isinstance(node.targets[0], ast.Tuple) and not isinstance(node.value, ast.Tuple):
            self._other(node.value, scope)  # unpacked: only its parts can change
        else:
            self._value(node.value, scope, ("Assign", 0))

    def _other(self, node: ast.AST, scope: int) -> None:
        if isinstance(node, ast.ExceptHandler) and node.name:
            self.program.scopes[scope].variables.setdefault(node.name, self._offset(node))
        super()._other(node, scope)

    def _parts(self, parts: Sequence[Any], scope: int, slot: Slot) -> None:
        if parts and isinstance(parts[0], ast.stmt):
            self.block([*parts], scope)
        else:
            super()._parts(parts, scope, slot)
