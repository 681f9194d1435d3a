"""Edits that make a walker taller, shorter, wider, narrower, larger or smaller."""

from __future__ import annotations

import ast
from collections.abc import Callable

from evolution.language_model.corpus.chance import Rng, between, chance, pick, whole
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import text_of
from evolution.language_model.corpus.intentions.numbers import rewritten
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.references import grid_of
from evolution.language_model.corpus.roles import Number, Role, numbers, with_role
from evolution.language_model.corpus.source import Source

Make = Callable[[Source, Rng], Edit | None]


def _factor(rng: Rng, grow: bool) -> float:
    return between(rng, 1.15, 2.4) if grow else between(rng, 0.35, 0.87)


def _scaled(axes: tuple[Role, ...], grow: bool) -> Make:
    """One axis (or both) by numbers, or by a factor at each add_joint call."""

    def make(source: Source, rng: Rng) -> Edit | None:
        factor = round(_factor(rng, grow), pick(rng, (1, 1, 2)))
        values = {"factor": f"{factor:g}"}
        choice = rng.random()
        long = sum(n.role in axes for n in numbers(source)) > 5
        if choice < (0.4 if long else 0.15) and len(axes) == 1:
            return _outermost(source, rng, axes[0], grow)
        sizes = [n for n in with_role(source, "size") if n.value]
        if len(axes) == 1 and choice < 0.65 and grid_of(source) is not None:
            return _by_count(source, rng, grow)
        if choice < (0.75 if sizes and len(axes) == 1 else 0.6):
            edit = _at_calls(source, axes, f"{factor:g}")
            if edit is not None:
                return Edit(edit, values)
        found = [n for n in with_role(source, *axes) if n.value]
        if len(axes) == 2 or len(found) < 2 or chance(rng, 0.15):
            found = sorted(found + sizes, key=lambda n: n.start)
        if not found:
            edit = _at_calls(source, axes, f"{factor:g}")
            return Edit(edit, values) if edit is not None else None
        if len(found) > 2 and chance(rng, 0.4):
            found = _one_name(source, rng, found)
        splices = rewritten(source, rng, [(n, n.value * factor) for n in found])
        if not splices:
            return None
        if len(splices) == 1:
            values["new"] = splices[0][2]
        return Edit(source.spliced(splices), values)

    return make


def _by_count(source: Source, rng: Rng, grow: bool) -> Edit | None:
    """More or fewer rows or columns; which of them it was shows in the walker."""
    found = [n for n in with_role(source, "count") if n.value >= (1 if grow else 2)]
    if not found:
        return None
    number = pick(rng, found)
    by = whole(rng, 1, 6) if grow else -whole(rng, 1, max(1, int(number.value) - 1))
    splices = rewritten(source, rng, [(number, max(1, number.value + by))])
    return Edit(source.spliced(splices), {"new": splices[0][2]}) if splices else None


def _one_name(source: Source, rng: Rng, found: list[Number]) -> list[Number]:
    """Only a number that a variable holds, if there is one."""
    held = [n for n in found if source.text[: n.start].endswith("= ")]
    return [pick(rng, held)] if held else found


def _outermost(source: Source, rng: Rng, axis: Role, grow: bool) -> Edit | None:
    """Move only what stands out furthest."""
    found = [n for n in numbers(source) if n.role == axis]
    if len(found) < 3:
        return None
    far = max(n.value for n in found)
    chosen = [n for n in found if n.value == far]
    by = between(rng, 0.5, 6.0) * (1 if grow else -0.5)
    splices = rewritten(source, rng, [(n, far + by) for n in chosen])
    return Edit(source.spliced(splices), {"new": splices[0][2]}) if splices else None


def _at_calls(source: Source, axes: tuple[Role, ...], factor: str) -> str | None:
    """``add_joint(x, y)`` becomes ``add_joint(x, y * 1.5)``, where few calls make the joints."""
    calls = source.joint_calls
    if not 1 <= len(calls) <= 5:
        return None
    splices = []
    for call in calls:
        for axis, value in zip(("x", "y"), call.args, strict=True):
            if axis in axes and not (isinstance(value, ast.Constant) and value.value == 0):
                splices.append(source.replace(value, times(source, value, factor)))
    return source.spliced(splices) if splices else None


def times(source: Source, value: ast.expr, factor: str) -> str:
    """The expression multiplied, with parentheses where it needs them."""
    text = source.of(value)
    if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
        digits = len(text.split(".")[1]) if "." in text else 1
        return text_of(float(value.value) * float(factor), digits)
    if isinstance(value, ast.Name | ast.Call | ast.Subscript | ast.Attribute):
        return f"{text} * {factor}"
    if (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Add | ast.Sub)
        and isinstance(value.left, ast.Name)  # what is added to a start is stretched
        and not source.of(value).startswith("(")
    ):
        left = source.text[source.start(value) : source.start(value.right)]
        return left + times(source, value.right, factor)
    return f"({text}) * {factor}"


def _intention(
    name: str,
    axes: tuple[Role, ...],
    grow: bool,
    check: Callable[[Change], bool],
    patterns: tuple[str, ...],
    weight: float,
) -> Intention:
    return Intention(
        name, wordings(*patterns), _scaled(axes, grow), check, weight=weight, generic=0.55
    )


SIZES = (
    _intention(
        "taller",
        ("y",),
        True,
        lambda c: c.taller > 1.08 and c.taller > c.wider * 1.04,
        (
            "[Make|Make it|Make the walker] taller",
            "[Taller|Higher] [walker|body|creature|legs]",
            "[Increase|Raise] [the height|its height]",
            "[Increase|Raise] [the height|height] to {new}",
            "[Scale|Stretch|Multiply] [the height|y|heights] by {factor}",
            "[Stretch|Extend] it upwards",
            "[Grow|Extend] in height",
        ),
        2.2,
    ),
    _intention(
        "shorter",
        ("y",),
        False,
        lambda c: c.taller < 0.93 and c.taller < c.wider * 0.96,
        (
            "[Make|Make it|Make the walker] [shorter|lower|flatter|less tall]",
            "[Lower|Shorter|Flatter] [walker|body|creature|legs]",
            "[Decrease|Reduce|Lower] [the height|its height]",
            "[Decrease|Reduce] height to {new}",
            "[Scale|Multiply] [the height|y|heights] by {factor}",
            "[Flatten|Squash] [it|the walker|the body]",
        ),
        1.6,
    ),
    _intention(
        "wider",
        ("x",),
        True,
        lambda c: c.wider > 1.08 and c.wider > c.taller * 1.04,
        (
            "[Make|Make it|Make the walker] [wider|broader|longer]",
            "[Wider|Broader|Longer] [walker|body|creature|stance]",
            "[Increase|Extend] [the width|its width]",
            "[Increase|Extend] [the width|width] to {new}",
            "[Scale|Stretch|Multiply] [the width|x|widths] by {factor}",
            "[Stretch|Extend] it sideways",
            "[Space joints further apart|Grow in width|More room between the joints]",
        ),
        2.2,
    ),
    _intention(
        "narrower",
        ("x",),
        False,
        lambda c: c.wider < 0.93 and c.wider < c.taller * 0.96,
        (
            "[Make|Make it|Make the walker] [narrower|slimmer|thinner|less wide]",
            "[Narrower|Slimmer] [walker|body|creature|stance]",
            "[Decrease|Reduce] [the width|its width]",
            "[Decrease|Reduce] width to {new}",
            "[Scale|Multiply] [the width|x|widths] by {factor}",
            "[Put joints closer together|Squeeze it sideways|Less room between the joints]",
        ),
        1.6,
    ),
    _intention(
        "larger",
        ("x", "y"),
        True,
        lambda c: c.taller > 1.08 and c.wider > 1.08,
        (
            "[Make|Make it|Make the walker] [larger|bigger]",
            "[Larger|Bigger] [walker|body|creature]",
            "[Scale up|Enlarge] [the walker|everything|all coordinates]",
            "[Scale|Multiply] [everything|all coordinates|the walker] by {factor}",
            "[Increase|Raise] [its size|the size|the scale]",
            "Grow [the walker|the body] [in both directions|all over|]",
        ),
        1.8,
    ),
    _intention(
        "smaller",
        ("x", "y"),
        False,
        lambda c: c.taller < 0.93 and c.wider < 0.93,
        (
            "[Make|Make it|Make the walker] smaller",
            "[Smaller|Tinier] [walker|body|creature]",
            "[Scale down|Shrink] [the walker|everything|all coordinates]",
            "[Scale|Multiply] [everything|all coordinates|the walker] by {factor}",
            "[Decrease|Reduce] [its size|the size|the scale]",
        ),
        1.4,
    ),
)
