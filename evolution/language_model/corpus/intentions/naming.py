"""Refactorings: the walker stays, names and functions change."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from evolution.language_model.corpus.chance import Rng, chance, pick, whole
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.roles import numbers
from evolution.language_model.corpus.source import Source, Splice, called

_NEW_NAMES = (
    "joints", "points", "nodes", "hip", "knee", "foot", "body", "frame", "spine", "left", "right",
    "upper", "lower", "front", "back", "center", "hub", "tip", "first", "last", "size", "width",
    "height", "count", "radius", "step", "gap", "amp", "phase", "edges", "links", "corners", "x0",
)  # fmt: skip
_KEPT = {"self", "walker_creator", "query_cppn", "math", "np", "make_walker", "range", "len"}


def _places_of(source: Source, name: str) -> list[Splice]:
    """Every place where a name is spelled as a variable, a parameter, a keyword or a function."""
    found: list[Splice] = []
    for node in source.nodes:
        if isinstance(node, ast.Name) and node.id == name:
            found.append((source.start(node), source.end(node), name))
        elif (isinstance(node, ast.arg) and node.arg == name) or (
            isinstance(node, ast.keyword) and node.arg == name
        ):
            start = source.start(node)
            found.append((start, start + len(name), name))
        elif isinstance(node, ast.FunctionDef) and node.name == name:
            start = source.start(node) + len("def ")
            found.append((start, start + len(name), name))
    return sorted(set(found))


def _renamed(source: Source, old: str, new: str) -> Edit:
    splices = [(start, end, new) for start, end, _ in _places_of(source, old)]
    return Edit(source.spliced(splices), {"old": old, "new": new})


def rename_variable(source: Source, rng: Rng) -> Edit | None:
    attributes = {n.attr for n in source.nodes if isinstance(n, ast.Attribute)}
    names = sorted(
        {n.id for n in source.names if isinstance(n.ctx, ast.Store)} - _KEPT - attributes
    )
    names = [n for n in names if n not in ("is_distance", "amplitude")]
    if not names:
        return None
    old = pick(rng, names)
    choice = rng.random()
    if old == source.creator:
        new = pick(rng, ("wc", "creator", "w", "builder", "walker"))
    elif choice < 0.25 and not old[-1].isdigit():
        new = f"{old}_{pick(rng, ('joint', 'list', 'point', 'value', 'a'))}"
    elif choice < 0.35 and "_" in old:
        new = old.split("_")[0]
    else:
        new = pick(rng, _NEW_NAMES)
    if new in source.identifiers or len(_places_of(source, old)) > 14:
        return None
    return _renamed(source, old, new)


def rename_function(source: Source, rng: Rng) -> Edit | None:
    names = [f.name for f in source.functions if f.name not in _KEPT and not f.name.startswith("_")]
    methods = {n.attr for n in source.nodes if isinstance(n, ast.Attribute)}
    names = [name for name in names if name not in methods]
    if not names:
        return None
    old = pick(rng, names)
    stem = old.split("_")[-1]
    new = pick(
        rng,
        (f"add_{stem}", f"make_{stem}", f"build_{stem}", f"{stem}s", f"new_{stem}", f"{old}_at"),
    )
    return None if new in source.identifiers else _renamed(source, old, new)


_CONSTANTS = {
    "x": ("offset", "gap", "dx", "x0"),
    "y": ("height", "rise", "dy", "y0"),
    "size": ("size", "scale", "radius"),
    "amplitude": ("amp", "strength", "swing"),
    "phase": ("phase", "delay", "shift"),
    "count": ("n", "count", "segments"),
    "other": ("value", "factor", "limit"),
}


def extract_constant(source: Source, rng: Rng) -> Edit | None:
    """A number of make_walker becomes a variable at its top, wherever it stands in there."""
    entry = source.entry
    if entry is None:
        return None
    inside = [
        n
        for n in numbers(source)
        if n.role != "index"
        and source.start(entry.body[0]) <= n.start < source.end(entry)
        and not source.text[: n.start].endswith(" = ")
    ]
    if not inside:
        return None
    number = pick(rng, inside)
    text = source.text[number.start : number.end]
    alike = [n for n in inside if source.text[n.start : n.end] == text and n.role == number.role]
    if text.startswith("-") or len(alike) > 12:
        return None
    name = source.fresh(*_CONSTANTS[number.role])
    first = next((s for s in entry.body if not _is_docstring(s)), entry.body[0])
    anchor = first if first is not entry.body[-1] else entry.body[0]
    splices: list[Splice] = [(n.start, n.end, name) for n in alike]
    if any(start < source.end(anchor) for start, _, _ in splices):
        return None
    splices.append(source.after(anchor, [f"{name} = {text}"]))
    return Edit(source.spliced(splices), {"new": name, "old": text})


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def inline_variable(source: Source, rng: Rng) -> Edit | None:
    """A variable that holds a number, set once, is replaced by the number."""
    stores: dict[str, int] = {}
    for node in source.names:
        if isinstance(node.ctx, ast.Store):
            stores[node.id] = stores.get(node.id, 0) + 1
    parameters = {n.arg for n in source.nodes if isinstance(n, ast.arg)}
    spots = [
        s
        for s in source.nodes
        if isinstance(s, ast.Assign)
        and isinstance(s.targets[0], ast.Name)
        and isinstance(s.value, ast.Constant)
        and type(s.value.value) in (int, float)
        and stores.get(s.targets[0].id) == 1
        and s.targets[0].id not in parameters
    ]
    if not spots:
        return None
    statement = pick(rng, spots)
    assert isinstance(statement.targets[0], ast.Name)
    name, text = statement.targets[0].id, source.of(statement.value)
    uses = [n for n in source.names if n.id == name and isinstance(n.ctx, ast.Load)]
    gone = source.without(statement)
    if gone is None or not 1 <= len(uses) <= 6:
        return None
    splices = [source.replace(use, text) for use in uses]
    return Edit(source.spliced([gone, *splices]), {"old": name, "new": text})


# --- functions ------------------------------------------------------------------------------


def extract_function(source: Source, rng: Rng) -> Edit | None:
    """A run of statements of make_walker becomes a function; what it needs is passed."""
    entry = source.entry
    if entry is None or len(entry.body) < 5:
        return None
    first = whole(rng, 1, len(entry.body) - 3)
    run = entry.body[first : first + whole(rng, 2, 7)]
    if source.finish in run:
        run = run[: run.index(source.finish)]
    if len(run) < 2 or not all(_movable(source, s) for s in run):
        return None
    before = _stored(entry.body[:first])
    after = _loaded(entry.body[first + len(run) :])
    taken = [name for name in _in_order(run, ast.Load) if name in before]
    given = [name for name in _in_order(run, ast.Store) if name in after]
    if len(taken) > 5 or len(given) > 3:
        return None
    makes = any("add_joint" in source.of(s) for s in run)
    name = source.fresh(
        pick(
            rng,
            ("make_body", "add_part", "build_frame")
            if makes
            else ("add_muscles", "tie", "connect_up"),
        ),
        "helper",
    )
    column = run[0].col_offset
    start, end = source.line_start(run[0].lineno), source.line_start((run[-1].end_lineno or 0) + 1)
    lines = [line[column:] for line in source.text[start : end - 1].split("\n")]
    body = [f"def {name}({', '.join(taken)}):", *(f"    {x}" if x else "" for x in lines)]
    body += [f"    return {', '.join(given)}"] if given else []
    call = f"{name}({', '.join(taken)})"
    line = " " * column + (f"{', '.join(given)} = {call}" if given else call) + "\n"
    gap = "\n\n" if "\n\n\ndef" in source.text else "\n"
    top = source.line_start(entry.lineno)
    splices = [(top, top, "\n".join(body) + "\n" + gap), (start, end, line)]
    return Edit(source.spliced(splices), {"name": name})


def _movable(source: Source, statement: ast.stmt) -> bool:
    kinds = ast.Assign | ast.Expr | ast.For | ast.AugAssign
    return isinstance(statement, kinds) and source.owns_lines(statement)


def _in_order(statements: list[ast.stmt], context: type[ast.expr_context]) -> list[str]:
    found: dict[str, None] = {}
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, context):
                found[node.id] = None
    return list(found)


def _stored(statements: list[ast.stmt]) -> set[str]:
    defined = {s.name for s in statements if isinstance(s, ast.FunctionDef)}
    return set(_in_order(statements, ast.Store)) | defined


def _loaded(statements: list[ast.stmt]) -> set[str]:
    return set(_in_order(statements, ast.Load))


def default_argument(source: Source, rng: Rng) -> Edit | None:
    """A number inside a helper becomes a parameter with that number as its default."""
    helpers = [f for f in source.functions if f is not source.entry and f.name != "__init__"]
    if not helpers:
        return None
    function = pick(rng, helpers)
    inside = [
        n
        for n in numbers(source)
        if source.start(function.body[0]) <= n.start < source.end(function)
        and n.role in ("x", "y", "size", "amplitude", "phase", "other")
        and not source.text[n.start : n.end].startswith("-")
    ]
    if not inside or function.args.vararg or function.args.kwarg:
        return None
    number = pick(rng, inside)
    text = source.text[number.start : number.end]
    name = source.fresh(*_CONSTANTS[number.role])
    head = source.text[source.start(function) : source.start(function.body[0])]
    close = source.start(function) + head.rindex(")")
    comma = ", " if function.args.args else ""
    splices = [(close, close, f"{comma}{name}={text}"), (number.start, number.end, name)]
    return Edit(source.spliced(splices), {"name": function.name, "new": name, "old": text})


def drop_argument(source: Source, rng: Rng) -> Edit | None:
    """The last argument, if every call gives the same, becomes the parameter's default."""
    for function in source.functions:
        arguments = function.args.args
        calls = [c for c in source.calls if called(c) == function.name]
        if not arguments or function.args.defaults or not calls:
            continue
        given = [c.args[-1] for c in calls if len(c.args) == len(arguments) and not c.keywords]
        texts = {source.of(value) for value in given}
        if len(given) < len(calls) or len(texts) != 1 or not isinstance(given[0], ast.Constant):
            continue
        (text,) = texts
        end = source.end(arguments[-1])
        splices: list[Splice] = [(end, end, f"={text}")]
        for call in calls:
            start = source.end(call.args[-2]) if len(call.args) > 1 else source.start(call.args[0])
            splices.append((start, source.end(call.args[-1]), ""))
        values = {"name": function.name, "new": arguments[-1].arg, "old": text}
        return Edit(source.spliced(splices), values)
    return default_argument(source, rng)


def either_argument(source: Source, rng: Rng) -> Edit | None:
    return default_argument(source, rng) if chance(rng, 0.7) else drop_argument(source, rng)


def name_arguments(source: Source, rng: Rng) -> Edit | None:
    """Amplitude and phase by keyword, everywhere."""
    calls = [c for c in source.muscle_calls if len(c.args) == 5]
    if not calls or any(re.search(r"\bamplitude=", source.of(c)) for c in calls):
        return None
    splices: list[Splice] = []
    for call in calls:
        for value, keyword in zip(call.args[3:], ("amplitude", "phase"), strict=True):
            start = source.start(value)
            splices.append((start, start, f"{keyword}="))
    return Edit(source.spliced(splices))


def _kind(
    name: str,
    make: Callable[[Source, Rng], Edit | None],
    weight: float,
    text: Callable[[Change], bool],
    *patterns: str,
) -> Intention:
    return Intention(
        name,
        wordings(*patterns),
        make,
        lambda c: c.same_walker,
        text,
        weight=weight,
        keeps_walker=True,
        generic=0.03,
    )


NAMING = (
    _kind(
        "rename-variable", rename_variable, 1.2, lambda c: not c.numbers_only and c.growth == 0,
        "Rename {old} to {new}",
        "[Rename|Renamed] [a variable|one variable|variable]",
        "[Better|Clearer|Another] [name|variable name]",
        "[Call|Name] {old} {new}",
        "Rename variable {old} to {new}",
        "[Use the name|Name it] {new} [instead of|rather than] {old}",
        "[Clearer|Better] names",
        "{old} -> {new}",
        "[Improve|Change] [naming|a name|variable naming]",
    ),
    _kind(
        "rename-function", rename_function, 0.7, lambda c: not c.numbers_only and c.growth == 0,
        "Rename {old} to {new}",
        "[Rename|Renamed] [a function|one function|the function|the helper]",
        "[Better|Clearer|Another] [function name|name for the helper]",
        "[Rename|Renamed] `{old}` to `{new}`",
        "Rename function {old} to {new}",
        "[Use the name|Name it] {new} [instead of|rather than] {old}",
    ),
    _kind(
        "extract-constant", extract_constant, 1.0, lambda c: c.growth == 1,
        "[Extract|Introduce|Add] [a variable|a constant|variable|constant] {new}",
        "[Give|Give the number] {old} a name",
        "[Extract|Pull out|Introduce] [a constant|a variable|a parameter]",
        "[Name|Extract] [a number|a magic number|the magic number]",
        "[No|Avoid] magic [number|numbers]",
        "[Store|Keep|Put] {old} in {new}",
    ),
    _kind(
        "inline-variable", inline_variable, 0.7, lambda c: c.growth == -1,
        "Inline {old}",
        "[Inline|Remove] [a variable|a constant|the variable|one variable]",
        "[Use|Write] the [number|value] [itself|directly]",
        "[Replace|Substitute] {old} [by|with] [its value|{new}]",
        "[Do without|Remove|Drop] {old}",
    ),
    _kind(
        "extract-function", extract_function, 1.5, lambda c: c.count("def") >= 1,
        "Extract [a function|a helper|helper|function|method]",
        "[Extract|Introduce|Add] {name}",
        "[Extract|Move] [a part|code|some lines|statements] into [a function|a helper|{name}]",
        "[Split|Break up] make_walker",
        "[Pull|Move] [code|a part] out of make_walker",
        "[Introduce|Add] [a helper|a function]",
        "Extract `{name}`[| from make_walker]",
    ),
    _kind(
        "add-default-argument", either_argument, 0.9, lambda c: c.count("def") == 0,
        "[Add|Introduce] [a parameter|an argument|a default argument|an optional argument]",
        "[Add|Introduce] [parameter|argument|default argument|optional argument] {new}",
        "[Make|Turn] {old} [a parameter|an argument|configurable]",
        "[Default|Give a default] for {new}",
        "[Let|Allow] callers [to|] choose {new}",
        "[Parameterize|Parametrise] {name}",
        "Add `{new}` to `{name}`",
    ),
    _kind(
        "use-keywords", name_arguments, 0.5, lambda c: c.count("amplitude") >= 1,
        "[Use|Write] keyword arguments[| for muscles|| for amplitude and phase]",
        "[Name|Spell out] [the arguments|arguments|amplitude and phase]",
        "[Pass|Give] amplitude and phase by [name|keyword]",
        "[Clearer|More readable] calls of add_muscle",
        "[Keyword|Named] arguments",
    ),
)  # fmt: skip
