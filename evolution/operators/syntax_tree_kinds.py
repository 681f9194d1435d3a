"""What kind of value nodes and variables hold: told from the node, or guessed from its uses."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from evolution.operators.syntax_tree_sites import NUMERIC_CALLS, Expression, Program, Slot

# When a variable is used in several ways, the one further left tells most.
KINDS = ("object", "sequence", "condition", "number")
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.ListComp, ast.SetComp, ast.Dict, ast.DictComp)


def is_literal_number(node: ast.expr) -> bool:
    """Whether ``node`` is a number, perhaps with a minus sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def callee_of(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def kind_of(node: ast.expr) -> str:
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
        return "number" if callee_of(node) in NUMERIC_CALLS else ""
    return ""


def statement_kind(node: ast.stmt, is_first: bool) -> str:
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


@dataclass(slots=True)
class Usage:
    """How variables are used, collected in a walk; `resolve` enters it into the program.

    Attributes:
        values: the fields of each `Expression`; the kind "name" stands for the variable's.
        uses: a variable's name, the scope it is read in, a kind.
        counts: name and scope of what is used as a whole number.
        parameters: function -> name and scope of each positional parameter.
        given: literals given to a variable: index in ``numbers``, name, scope.
        passed: literals passed to a function: index in ``numbers``, function, position.
    """

    values: list[tuple[int, int, int, Slot, str, bool, bool, bool, bool]] = field(
        default_factory=list
    )
    uses: list[tuple[str, int, str]] = field(default_factory=list)
    counts: list[tuple[str, int]] = field(default_factory=list)
    parameters: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    given: list[tuple[int, str, int]] = field(default_factory=list)
    passed: list[tuple[int, str, int]] = field(default_factory=list)

    def resolve(self, program: Program) -> None:
        for name, scope, kind in self.uses:
            home = program.owner(name, scope)
            if home is not None and name in home.variables:
                known = home.kinds.get(name, kind)
                home.kinds[name] = min(known, kind, key=KINDS.index)
        for name, scope in self.counts:
            home = program.owner(name, scope)
            if home is not None:
                home.counts.add(name)
                home.kinds.setdefault(name, "number")
        for index, name, scope in self.given:
            _mark_counting(program, index, name, scope)
        for index, function, position in self.passed:
            parameters = self.parameters.get(function, [])
            if position < len(parameters):
                _mark_counting(program, index, *parameters[position])
        for value in self.values:
            expression = _expression(program, value)
            program.expressions.append(expression)
            program.slots.setdefault(expression.slot, []).append(expression)


def _mark_counting(program: Program, index: int, name: str, scope: int) -> None:
    home = program.owner(name, scope)
    if home is not None and name in home.counts:
        program.numbers[index] = program.numbers[index]._replace(counting=True)


def _expression(
    program: Program, value: tuple[int, int, int, Slot, str, bool, bool, bool, bool]
) -> Expression:
    start, end, scope, slot, kind, atomic, loose, counting, whole = value
    if kind == "name":
        name = program.data[start:end].decode()
        home = program.owner(name, scope)
        kind = "" if home is None else home.kinds.get(name, "")
        whole = home is not None and name in home.counts
    return Expression(start, end, scope, slot, kind, atomic, loose, counting, whole)
