"""Which lines of a program give its names values, and which read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_BODIES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_EXPRESSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


class Variable(NamedTuple):
    """A name within one scope, and the lines, counted from 1, that give and read it."""

    name: str
    given: set[int]
    read: set[int]


@dataclass(slots=True)
class Scope:
    """Lines that share names, counted from 1.

    Attributes:
        outer: the scope around it.
        is_expression: a comprehension or a lambda, whose names end with it.
        declared: names that it says are another scope's.
    """

    first: int
    last: int
    outer: Scope | None = None
    is_expression: bool = False
    names: dict[str, Variable] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)

    def give(self, name: str, line: int) -> None:
        self.names.setdefault(name, Variable(name, set(), set())).given.add(line)

    def find(self, name: str) -> Variable | None:
        """What a line of this scope reads, if the program gives it."""
        if name in self.names and name not in self.declared:
            return self.names[name]
        return self.outer.find(name) if self.outer else None

    def at(self, line: int) -> Iterator[str]:
        """The names that a line can read, or one that is put in front of it."""
        if self.is_expression:
            yield from self.names if self.first <= line <= self.last else ()
        elif self.first <= line <= self.last + 1:
            yield from (name for name, one in self.names.items() if min(one.given) < line)


def scopes_of(tree: ast.Module, lines: int) -> tuple[list[Scope], dict[str, set[int]]]:
    """The scopes, that of the module first, and the lines that read each name.

    Args:
        lines: how many the program has.
    """
    module = Scope(0, lines)
    scopes = [module]
    reads: list[tuple[str, int, Scope]] = []
    _enter(tree, module, scopes, reads)
    for scope in scopes:
        for name in scope.declared:
            module.give(name, 0)
    lines_of: dict[str, set[int]] = {}
    for name, line, scope in reads:
        lines_of.setdefault(name, set()).add(line)
        if variable := scope.find(name):
            variable.read.add(line)
    return scopes, lines_of


def _enter(
    node: ast.AST, scope: Scope, scopes: list[Scope], reads: list[tuple[str, int, Scope]]
) -> None:
    """Note what is given and read below a node; new scopes are added."""
    for child in ast.iter_child_nodes(node):
        inner = scope
        for name, line in _given(child):
            scope.give(name, line)
        if isinstance(child, _BODIES + _EXPRESSIONS):
            last = child.end_lineno or child.lineno
            inner = Scope(child.lineno, last, scope, isinstance(child, _EXPRESSIONS))
            scopes.append(inner)
        match child:
            case ast.Name(ctx=ast.Load()):
                reads.append((child.id, child.lineno, scope))
            case ast.AugAssign(target=ast.Name() as target):
                reads.append((target.id, target.lineno, scope))
            case ast.Global() | ast.Nonlocal():
                scope.declared.update(child.names)
        _enter(child, inner, scopes, reads)


def _given(node: ast.AST) -> Iterator[tuple[str, int]]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, node.lineno
        case ast.Name(ctx=ast.Store()):
            yield node.id, node.lineno
        case ast.arg():
            yield node.arg, node.lineno
        case ast.alias():
            yield (node.asname or node.name).partition(".")[0], node.lineno
        case ast.ExceptHandler(name=str(name)):
            yield name, node.lineno
