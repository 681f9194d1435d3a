"""Programs of several parts: bodies with loops and limbs, mirrored halves, evolved-looking soup."""

from __future__ import annotations

import itertools

from evolution.language_model.corpus.bases.plans import blob, plan
from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import between, chance, pick, whole


def mirrored(pen: Pen) -> None:
    """Half a body in a list; the other half by the sign of x."""
    rng = pen.rng
    count = whole(rng, 2, 6)
    width, height = pen.size(2) / 2, pen.size(1)
    half = [(between(rng, 0.15, 1) * width, between(rng, 0, 1) * height) for _ in range(count)]
    items = ", ".join(f"({pen.number(x)}, {pen.number(y)})" for x, y in half)
    pen(f"half = [{items}]")
    pen(f"top = {pen.joint('0', pen.number(height + between(rng, 0, 2)))}")
    if chance(rng, 0.5):
        pen(f"right = [{pen.joint('x', 'y')} for x, y in half]")
        pen(f"left = [{pen.joint('-x', 'y')} for x, y in half]")
    else:
        pen("left, right = [], []")
        with pen.block("for x, y in half:"):
            pen(f"right.append({pen.joint('x', 'y')})")
            pen(f"left.append({pen.joint('-x', 'y')})")
    i = pen.i
    opposite = chance(rng, 0.6)
    phase = pen.phase_of(i)
    other = f"{phase} + {pen.math('pi')}" if opposite else phase
    with pen.block(f"for {i} in range({count}):"):
        pen(pen.active("top", f"right[{i}]", pen.amplitude(height / 2), phase))
        pen(pen.active("top", f"left[{i}]", pen.amplitude(height / 2), other))
        pen(pen.muscle(f"left[{i}]", f"right[{i}]", width))
    with pen.block(f"for {i} in range({count - 1}):"):
        pen(pen.muscle(f"left[{i}]", f"left[{i} + 1]", index=i))
        pen(pen.muscle(f"right[{i}]", f"right[{i} + 1]", index=i))


def sided_loop(pen: Pen) -> None:
    """One loop over the two sides builds a leg for each."""
    rng = pen.rng
    height, width = max(pen.size(2), 2), pen.size(2) / 2
    sign = pick(rng, ("side", "sign", "s", "direction"))
    pen(f"hip = {pen.joint(0, height * 0.6)}")
    pen(f"head = {pen.joint(between(rng, -1, 1), height)}")
    pen(pen.muscle("hip", "head", height / 2))
    sides = pick(rng, ("(-1, 1)", "[-1, 1]", "(1, -1)"))
    with pen.block(f"for {sign} in {sides}:"):
        pen(f"knee = {pen.joint(f'{sign} * {pen.number(max(width * 0.6, 0.6))}', height * 0.35)}")
        pen(f"foot = {pen.joint(f'{sign} * {pen.number(max(width, 0.7))}', 0)}")
        phase = pick(rng, (f"{sign} * 1.57", f"{sign}", f"{pen.math('pi')} * ({sign} > 0)", "0.5"))
        pen(pen.active("hip", "knee", pen.amplitude(height / 3), phase))
        pen(pen.muscle("knee", "foot", height / 3))
        pen(pen.active("hip", "foot", pen.amplitude(height / 2), phase))
        if chance(rng, 0.6):
            pen(pen.muscle("head", "knee", height / 2))
        if chance(rng, 0.4):
            pen(f"toe = {pen.joint(f'{sign} * {pen.number(width + 1.5)}', 0)}")
            pen(pen.muscle("foot", "toe", 1.5, active=True))
            pen(pen.muscle("knee", "toe", 2))


def body_and_tail(pen: Pen) -> None:
    """A sketched body, and a chain added to one of its joints by a loop."""
    rng = pen.rng
    body = plan(pen)
    for name, place in zip(body.names, body.places, strict=True):
        pen(f"{name} = {pen.joint(*place)}")
    for a, b in body.pairs:
        pen(pen.muscle(body.names[a], body.names[b], body.length(a, b)))
    pen.gap()
    at = whole(rng, 0, len(body.names) - 1)
    x, y = body.places[at]
    dx, dy = pick(rng, ((-1, 0.2), (1, 0.3), (0.2, 1), (-0.7, -0.5), (0.6, 0.7)))
    step = between(rng, 0.7, 2.2)
    last = pick(rng, ("last", "prev", "end", "link"))
    i = pen.i
    pen.note(pick(rng, ("a tail", "the tail", "trailing chain")))
    pen(f"{last} = {body.names[at]}")
    with pen.block(f"for {i} in range({whole(rng, 2, 8)}):"):
        px = f"{pen.number(x)} + {dx * step:.1f} * ({i} + 1)"
        py = f"{pen.number(y)} + {dy * step:.1f} * ({i} + 1)"
        pen(f"joint = {pen.joint(px, py)}")
        pen(pen.muscle(last, "joint", step, i, active=True))
        if chance(rng, 0.4):
            pen(pen.muscle(body.names[(at + 1) % len(body.names)], "joint", 3, i))
        pen(f"{last} = joint")


def two_bodies(pen: Pen) -> None:
    """The same body twice, by a function with an offset."""
    rng = pen.rng
    name = pick(rng, ("make_body", "build", "add_body", "module", "make_part", "unit"))
    body = plan(pen) if chance(rng, 0.5) else blob(pen, whole(rng, 3, 6))
    params = pick(rng, ("dx, dy, phase", "dx, dy=0, phase=0.0", "x0, y0, phase"))
    ox, oy = ("x0", "y0") if "x0" in params else ("dx", "dy")
    with pen.helper(name, params, "One part, moved."):
        for label, (x, y) in zip(body.names, body.places, strict=True):
            place = [f"{o} + {pen.number(v)}".replace("+ -", "- ") for o, v in ((ox, x), (oy, y))]
            pen(f"{label} = {pen.joint(*place)}")
        for one, two in body.pairs[:8]:
            if chance(rng, 0.4):
                pen(pen.muscle(body.names[one], body.names[two], active=False))
            else:
                phase = pick(rng, ("phase", "phase", f"phase + {whole(rng, 1, 3)}"))
                pen(pen.active(body.names[one], body.names[two], pen.amplitude(2), phase))
        pen(f"return {body.names[0]}, {body.names[-1]}")
    width = max(x for x, _ in body.places) - min(x for x, _ in body.places)
    count = whole(rng, 2, 3)
    ends = []
    for k in range(count):
        a, b = f"{'abd'[k]}0", f"{'abd'[k]}1"
        move = pen.number(k * (width + between(rng, 0.5, 2)))
        lift = pen.number(k * pick(rng, (0, 0, 1.5)))
        pen(f"{a}, {b} = {pen.call(name, move, lift, pen.phase())}")
        ends.append((a, b))
    for (a0, a1), (b0, b1) in itertools.pairwise(ends):
        pen(pen.muscle(a1, b0, active=True))
        pen(pen.muscle(a0, b0, active=chance(rng, 0.5)))
        if chance(rng, 0.5):
            pen(pen.muscle(a1, b1))


def soup(pen: Pen) -> None:
    """What many edits leave behind: odd numbers, leftovers, parts that do not quite fit."""
    rng = pen.rng
    pen.digits = pick(rng, (2, 4, 4))
    body = blob(pen, whole(rng, 4, 9))
    ties = [f"{pen.joints}[{k}]" for k in range(len(body.names))]
    pen(f"{pen.joints} = [")
    for place in body.places:
        pen(f"    {pen.joint(*place)},")
    pen("]")
    extras = [
        f"offset = {pen.number(between(rng, -4, 9))}",
        f"scale = {pen.number(between(rng, 0.4, 3))}",
        f"n = len({pen.joints})",
        f"{ties[0]}, {ties[1]} = {ties[1]}, {ties[0]}",
    ]
    for line in extras[: whole(rng, 0, 4)]:
        pen(line)
    for a, b in body.pairs:
        pen(pen.muscle(ties[a], ties[b], body.length(a, b)))
        if chance(rng, 0.12):
            pen(pen.muscle(ties[b], ties[a], body.length(a, b)))
    i = pen.i
    if chance(rng, 0.6):
        low, high = whole(rng, 0, 1), whole(rng, 2, len(ties))
        with pen.block(
            f"for {i} in {pick(rng, (f'range({low}, {high})', f'reversed(range({high}))'))}:"
        ):
            x = f"{i} * {pen.number(between(rng, 0.7, 3))} + {pen.number(between(rng, 0, 5))}"
            pen(f"joint = {pen.joint(x, pick(rng, (f'{i} + 0.5', pen.number(pen.size(1, 16)))))}")
            pen(pen.muscle("joint", ties[whole(rng, 0, len(ties) - 1)], 4, i, active=True))
            pen(pen.muscle("joint", f"{pen.joints}[{i} % {len(ties)}]", 4, i))
    if chance(rng, 0.4):
        pen(pen.muscle(ties[-1], ties[0], active=True))
    if chance(rng, 0.3):
        pen(f"head = {pen.joint(*body.places[0])}")
        pen(pen.muscle("head", ties[-1], active=True))
