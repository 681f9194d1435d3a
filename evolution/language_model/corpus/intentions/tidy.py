"""Edits that remove what is not needed; it is planted first, as evolution leaves it."""

from __future__ import annotations

import ast

from evolution.language_model.corpus.chance import Rng, between, chance, pick, sample, whole
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import digits_of, text_of
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.roles import numbers
from evolution.language_model.corpus.source import Source, Splice


def remove_unused(source: Source, rng: Rng) -> Edit | None:
    """The parent has variables, imports or repeated muscles that nothing needs."""
    entry = source.entry
    if entry is None or len(entry.body) < 3:
        return None
    splices: list[Splice] = []
    names: list[str] = []
    for at in sorted({whole(rng, 0, len(entry.body) - 2) for _ in range(whole(rng, 1, 3))}):
        statement = entry.body[at]
        if isinstance(statement, ast.FunctionDef) or not source.owns_lines(statement):
            continue
        kind = rng.random()
        if kind < 0.25 and _is_muscle(statement):
            splices.append(source.after(statement, [source.of(statement)]))
            continue
        name = source.fresh(
            pick(rng, ("offset", "scale", "extra", "total", "margin", "unused", "limit", "speed")),
            *(f"v{len(names)}",),
        )
        if name in names:
            continue
        names.append(name)
        value = text_of(between(rng, -3, 9), max(1, digits_of(source)))
        line = f"{name} = {pick(rng, (value, str(whole(rng, 0, 12)), f'{value} * 2', '[]'))}"
        splices.append(source.after(statement, [line]))
    for module in ("import random", "import numpy as np", "import math"):
        if not splices and module not in source.text and chance(rng, 0.5):
            splices.append((0, 0, module + "\n"))
            break
    if not splices:
        return None
    values = {"name": names[0]} if len(names) == len(splices) == 1 else {}
    return Edit(source.text, values, parent=source.spliced(splices))


def _is_muscle(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Attribute)
        and statement.value.func.attr == "add_muscle"
    )


def simplify(source: Source, rng: Rng) -> Edit | None:
    """The parent says simple things in a roundabout way."""
    found = [n for n in numbers(source) if n.role in ("x", "y", "amplitude", "phase", "size")]
    if not found:
        return None
    splices: list[Splice] = []
    for number in sample(rng, found, whole(rng, 1, 3)):
        text = source.text[number.start : number.end]
        if text.startswith("-") or source.text[: number.start].rstrip()[-1:] in "*/-%":
            continue
        if source.text[number.end :].lstrip()[:1] in ("*", "/", "%"):
            continue
        if chance(rng, 0.3) and float(text).is_integer() and 2 <= float(text) < 40:
            half = text_of(float(text) / 2, 0 if float(text) % 2 == 0 else 1)
            long = pick(rng, (f"{half} + {half}", f"2 * {half}"))
        else:
            long = pick(
                rng,
                (
                    f"{text} * 1",
                    f"{text} + 0",
                    f"0 + {text}",
                    f"({text})",
                    f"1.0 * {text}",
                    f"{text} - 0.0",
                ),
            )
        splices.append((number.start, number.end, long))
    if not splices:
        return None
    return Edit(source.text, {}, parent=source.spliced(splices))


TIDY = (
    Intention(
        "remove-unused",
        wordings(
            "[Remove|Delete|Drop] [unused code|unused variables|what is not "
            "used|leftovers|dead code]",
            "[Remove|Delete|Drop] unused [variable|] {name}",
            "[Clean up|Cleanup|Tidy up|Tidy]",
            "[Remove|Drop] [unneeded|needless|superfluous] [lines|statements|code]",
            "[Clean|Tidy] up [make_walker|the code]",
        ),
        remove_unused,
        lambda c: c.same_walker,
        lambda c: c.growth < 0,
        weight=1.0,
        keeps_walker=True,
        generic=0.04,
    ),
    Intention(
        "simplify",
        wordings(
            "[Simplify|Simplified] [expressions|an expression|the code|make_walker|arithmetic|]",
            "[Shorter|Simpler] [expressions|code|arithmetic]",
            "[Remove|Drop] [needless|redundant|superfluous] [arithmetic|parentheses|terms]",
            "[Write|Say] it simpler",
            "[Reduce|Evaluate] [constant expressions|constants]",
        ),
        simplify,
        lambda c: c.same_walker,
        lambda c: c.growth == 0 and len(c.child) < len(c.parent),
        weight=0.8,
        keeps_walker=True,
        generic=0.04,
    ),
)
