"""A program's text with its syntax tree: what edits look at, and how they change the text.

Edits are splices of the text at the tree's positions, so formatting and comments stay.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

Splice = tuple[int, int, str]  # replace characters start to end by these

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Block(NamedTuple):
    """The statements of one body, and the node that they belong to."""

    owner: ast.AST
    statements: list[ast.stmt]


class Source:
    """One parsed program; make it with `read`."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self.tree = tree
        self.lines = text.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.parents: dict[ast.AST, ast.AST] = {}
        self.nodes: list[ast.AST] = []
        self._walk(tree)

    def _walk(self, node: ast.AST) -> None:
        self.nodes.append(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr_context | ast.operator | ast.cmpop | ast.unaryop):
                continue
            self.parents[child] = node
            self._walk(child)

    # --- places ---------------------------------------------------------------------------

    def start(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> str:
        """The text of a node."""
        return self.text[self.start(node) : self.end(node)]

    def line_start(self, number: int) -> int:
        """Offset at which the 1-based line begins."""
        return self._starts[number - 1]

    def ancestors(self, node: ast.AST) -> Iterable[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around ``node``, or itself."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def function(self, node: ast.AST) -> ast.FunctionDef | None:
        """The innermost function around ``node``."""
        for around in self.ancestors(node):
            if isinstance(around, ast.FunctionDef):
                return around
        return None

    def loops(self, node: ast.AST) -> list[ast.For]:
        """For statements around ``node`` in its function, inmost first."""
        found: list[ast.For] = []
        for around in self.ancestors(node):
            if isinstance(around, FUNCTIONS):
                break
            if isinstance(around, ast.For):
                found.append(around)
        return found

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements among which ``statement`` stands."""
        owner = self.parents[statement]
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(owner, field, None)
            if isinstance(statements, list) and statement in statements:
                return statements
        return [statement]

    # --- what is there --------------------------------------------------------------------

    @cached_property
    def functions(self) -> list[ast.FunctionDef]:
        return [node for node in self.nodes if isinstance(node, ast.FunctionDef)]

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def joint_calls(self) -> list[ast.Call]:
        return [c for c in self.calls if called(c) == "add_joint" and len(c.args) == 2]

    @cached_property
    def muscle_calls(self) -> list[ast.Call]:
        return [c for c in self.calls if called(c) == "add_muscle" and len(c.args) >= 2]

    @cached_property
    def names(self) -> list[ast.Name]:
        return [node for node in self.nodes if isinstance(node, ast.Name)]

    @cached_property
    def identifiers(self) -> set[str]:
        """Every name that the program spells: variables, parameters, functions, attributes."""
        found = {name.id for name in self.names}
        found |= {function.name for function in self.functions}
        for node in self.nodes:
            if isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.alias):
                found.add((node.asname or node.name).split(".")[0])
            elif isinstance(node, ast.ClassDef):
                found.add(node.name)
        return found

    @cached_property
    def entry(self) -> ast.FunctionDef | None:
        """The function that makes the walker."""
        tops = [node for node in self.tree.body if isinstance(node, ast.FunctionDef)]
        named = [node for node in tops if node.name == "make_walker"]
        free = [node for node in tops if len(node.args.args) == len(node.args.defaults)]
        candidates = named or free
        return candidates[-1] if candidates else None

    @cached_property
    def end_call(self) -> ast.Call | None:
        """The entry's call of get_walker."""
        entry = self.entry
        for call in self.calls:
            if called(call) == "get_walker" and self.function(call) is entry:
                return call
        return None

    @cached_property
    def finish(self) -> ast.stmt | None:
        """The statement of the entry's own block before which all joints are there."""
        if self.end_call is None or self.entry is None:
            return None
        statement = self.statement(self.end_call)
        return statement if statement in self.entry.body else None

    @cached_property
    def creator(self) -> str:
        """The creator, as the entry spells it."""
        if self.end_call is not None and isinstance(self.end_call.func, ast.Attribute):
            return self.of(self.end_call.func.value)
        return "wc"

    def function_named(self, name: str) -> ast.FunctionDef | None:
        return next((f for f in self.functions if f.name == name), None)

    def fresh(self, *stems: str) -> str:
        """The first of ``stems`` that the program does not use, or one with a number."""
        for stem in stems:
            if stem not in self.identifiers:
                return stem
        number = 2
        while f"{stems[0]}{number}" in self.identifiers:
            number += 1
        return f"{stems[0]}{number}"

    def focused(self, function: ast.FunctionDef) -> Source | None:
        """The same program, with a helper that makes joints in the place of the entry.

        None where the helper makes no joints or does not end with a return.
        """
        makes = [call for call in self.joint_calls if self.function(call) is function]
        if not makes or not isinstance(function.body[-1], ast.Return):
            return None
        view = copy.copy(self)
        creator = makes[0].func
        assert isinstance(creator, ast.Attribute)
        view.__dict__ |= {
            "entry": function,
            "end_call": None,
            "finish": function.body[-1],
            "creator": self.of(creator.value),
            "_scene": None,
        }
        return view

    # --- changes --------------------------------------------------------------------------

    def spliced(self, splices: Iterable[Splice]) -> str:
        """The text with the splices applied; they must not overlap."""
        text, at = self.text, 0
        parts: list[str] = []
        for start, end, new in sorted(splices, key=lambda splice: splice[:2]):
            parts += (text[at:start], new)
            at = end
        return "".join([*parts, text[at:]])

    def replace(self, node: ast.expr | ast.stmt | ast.arg, text: str) -> Splice:
        return (self.start(node), self.end(node), text)

    def after(self, statement: ast.stmt, lines: Sequence[str]) -> Splice:
        """Insert lines after a statement, at its indentation."""
        assert statement.end_lineno is not None
        at = self.line_start(statement.end_lineno) + len(self.lines[statement.end_lineno - 1])
        indent = " " * statement.col_offset
        return (at, at, "".join(f"\n{indent}{line}" if line else "\n" for line in lines))

    def before(self, statement: ast.stmt, lines: Sequence[str]) -> Splice:
        """Insert lines before a statement, at its indentation; above an empty line, if any."""
        first = statement.lineno
        if isinstance(statement, ast.FunctionDef) and statement.decorator_list:
            first = statement.decorator_list[0].lineno
        indent = " " * statement.col_offset
        while first > 1 and not self.lines[first - 2].strip() and statement is self.finish:
            first -= 1
        at = self.line_start(first)
        return (at, at, "".join(f"{indent}{line}\n" if line else "\n" for line in lines))

    def owns_lines(self, statement: ast.stmt) -> bool:
        """Whether nothing else stands on the statement's lines, but comments."""
        assert statement.end_lineno is not None
        before = self.text[self.line_start(statement.lineno) : self.start(statement)]
        ending = self.line_start(statement.end_lineno) + len(self.lines[statement.end_lineno - 1])
        behind = self.text[self.end(statement) : ending].strip()
        return not before.strip() and (not behind or behind.startswith("#"))

    def without(self, statement: ast.stmt) -> Splice | None:
        """Delete a statement with its lines; None if its block would be empty."""
        if len(self.block(statement)) < 2 or not self.owns_lines(statement):
            return None
        assert statement.end_lineno is not None
        return (self.line_start(statement.lineno), self.line_start(statement.end_lineno + 1), "")


@lru_cache(maxsize=512)
def read(text: str) -> Source | None:
    """Parse a program; None if Python cannot, or if its positions would not count characters."""
    if not text.isascii() or "\t" in text or "\r" in text or not text.strip():
        return None
    try:
        return Source(text if text.endswith("\n") else text + "\n", ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def called(call: ast.Call) -> str:
    """The name of the function or method that is called; empty where it has none."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """An argument given by position or by name."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if position < len(call.args) else None
