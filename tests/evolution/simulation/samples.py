"""Walkers for the tests of this room: hand-made ones, and any walker within the limits."""

from __future__ import annotations

import math
from collections import Counter

from hypothesis import strategies as st

from evolution.walkers import limits
from evolution.walkers.walker import Walker

PASSIVE = (True, 0.0, 0.0)


def square() -> Walker:
    """The paper's Square: passive sides, a passive spoke, three active ones."""
    corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    sides = [(k, (k + 1) % 4, *PASSIVE) for k in range(4)]
    spokes = [
        (0, 4, False, 5.0, 0.0),
        (1, 4, False, 10.0, 0.0),
        (2, 4, False, 2.0, 0.0),
        (3, 4, *PASSIVE),
    ]
    return Walker.create([*corners, (5.0, 5.0)], sides + spokes)


def hopper() -> Walker:
    """Found by evolution from the Square: hops nine metres a second to the right."""
    joints = [(0.0, 0.0), (13.5, 11.7), (0.0, 10.0), (5.0, 5.0), (4.9, -0.4), (-0.4, 5.6)]
    muscles = [
        (1, 2, *PASSIVE),
        (0, 2, *PASSIVE),
        (2, 3, *PASSIVE),
        (0, 3, False, 2.1, 5.72),
        (1, 3, False, 2.0, 0.0),
        (0, 4, *PASSIVE),
        (3, 4, *PASSIVE),
        (2, 4, False, -1.0, 5.28),
        (2, 5, False, -1.3, 0.0),
        (3, 5, False, 1.6, 0.13),
        (0, 5, False, -0.9, 1.82),
        (4, 5, *PASSIVE),
    ]
    return Walker.create(joints, muscles)


def runner() -> Walker:
    """Found by evolution in the tunnel: runs to the right, 4.5 m high."""
    joints = [(0.0, 0.0), (3.8, 0.0), (7.6, 0.2), (2.1, 3.3), (5.9, 2.7), (2.6, -1.2)]
    muscles = [
        (0, 1, False, 1.1, 0.13),
        (1, 2, False, 1.1, 0.63),
        (0, 3, *PASSIVE),
        (1, 3, *PASSIVE),
        (1, 4, False, 1.0, 0.63),
        (2, 4, False, 0.9, 4.40),
        (3, 4, False, -0.7, 1.26),
        (0, 5, False, -0.8, 1.13),
        (3, 5, *PASSIVE),
        (0, 4, False, -1.9, 3.90),
    ]
    return Walker.create(joints, muscles)


def mirrored(walker: Walker) -> Walker:
    """The same, facing the other way."""
    return Walker.create([(-x, y) for x, y in walker.joints], [tuple(m) for m in walker.muscles])


def grid(columns: int, rows: int) -> Walker:
    """A grid whose near neighbours all pull at different phases."""
    cells = [(i, j) for i in range(columns) for j in range(rows)]
    muscles = [
        (p, q, False, 0.4, math.tau * (3 * p + q) / 17)
        for p in range(len(cells))
        for q in range(p + 1, len(cells))
        if math.dist(cells[p], cells[q]) ** 2 <= 4.5
    ]
    return Walker.create([(1.5 * i, 1.5 * j) for i, j in cells], muscles)


@st.composite
def walkers(draw: st.DrawFn, *, active: bool = True) -> Walker:
    """Any walker within the limits, also at them: large, dense, tiny, unconnected."""
    random = draw(st.randoms(use_true_random=False))
    span = draw(st.sampled_from([0.3, 2.0, 10.0, 24.0, limits.MAX_COORDINATE]))
    count = draw(st.sampled_from([1, 2, 3, 5, 9, 24, 60, limits.MAX_JOINTS]))
    tall = min(span, limits.MAX_HEIGHT / 2)
    joints = [(random.uniform(-span, span), random.uniform(-tall, tall)) for _ in range(count)]
    muscles: dict[tuple[int, int], tuple[int, int, bool, float, float]] = {}
    degree: Counter[int] = Counter()
    for _ in range(count * draw(st.sampled_from([0, 1, 2, 5, 12]))):
        a, b = sorted((random.randrange(count), random.randrange(count)))
        if a == b or math.dist(joints[a], joints[b]) < limits.MIN_MUSCLE_LENGTH:
            continue
        if max(degree[a], degree[b]) >= limits.MAX_MUSCLES_PER_JOINT or (a, b) in muscles:
            continue
        if len(muscles) == limits.MAX_MUSCLES:
            break
        degree.update((a, b))
        passive = not active or random.random() < 0.3
        swing = (random.uniform(-40, 40), random.uniform(0, math.tau))
        muscles[a, b] = (a, b, *PASSIVE) if passive else (a, b, False, *swing)
    return Walker.create(joints, list(muscles.values()))
