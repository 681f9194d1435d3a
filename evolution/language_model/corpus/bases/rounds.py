"""Round programs: rings, stars, gears, half wheels, nested rings."""

from __future__ import annotations

from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import between, chance, pick, whole


def star(pen: Pen) -> None:
    """Two radii in turn around a middle."""
    rng = pen.rng
    count = whole(rng, 3, 24)
    sin, cos, pi = pen.math("sin"), pen.math("cos"), pen.math("pi")
    outer, inner = pen.size() / 2, pen.size(0.8, 8) / 2
    i = pen.i
    points = pick(rng, ("arms", "spikes", "count", "n"))
    pen(f"{points} = {count}")
    low = pen.number(outer)
    middle = pick(rng, ("hub", "middle", "core", "center", "axle"))
    if chance(rng, 0.5):
        pen(f"{middle} = {pen.joint(0, outer)}")
    else:
        pen(f"{middle} = {pen.joint(low, low)}")
    pen("tips = []")
    with pen.block(f"for {i} in range({points}):"):
        pen(f"angle = {pick(rng, (f'2 * {pi}', '6.283'))} * {i} / {points}")
        if chance(rng, 0.5):
            radius = f"{pen.number(outer)} if {i} % 2 else {pen.number(max(inner, 0.5))}"
            pen(f"radius = {radius}")
            length = "radius"
        else:
            length = pen.number(outer)
        squash = pick(rng, ("", "", f"{between(rng, 0.3, 1.6):.1f} * "))
        x = f"{length} * {cos}(angle)"
        y = f"{low} + {squash}{length} * {sin}(angle)"
        pen(f"tip = {pen.joint(x, y)}")
        pen(pen.muscle(middle, "tip", outer, i, points, active=True))
        if chance(rng, 0.3):
            pen("tips += [tip]")
        else:
            pen("tips.append(tip)")
    with pen.block(f"for {i} in range({points}):"):
        ends = (f"tips[{i}]", f"tips[{i} - 1]")
        pen(pen.muscle(*ends, outer, i, points))


def two_rings(pen: Pen) -> None:
    """A ring within a ring, tied across."""
    rng = pen.rng
    sin, cos, pi = pen.math("sin"), pen.math("cos"), pen.math("pi")
    name = pick(rng, ("ring", "add_ring", "make_loop", "polygon", "make_polygon", "rim"))
    params = pick(rng, ("x, y, r, n", "x, y, radius, n", "r, n, start=0.0", "x, y, rx, ry, n"))
    i = pen.i
    with pen.helper(name, params, "Joints around a centre."):
        rx, ry = {"r": ("r", "r"), "radius": ("radius", "radius")}.get(
            "radius" if "radius" in params else "r", ("r", "r")
        )
        if "rx" in params:
            rx, ry = "rx", "ry"
        x0, y0 = ("x + ", "y + ") if "x, y" in params else ("", "")
        turn = f"2 * {pi} * {i} / n" + (" + start" if "start" in params else "")
        if chance(rng, 0.4):
            x, y = f"{x0}{rx} * {cos}({turn})", f"{y0}{ry} * {sin}({turn})"
            pen(f"return [{pen.joint(x, y)} for {i} in range(n)]")
        else:
            pen("out = []")
            with pen.block(f"for {i} in range(n):"):
                pen(f"a = {turn}")
                pen(f"out.append({pen.joint(f'{x0}{rx} * {cos}(a)', f'{y0}{ry} * {sin}(a)')})")
            pen("return out")
    count = whole(rng, 3, 22)
    big = pen.size(2) / 2
    small = big * between(rng, 0.3, 0.8)
    n = str(count)
    for label, radius in (("outer", big), ("inner", small)):
        values = {"x": pen.number(big), "y": pen.number(big), "n": n, "start": "0.4"}
        values |= {"r": pen.number(radius), "radius": pen.number(radius)}
        values |= {"rx": pen.number(radius), "ry": pen.number(max(pen.size(1, 20) / 2, 0.5))}
        given = [values[part.split("=")[0]] for part in params.split(", ") if "=" not in part]
        pen(f"{label} = {pen.call(name, *given)}")
    pen.gap()
    with pen.block(f"for {i} in range({n}):"):
        pen(pen.muscle(f"outer[{i}]", f"outer[({i} + 1) % {n}]", big, i, n))
        pen(pen.muscle(f"inner[{i}]", f"outer[{i}]", big - small, i, n, active=True))
        pen(pen.muscle(f"inner[{i}]", f"inner[({i} + 1) % {n}]", small, i, n))
        if chance(rng, 0.5):
            pen(pen.muscle(f"inner[{i}]", f"outer[({i} + 1) % {n}]", big, i, n))


def spoked(pen: Pen) -> None:
    """A rim and a hub; rim and spokes in separate loops, often an ellipse."""
    rng = pen.rng
    sin, cos = pen.math("sin"), pen.math("cos")
    count = whole(rng, 4, 32)
    i = pen.i
    rx, ry = pen.size() / 2, pen.size() / 2
    start = pick(rng, ("", " + 0.3", " - 1.57"))
    slice_of = 6.2832 / count
    pen("rim = []")
    with pen.block(f"for {i} in range({count}):"):
        pen(f"t = {slice_of:.{whole(rng, 2, 4)}f} * {i}{start}")
        place = pen.joint(f"{pen.number(rx)} * {cos}(t)", f"{pen.number(ry)} * {sin}(t)")
        pen(f"rim.append({place})")
    hubs = whole(rng, 1, 2)
    names = ("hub", "axle") if hubs == 2 else (pick(rng, ("hub", "axle", "navel", "mid")),)
    for k, hub in enumerate(names):
        pen(f"{hub} = {pen.joint(between(rng, -rx / 3, rx / 3), k * ry / 2 + 0.1)}")
    with pen.block("for a, b in zip(rim, rim[1:] + rim[:1]):"):
        pen(pen.muscle("a", "b", active=chance(rng, 0.3)))
    for k, hub in enumerate(names):
        part = pick(rng, ("rim", "rim[::2]", "rim[1:]")) if k else "rim"
        with pen.block(f"for {i}, joint in enumerate({part}):"):
            pen(pen.muscle("joint", hub, rx, i, str(count), active=True))
    if hubs == 2:
        pen(pen.muscle("hub", "axle"))


def fan(pen: Pen) -> None:
    """Half a wheel: rays from a foot or a hip."""
    rng = pen.rng
    sin, cos, pi = pen.math("sin"), pen.math("cos"), pen.math("pi")
    count = whole(rng, 3, 24)
    i, n = pen.i, str(count)
    if chance(rng, 0.5):
        n = pick(rng, ("rays", "blades", "num"))
        pen(f"{n} = {count}")
    radius, lift = pen.number(pen.size(1, 12)), pen.number(between(rng, 0, 8))
    root = pick(rng, ("root", "hip", "foot", "base"))
    pen(f"{root} = {pen.joint('0', lift)}")
    flip = pick(rng, ("", "-"))
    pen("previous = None")
    with pen.block(f"for {i} in range({n}):"):
        pen(f"angle = {flip}{pi} * {i} / {n}")
        pen(f"x = {radius} * {cos}(angle)")
        pen(f"y = {lift} + {radius} * {sin}(angle)")
        pen(f"ray = {pen.joint('x', 'y')}")
        pen(pen.muscle(root, "ray", 4, i, n, active=True))
        with pen.block(
            f"if {pick(rng, ('previous is not None', 'previous is not None', f'{i} > 0'))}:"
        ):
            pen(pen.muscle("previous", "ray", 2, i, n))
        pen("previous = ray")
