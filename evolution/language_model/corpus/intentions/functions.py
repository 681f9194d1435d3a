"""Edits of small functions that decide about pairs or places: rules of grids, sines, helpers."""

from __future__ import annotations

import ast
from collections.abc import Callable

from evolution.language_model.corpus.chance import Rng, between, chance, pick
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import (
    index_variables,
    text_of,
    trigonometry,
)
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.roles import function_roles
from evolution.language_model.corpus.source import Source, Splice


def _rules(source: Source, kind: str) -> list[tuple[str, ast.expr, list[str]]]:
    """Functions of four parameters that return one expression: name, expression, parameters."""
    roles = function_roles(source)
    found = []
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Return):
            name, value, arguments = node.name, node.body[-1].value, node.args
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            target = node.targets[0]
            if not isinstance(target, ast.Name):
                continue
            name, value, arguments = target.id, node.value.body, node.value.args
        else:
            continue
        if value is None or len(arguments.args) != 4:
            continue
        role = roles.get(name, "connect" if isinstance(value, ast.Compare | ast.BoolOp) else "")
        if role == kind:
            found.append((name, value, [a.arg for a in arguments.args]))
    return found


def _rule(kind: str) -> Callable[[Source, Rng], Edit | None]:
    def make(source: Source, rng: Rng) -> Edit | None:
        rules = _rules(source, kind)
        if not rules:
            return None
        name, value, names = pick(rng, rules)
        extra: list[Splice] = []
        if kind == "connect":
            new = _connection(rng, source.of(value), *names)
        elif kind == "amplitude":
            new = _strength(rng, source.of(value), *names)
        else:
            new, extra = _timing(source, rng, source.of(value), *names)
        if new == source.of(value):
            return None
        return Edit(source.spliced([source.replace(value, new), *extra]), {"name": name})

    return make


def _connection(rng: Rng, old: str, x1: str, y1: str, x2: str, y2: str) -> str:
    across, up = f"abs({x1} - {x2})", f"abs({y1} - {y2})"
    reach = text_of(between(rng, 1.2, 6.5), 1)
    choices = (
        f"({x1} - {x2}) ** 2 + ({y1} - {y2}) ** 2 <= {reach}",
        f"{across} + {up} == 1",
        f"{across} + {up} <= {pick(rng, ('1', '2', '3'))}",
        f"max({across}, {up}) == 1",
        f"{across} <= {pick(rng, ('1', '2', '3'))} and {up} <= {pick(rng, ('1', '2'))}",
        f"{across} == 1 or {up} == 1 and {x1} == {x2}",
        f"{x1} == {x2} or {y1} == {y2} and {across} < 2",
        f"{across} < 2 and {up} < 3",
        f"{old} or {x1} == {x2}" if len(old) < 60 else f"{across} < 2",
        f"({old}) and {pick(rng, (x1, y1, x2))} {pick(rng, ('> 0', '< 5', '!= 2'))}"
        if len(old) < 60 else f"{up} < 2",
        f"({x1} + {y1}) % 2 == 0 and {across} + {up} <= 2",
    )  # fmt: skip
    return pick(rng, choices)


def _strength(rng: Rng, old: str, x1: str, y1: str, x2: str, y2: str) -> str:
    across, up = f"abs({x1} - {x2})", f"abs({y1} - {y2})"
    factor = text_of(between(rng, 0.2, 1.8), 1)
    choices = (
        f"{factor}",
        f"{factor} * max({across}, {up})",
        f"{factor} * ({across} + {up})",
        f"{factor} if {y1} == {y2} else {text_of(between(rng, 0.1, 1.2), 1)}",
        f"{factor} * ({x1} % 2 + 1)",
        f"{factor} / (1 + {pick(rng, (x1, y1))})",
        f"{factor} if {x1} % 2 == 0 else -{factor}",
        f"({old}) * {factor}" if len(old) < 50 else factor,
        f"0.2 + 0.1 * {pick(rng, (x1, y1, x2))}",
        f"{factor} * {up} + 0.2",
    )
    return pick(rng, choices)


def _timing(
    source: Source, rng: Rng, old: str, x1: str, y1: str, x2: str, y2: str
) -> tuple[str, list[Splice]]:
    slope = text_of(between(rng, 0.2, 2.4), 1)
    if chance(rng, 0.3):
        prefix, extra = trigonometry(source, rng)
        choices: tuple[str, ...] = (
            f"{prefix}pi * ({x1} % 2)",
            f"{prefix}sin({pick(rng, (x1, y1, f'{x1} + {y1}'))})",
            f"{prefix}pi * {x1} / {pick(rng, ('2', '3', '4', '6', '8'))}",
            f"{slope} * {prefix}cos({x1}) + {y1}",
        )
        return pick(rng, choices), extra
    choices = (
        f"{slope} * {x1}",
        f"{x1} * {slope} + {y1}",
        f"-{slope} * {x1}",
        f"{slope} * ({x1} + {y1})",
        f"{x1} - {y2}",
        f"{slope} * {y1}",
        f"{slope} if {x1} % 2 else -{slope}",
        f"3.14 * ({x1} % 2) + {slope} * {y1}",
        f"{old} + {slope}" if len(old) < 50 else slope,
        f"({x1} + {x2}) * {slope} / 2",
        f"{x1} % 3 * {slope}",
    )
    return pick(rng, choices), []


def bend(source: Source, rng: Rng) -> Edit | None:
    """A sine of the index is added to a coordinate inside a loop."""
    spots = [(c, index_variables(source, c)) for c in source.joint_calls]
    spots = [(c, names) for c, names in spots if names]
    if not spots:
        return None
    call, names = pick(rng, spots)
    index, axis = pick(rng, names), pick(rng, (0, 1, 1))
    prefix, extra = trigonometry(source, rng)
    function = pick(rng, ("sin", "sin", "cos"))
    size = text_of(between(rng, 0.4, 3.5), 1)
    turn = index if chance(rng, 0.5) else f"{index} * {text_of(between(rng, 0.2, 1.6), 1)}"
    value = call.args[axis]
    new = f"{source.of(value)} + {size} * {prefix}{function}({turn})"
    if isinstance(value, ast.Constant) and value.value == 0:
        new = f"{size} * {prefix}{function}({turn})"
    child = source.spliced([source.replace(value, new), *extra])
    return Edit(child, {"index": index, "axis": "xy"[axis]})


def slant(source: Source, rng: Rng) -> Edit | None:
    """A coordinate inside a loop depends on the index in another way: shears, steps, arcs."""
    spots = [(c, index_variables(source, c)) for c in source.joint_calls]
    spots = [(c, names) for c, names in spots if names]
    if not spots:
        return None
    call, names = pick(rng, spots)
    index, axis = pick(rng, names), pick(rng, (0, 1, 1))
    value = call.args[axis]
    text = source.of(value)
    size = text_of(between(rng, 0.2, 1.5), 1)
    added = pick(
        rng,
        (
            f"{size} * {index}",
            f"{index} % 2 * {size}",
            f"({index} % 3) * {size}",
            f"0.0{whole_digit(rng)} * {index} ** 2",
        ),
    )
    sign = pick(rng, ("+", "+", "-"))
    new = f"{text} {sign} {added}"
    if isinstance(value, ast.Constant) and value.value == 0 and sign == "+":
        new = added
    return Edit(source.spliced([source.replace(value, new)]), {"index": index, "axis": "xy"[axis]})


def whole_digit(rng: Rng) -> int:
    return 2 + int(rng.random() * 7)


FUNCTIONS = (
    Intention(
        "change-connections",
        wordings(
            "[Change|Other|Different] [which joints are connected|connections|rule "
            "for connections]",
            "[Rewrite|Change|Changed] `{name}`[| function]",
            "[Change|Rewrite] {name}",
            "[Connect other|Connect different] [pairs|joints|neighbours]",
            "[New|Another] [connection rule|rule for neighbours]",
        ),
        _rule("connect"),
        lambda c: c.joints_added <= 0 and not c.same_pairs,
        weight=9.0,
        generic=0.5,
    ),
    Intention(
        "change-amplitude-function",
        wordings(
            "[Change|Rewrite|Other] [the amplitude function|amplitude rule|how "
            "amplitudes are computed]",
            "[Rewrite|Change|Changed] `{name}`[| function]",
            "[Other|Different|New] amplitudes",
            "[Compute|Choose] amplitudes in another way",
            "[Change|Vary] amplitudes over the grid",
        ),
        _rule("amplitude"),
        lambda c: c.same_pairs and c.changed_amplitudes > 0 and c.changed_phases == 0,
        weight=7.0,
        generic=0.5,
    ),
    Intention(
        "change-phase-function",
        wordings(
            "[Change|Rewrite|Other] [the phase function|phase rule|how phases are computed]",
            "[Rewrite|Change|Changed] `{name}`[| function]",
            "[Other|Different|New] phases",
            "[Compute|Choose] phases in another way",
            "[Travelling wave|A wave] [over|through] the grid",
        ),
        _rule("phase"),
        lambda c: c.same_pairs and c.changed_phases > 0 and c.changed_amplitudes == 0,
        weight=9.0,
        generic=0.5,
    ),
    Intention(
        "bend",
        wordings(
            "[Bend|Curve] [the body|the row|the chain|it]",
            "[Use|Add] [a sine|sines|math.sin|trigonometry] for [coordinates|the "
            "coordinates|the shape]",
            "[Use|Add] a sine of {index} [for|to] {axis}",
            "[Wavy|Curved] [body|shape|row]",
            "[Place|Put] joints [on|along] a [wave|curve|sine]",
            "[Add|Give it] a curve",
        ),
        bend,
        lambda c: c.moved_joints > 0 and c.joints_added <= 2,
        lambda c: c.count("sin") + c.count("cos") >= 1,
        weight=3.0,
        generic=0.5,
    ),
    Intention(
        "slant",
        wordings(
            "[Slant|Shear|Tilt] [the body|the row|the chain|it]",
            "[Let|Make] {axis} [grow with|depend on] {index}",
            "[Stagger|Shift] [the joints|every joint|joints]",
            "[Zigzag|Stepped|Slanted] [shape|row|body]",
            "[Change|Other|Different] [layout|spacing|arrangement] of the joints",
        ),
        slant,
        lambda c: c.moved_joints > 0 and c.joints_added <= 2,
        lambda c: not c.numbers_only,
        weight=3.0,
        generic=0.5,
    ),
)
