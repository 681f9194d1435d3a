"""What a program's text tells without running it: its names, and what its functions take."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from inspect import Parameter, Signature

from evolution.walkers.creator import walker_creator

Arity = tuple[int, int]  # arguments at least and at most

# What every program finds without an import; see `evolution.sandbox.child`.
_GIVEN = {"walker_creator", "query_cppn", "math", "np", "__name__", "__file__", "__doc__"}
KNOWN_NAMES = frozenset(_GIVEN | set(dir(builtins)))
METHODS = {
    name: inspect.signature(getattr(walker_creator(), name)) for name in ("add_joint", "add_muscle")
}
MATH_ATTRIBUTES = frozenset(name for name in dir(math) if not name.startswith("_"))
USUAL_ATTRIBUTES = frozenset(
    name for name in (*dir(list), *dir(walker_creator)) if not name.startswith("_")
)
USUAL_KEYWORDS = frozenset(name for known in METHODS.values() for name in known.parameters)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a line of a program can name.

    Attributes:
        names: those that are bound where the line stands.
        keywords: names of arguments.
        attributes: known ones; None for general programs, whose objects come from anywhere.
        functions, methods: how many arguments those take that are known for sure.
    """

    names: frozenset[str]
    keywords: frozenset[str]
    attributes: frozenset[str] | None
    functions: Mapping[str, Arity]
    methods: Mapping[str, Arity]


@dataclass(slots=True)
class _Scope:
    """A function's or class's lines, counted from 1, and the names bound in it."""

    first: int
    last: int
    names: set[str]


class ProgramFacts:
    """What each line of a program can name."""

    def __init__(self, everywhere: Facts, scopes: Sequence[_Scope]) -> None:
        self._everywhere = everywhere
        self._scopes = scopes
        self._known: dict[tuple[int, ...], Facts] = {}

    def at(self, line: int) -> Facts:
        """Of a line, counted from 1, or one that is put in front of it."""
        inside = tuple(
            number
            for number, scope in enumerate(self._scopes)
            if scope.first <= line <= scope.last + 1
        )
        if inside not in self._known:
            names = self._everywhere.names.union(*(self._scopes[n].names for n in inside))
            self._known[inside] = replace(self._everywhere, names=names)
        return self._known[inside]


@lru_cache(maxsize=512)
def facts_of(program: str) -> ProgramFacts | None:
    """What the program's lines can name; None where it cannot be told."""
    try:
        tree = ast.parse(program)
        nodes = list(ast.walk(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if has_star_import(nodes):
        return None
    outside = _Scope(0, 0, set())
    scopes = [outside]
    _bind(tree, outside, scopes)
    lines = program.split("\n")
    for scope in scopes[1:]:  # a function goes on where blank lines follow it
        while scope.last < len(lines) and not lines[scope.last].strip():
            scope.last += 1
    bound = set().union(*(scope.names for scope in scopes))
    read = {node.id for node in nodes if isinstance(node, ast.Name)}
    own = own_functions(nodes)
    parameters = {node.arg for node in nodes if isinstance(node, ast.arg)}
    passed = {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    everywhere = Facts(
        # What nothing binds is given from outside, or never reached.
        names=frozenset(KNOWN_NAMES | outside.names | (read - bound)),
        keywords=frozenset(USUAL_KEYWORDS | parameters | passed),
        attributes=_attributes(program, nodes),
        functions={name: _arity(signature) for name, signature in own.items() if signature},
        methods={name: _arity(known) for name, known in METHODS.items() if name not in own},
    )
    return ProgramFacts(everywhere, scopes[1:])


def _attributes(program: str, nodes: Sequence[ast.AST]) -> frozenset[str] | None:
    if not (any(method in program for method in METHODS) or "query_cppn" in program):
        return None
    found = set(USUAL_ATTRIBUTES | MATH_ATTRIBUTES)
    for node in nodes:
        if isinstance(node, ast.Attribute):
            is_of_math = isinstance(node.value, ast.Name) and node.value.id == "math"
            found |= set() if is_of_math else {node.attr}
        elif isinstance(node, ast.ClassDef):
            found |= {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
    return frozenset(found)


def _bind(node: ast.AST, scope: _Scope, scopes: list[_Scope]) -> None:
    """Enter the names that are bound below a node; new scopes are added."""
    for child in ast.iter_child_nodes(node):
        inner = scope
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                scope.names.add(child.name)
                inner = _Scope(child.lineno, child.end_lineno or child.lineno, set())
                scopes.append(inner)
            case ast.Name(ctx=ast.Store()):
                scope.names.add(child.id)
            case ast.arg():
                scope.names.add(child.arg)
            case ast.alias():
                scope.names.add((child.asname or child.name).partition(".")[0])
            case ast.ExceptHandler(name=str(name)):
                scope.names.add(name)
            case ast.Global():
                scopes[0].names.update(child.names)
        _bind(child, inner, scopes)


def has_star_import(nodes: Sequence[ast.AST]) -> bool:
    """Whether it is anybody's guess what names there are."""
    imports = (node for node in nodes if isinstance(node, ast.ImportFrom))
    return any(alias.name == "*" for node in imports for alias in node.names)


def own_functions(nodes: Sequence[ast.AST]) -> dict[str, Signature | None]:
    """Functions by name; None where the name can also be something else."""
    bound: Counter[str] = Counter()
    found: dict[str, Signature | None] = {}
    classes = (node for node in nodes if isinstance(node, ast.ClassDef))
    methods = {id(child) for node in classes for child in node.body}
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound[node.id] += 1
        elif isinstance(node, ast.arg):
            bound[node.arg] += 1
        elif isinstance(node, ast.alias):
            bound[node.asname or node.name] += 1
        elif isinstance(node, ast.ClassDef):
            bound[node.name] += 1
        elif isinstance(node, ast.FunctionDef):
            is_plain = not node.decorator_list and id(node) not in methods
            bound[node.name] += 1
            found[node.name] = _signature(node.args) if is_plain else None
    return {name: found[name] if bound[name] == 1 else None for name in found}


def _signature(arguments: ast.arguments) -> Signature:
    plain = [*arguments.posonlyargs, *arguments.args]
    first_default = len(plain) - len(arguments.defaults)
    parameters = [
        Parameter(
            argument.arg,
            Parameter.POSITIONAL_ONLY
            if at < len(arguments.posonlyargs)
            else Parameter.POSITIONAL_OR_KEYWORD,
            default=None if at >= first_default else Parameter.empty,
        )
        for at, argument in enumerate(plain)
    ]
    if arguments.vararg:
        parameters.append(Parameter(arguments.vararg.arg, Parameter.VAR_POSITIONAL))
    parameters += [
        Parameter(
            argument.arg,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if default is None else None,
        )
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg:
        parameters.append(Parameter(arguments.kwarg.arg, Parameter.VAR_KEYWORD))
    return Signature(parameters)


def _arity(signature: Signature) -> Arity:
    """How many arguments a call has at least and at most."""
    many = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    single = [p for p in signature.parameters.values() if p.kind not in many]
    least = sum(parameter.default is Parameter.empty for parameter in single)
    is_open = len(single) < len(signature.parameters)
    return least, 1_000 if is_open else len(single)
