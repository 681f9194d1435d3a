"""Edits that put code into loops, take it out of them, or repeat a part with an offset."""

from __future__ import annotations

import ast
import re

from evolution.language_model.corpus.chance import Rng, between, chance, pick, whole
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import (
    digits_of,
    known_joints,
    loop_variable,
    muscle,
    text_of,
    ties,
)
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.references import scene
from evolution.language_model.corpus.roles import Number, numbers
from evolution.language_model.corpus.source import Source, called


def repeat(source: Source, rng: Rng) -> Edit | None:
    """A joint with its muscles, or a call of a helper, repeated in a loop with an offset."""
    entry = source.entry
    if entry is None or source.finish is None:
        return None
    spots = [s for s in entry.body if _makes_joints(source, s) and source.owns_lines(s)]
    if not spots:
        return None
    statement = pick(rng, spots)
    at = entry.body.index(statement)
    run = [statement]
    name = _target(statement)
    for following in entry.body[at + 1 : at + 5]:
        if not name or not _is_muscle(following) or name not in _loaded(following):
            break
        if not _loaded(following) <= _bound(entry.body[:at]) | {name, source.creator}:
            break
        run.append(following)
    k = loop_variable(source)
    count = whole(rng, 2, 6)
    shift = _shifted(source, rng, statement, k)
    if shift is None:
        return None
    lines = [f"for {k} in range({count}):"]
    lines += _reindented(source, run, shift)
    if len(run) == 1 and name:
        others = [text for text in known_joints(source, rng, 3) if _before(source, text, at)]
        if not others:
            return None
        if scene(source).joints.count(name):
            lines += [f"    {line}" for line in ties(source, rng, name, others[:2])]
        elif name in scene(source).lists:
            lines.append(f"    {muscle(source, rng, f'{name}[0]', others[0])}")
    start = source.line_start(run[0].lineno)
    end = source.line_start((run[-1].end_lineno or 0) + 1)
    indent = " " * statement.col_offset
    text = "".join(f"{indent}{line}\n" for line in lines)
    values = {"count": str(count), **({"name": name} if name else {})}
    return Edit(source.spliced([(start, end, text)]), values)


def _makes_joints(source: Source, statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Assign | ast.Expr) or not isinstance(
        statement.value, ast.Call
    ):
        return False
    name = called(statement.value)
    function = source.function_named(name)
    if name == "add_joint":
        return isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    return (
        function is not None and "add_joint" in source.of(function) and bool(statement.value.args)
    )


def _target(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""


def _is_muscle(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and called(statement.value) == "add_muscle"
    )


def _loaded(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _bound(statements: list[ast.stmt]) -> set[str]:
    return {
        n.id
        for statement in statements
        for n in ast.walk(statement)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _before(source: Source, text: str, at: int) -> bool:
    """Whether what names a joint is bound before the entry's statement number ``at``."""
    assert source.entry is not None
    name = re.match(r"[A-Za-z_]\w*", text)
    return name is not None and name.group() in _bound(source.entry.body[:at])


def _shifted(source: Source, rng: Rng, statement: ast.stmt, k: str) -> tuple[Number, str] | None:
    """A coordinate in the statement that grows with the loop's index: where, and its new text."""
    start, end = source.start(statement), source.end(statement)
    found = [n for n in numbers(source) if start <= n.start < end and n.role in ("x", "y")]
    if not found:
        return None
    across = [n for n in found if n.role == "x"]
    number = pick(rng, across) if across and chance(rng, 0.7) else pick(rng, found)
    step = text_of(between(rng, 0.6, 4.0) * pick(rng, (1, 1, -1)), max(1, digits_of(source)))
    old = source.text[number.start : number.end]
    sign = "+" if not step.startswith("-") else "-"
    if number.value == 0:
        return number, f"{k} * {step}"
    return number, f"{old} {sign} {k} * {step.lstrip('-')}"


def _reindented(source: Source, run: list[ast.stmt], shift: tuple[Number, str]) -> list[str]:
    """The statements' lines, one level deeper, with the coordinate replaced."""
    first = source.line_start(run[0].lineno)
    last = source.line_start((run[-1].end_lineno or 0) + 1) - 1
    number, new = shift
    text = source.text[first : number.start] + new + source.text[number.end : last]
    column = run[0].col_offset
    return [f"    {line[column:]}" for line in text.split("\n")]


def duplicate(source: Source, rng: Rng) -> Edit | None:
    """A call of a helper once more, moved; tied to what is there."""
    entry, finish = source.entry, source.finish
    if entry is None or finish is None:
        return None
    calls = [
        s
        for s in entry.body
        if _makes_joints(source, s)
        and isinstance(s, ast.Assign | ast.Expr)
        and called(s.value) != "add_joint"  # type: ignore[arg-type]
    ]
    if not calls:
        return _duplicate_joints(source, rng)
    statement = pick(rng, calls)
    text = source.of(statement)
    start = source.start(statement)
    own = [n for n in numbers(source) if start <= n.start < source.end(statement)]
    moving = [n for n in own if n.role in ("x", "y", "size", "phase")]
    if not moving:
        return None
    first = next((n for n in moving if n.role in ("x", "y")), moving[0])
    for number in sorted({first, pick(rng, moving)}, key=lambda n: -n.start):
        old = text[number.start - start : number.end - start]
        by = between(rng, 1.0, 8.0) * pick(rng, (1, 1, 1, -1))
        digits = len(old.split(".")[1]) if "." in old else 0
        new = text_of(number.value + (by if number.role != "phase" else 1.57), max(digits, 0))
        text = text[: number.start - start] + new + text[number.end - start :]
    name = _target(statement)
    lines, values = [text], {}
    if name:
        new_name = source.fresh(f"other_{name}" if chance(rng, 0.3) else f"{name}2", "copy")
        lines = [text.replace(name, new_name, 1)]
        values = {"name": new_name}
        held = scene(source)
        if name in held.joints:
            lines.append(muscle(source, rng, name, new_name, active=True))
        elif name in held.lists:
            pairs = (("0", "0"), ("-1", "0"), ("-1", "-1"), ("1", "0"))
            for a, b in (pairs[whole(rng, 0, 1)], pairs[whole(rng, 2, 3)]):
                lines.append(muscle(source, rng, f"{name}[{a}]", f"{new_name}[{b}]"))
    splice = source.before(finish, lines) if chance(rng, 0.5) else source.after(statement, lines)
    return Edit(source.spliced([splice]), values)


def _duplicate_joints(source: Source, rng: Rng) -> Edit | None:
    """The places of a list once more, moved, and tied to the first."""
    lists = {name: size for name, size in scene(source).lists.items() if size > 1}
    finish = source.finish
    points = next(
        (name for name in ("points", "coords", "positions") if name in source.identifiers), ""
    )
    if not lists or finish is None or not points:
        return None
    name = pick(rng, list(lists))
    copy = source.fresh("copy", "second", "others", "twins")
    dx, dy = text_of(between(rng, 1, 9), 1), text_of(between(rng, -1, 4), 1)
    sign = "-" if dy.startswith("-") else "+"
    lines = [
        f"{copy} = [{source.creator}.add_joint(x + {dx}, y {sign} {dy.lstrip('-')})"
        f" for x, y in {points}]",
        f"for a, b in zip({name}, {copy}):",
        f"    {muscle(source, rng, 'a', 'b', active=True)}",
        f"for a, b in zip({copy}, {copy}[1:]):",
        f"    {muscle(source, rng, 'a', 'b')}",
    ]
    return Edit(source.spliced([source.before(finish, lines)]), {"name": copy})


def into_loop(source: Source, rng: Rng) -> Edit | None:
    """Calls that differ only in their arguments become a loop over tuples."""
    runs = _runs(source)
    if not runs:
        return None
    run = pick(rng, runs)
    calls = [s.value for s in run if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    texts = [[source.of(a) for a in call.args] for call in calls]
    varying = [p for p in range(len(texts[0])) if len({row[p] for row in texts}) > 1]
    if not varying:
        return None
    pool = (
        ["a", "b", "flag", "amp", "phase"] if called(calls[0]) == "add_muscle" else list("pqrstu")
    )
    names = [source.fresh(pool[p] if p < len(pool) else f"v{p}", f"v{p}") for p in varying]
    if len(set(names)) < len(names):
        return None
    rows = [", ".join(row[p] for p in varying) for row in texts]
    items = [f"({row})" for row in rows] if len(varying) > 1 else rows
    given = list(texts[0])
    for name, p in zip(names, varying, strict=True):
        given[p] = name
    head = f"for {', '.join(names)} in [{', '.join(items)}]:"
    lines = [head]
    if len(head) + run[0].col_offset > 92:
        lines = [f"for {', '.join(names)} in [", *(f"    {item}," for item in items), "]:"]
    lines.append(f"    {source.of(calls[0].func)}({', '.join(given)})")
    indent = " " * run[0].col_offset
    start, end = source.line_start(run[0].lineno), source.line_start((run[-1].end_lineno or 0) + 1)
    return Edit(source.spliced([(start, end, "".join(f"{indent}{line}\n" for line in lines))]))


def _runs(source: Source) -> list[list[ast.stmt]]:
    """Three or more calls in a row of one function with equally many plain arguments."""
    found: list[list[ast.stmt]] = []
    for function in source.functions:
        run: list[ast.stmt] = []
        for statement in [*function.body, ast.Pass()]:
            if run and not _alike(source, run[0], statement):
                if len(run) >= 3:
                    found.append(run[:8])
                run = []
            if _alike(source, statement, statement):
                run.append(statement)
    return found


def _alike(source: Source, first: ast.stmt, second: ast.stmt) -> bool:
    calls = []
    for statement in (first, second):
        if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
            return False
        if statement.value.keywords or not source.owns_lines(statement):
            return False
        calls.append(statement.value)
    a, b = calls
    return len(a.args) == len(b.args) > 0 and ast.dump(a.func) == ast.dump(b.func)


def unroll(source: Source, rng: Rng) -> Edit | None:
    """A short loop over a range is written out."""
    loops = [
        node
        for node in source.nodes
        if isinstance(node, ast.For)
        and isinstance(node.target, ast.Name)
        and isinstance(node.iter, ast.Call)
        and called(node.iter) == "range"
        and len(node.iter.args) == 1
        and isinstance(node.iter.args[0], ast.Constant)
        and type(node.iter.args[0].value) is int
        and 2 <= node.iter.args[0].value <= 4
        and len(node.body) <= 2
        and all(isinstance(s, ast.Expr) for s in node.body)
        and not node.orelse
    ]
    if not loops:
        return None
    loop = pick(rng, loops)
    assert isinstance(loop.target, ast.Name)
    assert isinstance(loop.iter, ast.Call)
    count, index = loop.iter.args[0].value, loop.target.id  # type: ignore[attr-defined]
    indent = " " * loop.col_offset
    lines = [
        indent + re.sub(rf"\b{index}\b", str(k), source.of(statement))
        for k in range(count)
        for statement in loop.body
    ]
    start, end = source.line_start(loop.lineno), source.line_start((loop.end_lineno or 0) + 1)
    return Edit(source.spliced([(start, end, "".join(f"{line}\n" for line in lines))]))


REPETITION = (
    Intention(
        "repeat-in-loop",
        wordings(
            "Repeat [it|this|a part|a joint|the last part] [in|with] a loop",
            "[Repeat|Build] {name} [in|with] a loop",
            "[Repeat|Make] {name} {count} times",
            "[Make|Build|Add] {count} of {name}",
            "[Loop over|Repeat] [a part|parts] of the body",
            "[Add|Make|Build] [several|more] [joints|parts] in a loop",
            "[Use a loop|Use a for loop] to [add|make] [several|more] joints",
        ),
        repeat,
        lambda c: c.joints_added >= 1,
        lambda c: c.count("for") >= 1,
        weight=5.0,
        generic=0.5,
    ),
    Intention(
        "duplicate-part",
        wordings(
            "[Duplicate|Copy|Repeat] [a part|one part|a part of the body] [with an "
            "offset|beside it|]",
            "[Add|Attach] [another|a second|one more] [part|unit|copy]",
            "[Add|Attach] {name}",
            "[Add|Make] a copy[|, moved and tied to the first]",
            "[Second|Another] copy of [a part|the body|the part]",
            "[Call the helper|Use the helper] once more",
        ),
        duplicate,
        lambda c: c.joints_added >= 2,
        lambda c: c.growth >= 1,
        weight=6.0,
        generic=0.5,
    ),
    Intention(
        "turn-into-loop",
        wordings(
            "[Turn|Change] [the list of calls|repeated calls|the calls|repeated lines] into a loop",
            "[Use|Write] a loop [for|instead of] [the muscles|repeated calls|repeated lines]",
            "[Loop over|Collect] [the|] [tuples|pairs|arguments]",
            "[Less|Remove] repetition",
            "[Simplify|Shorten] repeated [calls|lines] with a loop",
        ),
        into_loop,
        lambda c: c.same_walker,
        lambda c: c.count("for") >= 1,
        weight=2.0,
        keeps_walker=True,
        generic=0.04,
    ),
    Intention(
        "unroll-loop",
        wordings(
            "[Unroll|Expand] [the|a|the short] loop",
            "[Write|Spell] out [the|a|the short] loop",
            "[Replace|Change] [the|a] loop [by|into] [single calls|plain calls|statements]",
            "[No loop|Do without a loop] for [so few|the] [calls|steps|muscles]",
        ),
        unroll,
        lambda c: c.same_walker,
        lambda c: c.count("for") <= -1,
        weight=3.0,
        keeps_walker=True,
        generic=0.04,
    ),
)
