"""Programs built from helper functions: boxes, triangles, legs and arms, called several times."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import between, chance, pick, whole


def boxes(pen: Pen) -> None:
    """A function that makes a frame of four joints; several frames tied together."""
    rng = pen.rng
    name = pick(rng, ("make_box", "make_block", "add_box", "box", "make_cell", "add_frame"))
    flavour = whole(rng, 0, 2)
    with pen.helper(name, ("x, y, size", "x, y, width, height", "x, y, side=2")[flavour], "A box."):
        across, up = (("size", "size"), ("width", "height"), ("side", "side"))[flavour]
        _corners(pen, across, up)
        _frame(pen, "corners", 4, chance(rng, 0.5))
        pen("return corners")
    count = whole(rng, 2, 5)
    width, height = pen.size() / count, max(pen.size(1, 12) / 2, 1.0)
    vertical = chance(rng, 0.35)
    boxes_of = [f"box{k}" if count > 3 else ("first", "second", "third")[k] for k in range(count)]
    step = (height if vertical else width) + between(rng, 0.5, 2.5)
    for k, box in enumerate(boxes_of):
        x, y = (0.0, k * step) if vertical else (k * step, 0.0)
        sizes = [pen.number(max(width, 0.5)), pen.number(height), pen.number(width)][flavour:]
        given = (sizes[:1], sizes[:2], sizes[:1])[flavour]
        if flavour == 2 and chance(rng, 0.4):
            given = []
        pen(f"{box} = {pen.call(name, pen.number(x), pen.number(y), *given)}")
    pen.gap()
    for a, b in itertools.pairwise(boxes_of):
        ends = ((3, 0), (2, 1), (3, 1), (2, 0)) if vertical else ((1, 0), (2, 3), (1, 3), (2, 0))
        for left, right in ends[: whole(rng, 2, 4)]:
            pen(pen.muscle(f"{a}[{left}]", f"{b}[{right}]", step, active=True))


def centred_frame(pen: Pen) -> None:
    """A polygon made by a helper with one or two joints inside, tied by hand."""
    rng = pen.rng
    sides = pick(rng, (3, 4, 5, 6))
    name = pick(rng, ("make_frame", "make_ring", "outline", "make_shell", "build_hull"))
    width, height = pen.size(), pen.size()
    with pen.helper(name, "width, height", "The outline, from the lower left."):
        pen(f"{pen.joints} = [")
        for x, y in _OUTLINES[sides]:
            px = _times("width", x)
            pen(f"    {pen.joint(px, _times('height', y))},")
        pen("]")
        if chance(rng, 0.7):
            with pen.block(f"for {pen.i} in range({sides}):"):
                after = f"{pen.joints}[({pen.i} + 1) % {sides}]"
                pen(f"{pen.wc}.add_muscle({pen.joints}[{pen.i}], {after})")
        else:
            for k in range(sides):
                after = f"{pen.joints}[{(k + 1) % sides}]"
                pen(f"{pen.wc}.add_muscle({pen.joints}[{k}], {after})")
        pen(f"return {pen.joints}")
    frame = pick(rng, ("frame", "hull", "ring", "shell"))
    pen(f"{frame} = {pen.call(name, pen.number(width), pen.number(height))}")
    inner = pick(rng, ("heart", "core", "middle", "hub", "weight"))
    for k in range(whole(rng, 1, 2)):
        label = f"{inner}{k or ''}"
        place = (width * between(rng, 0.3, 0.7), height * between(rng, 0.25, 0.75))
        pen(f"{label} = {pen.joint(*place)}")
        if chance(rng, 0.5):
            with pen.block(f"for {pen.i}, corner in enumerate({frame}):"):
                line = pen.muscle("corner", label, height / 2, pen.i, f"len({frame})", True)
                pen(line)
        else:
            for corner in range(sides):
                pen(pen.muscle(f"{frame}[{corner}]", label, height / 2))


def legs(pen: Pen) -> None:
    """A body with legs, all made by one function."""
    rng = pen.rng
    name = pick(rng, ("make_leg", "add_leg", "leg", "add_limb", "make_limb"))
    parameters = pick(
        rng,
        (
            "hip, x, y, phase",
            "hip, x, length, phase=0.0",
            "hip, x, y, amp, phase",
            "hip, x, length=3, phase=0",
        ),
    )
    by_length = "length" in parameters
    with pen.helper(name, parameters, "A knee and a foot below the hip."):
        _leg(pen, by_length, "amp" in parameters)
    height, width = max(pen.size(2, 20), 2.0), pen.size(2)
    count = whole(rng, 2, 6)
    hips = [f"hip{k}" for k in range(count)]
    if chance(rng, 0.5):
        for k, hip in enumerate(hips):
            top = height + (k % 2) * between(rng, 0, 1)
            pen(f"{hip} = {pen.joint(k * width / (count - 1), top)}")
        pairs = [(hips[k], hips[k + 1]) for k in range(count - 1)]
        for a, b in pairs:
            pen(pen.muscle(a, b, width / count))
        tops = hips
    else:
        gap = pen.number(max(width / count, 0.8))
        pen(f"hips = [{pen.joint(f'{gap} * {pen.i}', height)} for {pen.i} in range({count})]")
        with pen.block("for a, b in zip(hips, hips[1:]):"):
            pen(pen.muscle("a", "b"))
        tops = [f"hips[{k}]" for k in range(count)]
    pen.gap()
    limit = count if chance(rng, 0.7) else max(2, count - 2)
    opposite = chance(rng, 0.4)
    if limit > 3 and tops[0] != hips[0] and chance(rng, 0.7):
        with pen.block(f"for {pen.i}, hip in enumerate(hips):"):
            spot = f"{pen.number(max(width / count, 0.8))} * {pen.i}"
            pen(
                pen.call(
                    name, *_leg_values(pen, parameters, "hip", spot, height, pen.phase_of(pen.i))
                )
            )
        return
    for k in range(limit):
        phase = ("0.0", pen.math("pi"))[k % 2] if opposite else pen.phase()
        x = pen.number(k * width / (count - 1))
        pen(pen.call(name, *_leg_values(pen, parameters, tops[k], x, height, phase)))


def triangles(pen: Pen) -> None:
    """Triangles that share their sides; each call adds one joint to two others."""
    rng = pen.rng
    name = pick(rng, ("add_triangle", "grow", "attach", "extend", "add_tip"))
    with pen.helper(name, pick(rng, ("a, b, x, y", "a, b, x, y, phase=0.0")), "A joint on two."):
        pen(f"tip = {pen.joint('x', 'y')}")
        pen(pen.muscle("a", "tip"))
        with_phase = chance(rng, 0.5)
        pen(pen.muscle("b", "tip", active=with_phase or None))
        pen("return tip")
    x, y = 0.0, 0.0
    names = [pick(rng, ("a", "p0", "start")), pick(rng, ("b", "p1", "second"))]
    step, rise = max(pen.size() / 6, 0.7), max(pen.size() / 5, 0.7)
    pen(f"{names[0]} = {pen.joint(x, y)}")
    pen(f"{names[1]} = {pen.joint(x + step, y + rise)}")
    pen(pen.muscle(names[0], names[1], step))
    climb = pick(rng, (0.0, 0.0, rise * 0.7))
    for k in range(whole(rng, 2, 7)):
        x += step
        y += climb
        tip = f"t{k}"
        up = y if k % 2 == 0 else y + rise
        pen(f"{tip} = {pen.call(name, names[-2], names[-1], pen.number(x + step), pen.number(up))}")
        names.append(tip)
    pen(pen.muscle(names[0], names[-1], active=True))


def meshes(pen: Pen) -> None:
    """Joints made freely; a helper ties all of them, or each to the next."""
    rng = pen.rng
    dense = chance(rng, 0.5)
    name = pick(
        rng, ("connect_all", "tie_all", "mesh") if dense else ("chain", "string", "link_up")
    )
    listing = pick(rng, ("joints", "group", "members"))
    with pen.helper(name, f"{listing}, amp, phase=0.0" if chance(rng, 0.5) else f"{listing}, amp"):
        i, j = pen.i, pen.j
        ends: tuple[str, str]
        if dense:
            with pen.block(
                f"for {i} in range(len({listing})):",
                f"for {j} in range({i} + 1, len({listing})):",
            ):
                ends = (f"{listing}[{i}]", f"{listing}[{j}]")
                pen(pen.active(*ends, "amp", pen.phase_of(f"({i} + {j})")))
        else:
            with pen.block(f"for {i} in range(len({listing}) - 1):"):
                ends = (f"{listing}[{i}]", f"{listing}[{i} + 1]")
                pen(pen.active(*ends, "amp", pen.phase_of(i)))
    count = whole(rng, 3, 6 if dense else 10)
    groups = whole(rng, 1, 3)
    width, height = pen.size(), pen.size()
    for g in range(groups):
        group = ("upper", "lower", "third")[g] if groups > 1 else pen.joints
        y0 = height * (groups - 1 - g) / groups
        items = []
        for k in range(count):
            x = width * k / (count - 1) + between(rng, -0.3, 0.3)
            items.append(pen.joint(x, y0 + between(rng, 0, height / groups / 2)))
        pen(f"{group} = [")
        for item in items:
            pen(f"    {item},")
        pen("]")
        pen(pen.call(name, group, pen.number(between(rng, 0.4, 2.5))))
    for g in range(1, groups):
        a, b = ("upper", "lower", "third")[g - 1 : g + 1]
        with pen.block(f"for a, b in zip({a}, {b}):"):
            pen(pen.muscle("a", "b", height / groups))
        pen(pen.muscle(f"{a}[0]", f"{b}[-1]", width))


_OUTLINES: dict[int, tuple[tuple[float, float], ...]] = {
    3: ((0, 0), (1, 0), (0.5, 1)),
    4: ((0, 0), (1, 0), (0.9, 1), (0.1, 1)),
    5: ((0.2, 0), (0.8, 0), (1, 0.6), (0.5, 1), (0, 0.6)),
    6: ((0.2, 0), (0.8, 0), (1, 0.5), (0.8, 1), (0.2, 1), (0, 0.5)),
}


def _times(name: str, share: float) -> str:
    return "0" if share == 0 else name if share == 1 else f"{share} * {name}"


def _corners(pen: Pen, across: str, up: str) -> None:
    places = [
        ("x", "y"),
        (f"x + {across}", "y"),
        (f"x + {across}", f"y + {up}"),
        ("x", f"y + {up}"),
    ]
    if chance(pen.rng, 0.5):
        pen("corners = []")
        pairs = ", ".join(f"({x}, {y})" for x, y in places)
        with pen.block(f"for px, py in [{pairs}]:"):
            pen(f"corners.append({pen.joint('px', 'py')})")
        return
    names = ("a", "b", "d", "e")
    for label, place in zip(names, places, strict=True):
        pen(f"{label} = {pen.joint(*place)}")
    pen("corners = [a, b, d, e]")


def _frame(pen: Pen, corners: str, count: int, crossed: bool) -> None:
    with pen.block(f"for {pen.i} in range({count}):"):
        after = f"{corners}[({pen.i} + 1) % {count}]"
        line = pen.muscle(f"{corners}[{pen.i}]", after, active=chance(pen.rng, 0.2))
        pen(line)
    if crossed:
        pen(pen.muscle(f"{corners}[0]", f"{corners}[2]", active=chance(pen.rng, 0.6)))


def _leg(pen: Pen, by_length: bool, with_amplitude: bool) -> None:
    """The body of a function that hangs a leg on ``hip``."""
    rng = pen.rng
    bend = pen.number(between(rng, -1.5, 1.5))
    if by_length:
        pen(f"knee = {pen.joint(f'x + {bend}'.replace('+ -', '- '), 'length / 2')}")
        pen(f"foot = {pen.joint('x', '0')}")
    else:
        pen(f"knee = {pen.joint(pick(rng, ('x + 0.5', 'x - 1', 'x')), 'y / 2')}")
        pen(f"foot = {pen.joint(pick(rng, ('x', 'x + 1')), pick(rng, ('0', 'y / 10', '-0.5')))}")
    amplitude: Callable[[], str] = (lambda: "amp") if with_amplitude else (lambda: pen.amplitude(2))
    pen(pen.active("hip", "knee", amplitude(), "phase"))
    if chance(rng, 0.5):
        pen(f"{pen.wc}.add_muscle(knee, foot)")
    else:
        pen(pen.active("knee", "foot", amplitude(), pick(rng, ("phase", "phase + 1.5"))))
    if chance(rng, 0.8):
        pen(pen.active("hip", "foot", amplitude(), pick(rng, ("phase", "phase + 0.8", "-phase"))))
    if chance(rng, 0.6):
        pen("return foot")


def _leg_values(
    pen: Pen, parameters: str, hip: str, x: str, height: float, phase: str
) -> list[str]:
    values = {
        "hip": hip,
        "x": x,
        "y": pen.number(height),
        "length": pen.number(height * between(pen.rng, 0.7, 1.1)),
        "amp": pen.amplitude(height / 2),
        "phase": phase,
    }
    names = [part.split("=")[0] for part in parameters.split(", ")]
    given = [values[name] for name in names]
    if names[-1] == "phase" and "length=3" in parameters and chance(pen.rng, 0.3):
        return [*given[:2], f"phase={given[-1]}"]
    return given
