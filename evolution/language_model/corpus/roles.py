"""What each number of a program means: a coordinate, an amplitude, a phase, a count ...

Roles flow backwards from the calls of add_joint and add_muscle: to names, to what is
assigned to them, to arguments, to the elements of lists that loops go through. Names are
taken as one for the whole program, which is nearly always true of walkers.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from evolution.language_model.corpus.source import Source, argument, called

Role = Literal["x", "y", "size", "amplitude", "phase", "count", "index", "other"]
Path = tuple[int, ...]

_PASSING = frozenset({"abs", "max", "min", "float", "int", "round", "sum"})
_LARGEST = 1e9  # beyond this a literal is an accident, e.g. 1e400
_GRID = frozenset({"query_cppn"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number literal with its sign.

    Attributes:
        start, end: offsets in the text.
        value: as it stands there.
        role: what it means.
        whole: only a whole number makes sense.
    """

    start: int
    end: int
    value: float
    role: Role
    whole: bool


def numbers(source: Source) -> list[Number]:
    """The program's number literals in order, with their roles. Remembered on the source."""
    known: list[Number] | None = source.__dict__.get("_numbers")
    if known is None:
        roles = _Roles(source)
        known = source.__dict__["_numbers"] = roles.numbers()
        source.__dict__["_function_roles"] = roles.function_roles
    return known


def function_roles(source: Source) -> dict[str, str]:
    """Functions whose result is an amplitude or a phase -> which."""
    numbers(source)
    found: dict[str, str] = source.__dict__["_function_roles"]
    return found


def with_role(source: Source, *roles: Role) -> list[Number]:
    return [number for number in numbers(source) if number.role in roles]


class _Roles:
    """Marks number nodes; see the module's text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.marks: dict[ast.AST, set[str]] = defaultdict(set)
        self._assigned: dict[str, list[ast.expr]] = defaultdict(list)
        self._unpacked: dict[str, list[tuple[ast.expr, Path]]] = defaultdict(list)
        self._parameters: dict[str, list[tuple[ast.FunctionDef, int]]] = defaultdict(list)
        self._calls: dict[str, list[ast.Call]] = defaultdict(list)
        self._done: set[tuple[object, ...]] = set()
        self.function_roles: dict[str, str] = {}
        self._collect()
        for call in source.calls:
            self._start(call)

    # --- what flows where -----------------------------------------------------------------

    def _collect(self) -> None:
        for node in self.source.nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._bind(target, node.value)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                self._assigned[node.target.id].append(node.value)
            elif isinstance(node, ast.For | ast.comprehension):
                self._unpack(node.target, node.iter, ())
            elif isinstance(node, ast.FunctionDef):
                for position, parameter in enumerate(node.args.args):
                    self._parameters[parameter.arg].append((node, position))
            elif isinstance(node, ast.Call):
                self._calls[called(node)].append(node)
            elif isinstance(node, ast.Subscript):
                self.mark(node.slice, "index")

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._assigned[target.id].append(value)
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for part, given in zip(target.elts, value.elts, strict=False):
                self._bind(part, given)

    def _unpack(self, target: ast.expr, iterated: ast.expr, path: Path) -> None:
        if isinstance(target, ast.Name):
            self._unpacked[target.id].append((iterated, path))
        elif isinstance(target, ast.Tuple):
            for position, part in enumerate(target.elts):
                self._unpack(part, iterated, (*path, position))

    def _start(self, call: ast.Call) -> None:
        name = called(call)
        if name == "add_joint":
            for position, role in enumerate(("x", "y")):
                if (value := argument(call, position, role)) is not None:
                    self.mark(value, role)
        elif name == "add_muscle":
            for position, role in ((0, "index"), (1, "index"), (3, "amplitude"), (4, "phase")):
                if (value := argument(call, position, role)) is not None:
                    self.mark(value, role)
        elif name == "range":
            for value in call.args:
                self.mark(value, "count")
        elif name in _GRID:
            for position, role in enumerate(
                ("count", "count", "size", "other", "amplitude", "phase")
            ):
                if position + 1 < len(call.args):
                    self._function(call.args[position + 1], role, position >= 3)

    def _function(self, value: ast.expr, role: str, is_function: bool) -> None:
        if not is_function:
            self.mark(value, role)
        elif isinstance(value, ast.Lambda):
            self.mark(value.body, role)
        elif isinstance(value, ast.Name):
            self._mark_function(value.id, role)

    # --- marking --------------------------------------------------------------------------

    def mark(self, value: ast.expr, role: str) -> None:
        """The numbers that make up ``value`` have this role."""
        if isinstance(value, ast.Constant):
            self.marks[value].add(role)
        elif isinstance(value, ast.Name):
            self._mark_name(value.id, role)
        elif isinstance(value, ast.BinOp):
            self.mark(value.left, role)
            if not isinstance(value.op, ast.Mod | ast.Pow):
                self.mark(value.right, role)
        elif isinstance(value, ast.UnaryOp):
            self.mark(value.operand, role)
        elif isinstance(value, ast.IfExp):
            self.mark(value.body, role)
            self.mark(value.orelse, role)
        elif isinstance(value, ast.Subscript):
            self._mark_subscript(value, role)
        elif isinstance(value, ast.Call):
            if called(value) in _PASSING:
                for part in value.args:
                    self.mark(part, role)
            elif isinstance(value.func, ast.Name):
                self._mark_function(value.func.id, role)

    def _mark_name(self, name: str, role: str) -> None:
        if self._seen("name", name, role):
            return
        for value in self._assigned[name]:
            if not isinstance(value, ast.List | ast.ListComp):
                self.mark(value, role)
        for iterated, path in self._unpacked[name]:
            self.mark_elements(iterated, path, role)
        for function, position in self._parameters[name]:
            for value in self._given(function, position):
                self.mark(value, role)

    def _given(self, function: ast.FunctionDef, position: int) -> list[ast.expr]:
        """What callers give for a parameter, and its default."""
        parameters = function.args.args
        shift = 1 if parameters and parameters[0].arg == "self" else 0
        name = parameters[position].arg
        found = [argument(call, position - shift, name) for call in self._calls[function.name]]
        default = position - len(parameters) + len(function.args.defaults)
        if default >= 0:
            found.append(function.args.defaults[default])
        return [value for value in found if value is not None]

    def _mark_subscript(self, value: ast.Subscript, role: str) -> None:
        if isinstance(value.value, ast.Name):
            index = value.slice.value if isinstance(value.slice, ast.Constant) else None
            self.mark_elements(value.value, (), role)
            for iterated, path in self._unpacked[value.value.id]:
                if isinstance(index, int):
                    self.mark_elements(iterated, (*path, index), role)
        elif (
            isinstance(value.value, ast.Subscript)
            and isinstance(value.slice, ast.Constant)
            and isinstance(value.slice.value, int)
        ):
            self.mark_elements(value.value.value, (value.slice.value,), role)

    def mark_elements(self, value: ast.expr, path: Path, role: str) -> None:
        """The parts of the elements of ``value`` at ``path`` have this role."""
        if isinstance(value, ast.List | ast.Tuple):
            for element in value.elts:
                self._mark_part(element, path, role)
        elif isinstance(value, ast.Name):
            if not self._seen("elements", value.id, path, role):
                for assigned in self._assigned[value.id]:
                    self.mark_elements(assigned, path, role)
                for function, position in self._parameters[value.id]:
                    for given in self._given(function, position):
                        self.mark_elements(given, path, role)
        elif isinstance(value, ast.BinOp):
            self.mark_elements(value.left, path, role)
            self.mark_elements(value.right, path, role)
        elif isinstance(value, ast.ListComp):
            self._mark_part(value.elt, path, role)
        elif isinstance(value, ast.Call):
            self._mark_elements_of_call(value, path, role)

    def _mark_elements_of_call(self, call: ast.Call, path: Path, role: str) -> None:
        name = called(call)
        if name == "enumerate" and call.args and path[:1] == (1,):
            self.mark_elements(call.args[0], path[1:], role)
        elif name == "zip" and path and path[0] < len(call.args):
            self.mark_elements(call.args[path[0]], path[1:], role)
        elif name == "reversed" and call.args:
            self.mark_elements(call.args[0], path, role)
        elif name == "items" and path[:1] == (1,) and isinstance(call.func, ast.Attribute):
            held = call.func.value
            for value in self._assigned[held.id] if isinstance(held, ast.Name) else ():
                for element in value.values if isinstance(value, ast.Dict) else ():
                    self._mark_part(element, path[1:], role)

    def _mark_part(self, element: ast.expr, path: Path, role: str) -> None:
        for position in path:
            if not isinstance(element, ast.Tuple | ast.List) or position >= len(element.elts):
                return
            element = element.elts[position]
        self.mark(element, role)

    def _mark_function(self, name: str, role: str) -> None:
        """What a function returns has this role; the name may be a parameter."""
        if self._seen("function", name, role):
            return
        if role in ("amplitude", "phase"):
            self.function_roles.setdefault(name, role)
        for value in self._assigned[name]:
            if isinstance(value, ast.Lambda):
                self.mark(value.body, role)
        for function, position in self._parameters[name]:
            for value in self._given(function, position):
                self._function(value, role, True)
        function_node = self.source.function_named(name)
        for node in ast.walk(function_node) if function_node is not None else ():
            if isinstance(node, ast.Return) and node.value is not None:
                self.mark(node.value, role)

    def _seen(self, *key: object) -> bool:
        if key in self._done:
            return True
        self._done.add(key)
        return False

    # --- the result -----------------------------------------------------------------------

    def numbers(self) -> list[Number]:
        found = []
        source = self.source
        for node in source.nodes:
            if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
                continue
            if not isinstance(node.value, int | float) or not abs(node.value) < _LARGEST:
                continue
            if isinstance(source.parents.get(node), ast.JoinedStr | ast.FormattedValue):
                continue
            around = source.parents[node]
            signed = isinstance(around, ast.UnaryOp) and isinstance(around.op, ast.USub)
            whole_node: ast.expr = around if signed and isinstance(around, ast.expr) else node
            value = -node.value if signed else node.value
            role = _role(self.marks.get(node, set()))
            if role == "count" and isinstance(around, ast.BinOp):
                role = "index"  # as the 1 of range(len(joints) - 1)
            needs_whole = role in ("count", "index") or (
                isinstance(around, ast.BinOp) and isinstance(around.op, ast.Mod)
            )
            place = source.start(whole_node), source.end(whole_node)
            found.append(Number(*place, value, role, needs_whole))
        return sorted(found, key=lambda number: number.start)


def _role(marks: set[str]) -> Role:
    if "count" in marks:
        return "count"
    if "index" in marks:
        return "index"
    kinds = marks & {"x", "y", "size"}
    if kinds:
        return "x" if kinds == {"x"} else "y" if kinds == {"y"} else "size"
    if "amplitude" in marks:
        return "amplitude"
    return "phase" if "phase" in marks else "other"
