"""What can be told of a program without running it: names and calls that cannot work.

Most programs that a model spoils name something that is not there, or call a function
with the wrong arguments. Telling takes a millisecond; running them takes more, and the
operator can put a better sibling in their place.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from inspect import Parameter, Signature

from evolution.walkers.creator import walker_creator

# What every program finds without an import; see `evolution.sandbox.child`.
_GIVEN = {"walker_creator", "query_cppn", "math", "np", "__name__", "__file__", "__doc__"}
_KNOWN = _GIVEN | set(dir(builtins))
_METHODS = {
    name: inspect.signature(getattr(walker_creator(), name)) for name in ("add_joint", "add_muscle")
}


@lru_cache(maxsize=512)
def static_problems(program: str) -> dict[str, int]:
    """What cannot work, in words, and the line where it is first met.

    A line that is never reached does no harm, so a program that works may have some:
    compare a child's with its parent's.

    Args:
        program: must compile.
    """
    try:
        tree = ast.parse(program)
        table = symtable.symtable(program, "<program>", "exec")
    except (RecursionError, MemoryError):
        return {}
    nodes = list(ast.walk(tree))  # once: walking takes the most time
    found = dict(_bad_calls(nodes))
    unknown = set() if _has_star_import(nodes) else _unknown_names(table)
    for node in nodes if unknown else ():
        if isinstance(node, ast.Name) and node.id in unknown and isinstance(node.ctx, ast.Load):
            found.setdefault(f"there is no {node.id}", node.lineno)
    return found


def _has_star_import(nodes: Sequence[ast.AST]) -> bool:
    """Whether it is anybody's guess what names there are."""
    imports = (node for node in nodes if isinstance(node, ast.ImportFrom))
    return any(alias.name == "*" for node in imports for alias in node.names)


def _unknown_names(table: symtable.SymbolTable) -> set[str]:
    """Names that are read and that nothing in the program gives a value."""
    tables = list(_tables(table))
    given = set(_KNOWN)
    for scope in tables:
        for symbol in scope.get_symbols():
            is_bound = symbol.is_assigned() or symbol.is_imported()
            if is_bound and (scope is table or symbol.is_declared_global()):
                given.add(symbol.get_name())
    return {
        symbol.get_name()
        for scope in tables
        for symbol in scope.get_symbols()
        if symbol.is_referenced()
        and (symbol.is_global() or scope is table)
        and symbol.get_name() not in given
    }


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _bad_calls(nodes: Sequence[ast.AST]) -> Iterator[tuple[str, int]]:
    """Calls of the program's own functions, and of a creator's methods, that none takes."""
    signatures = _own_functions(nodes)
    methods = {name: known for name, known in _METHODS.items() if name not in signatures}
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        signature: Signature | None = None
        name = ""
        if isinstance(node.func, ast.Name):
            name = node.func.id
            signature = signatures.get(name)
        elif isinstance(node.func, ast.Attribute):
            name = node.func.attr
            signature = methods.get(name)
        if signature is not None and not _takes(signature, node):
            yield f"{name} takes other arguments", node.lineno


def _own_functions(nodes: Sequence[ast.AST]) -> dict[str, Signature | None]:
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


def _takes(signature: Signature, call: ast.Call) -> bool:
    keywords = {keyword.arg: None for keyword in call.keywords if keyword.arg}
    if len(keywords) < len(call.keywords) or any(isinstance(a, ast.Starred) for a in call.args):
        return True  # unpacked: only running it tells
    try:
        signature.bind(*call.args, **keywords)
    except TypeError:
        return False
    return True
