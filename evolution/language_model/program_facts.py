"""What a program's text tells without running it: its names, and what its functions take."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
USUAL_NAMES = KNOWN_NAMES | {name for known in METHODS.values() for name in known.parameters}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a program's lines can name.

    Attributes:
        names: known ones.
        attributes: known ones; None for general programs, whose objects come from anywhere.
        functions, methods: how many arguments those take that are known for sure.
    """

    names: frozenset[str]
    attributes: frozenset[str] | None
    functions: Mapping[str, Arity]
    methods: Mapping[str, Arity]


@lru_cache(maxsize=512)
def facts_of(program: str) -> Facts | None:
    """What the program's lines can name; None where it cannot be told."""
    try:
        nodes = list(ast.walk(ast.parse(program)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if has_star_import(nodes):
        return None
    names = set(USUAL_NAMES)
    attributes = set(USUAL_ATTRIBUTES | MATH_ATTRIBUTES)
    for node in nodes:
        names |= _names(node)
        if isinstance(node, ast.Attribute):
            is_of_math = isinstance(node.value, ast.Name) and node.value.id == "math"
            attributes |= set() if is_of_math else {node.attr}
        elif isinstance(node, ast.ClassDef):
            attributes |= {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
    own = own_functions(nodes)
    functions = {name: _arity(signature) for name, signature in own.items() if signature}
    methods = {name: _arity(known) for name, known in METHODS.items() if name not in own}
    is_walker = any(method in program for method in METHODS) or "query_cppn" in program
    known = frozenset(attributes) if is_walker else None
    return Facts(frozenset(names), known, functions, methods)


def _names(node: ast.AST) -> set[str]:
    """Names that a node of the tree reads, binds or passes."""
    match node:
        case ast.Name():
            return {node.id}
        case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
            return {node.name}
        case ast.arg():
            return {node.arg}
        case ast.keyword():
            return {node.arg} if node.arg else set()
        case ast.alias():
            return {(node.asname or node.name).partition(".")[0]}
        case ast.ExceptHandler():
            return {node.name} if node.name else set()
    return set()


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
