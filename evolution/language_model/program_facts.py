"""What a program's text tells without running it: its names, and what its functions take."""

from __future__ import annotations

import ast
import builtins
import inspect
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from inspect import Parameter, Signature

from evolution.language_model.name_use import NameUse
from evolution.language_model.scopes import Scope, scopes_of
from evolution.walkers.creator import walker_creator

Arity = tuple[int, int]  # arguments at least and at most

# What every program finds without an import; see `evolution.sandbox.child`.
_GIVEN = {"walker_creator", "query_cppn", "math", "np", "__name__", "__file__", "__doc__"}
KNOWN_NAMES = frozenset(_GIVEN | set(dir(builtins)))
METHODS = {
    name: inspect.signature(getattr(walker_creator(), name)) for name in ("add_joint", "add_muscle")
}
MATH_ATTRIBUTES = frozenset(name for name in dir(math) if not name.startswith("_"))
# What walker programs use of them; a model that may name the others only strays into them.
_USED = (
    "abs all any bool dict enumerate float int isinstance len list max min range reversed round "
    "set sorted str sum tuple zip walker_creator query_cppn math np"
)
WALKER_NAMES = frozenset(_USED.split())
MODULES = frozenset({"math", "np"})
USUAL_ATTRIBUTES = frozenset(
    name for name in (*dir(list), *dir(walker_creator)) if not name.startswith("_")
)
USUAL_KEYWORDS = frozenset(name for known in METHODS.values() for name in known.parameters)


_CALLED = {"abs", "enumerate", "len", "max", "min", "range", "reversed", "round", "sum", "zip"}
# Of the others a call may add to the walker.
_EFFECTLESS = (WALKER_NAMES - {"query_cppn"}) | MATH_ATTRIBUTES | {"add_joint"}
_FUNCTIONS = _CALLED | METHODS.keys() | (MATH_ATTRIBUTES - {"e", "inf", "nan", "pi", "tau"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a line of a program can name.

    Attributes:
        names: those that are bound where the line stands, and before it.
        given: those that need no binding, `KNOWN_NAMES` or `WALKER_NAMES`; part of ``names``.
        keywords: names of arguments.
        attributes: of objects; None for general programs, whose objects come from anywhere.
        of_numpy: attributes of the module.
        functions, methods: how many arguments those take that are known for sure.
        definitions: how many the functions take that a walker program has now. People who
            give one a further parameter change its calls, too, which stand further down;
            models forget them.
        called: names of functions that a walker program only ever calls.
    """

    names: frozenset[str]
    keywords: frozenset[str]
    attributes: frozenset[str] | None
    functions: Mapping[str, Arity]
    methods: Mapping[str, Arity]
    definitions: Mapping[str, Arity] = field(default_factory=dict)
    called: frozenset[str] = frozenset()
    given: frozenset[str] = KNOWN_NAMES
    of_numpy: frozenset[str] = frozenset()


class ProgramFacts:
    """What each line of a program can name.

    Args:
        everywhere: what all lines can.
        scopes: the module, whose names functions see all, as they are called later; then the
            functions, classes and expressions.
        names: what edits do to the program's names.
    """

    def __init__(self, everywhere: Facts, scopes: Sequence[Scope], names: NameUse) -> None:
        self.names = names
        self._everywhere = everywhere
        self._module, *self._scopes = scopes
        self._lines: dict[int, Facts] = {}
        self._known: dict[frozenset[str], Facts] = {}

    @property
    def is_walker(self) -> bool:
        """Whether it is a walker's program, in which all that counts is the walker."""
        return self._everywhere.attributes is not None

    def at(self, line: int) -> Facts:
        """Of a line, counted from 1, or one that is put in front of it."""
        if line not in self._lines:
            names = self._everywhere.names.union(self._seen(line))
            if names not in self._known:
                self._known[names] = replace(self._everywhere, names=names)
            self._lines[line] = self._known[names]
        return self._lines[line]

    def _seen(self, line: int) -> Iterator[str]:
        bodies = (scope for scope in self._scopes if not scope.is_expression)
        is_inside = any(scope.first < line <= scope.last + 1 for scope in bodies)
        yield from self._module.names if is_inside else self._module.at(line)
        for scope in self._scopes:
            yield from scope.at(line)


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
    lines = program.split("\n")
    scopes, reads = scopes_of(tree, len(lines))
    for scope in scopes[1:]:  # a function goes on where blank lines follow it
        while scope.last < len(lines) and not lines[scope.last].strip():
            scope.last += 1
    bound = set().union(*(scope.names for scope in scopes))
    own = own_functions(nodes)
    parameters = {node.arg for node in nodes if isinstance(node, ast.arg)}
    passed = {node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg}
    attributes = _attributes(program, nodes)
    given = KNOWN_NAMES if attributes is None else WALKER_NAMES
    everywhere = Facts(
        # What nothing binds is given from outside, or never reached.
        names=given | (reads.keys() - bound),
        keywords=frozenset(USUAL_KEYWORDS | parameters | passed),
        attributes=attributes,
        functions={name: _arity(signature) for name, signature in own.items() if signature},
        methods={name: _arity(known) for name, known in METHODS.items() if name not in own},
        definitions={} if attributes is None else _definitions(nodes),
        called=frozenset() if attributes is None else _only_called(nodes),
        given=given,
        of_numpy=MATH_ATTRIBUTES | _attributes_of({"np"}, nodes),
    )
    return ProgramFacts(everywhere, scopes, NameUse(scopes, reads, _EFFECTLESS))


def _definitions(nodes: Sequence[ast.AST]) -> dict[str, Arity]:
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return {node.name: _arity(_signature(node.args)) for node in functions}


def _only_called(nodes: Sequence[ast.AST]) -> frozenset[str]:
    """Functions of Python, of math and of creators but those that are passed or named anew."""
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    values = [node for node in nodes if id(node) not in called]
    names = {node.id for node in values if isinstance(node, ast.Name)}
    names |= {node.attr for node in values if isinstance(node, ast.Attribute)}
    names |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return frozenset(_FUNCTIONS - names)


def _attributes(program: str, nodes: Sequence[ast.AST]) -> frozenset[str] | None:
    if not (any(method in program for method in METHODS) or "query_cppn" in program):
        return None
    classes = (node for node in nodes if isinstance(node, ast.ClassDef))
    methods = (child for node in classes for child in node.body)
    own = {child.name for child in methods if isinstance(child, ast.FunctionDef)}
    every = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return frozenset(USUAL_ATTRIBUTES | own | (every - _attributes_of(MODULES, nodes)))


def _attributes_of(modules: Collection[str], nodes: Sequence[ast.AST]) -> frozenset[str]:
    return frozenset(
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
    )


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
