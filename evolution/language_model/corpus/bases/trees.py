"""Branching programs: recursive trees, spines with ribs, hanging arms, classes."""

from __future__ import annotations

from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import between, chance, pick, whole


def recursive_tree(pen: Pen) -> None:
    """A function that grows two branches from each joint."""
    rng = pen.rng
    sin, cos = pen.math("sin"), pen.math("cos")
    name = pick(rng, ("grow", "branch", "sprout", "split"))
    depth = whole(rng, 2, 4)
    spread = f"{between(rng, 0.3, 0.9):.1f}"
    shrink = f"{between(rng, 0.6, 0.95):.2f}"
    first_angle = pick(rng, ("1.57", "1.2", "1.9", "0.8"))
    twigs = whole(rng, 2, 3) if depth < 4 else 2
    params = "joint, x, y, angle, length, depth"
    with pen.helper(name, params, "Branches that get shorter."):
        with pen.block("if depth == 0:"):
            pen(pick(rng, ("return", "return")))
        turns = ("-1, 1", "-1, 0, 1")[twigs - 2]
        with pen.block(f"for turn in ({turns}):"):
            pen(f"a = angle + turn * {spread}")
            pen(f"nx = x + length * {cos}(a)")
            pen(f"ny = y + length * {sin}(a)")
            pen(f"tip = {pen.joint('nx', 'ny')}")
            phase = pick(rng, ("depth", "turn * depth", "a", "a * depth", "turn * 1.57"))
            pen(pen.active("joint", "tip", f"{between(rng, 0.1, 0.3):.2f} * length", phase))
            pen(pen.call(name, "tip", "nx", "ny", "a", f"length * {shrink}", "depth - 1"))
    length = pen.size(2) / depth / 1.6
    pen(f"root = {pen.joint(0, 0)}")
    pen(f"trunk = {pen.joint('0', pen.number(max(length, 0.8)))}")
    pen(pen.muscle("root", "trunk", length))
    if chance(rng, 0.6):
        for label, x in (
            ("left_root", -between(rng, 0.5, 3)),
            ("right_root", between(rng, 0.5, 3)),
        ):
            pen(f"{label} = {pen.joint(x, 0)}")
            pen(pen.muscle(label, "root"))
            pen(pen.muscle(label, "trunk"))
    height = pen.number(max(length, 0.8))
    pen(pen.call(name, "trunk", "0", height, first_angle, pen.number(max(length, 0.8)), str(depth)))


def spine(pen: Pen) -> None:
    """A spine with a rib or a leg on each segment."""
    rng = pen.rng
    count = whole(rng, 3, 20)
    i = pen.i
    height = pen.size(1, 20)
    gap = pen.number(max(pen.size(3) / count, 0.6))
    n = str(count)
    if chance(rng, 0.5):
        n = pick(rng, ("segments", "vertebrae", "length"))
        pen(f"{n} = {count}")
    pen(f"spine = [{pen.joint(f'{i} * {gap}', height)} for {i} in range({n})]")
    with pen.block("for a, b in zip(spine, spine[1:]):"):
        pen(pen.muscle("a", "b"))
    pen.gap()
    both = chance(rng, 0.4)
    pen.note("ribs")
    rib = pick(rng, ("rib", "foot", "leg", "claw"))
    slant = pick(rng, ("", f" + {pen.number(between(rng, 0.3, 1.5))}"))
    with pen.block(f"for {i}, vertebra in enumerate(spine):"):
        low = pick(rng, ("0", f"({i} % 2) * 0.5", pen.number(between(rng, 0, height / 2))))
        pen(f"{rib} = {pen.joint(f'{i} * {gap}{slant}', low)}")
        pen(pen.muscle("vertebra", rib, height, i, n, active=True))
        with pen.block(f"if {i} > 0:"):
            pen(pen.muscle(f"spine[{i} - 1]", rib, height, i, n, active=True))
        if both:
            pen(f"fin = {pen.joint(f'{i} * {gap}', pen.number(height + between(rng, 0.5, 4)))}")
            pen(pen.muscle("vertebra", "fin", 2, i, n))
            with pen.block(f"if {i}:"):
                pen(pen.muscle(f"spine[{i} - 1]", "fin", 2, i, n))


def tentacles(pen: Pen) -> None:
    """A bell from which chains hang."""
    rng = pen.rng
    arms, links = whole(rng, 2, 7), whole(rng, 2, 6)
    i, j = pen.i, pen.j
    gap, link = max(pen.size(2) / arms, 0.8), max(pen.size(2) / links / 1.5, 0.6)
    top = pen.number(link * links)
    pen(f"top = {pen.joint(gap * (arms - 1) / 2, link * links + between(rng, 1, 4))}")
    with pen.block(f"for {i} in range({arms}):"):
        pen(f"x = {i} * {pen.number(gap)}")
        pen(f"above = {pen.joint('x', top)}")
        pen(pen.muscle("top", "above", 3, i, str(arms)))
        if chance(rng, 0.75):
            with pen.block(f"if {i} > 0:"):
                pen(pen.muscle("above", "neighbour"))
            pen("neighbour = above")
        with pen.block(f"for {j} in range({links}):"):
            sway = pick(rng, ("x", f"x + ({j} % 2) * 0.5", f"x + 0.3 * {j}"))
            down = f"{top} - ({j} + 1) * {pen.number(link)}"
            pen(f"below = {pen.joint(sway, down)}")
            phase = pick(rng, (f"{i} + {j}", f"{j} * 0.8 + {i}", pen.phase_of(i), pen.phase_of(j)))
            pen(pen.active("above", "below", pen.amplitude(link), phase))
            if chance(rng, 0.5):
                pen(pen.muscle("top", "below", 4, j))
            pen("above = below")


def hydra(pen: Pen) -> None:
    """A helper that makes a chain from a joint in a direction, called for each arm."""
    rng = pen.rng
    name = pick(rng, ("arm", "make_arm", "add_chain", "tendril", "make_tail", "limb"))
    i = pen.i
    params = pick(rng, ("start, x, y, dx, dy, n", "start, x, y, dx, dy, n=3, amp=0.8"))
    with pen.helper(name, params, "A chain of n joints."):
        pen("last = start")
        with pen.block(f"for {i} in range(n):"):
            pen("x += dx" if chance(rng, 0.6) else "x = x + dx")
            pen("y += dy" if chance(rng, 0.6) else "y = y + dy")
            pen(f"joint = {pen.joint('x', 'y')}")
            amplitude = "amp" if "amp" in params else pen.amplitude(2)
            pen(pen.active("last", "joint", amplitude, pen.phase_of(i, "n")))
            pen("last = joint")
        pen("return last")
    width, height = max(pen.size(2), 2), max(pen.size(2), 2)
    body = ("a", "b", "top") if chance(rng, 0.6) else ("front", "rear", "back")
    places = ((0.0, height * 0.4), (width * 0.4, height * 0.4), (width * 0.2, height * 0.7))
    for label, (x, y) in zip(body, places, strict=True):
        pen(f"{label} = {pen.joint(x, y)}")
    for a, b in ((0, 1), (1, 2), (2, 0)):
        pen(pen.muscle(body[a], body[b], width / 3))
    pen.gap()
    for k in range(whole(rng, 2, 4)):
        at = k % 3
        x, y = places[at]
        n = whole(rng, 1, 4)
        way = ((-1, -0.6), (1, -0.6), (0.6, 1), (0.1, -1))[k]
        dx, dy = way[0] * width * 0.3 / n, way[1] * height * 0.4 / n
        given = [body[at], *map(pen.number, (x, y, dx, dy))]
        if "n=3" not in params or chance(rng, 0.6):
            given.append(str(n))
        target = f"end{k} = " if chance(rng, 0.4) else ""
        pen(target + pen.call(name, *given))
        if target and chance(rng, 0.7):
            pen(pen.muscle(f"end{k}", body[(at + 1) % 3], active=True))


def built_by_class(pen: Pen) -> None:
    """A class that keeps the creator and the joints."""
    rng = pen.rng
    name = pick(rng, ("Body", "Builder", "Creature", "Skeleton"))
    with pen.apart(nested=False), pen.block(f"class {name}:"):
        with pen.block("def __init__(self):"):
            pen("self.wc = walker_creator()")
            pen("self.joints = []")
        pen("")
        with pen.block("def joint(self, x, y):"):
            pen("self.joints.append(self.wc.add_joint(x, y))")
            pen("return self.joints[-1]")
        pen("")
        with pen.block("def tie(self, a, b, amp=0.0, phase=0.0):"):
            pen("self.wc.add_muscle(a, b, amp == 0, amp, phase)")
    pen.wc = pick(rng, ("body", "b", "creature"))
    pen.made_by, pen.made = f"{name}()", "wc.get_walker()"
    count = whole(rng, 3, 8)
    width, height = pen.size(2), pen.size(2)
    labels = [f"{pick(rng, ('p', 'j', 'q'))}{k}" for k in range(count)]
    for k, label in enumerate(labels):
        x, y = width * k / (count - 1), height * (k % 2) + between(rng, 0, 1)
        pen(f"{label} = {pen.wc}.joint({pen.number(x)}, {pen.number(y)})")
    for k in range(count - 1):
        pen(f"{pen.wc}.tie({labels[k]}, {labels[k + 1]})")
    for k in range(count - 2):
        ends = f"{labels[k]}, {labels[k + 2]}"
        pen(f"{pen.wc}.tie({ends}, {pen.number(between(rng, 0.3, 2))}, {pen.phase()})")
