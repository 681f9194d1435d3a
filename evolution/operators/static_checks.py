"""What can be told of a program without running it: names and calls that cannot work.

Most programs that a model spoils name something that is not there, or call a function
with the wrong arguments. Telling takes a millisecond; running them takes more, and the
operator can put a better sibling in their place.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Sequence
from functools import lru_cache
from inspect import Signature

from evolution.language_model.program_facts import (
    KNOWN_NAMES,
    METHODS,
    has_star_import,
    own_functions,
)


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
    unknown = set() if has_star_import(nodes) else _unknown_names(table)
    for node in nodes if unknown else ():
        if isinstance(node, ast.Name) and node.id in unknown and isinstance(node.ctx, ast.Load):
            found.setdefault(f"there is no {node.id}", node.lineno)
    return found


def _unknown_names(table: symtable.SymbolTable) -> set[str]:
    """Names that are read and that nothing in the program gives a value."""
    tables = list(_tables(table))
    given = set(KNOWN_NAMES)
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
    signatures = own_functions(nodes)
    methods = {name: known for name, known in METHODS.items() if name not in signatures}
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


def _takes(signature: Signature, call: ast.Call) -> bool:
    keywords = {keyword.arg: None for keyword in call.keywords if keyword.arg}
    if len(keywords) < len(call.keywords) or any(isinstance(a, ast.Starred) for a in call.args):
        return True  # unpacked: only running it tells
    try:
        signature.bind(*call.args, **keywords)
    except TypeError:
        return False
    return True
