"""Which variables hold joints at the end of make_walker, and where joints roughly are.

An edit that adds a joint or a muscle has to name joints that exist. What can be told from
the text without running it is enough for that; where nothing can be told, numbers name
joints, since the creator takes the number of an add_joint call as well.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass, field
from typing import NamedTuple

from evolution.language_model.corpus.chance import Rng, between, chance, pick, whole
from evolution.language_model.corpus.roles import with_role
from evolution.language_model.corpus.source import Source, called

UNKNOWN = -1  # length of a list that the text does not tell


class Kind(NamedTuple):
    """What a value holds: a "joint", "joints" (a list), "rows" (lists) or "parts" (a tuple)."""

    name: str
    length: int = UNKNOWN
    parts: tuple[Kind | None, ...] = ()


_JOINT = Kind("joint")


@dataclass(slots=True)
class Scene:
    """Joints by variable at the end of the entry.

    Attributes:
        joints: variables that hold one joint, in order of the text.
        keyed: subscripts of dictionaries that hold joints.
        lists: variables that hold a list of joints -> its length or `UNKNOWN`.
        rows: variables that hold a list of lists of joints.
        least: joints that are surely there, for naming them by number.
    """

    joints: list[str] = field(default_factory=list)
    keyed: list[str] = field(default_factory=list)
    lists: dict[str, int] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)
    least: int = 0

    def some(self, rng: Rng, count: int) -> list[str]:
        """Different expressions that name joints; at most ``count``."""
        found: list[str] = []
        for _ in range(count * 4):
            text = self._one(rng)
            if text is not None and text not in found:
                found.append(text)
            if len(found) == count:
                break
        return found

    def _one(self, rng: Rng) -> str | None:
        if self.keyed and chance(rng, 0.8):
            return pick(rng, self.keyed)
        weights = len(self.joints) + sum(min(n, 6) if n > 0 else 4 for n in self.lists.values())
        weights += 4 * len(self.rows)
        if not weights:
            return str(whole(rng, 0, self.least - 1)) if self.least > 1 else None
        if rng.random() * weights < len(self.joints):
            return pick(rng, self.joints)
        if self.rows and chance(rng, 0.5 if self.lists else 1.0):
            return f"{pick(rng, self.rows)}[{pick(rng, ('0', '-1'))}][{pick(rng, ('0', '-1'))}]"
        if not self.lists:
            return pick(rng, self.joints) if self.joints else None
        name = pick(rng, list(self.lists))
        return f"{name}[{self._index(rng, self.lists[name])}]"

    @staticmethod
    def _index(rng: Rng, length: int) -> str:
        if length > 0 and chance(rng, 0.8):
            return str(whole(rng, 0, length - 1))
        return pick(
            rng, ("0", "-1", "0", "-1", "1", "-2") if length in (UNKNOWN, 0) else ("0", "-1")
        )


def scene(source: Source) -> Scene:
    """The scene of a program; remembered on the source."""
    known: Scene | None = source.__dict__.get("_scene")
    if known is None:
        known = source.__dict__["_scene"] = _Reader(source).scene()
    return known


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self._returns: dict[str, Kind | None] = {}

    def scene(self) -> Scene:
        result = Scene()
        entry = self.source.entry
        if entry is None:
            return result
        known: dict[str, Kind] = {}
        self._statements(entry.body, known, looped=False)
        for name, kind in known.items():
            if kind == _JOINT:
                result.joints.append(name)
            elif kind.name == "joints" and kind.length != 0:
                result.lists[name] = kind.length
            elif kind.name == "rows":
                result.rows.append(name)
        result.least = max(2, _count(self.source, entry))
        result.keyed = self._keyed(entry)
        grid = grid_of(self.source)
        if grid is not None and not result.joints and not result.lists:
            result.least = max(result.least, grid.columns * grid.rows)
        result.joints += [name for name in self._tied_parameters(entry) if name not in known]
        return result

    def _keyed(self, entry: ast.FunctionDef) -> list[str]:
        """Subscripts with strings that muscles tie: elements of a dictionary of joints."""
        ends = [
            self.source.of(end)
            for call in self.source.muscle_calls
            if self.source.function(call) is entry
            for end in call.args[:2]
            if isinstance(end, ast.Subscript)
            and isinstance(end.slice, ast.Constant)
            and isinstance(end.slice.value, str)
        ]
        return list(dict.fromkeys(ends))

    def _tied_parameters(self, entry: ast.FunctionDef) -> list[str]:
        """Parameters of a helper that its muscles tie: they are joints."""
        tied = {
            end.id
            for call in self.source.muscle_calls
            if self.source.function(call) is entry
            for end in call.args[:2]
            if isinstance(end, ast.Name)
        }
        return [a.arg for a in entry.args.args if a.arg in tied]

    def _statements(self, body: list[ast.stmt], known: dict[str, Kind], looped: bool) -> None:
        for statement in body:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                self._assign(statement.targets[0], statement.value, known)
            elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                if self._kind(statement.value, known) is not None:
                    known[statement.target.id] = Kind("joints")
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                self._append(statement.value, known, looped)
            elif isinstance(statement, ast.For):
                self._loop(statement, known)
            elif isinstance(statement, ast.If):
                self._statements(statement.body, known, looped)
                self._statements(statement.orelse, known, looped)

    def _loop(self, loop: ast.For, known: dict[str, Kind]) -> None:
        inner = dict(known)
        if isinstance(loop.target, ast.Name):
            kind = self._kind(loop.iter, known)
            if kind is not None and kind.name == "joints":
                inner[loop.target.id] = _JOINT
        before = set(known)
        self._statements(loop.body, inner, looped=True)
        # Lists that a loop fills are there afterwards; its own variables hold the last one.
        for name, kind in inner.items():
            if name in before or kind.name in ("joints", "rows"):
                known[name] = kind

    def _assign(self, target: ast.expr, value: ast.expr, known: dict[str, Kind]) -> None:
        kind = self._kind(value, known)
        if isinstance(target, ast.Name):
            if kind is not None:
                known[target.id] = kind
            else:
                known.pop(target.id, None)
        elif isinstance(target, ast.Tuple):
            parts = kind.parts if kind is not None else ()
            for position, part in enumerate(target.elts):
                if not isinstance(part, ast.Name):
                    continue
                found = parts[position] if position < len(parts) else None
                if kind is not None and kind.name == "joints":
                    found = _JOINT
                if found is not None:
                    known[part.id] = found
                else:
                    known.pop(part.id, None)

    def _append(self, call: ast.Call, known: dict[str, Kind], looped: bool) -> None:
        if called(call) != "append" or not call.args or not isinstance(call.func, ast.Attribute):
            return
        if not isinstance(call.func.value, ast.Name):
            return
        name = call.func.value.id
        kind, held = self._kind(call.args[0], known), known.get(name)
        if kind == _JOINT:
            length = held.length if held is not None else UNKNOWN
            grown = UNKNOWN if looped or length == UNKNOWN else length + 1
            known[name] = Kind("joints", grown)
        elif kind is not None and kind.name in ("joints", "parts"):
            known[name] = Kind("rows")

    def _kind(self, value: ast.expr, known: dict[str, Kind]) -> Kind | None:
        if isinstance(value, ast.Name):
            return known.get(value.id)
        if isinstance(value, ast.Call):
            return self._kind_of_call(value)
        if isinstance(value, ast.List | ast.Tuple):
            parts = tuple(self._kind(element, known) for element in value.elts)
            if isinstance(value, ast.Tuple):
                return Kind("parts", len(parts), parts)
            if all(part == _JOINT for part in parts):
                return Kind("joints", len(parts))
            return Kind("rows") if parts and all(p and p.name == "joints" for p in parts) else None
        if isinstance(value, ast.ListComp):
            element = self._kind(value.elt, known)
            if element == _JOINT:
                return Kind("joints", self._length(value))
            return Kind("rows") if element is not None and element.name == "joints" else None
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            left, right = self._kind(value.left, known), self._kind(value.right, known)
            if left is not None and right is not None and left.name == right.name == "joints":
                exact = left.length >= 0 and right.length >= 0
                return Kind("joints", left.length + right.length if exact else UNKNOWN)
        if isinstance(value, ast.Subscript):
            held = self._kind(value.value, known)
            if held is not None and held.name == "joints":
                return Kind("joints") if isinstance(value.slice, ast.Slice) else _JOINT
        return None

    def _kind_of_call(self, call: ast.Call) -> Kind | None:
        name = called(call)
        if name == "add_joint":
            return _JOINT
        if name not in self._returns:
            self._returns[name] = None  # while its body is read: it may call itself
            function = self.source.function_named(name)
            if function is not None:
                self._returns[name] = self._returned(function)
        return self._returns[name]

    def _returned(self, function: ast.FunctionDef) -> Kind | None:
        known: dict[str, Kind] = {}
        self._statements(function.body, known, looped=False)
        for node in reversed(list(ast.walk(function))):
            if isinstance(node, ast.Return) and node.value is not None:
                kind = self._kind(node.value, known)
                if kind is None and "self.joints[-1]" in self.source.of(node.value):
                    return _JOINT
                if kind is not None:
                    return kind
        return None

    def _length(self, value: ast.ListComp) -> int:
        if len(value.generators) != 1 or value.generators[0].ifs:
            return UNKNOWN
        rounds = _rounds(self.source, value.generators[0].iter)
        return rounds if rounds > 1 else UNKNOWN


def _count(source: Source, entry: ast.FunctionDef) -> int:
    """How many joints there are at least, from ranges and calls that the text tells."""
    total = 0
    for call in source.joint_calls:
        function = source.function(call)
        times = 1
        for around in source.ancestors(call):
            if around is function:
                break
            if isinstance(around, ast.For):
                times *= _rounds(source, around.iter)
            elif isinstance(around, ast.ListComp):
                for part in around.generators:
                    times *= _rounds(source, part.iter)
        if function is not entry and function is not None:
            calls = [c for c in source.calls if called(c) == function.name]
            times *= sum(source.function(c) is entry for c in calls)
        total += times
    return total


def _rounds(source: Source, iterated: ast.expr) -> int:
    """How often a loop runs, if its head says so; else 1."""
    if isinstance(iterated, ast.List | ast.Tuple):
        return len(iterated.elts)
    if isinstance(iterated, ast.Call) and called(iterated) == "range":
        bounds = [a.value for a in iterated.args if isinstance(a, ast.Constant)]
        whole_bounds = [bound for bound in bounds if isinstance(bound, int)]
        if len(whole_bounds) == len(iterated.args):
            return len(range(*whole_bounds[:3])) if 0 not in whole_bounds[2:] else 1
    if isinstance(iterated, ast.Name):
        display = _display(source, iterated.id)
        return len(display.elts) if display is not None else 1
    return 1


def _display(source: Source, name: str) -> ast.List | ast.Tuple | None:
    """The list or tuple display that is assigned to a name, if there is one."""
    for node in source.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple):
            target = node.targets[0]
            if isinstance(target, ast.Name) and target.id == name:
                return node.value
    return None


class Grid(NamedTuple):
    """A grid made by one call: joint ``column * rows + row``, ``scale`` metres apart."""

    columns: int
    rows: int
    scale: float


def grid_of(source: Source) -> Grid | None:
    """The grid that make_walker asks for, if its sizes are literals."""
    for call in source.calls:
        values = [a.value for a in call.args if isinstance(a, ast.Constant)]
        if len(call.args) >= 6 and len(values) >= 3 and source.function(call) is source.entry:
            columns, rows, scale = values[:3]
            if type(columns) is int and type(rows) is int and isinstance(scale, int | float):
                return Grid(columns, rows, float(scale)) if columns * rows > 1 else None
    return None


class Box(NamedTuple):
    """Roughly where the walker is, metres."""

    left: float
    low: float
    right: float
    high: float


def rough_box(source: Source) -> Box:
    """From the literals that are coordinates; offsets and factors make it a guess."""
    grid = grid_of(source)
    if grid is not None:
        return Box(0.0, 0.0, (grid.columns - 1) * grid.scale, (grid.rows - 1) * grid.scale)
    xs = [number.value for number in with_role(source, "x") if abs(number.value) <= 40]
    ys = [number.value for number in with_role(source, "y") if abs(number.value) <= 40]
    left, right = (min(xs), max(xs)) if xs else (0.0, 6.0)
    low, high = (min(ys), max(ys)) if ys else (0.0, 5.0)
    return Box(left, low, max(right, left + 2.0), max(high, low + 2.0))


def free_place(source: Source, rng: Rng) -> tuple[float, float]:
    """A place for a joint: inside the walker, beside it, above it; sizes of all kinds result."""
    box = rough_box(source)
    choice = rng.random()
    width, height = box.right - box.left, box.high - box.low
    reach = between(rng, 0.5, 6.0)
    x = between(rng, box.left, box.right)
    y = between(rng, box.low, box.high)
    if choice < 0.25:
        y = box.high + reach
    elif choice < 0.42:
        x = box.right + reach
    elif choice < 0.59:
        x = box.left - reach
    elif choice < 0.66:
        y = box.low - reach / 2
    if chance(rng, 0.05):
        x, y = between(rng, -3, 24), between(rng, 0, 24)
    if not math.isfinite(width + height):
        return 0.0, 0.0
    return min(max(x, -30.0), 40.0), min(max(y, -6.0), 26.0)
