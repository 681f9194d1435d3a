"""Straight-line programs: one joint, one muscle a line."""

from __future__ import annotations

from evolution.language_model.corpus.bases.plans import Body, some_body
from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import chance, pick, weighted, whole


def named_joints(pen: Pen) -> None:
    """``hip = wc.add_joint(1, 4)``; muscles by name."""
    body = some_body(pen, 10)
    pen.note(pick(pen.rng, ("joints", "the body", "skeleton", "place the joints")))
    interleaved = chance(pen.rng, 0.25)
    done: set[int] = set()
    for k, name in enumerate(body.names):
        pen(f"{name} = {pen.joint(*body.places[k])}")
        done.add(k)
        if interleaved:
            for a, b in body.pairs:
                if max(a, b) == k:
                    pen(pen.muscle(body.names[a], body.names[b], body.length(a, b)))
    if not interleaved:
        pen.gap()
        _muscles(pen, body, body.names)


def numbered_joints(pen: Pen) -> None:
    """Joints without names; muscles by the number of the joint."""
    body = some_body(pen, 9)
    for place in body.places:
        pen(pen.joint(*place))
    pen.gap()
    _muscles(pen, body, [str(k) for k in range(len(body.names))])


def listed_joints(pen: Pen) -> None:
    """A list display of add_joint calls; muscles by subscript."""
    body = some_body(pen, 9)
    if chance(pen.rng, 0.75):
        pen(f"{pen.joints} = [")
        for k, place in enumerate(body.places):
            tail = f"  # {body.names[k]}" if chance(pen.rng, pen.comments * 0.6) else ""
            pen(f"    {pen.joint(*place)},{tail}")
        pen("]")
    else:
        pen(f"{pen.joints} = []")
        for place in body.places:
            pen(f"{pen.joints}.append({pen.joint(*place)})")
    pen.gap()
    _muscles(pen, body, [f"{pen.joints}[{k}]" for k in range(len(body.names))])


def sized_joints(pen: Pen) -> None:
    """Places computed from a few named lengths."""
    rng = pen.rng
    body = some_body(pen, 8)
    across, up = weighted(
        rng,
        (
            (("width", "height"), 3.0),
            (("a", "b"), 1.0),
            (("dx", "dy"), 1.0),
            (("span", "rise"), 1.0),
            (("size", "size"), 2.0),
        ),
    )
    width = max(x for x, _ in body.places) - min(x for x, _ in body.places) or 2.0
    height = max(y for _, y in body.places) - min(y for _, y in body.places) or 2.0
    pen(f"{across} = {pen.number(max(width, 1))}")
    if up != across:
        pen(f"{up} = {pen.number(max(height, 1))}")
    left, low = body.places[0]
    for k, (x, y) in enumerate(body.places):
        px, py = _share(pen, (x - left) / width, across), _share(pen, (y - low) / height, up)
        pen(f"{body.names[k]} = {pen.joint(px, py)}")
    pen.gap()
    _muscles(pen, body, body.names)


def grouped_joints(pen: Pen) -> None:
    """Tuples on the left: ``a, b = wc.add_joint(0, 0), wc.add_joint(4, 0)``."""
    body = some_body(pen, 9)
    at = 0
    while at < len(body.names):
        size = min(whole(pen.rng, 1, 3), len(body.names) - at)
        names = ", ".join(body.names[at : at + size])
        calls = ", ".join(pen.joint(*place) for place in body.places[at : at + size])
        pen(f"{names} = {calls}")
        at += size
    pen.gap()
    if chance(pen.rng, 0.5):
        _muscles(pen, body, body.names)
        return
    ties = ", ".join(f"({body.names[a]}, {body.names[b]})" for a, b in body.pairs)
    if len(ties) < 90:
        head = f"for a, b in [{ties}]:"
        with pen.block(head):
            pen(pen.muscle("a", "b", active=True))
    else:
        _muscles(pen, body, body.names)


def _share(pen: Pen, share: float, name: str) -> str:
    """``share`` of a named length, as a person would write it."""
    if abs(share) < 0.04:
        return "0"
    if abs(share - 1) < 0.04:
        return name
    if abs(share - 0.5) < 0.06 and chance(pen.rng, 0.7):
        return f"{name} / 2"
    return pick(pen.rng, (f"{name} * {share:.2f}", f"{share:.1f} * {name}"))


def _muscles(pen: Pen, body: Body, names: list[str]) -> None:
    pen.note(pick(pen.rng, ("muscles", "tie it together", "bones and muscles", "springs")))
    moving = False
    for at, (a, b) in enumerate(body.pairs):
        last = at == len(body.pairs) - 1
        line = pen.muscle(
            names[a], names[b], body.length(a, b), active=(last and not moving) or None
        )
        moving = moving or "False" in line or bool(pen.pull and line.startswith(pen.pull))
        side = "left" in names[a] and chance(pen.rng, pen.comments * 0.3)
        pen(line + ("  # left side" if side else ""))
