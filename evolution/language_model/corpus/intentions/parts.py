"""Edits that add parts of a body: legs, arms, tails, spines, rows, towers, mirrored halves."""

from __future__ import annotations

import ast
from collections.abc import Callable

from evolution.language_model.corpus.chance import Rng, between, chance, pick, whole
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.drafting import (
    digits_of,
    joint,
    known_joints,
    loop_variable,
    muscle,
    text_of,
)
from evolution.language_model.corpus.intentions.joints import place_lists
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.references import grid_of, rough_box, scene
from evolution.language_model.corpus.source import Source

Make = Callable[[Source, Rng], Edit | None]


def _at_end(source: Source, lines: list[str], **values: str) -> Edit | None:
    if source.finish is None:
        return None
    return Edit(source.spliced([source.before(source.finish, lines)]), values)


def _n(source: Source, value: float) -> str:
    return text_of(value, 1 if abs(value) >= 0.1 or value == 0 else 2)


def leg(source: Source, rng: Rng) -> Edit | None:
    """A knee and a foot below the body."""
    others = known_joints(source, rng, 2)
    if not others:
        return None
    box = rough_box(source)
    foot = source.fresh(pick(rng, ("foot", "paw", "toe")), "foot")
    knee = source.fresh(pick(rng, ("knee", "ankle", "heel")), "knee")
    x = between(rng, box.left - 1.5, box.right + 1.5)
    top = box.low + (box.high - box.low) * between(rng, 0.1, 0.6)
    low = box.low - (between(rng, 0.3, 4.0) if chance(rng, 0.5) else 0.0)
    lines = [
        f"{knee} = {joint(source, x + between(rng, -1, 1), (top + low) / 2)}",
        f"{foot} = {joint(source, x, low)}",
        muscle(source, rng, others[0], knee, active=True),
        muscle(source, rng, knee, foot),
    ]
    lines += [muscle(source, rng, others[-1], foot, active=True)] if chance(rng, 0.8) else []
    lines += [muscle(source, rng, others[-1], knee)] if len(others) > 1 and chance(rng, 0.4) else []
    return _at_end(source, lines, other=others[0])


def arm(source: Source, rng: Rng) -> Edit | None:
    """A chain of one to three joints that sticks out at a side or at the top."""
    others = known_joints(source, rng, 2)
    if not others:
        return None
    box = rough_box(source)
    side = pick(rng, (-1, 1, 0))
    x = {-1: box.left, 1: box.right, 0: (box.left + box.right) / 2}[side]
    y = box.high if side == 0 else between(rng, (box.low + box.high) / 2, box.high)
    count = whole(rng, 1, 3)
    names = [
        source.fresh(stem, "arm", "part")
        for stem in pick(
            rng, (("elbow", "hand", "finger"), ("neck", "head", "nose"), ("horn", "spike", "thorn"))
        )[:count]
    ]
    lines, last = [], others[0]
    for name in names:
        x += side * between(rng, 0.6, 2.5) + (between(rng, -0.6, 0.6) if side == 0 else 0)
        y += between(rng, 0.5, 2.5) if side == 0 else between(rng, -0.5, 1.5)
        lines.append(f"{name} = {joint(source, x, min(y, 26.0))}")
        lines.append(muscle(source, rng, last, name, active=True))
        if len(others) > 1 and chance(rng, 0.75):
            lines.append(muscle(source, rng, others[1], name))
        last = name
    return _at_end(source, lines, other=others[0], name=names[-1])


def _chain(kind: str) -> Make:
    """A tail, or a spine upwards or onwards: a chain made by a loop."""

    def make(source: Source, rng: Rng) -> Edit | None:
        others = known_joints(source, rng, 2)
        if not others:
            return None
        box = rough_box(source)
        k, side = loop_variable(source), pick(rng, (-1, 1))
        step, rise = between(rng, 0.6, 2.4), between(rng, -0.5, 0.8)
        x, y = (box.left if side < 0 else box.right), between(rng, box.low, box.high)
        if kind == "tower":
            x, y, rise = (box.left + box.right) / 2, box.high, between(rng, 0.7, 2.5)
            step = between(rng, 0.0, 0.5)
        most = 8 if kind != "tower" else max(2, min(8, int((26 - y) / rise)))
        count = whole(rng, 2, most)
        last, new = (
            source.fresh("last", "previous", "prev", "end"),
            source.fresh(pick(rng, ("segment", "link", "part")), "joint", "piece"),
        )
        dx = f"{_n(source, x)} {'+' if side > 0 else '-'} {_n(source, step)} * ({k} + 1)"
        dy = f"{_n(source, y)} {'+' if rise >= 0 else '-'} {_n(source, abs(rise))} * ({k} + 1)"
        if kind != "tower" and chance(rng, 0.3):
            dy = f"{_n(source, y)} + {k} % 2"
        timing = pick(rng, (f"{k} * {text_of(between(rng, 0.3, 2.2), 1)}", k, "0.0", f"-{k}"))
        lines = [
            f"{last} = {others[0]}",
            f"for {k} in range({count}):",
            f"    {new} = {joint(source, dx, dy)}",
            f"    {muscle(source, rng, last, new, active=True, at=timing)}",
        ]
        if len(others) > 1 and chance(rng, 0.7):
            lines.append(f"    {muscle(source, rng, others[1], new)}")
        lines.append(f"    {last} = {new}")
        return _at_end(source, lines, other=others[0], count=str(count))

    return make


def row(source: Source, rng: Rng) -> Edit | None:
    """A second row of joints, tied to a list of joints one by one."""
    lists = {name: size for name, size in scene(source).lists.items() if size < 0 or size >= 3}
    if not lists:
        return _row_on_grid(source, rng)
    name = pick(rng, list(lists))
    size = lists[name]
    box = rough_box(source)
    k = loop_variable(source)
    new = source.fresh("row", "second", "upper", "above", "extra")
    count = str(size) if size > 0 and chance(rng, 0.4) else f"len({name})"
    gap = max(0.5, (box.right - box.left) / max(size, 4))
    x = (
        f"{_n(source, box.left)} + {k} * {_n(source, gap)}"
        if box.left
        else f"{k} * {_n(source, gap)}"
    )
    y = box.high + between(rng, 0.6, 4.0) if chance(rng, 0.75) else box.low - between(rng, 0.6, 3.0)
    wavy = f"{_n(source, y)} + {k} % 2" if chance(rng, 0.3) else _n(source, y)
    timing = f"{k} * {text_of(between(rng, 0.3, 2.2), 1)}"
    lines = [f"{new} = [{joint(source, x, wavy)} for {k} in range({count})]"]
    lines += [
        f"for {k} in range({count}):",
        f"    {muscle(source, rng, f'{name}[{k}]', f'{new}[{k}]', active=True, at=timing)}",
        f"for {k} in range({count} - 1):",
        f"    {muscle(source, rng, f'{new}[{k}]', f'{new}[{k} + 1]')}",
    ]
    if chance(rng, 0.75):
        lines.append(f"    {muscle(source, rng, f'{name}[{k}]', f'{new}[{k} + 1]', at=timing)}")
    return _at_end(source, lines, name=name)


def _row_on_grid(source: Source, rng: Rng) -> Edit | None:
    """One more row on a grid; the joints of its columns are named by number."""
    grid = grid_of(source)
    if grid is None:
        return None
    k, new = loop_variable(source), source.fresh("top", "extra", "joint")
    above = chance(rng, 0.7)
    y = grid.rows * grid.scale if above else -grid.scale
    old = f"{k} * {grid.rows}" + (f" + {grid.rows - 1}" if above and grid.rows > 1 else "")
    timing = pick(rng, (f"{k} * {text_of(between(rng, 0.3, 2.2), 1)}", k, "0.0"))
    count = grid.columns if chance(rng, 0.7) else max(2, grid.columns - 1)
    x = f"{k} * {grid.scale:g}" + (f" + {grid.scale / 2:g}" if chance(rng, 0.3) else "")
    lines = [
        f"for {k} in range({count}):",
        f"    {new} = {joint(source, x, y)}",
        f"    {muscle(source, rng, old, new, active=True, at=timing)}",
    ]
    if count < grid.columns or chance(rng, 0.3):
        step = grid.rows if count < grid.columns else 0
        other = old if step == 0 else f"({k} + 1) * {grid.rows}"
        if other != old:
            lines.append(f"    {muscle(source, rng, other, new, at=timing)}")
    return _at_end(source, lines)


def stack(source: Source, rng: Rng) -> Edit | None:
    """A frame of three to five joints on the body, or beside it."""
    others = known_joints(source, rng, 2)
    if len(others) < 2:
        return None
    box = rough_box(source)
    width, height = between(rng, 1.0, 7.0), between(rng, 1.0, 6.0)
    above = chance(rng, 0.65)
    left = (box.left + box.right - width) / 2 if above else box.right + between(rng, 0.5, 3)
    low = min(box.high + between(rng, 0.4, 2.5), 20.0) if above else box.low
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    if chance(rng, 0.3):
        corners = [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0)]
    elif chance(rng, 0.2):
        corners.append((0.5, 1.4))
    places = [(left + width * x, min(low + height * y, 26.0)) for x, y in corners]
    digits = max(digits_of(source), 1)
    items = ", ".join(f"({text_of(x, digits)}, {text_of(y, digits)})" for x, y in places)
    new, k = source.fresh(pick(rng, ("block", "second", "upper")), "frame"), loop_variable(source)
    n = len(places)
    lines = [
        f"{new} = [{source.creator}.add_joint(x, y) for x, y in [{items}]]",
        f"for {k} in range({n}):",
        f"    {muscle(source, rng, f'{new}[{k}]', f'{new}[({k} + 1) % {n}]')}",
        muscle(source, rng, others[0], f"{new}[0]", active=True),
        muscle(source, rng, others[1], f"{new}[1]", active=True),
    ]
    if n > 3:
        lines.append(muscle(source, rng, f"{new}[0]", f"{new}[2]"))
    if chance(rng, 0.6):
        lines.append(muscle(source, rng, others[0], f"{new}[1]"))
    return _at_end(source, lines, name=new)


def mirror(source: Source, rng: Rng) -> Edit | None:
    """The places of a list once more with the other sign of x, tied to their twins."""
    finish = source.finish
    held = {name: size for name, size in scene(source).lists.items() if size > 1}
    displays = [(d, n) for d, n in place_lists(source) if n and source.function(d) is source.entry]
    if finish is None or not held or not displays:
        return None
    display, variable = pick(rng, displays)
    twin = source.fresh("mirrored", "twins", "left", "others")
    if variable in held:  # calls of add_joint: only their places can be read
        made = [call.args for call in display.elts if isinstance(call, ast.Call)]
        texts = [f"({', '.join(map(source.of, arguments))})" for arguments in made]
        places, name = f"[{', '.join(texts)}]", variable
    else:
        places, name = variable, next(iter(held))
    if len(places) > 80:
        return None
    axis = pick(rng, ("-x", "-x", f"{_n(source, rough_box(source).left * 2 - 2)} - x"))
    lines = [f"{twin} = [{source.creator}.add_joint({axis}, y) for x, y in {places}]"]
    k = loop_variable(source)
    timing = pick(rng, ("3.14", "0.0", f"{k} * 0.8"))
    if timing.startswith(k):
        lines += [
            f"for {k} in range(len({twin})):",
            f"    {muscle(source, rng, f'{name}[{k}]', f'{twin}[{k}]', active=True, at=timing)}",
        ]
    else:
        lines += [
            f"for a, b in zip({name}, {twin}):",
            f"    {muscle(source, rng, 'a', 'b', active=True, at=timing)}",
        ]
    lines += [f"for a, b in zip({twin}, {twin}[1:]):", f"    {muscle(source, rng, 'a', 'b')}"]
    return _at_end(source, lines, name=name)


def fan_out(source: Source, rng: Rng) -> Edit | None:
    """Several joints around one, by a loop: spikes, whiskers, feet."""
    others = known_joints(source, rng, 2)
    if len(others) < 2:
        return None
    box = rough_box(source)
    k, count = loop_variable(source), whole(rng, 2, 7)
    name = source.fresh(pick(rng, ("spike", "whisker", "foot", "claw", "bristle")), "end")
    gap = between(rng, 0.6, 3.0)
    low = chance(rng, 0.5)
    y = box.low - between(rng, 0.2, 3) if low else min(box.high + between(rng, 0.5, 4), 26.0)
    start = box.left + between(rng, -1, 1)
    x = f"{_n(source, start)} + {k} * {_n(source, gap)}"
    height = _n(source, y) if chance(rng, 0.7) else f"{_n(source, y)} + ({k} % 2) * 0.7"
    timing = pick(rng, (f"{k} * {text_of(between(rng, 0.3, 2.5), 1)}", f"{k}", f"{k} % 2 * 3.14"))
    lines = [
        f"for {k} in range({count}):",
        f"    {name} = {joint(source, x, height)}",
        f"    {muscle(source, rng, others[0], name, active=True, at=timing)}",
        f"    {muscle(source, rng, others[1], name, at=timing)}",
    ]
    return _at_end(source, lines, name=name, count=str(count))


def _grew(least: int) -> Callable[[Change], bool]:
    return lambda c: c.joints_added >= least and c.moved_joints == 0 and c.lost_muscles == 0


def _part(name: str, make: Make, least: int, weight: float, *patterns: str) -> Intention:
    def text(change: Change) -> bool:
        return change.growth >= 2

    return Intention(name, wordings(*patterns), make, _grew(least), text, weight, generic=0.5)


PARTS = (
    _part(
        "add-leg", leg, 2, 2.0,
        "[Add|Attach|Grow] [a|another|one more] leg",
        "[Add|Attach] a leg to {other}",
        "[Add|Attach] [a|another] [knee and a foot|knee and foot]",
        "[One more|Another|Extra] leg",
        "Give it [a|another|one more] leg",
    ),
    _part(
        "add-arm", arm, 1, 1.5,
        "[Add|Attach|Grow] [an|another] arm",
        "[Add|Attach] [an arm|a limb] to {other}",
        "[Add|Attach] [a|another] [head|horn|limb|neck]",
        "[One more|Another|Extra] [arm|limb]",
        "Give it [an arm|a head|another limb]",
    ),
    _part(
        "add-tail", _chain("tail"), 2, 2.5,
        "[Add|Attach|Grow] [a|another|a long] tail",
        "[Add|Attach] a tail of {count} [segments|joints|links]",
        "[Add|Attach] a [chain|string] of [joints|links|segments]",
        "[Hang|Attach] a [chain|tail] [on|to] {other}",
        "Give it a [tail|long tail]",
    ),
    _part(
        "add-spine", _chain("tower"), 2, 2.0,
        "[Add|Attach] a [spine|neck|mast|tower]",
        "[Add|Build] [a spine|a tower|a mast] [upwards|on top]",
        "[Add|Attach] {count} [vertebrae|segments] [on top|upwards|above]",
        "[Grow|Extend|Build] [it|the body|the spine] upwards",
        "[More|Add] spine segments",
    ),
    _part(
        "add-row", row, 3, 3.5,
        "[Add|Build] [a second|another|one more] row[| of joints]",
        "[Second|Another] row [of joints|above {name}|for {name}]",
        "[Double|Thicken] [the body|{name}|the row]",
        "[Add|Put] a row of joints [above|on|beside] [{name}|the others|the first]",
        "[Make|Build] [a second|another] layer",
    ),
    _part(
        "stack-body", stack, 3, 1.3,
        "[Stack|Put|Build] another [body|frame|block] [on top|on it|]",
        "[Add|Attach] [a second|another] [body|frame|block]",
        "[Stack|Attach] [a frame|a block|{name}]",
        "[Carry|Add] a [load|second storey|upper body]",
        "[Second|Another] [body|frame|storey]",
    ),
    _part(
        "mirror", mirror, 2, 5.0,
        "Mirror [it|the body|the walker|the joints]",
        "[Add|Build] [a mirrored half|the mirrored half|a mirror image]",
        "Mirror {name}",
        "[Make|Make it] symmetric",
        "[Double|Complete] [it|the body] [by a mirror image|symmetrically]",
        "[Reflect|Mirror] [the joints|the body] [along|in] x",
    ),
    _part(
        "fan-out", fan_out, 2, 2.0,
        "[Add|Attach] [several|some|a few] [feet|spikes|joints] [in|with] a loop",
        "[Add|Attach] {count} [feet|spikes|joints|more joints]",
        "[Add|Grow] [a row of spikes|a row of feet|whiskers|bristles]",
        "[Several|Many] new joints [on two others|in a loop|]",
        "[More|Add more] [joints|feet] [|below the body|on top]",
    ),
)  # fmt: skip
