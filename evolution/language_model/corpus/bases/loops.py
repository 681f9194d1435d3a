"""Programs whose loops lay out joints in a row: worms, ladders, towers, arches, waves."""

from __future__ import annotations

from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import between, chance, pick, whole


def worm(pen: Pen) -> None:
    """A chain along x whose joints alternate in height."""
    rng = pen.rng
    count = whole(rng, 4, 46)
    gap = pen.number(max(pen.size() / count, 0.4))
    rise = pen.number(max(pen.size() / 3, 0.5))
    n = _count(pen, count, "segments")
    i = pen.i
    height = pick(
        rng,
        (
            f"({i} % 2) * {rise}",
            f"{rise} if {i} % 2 else 0",
            f"{rise} * ({i} % 3)",
            f"{rise} * abs({pen.math('sin')}({i}))",
            f"{rise} + {pen.math('cos')}({i})",
        ),
    )
    _append_loop(pen, n, f"{i} * {gap}", height)
    with pen.block(f"for {i} in range({_less(n, 1)}):"):
        pen(pen.muscle(f"{pen.joints}[{i}]", f"{pen.joints}[{i} + 1]", index=i, count=n))
    with pen.block(f"for {i} in range({_less(n, 2)}):"):
        ends = (f"{pen.joints}[{i}]", f"{pen.joints}[{i} + 2]")
        pen(pen.muscle(*ends, index=i, count=n, active=True))


def ladder(pen: Pen) -> None:
    """Two rows of joints with rungs and diagonals."""
    rng = pen.rng
    n = _count(pen, whole(rng, 3, 24), "n")
    i = pen.i
    tall = chance(rng, 0.4)
    length, thickness = pen.size(), max(pen.size(1, 14), 0.8)
    step = pen.number(max(length / int(n) if n.isdigit() else length / 8, 0.4))
    first, second = pick(
        rng, (("upper", "lower"), ("top", "bottom"), ("left", "right"), ("back", "belly"))
    )
    along, zero, far = f"{i} * {step}", "0", pen.number(thickness)
    lower = pen.joint(zero, along) if tall else pen.joint(along, zero)
    upper = pen.joint(far, along) if tall else pen.joint(along, far)
    if chance(rng, 0.5):
        pen(f"{first} = [{upper} for {i} in range({n})]")
        pen(f"{second} = [{lower} for {i} in range({n})]")
    else:
        pen(f"{first}, {second} = [], []")
        with pen.block(f"for {i} in range({n}):"):
            pen(f"{first}.append({upper})")
            pen(f"{second}.append({lower})")
    pen.gap()
    pen.note("rungs")
    with pen.block(f"for a, b in zip({first}, {second}):"):
        pen(pen.muscle("a", "b", thickness))
    with pen.block(f"for {i} in range({_less(n, 1)}):"):
        pen(pen.muscle(f"{first}[{i}]", f"{first}[{i} + 1]", length / 8, i, n))
        pen(pen.muscle(f"{second}[{i}]", f"{second}[{i} + 1]", length / 8, i, n))
        pen(pen.muscle(f"{first}[{i}]", f"{second}[{i} + 1]", thickness, i, n, active=True))
        if chance(rng, 0.4):
            pen(pen.muscle(f"{second}[{i}]", f"{first}[{i} + 1]", thickness, i, n))


def growing_chain(pen: Pen) -> None:
    """A loop that remembers the last joints and ties each new one to them."""
    rng = pen.rng
    n = str(whole(rng, 3, 40))
    i = pen.i
    dx, dy = pen.size() / int(n), pen.size() / int(n)
    up, down = pen.number(max(dy, 0.3)), pen.number(max(dy / 2, 0.2))
    x, y = pick(rng, (("x", "y"), ("px", "py"), ("x0", "y0")))
    pen(f"{x}, {y} = {pen.number(0)}, {pen.number(between(rng, 0, 3))}")
    pen(f"last = {pen.joint(x, y)}")
    pen(f"before = {pen.joint(f'{x} + {pen.number(max(dx, 0.5))}', f'{y} + {pen.number(2)}')}")
    pen(pen.muscle("last", "before"))
    with pen.block(f"for {i} in range({n}):"):
        pen(f"{x} += {pen.number(max(dx, 0.4))}")
        change = pick(
            rng,
            (
                f"{y} += {up} if {i} % 2 else -{down}",
                f"{y} = {pen.number(max(dy * 4, 1))} * ({i} % 2)",
                f"{y} += {up}",
                f"{y} = {pen.number(max(dy * 3, 1))} * {pen.math('sin')}({i} * 0.9)",
            ),
        )
        pen(change)
        pen(f"new = {pen.joint(x, y)}")
        pen(pen.muscle("last", "new", index=i))
        pen(pen.muscle("before", "new", index=i, active=True))
        if chance(rng, 0.7):
            pen("before, last = last, new")
        else:
            pen("before = last")
            pen("last = new")


def tower(pen: Pen) -> None:
    """Floors of two or three joints on each other."""
    rng = pen.rng
    floors = whole(rng, 2, 20)
    height, width = pen.size(2, 24), pen.size(1, 16)
    i = pen.i
    n = _count(pen, floors, pick(rng, ("floors", "levels", "stories")))
    step = pen.number(max(height / floors, 0.5))
    lean = pick(rng, ("", "", f" + {i} * {pen.number(between(rng, 0.2, 0.9))}"))
    pen(f"previous = [{pen.joint(0, 0)}, {pen.joint(max(width, 1), 0)}]")
    pen(pen.muscle("previous[0]", "previous[1]", width))
    with pen.block(f"for {i} in range(1, {n}):"):
        pen(f"y = {i} * {step}")
        narrow = pick(rng, ("", f" - {i} * {pen.number(0.3)}"))
        right = f"{pen.number(max(width, 1))}{narrow}{lean}"
        left = f"{i} * 0.1{lean}" if narrow else (lean[3:] or "0")
        pen(f"floor = [{pen.joint(left, 'y')}, {pen.joint(right, 'y')}]")
        pen(pen.muscle("floor[0]", "floor[1]", width))
        for a, b in ((0, 0), (1, 1), (0, 1), (1, 0))[: whole(rng, 3, 4)]:
            pen(pen.muscle(f"previous[{a}]", f"floor[{b}]", height / floors, i, n))
        pen("previous = floor")


def curve(pen: Pen) -> None:
    """An arch, a wave or a spiral given by sine and cosine."""
    rng = pen.rng
    count = whole(rng, 6, 40)
    i = pen.i
    n = _count(pen, count, pick(rng, ("n", "steps", "count", "number")))
    width, height = pen.size(2), pen.size(2)
    sin, cos, pi = pen.math("sin"), pen.math("cos"), pen.math("pi")
    kind = whole(rng, 0, 3)
    pen(f"{pen.joints} = []")
    with pen.block(f"for {i} in range({n}):"):
        if kind == 0:
            pen(f"angle = {pi} * {i} / ({n} - 1)")
            x, y = f"{pen.number(width / 2)} * {cos}(angle)", f"{pen.number(height)} * {sin}(angle)"
        elif kind == 1:
            pen(f"t = {i} / {n}")
            turns = pick(rng, ("6.28", "9", f"2 * {pi}"))
            y = f"{pen.number(height / 2)} * {sin}({turns} * t)"
            x = f"{pen.number(width)} * t"
        elif kind == 2:
            pen(f"r = 0.5 + {i} * {max(width / 2 / count, 0.2):.2f}")
            x, y = f"r * {cos}({i} * 0.7)", f"r * {sin}({i} * 0.7)"
        else:
            pen(f"x = {i} * {pen.number(max(width / count, 0.4))}")
            x, y = "x", f"{pen.number(height)} - (x - {pen.number(width / 2)}) ** 2 * 0.1"
            y = f"max(0, {y}) + {i} % 2" if chance(rng, 0.6) else f"{i} % 2 * {pen.number(height)}"
        pen(f"{pen.joints}.append({pen.joint(x, y)})")
    pen.gap()
    reach = whole(rng, 2, 3)
    for step in range(1, reach + 1):
        with pen.block(f"for {i} in range({_less(n, step)}):"):
            ends = (f"{pen.joints}[{i}]", f"{pen.joints}[{i} + {step}]")
            pen(pen.muscle(*ends, index=i, count=n, active=step > 1 or None))


def comb(pen: Pen) -> None:
    """A back with teeth or legs on it; index arithmetic instead of names."""
    rng = pen.rng
    n = str(whole(rng, 3, 24))
    i = pen.i
    gap, height = pen.number(max(pen.size() / int(n), 0.6)), pen.number(max(pen.size(1, 18), 1))
    low = pick(rng, ("0", "-1", "0.5", f"{i} % 2"))
    with pen.block(f"for {i} in range({n}):"):
        pen(pen.joint(f"{gap} * {i}", height))
        pen(pen.joint(f"{gap} * {i} + {pen.number(between(rng, -1, 1))}".replace("+ -", "- "), low))
    with pen.block(f"for {i} in range({n}):"):
        pen(pen.muscle(f"2 * {i}", f"2 * {i} + 1", index=i, count=n, active=True))
    with pen.block(f"for {i} in range({_less(n, 1)}):"):
        pen(pen.muscle(f"2 * {i}", f"2 * {i} + 2", index=i, count=n))
        pen(pen.muscle(f"2 * {i} + 1", f"2 * {i} + 2", index=i, count=n, active=True))
        if chance(rng, 0.4):
            pen(pen.muscle(f"2 * {i}", f"2 * {i} + 3", index=i, count=n))


def _count(pen: Pen, count: int, name: str) -> str:
    """The number itself, or a variable that holds it."""
    if chance(pen.rng, 0.55):
        return str(count)
    pen(f"{name} = {count}")
    return name


def _less(count: str, by: int) -> str:
    return str(int(count) - by) if count.isdigit() else f"{count} - {by}"


def _append_loop(pen: Pen, count: str, x: str, y: str) -> None:
    """Joints along an index, by comprehension or by append."""
    if chance(pen.rng, 0.45):
        pen(f"{pen.joints} = [{pen.joint(x, y)} for {pen.i} in range({count})]")
        return
    pen(f"{pen.joints} = []")
    with pen.block(f"for {pen.i} in range({count}):"):
        if chance(pen.rng, 0.3):
            pen(f"x = {x}")
            pen(f"y = {y}")
            x, y = "x", "y"
        pen(f"{pen.joints}.append({pen.joint(x, y)})")
