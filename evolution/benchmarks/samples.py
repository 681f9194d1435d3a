"""Walkers that benchmarks share; built from geometry, so that no program has to be run."""

from __future__ import annotations

import math

from evolution.walkers.walker import Walker

MuscleParts = tuple[int, int, bool, float, float]


def _passive(a: int, b: int) -> MuscleParts:
    return (a, b, True, 0.0, 0.0)


def square() -> Walker:
    """5 joints, 8 muscles: the Square seed's walker."""
    corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    spokes = [(0, 4, False, 5.0, 0.0), (1, 4, False, 10.0, 0.0), (2, 4, False, 2.0, 0.0)]
    sides = [_passive(k, (k + 1) % 4) for k in range(4)]
    return Walker.create([*corners, (5.0, 5.0)], [*sides, *spokes, _passive(3, 4)])


def radial() -> Walker:
    """9 joints, 16 muscles: the Radial seed's walker."""
    turn = [math.tau * k / 8 for k in range(8)]
    rim = [(5 + 5 * math.cos(t), 5 + 5 * math.sin(t)) for t in turn]
    spokes = [(k, 8, False, k / 8, k / 8) for k in range(8)]
    return Walker.create([*rim, (5.0, 5.0)], [_passive(k, (k + 1) % 8) for k in range(8)] + spokes)


def grid(
    columns: int,
    rows: int,
    *,
    spacing: float = 1.5,
    row_phase: float = 0.0,
    muscles: int | None = None,
) -> Walker:
    """A grid of joints whose neighbours pull in a wave that runs through it.

    ``grid(8, 3)`` has the 24 joints and 91 muscles of the CPPN seeds. ``row_phase`` (radians)
    shifts the wave from row to row; ``muscles`` keeps only so many, the shortest first.
    """
    cells = [(i, j) for i in range(columns) for j in range(rows)]
    pairs = [
        (p, q)
        for p in range(len(cells))
        for q in range(p + 1, len(cells))
        if math.dist(cells[p], cells[q]) ** 2 <= 4.5
    ]
    if muscles is not None:
        pairs.sort(key=lambda pair: math.dist(cells[pair[0]], cells[pair[1]]))
        pairs = sorted(pairs[:muscles])
    springs = [
        (p, q, False, 2.0, math.tau * cells[p][0] / columns + row_phase * cells[p][1])
        for p, q in pairs
    ]
    return Walker.create([(spacing * i, spacing * j) for i, j in cells], springs)


def galloper() -> Walker:
    """5 joints, 9 muscles, found by evolution from the Square seed: 68 m in 10 s."""
    joints = [(0.0, 0.0), (10.5, 3.3), (10.0, -1.7), (-5.4, -1.2), (-8.4, 4.3)]
    muscles = [
        _passive(0, 1),
        _passive(1, 2),
        (0, 2, False, -1.4, 5.97),
        _passive(0, 3),
        (2, 3, False, 3.0, 1.76),
        (1, 3, False, -1.5, 3.02),
        (3, 4, False, 1.9, 0.82),
        _passive(0, 4),
        (1, 4, False, 2.9, 2.14),
    ]
    return Walker.create(joints, muscles)
