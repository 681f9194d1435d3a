"""Edits of statements: repeat, clone, delete, move, swap, wrap and unwrap.

They work on statements that have their lines for themselves, and re-indent
what they move. Imports, docstrings and (almost always) definitions and
returns stay where they are: touching them is nearly always fatal.
"""

from __future__ import annotations

import re
from bisect import bisect
from itertools import count

import numpy as np

from evolution.operators.syntax_tree_sites import Number, Program, Splice, Statement
from evolution.operators.syntax_tree_values import (
    Splices,
    apply_splices,
    fresh_number,
    number_text,
    pick,
    varied_text,
)

_LOOP = re.compile(rb"\s*for\s+(\w+)\s+in\b")
_INDENT = b"    "
_TOUCH_RARELY = 0.03  # share of edits that may take a definition or a return
_MOST_USES = 6  # a clone copies, and a deletion takes along, at most so many uses


def repeat_statements(program: Program, rng: np.random.Generator) -> Splices:
    """A copy of one or more statements, with changed values, below them or another one."""
    statements = _movable(program, rng)
    if not statements:
        return None
    first = pick(rng, statements)
    run = _run(program, rng, first)
    if first.binds and run == first and rng.random() < 0.8:
        return None  # binding a name again, alone, rarely says anything; see clone_variable
    copy = varied_text(program, rng, run.start, run.end)
    if rng.random() < 0.6:
        return [(run.end, run.end, copy)]
    place = pick(rng, [other for other in statements if other.scope == run.scope])
    if not program.can_stand(run.start, run.end, run.scope, place.end):
        return None
    moved = _reindented(copy, run, place.indent)
    return None if moved is None else [(place.end, place.end, moved)]


def clone_variable(program: Program, rng: np.random.Generator) -> Splices:
    """A variable gets a varied copy under a new name, and so do statements that use it.

    Gene duplication: the copy is connected as the original is.
    """
    bindings = [s for s in program.statements if s.binds and s.kind == "plain"]
    if not bindings:
        return None
    site = pick(rng, bindings)
    assert site.binds is not None
    if program.kind_of(site.binds, site.scope) == "object":
        return None
    old, new = site.binds.encode(), _new_name(program, site.binds)
    uses = [use for use in _uses(program, site) if use.kind in ("plain", "loop")]
    if not uses or uses[0].start < site.end:
        return None
    copy = varied_text(program, rng, site.start, site.end)
    if copy == program.data[site.start : site.end]:
        return None
    splices = [(site.end, site.end, copy.replace(old, new, 1))]
    whole = re.compile(rb"\b" + re.escape(old) + rb"\b")
    share = rng.random()
    for use in uses[:_MOST_USES]:
        if rng.random() < 0.3 + 0.7 * share:
            text = program.data[use.start : use.end]
            if rng.random() < 0.3:
                text = varied_text(program, rng, use.start, use.end)
            splices.append((use.end, use.end, whole.sub(new, text)))
    return splices


def delete_statement(program: Program, rng: np.random.Generator) -> Splices:
    """A statement goes; if it bound a variable, so do the plain statements that read it."""
    statements = _movable(program, rng)
    if not statements:
        return None
    site = pick(rng, statements)
    doomed = [site]
    if site.binds:
        uses = [use for use in _uses(program, site) if use.start >= site.end]
        if len(uses) > _MOST_USES or any(use.kind != "plain" for use in uses):
            return None
        doomed += uses
    elif _binds_for_others(program, site):
        return None
    return _removals(program, doomed)


def move_statement(program: Program, rng: np.random.Generator) -> Splices:
    """A statement goes to another place of its function, in or out of loops too."""
    statements = _movable(program, rng)
    if not statements:
        return None
    site = pick(rng, statements)
    places = [
        other
        for other in statements
        if other.scope == site.scope and (other.end <= site.start or other.start >= site.end)
    ]
    if not places:
        return None
    place = pick(rng, places)
    text = _reindented(program.data[site.start : site.end], site, place.indent)
    if text is None:
        return None
    at = place.start if rng.random() < 0.5 else place.end
    stays = at in (site.start, site.end) and place.indent == site.indent
    if stays or not _can_move(program, site, at):
        return None
    return [*_removals(program, [site]), (at, at, text)]


def swap_statements(program: Program, rng: np.random.Generator) -> Splices:
    """Two statements of one block change places."""
    statements = _movable(program, rng)
    if not statements:
        return None
    site = pick(rng, statements)
    others = [s for s in statements if s.block == site.block and s.start != site.start]
    if not others:
        return None
    first, last = sorted((site, pick(rng, others)), key=lambda s: s.start)
    if not (_can_move(program, first, last.end) and _can_move(program, last, first.start)):
        return None
    return [
        (first.start, first.end, program.data[last.start : last.end]),
        (last.start, last.end, program.data[first.start : first.end]),
    ]


def wrap_in_loop(program: Program, rng: np.random.Generator) -> Splices:
    """One or more statements are repeated by a ``for`` loop whose variable enters their values."""
    statements = [s for s in program.statements if s.kind in ("plain", "loop")]
    if not statements:
        return None
    run = _run(program, rng, pick(rng, statements))
    variable = _loop_variable(program)
    numbers = [n for n in program.numbers if run.start <= n.start and n.end <= run.end]
    splices: list[Splice] = []
    for _ in range(1 + int(rng.random() * 3) if numbers else 0):
        number = pick(rng, numbers)
        start, end = number.start - run.start, number.end - run.start
        splices.append((start, end, _with_variable(rng, number, variable)))
    text = apply_splices(program.data[run.start : run.end], splices)
    body = _reindented(text, run, run.indent + _INDENT)
    if body is None:
        return None
    repeats = number_text(2 + min(int(rng.exponential(2.0)), 8))
    header = run.indent + b"for " + variable + b" in range(" + repeats + b"):\n"
    return [(run.start, run.end, header + body)]


def unwrap_loop(program: Program, rng: np.random.Generator) -> Splices:
    """A ``for`` loop is replaced by its body, run once for one small whole number."""
    loops = [s for s in program.statements if s.kind == "loop" and not s.rigid]
    if not loops:
        return None
    site = pick(rng, loops)
    match = _LOOP.match(program.data, site.start)
    inner = [s for s in program.statements if site.start < s.start and s.end <= site.end]
    if match is None or not inner:
        return None
    first = min(inner, key=lambda s: s.start)
    body = _reindented(program.data[first.start : site.end], first, site.indent)
    if body is None:
        return None
    binding = site.indent + match.group(1) + b" = " + number_text(int(rng.integers(0, 5))) + b"\n"
    return [(site.start, site.end, binding + body)]


# Parts ------------------------------------------------------------------------------------


def _movable(program: Program, rng: np.random.Generator) -> list[Statement]:
    kinds = ["plain", "loop"]
    if rng.random() < _TOUCH_RARELY:
        kinds += ["return", "definition"]
    return [statement for statement in program.statements if statement.kind in kinds]


def _run(program: Program, rng: np.random.Generator, first: Statement) -> Statement:
    """``first`` and, every other time, some of the statements that follow in its block.

    As one statement: a variable and what uses it can be repeated together.
    """
    run = first
    if rng.random() < 0.5:
        return run
    for other in program.statements:  # in order of the text
        if other.block != first.block or other.start < run.end:
            continue
        if other.kind not in ("plain", "loop"):
            break
        run = run._replace(end=other.end, rigid=run.rigid or other.rigid)
        if rng.random() < 0.35:
            break
    return run


def _removals(program: Program, statements: list[Statement]) -> list[Splice]:
    """Splices that remove the statements; a block that would be empty gets ``pass``."""
    left = list(program.block_sizes)
    splices: list[Splice] = []
    for statement in statements:
        left[statement.block] -= 1
        text = b"" if left[statement.block] else statement.indent + b"pass\n"
        splices.append((statement.start, statement.end, text))
    return splices


def _uses(program: Program, site: Statement) -> list[Statement]:
    """The innermost statements that read the variable which ``site`` binds."""
    assert site.binds is not None
    home = program.owner(site.binds, site.scope)
    reads = [
        n.start
        for n in program.names
        if n.text == site.binds and program.owner(n.text, n.scope) is home
    ]
    starts = [statement.start for statement in program.statements]  # in order of the text
    found: dict[int, Statement] = {}
    for read in reads:
        # the innermost statement around is the last that starts before, if it did not end
        for position in range(bisect(starts, read) - 1, -1, -1):
            statement = program.statements[position]
            if read < statement.end:
                if statement.start != site.start:
                    found[statement.start] = statement
                break
    return [found[start] for start in sorted(found)]


def _bound_in(program: Program, site: Statement) -> set[str]:
    """The variables and functions that are bound first in this statement."""
    entry = program.scopes[site.scope]
    return {
        name
        for table in (entry.variables, entry.callables)
        for name, bound_at in table.items()
        if site.start <= bound_at < site.end
    }


def _binds_for_others(program: Program, site: Statement) -> bool:
    bound = _bound_in(program, site)
    return bool(bound) and any(
        name.text in bound and not site.start <= name.start < site.end for name in program.names
    )


def _can_move(program: Program, site: Statement, at: int) -> bool:
    """Whether what the statement reads is bound at ``at``, and it is not needed before."""
    if not program.can_stand(site.start, site.end, site.scope, at):
        return False
    bound = _bound_in(program, site)
    return not bound or not any(name.text in bound for name in program.reads(site.end, at))


def _reindented(text: bytes, site: Statement, indent: bytes) -> bytes | None:
    """``text``, which starts at ``site``, moved to another indentation."""
    if indent == site.indent:
        return text
    if site.rigid:
        return None
    lines = text.splitlines(keepends=True)
    length = len(site.indent)
    return b"".join(
        indent + line[length:] if line.startswith(site.indent) and line.strip() else line
        for line in lines
    )


def _with_variable(rng: np.random.Generator, number: Number, variable: bytes) -> bytes:
    if number.counting or rng.random() < 0.2:
        return variable
    step = fresh_number(rng, counting=False)
    return number_text(number.value) + b" + " + variable + b" * " + step


def _new_name(program: Program, name: str) -> bytes:
    """``name`` with the first number that is not taken, e.g. ``leg2``."""
    stem = name.rstrip("0123456789") or name
    for number in count(2):
        candidate = f"{stem}{number}".encode()
        if candidate not in program.data:
            return candidate
    raise AssertionError("unreachable")


def _loop_variable(program: Program) -> bytes:
    taken = set().union(*(scope.variables for scope in program.scopes))
    for name in "ijkmnpqr":
        if name not in taken:
            return name.encode()
    return _new_name(program, "i")
