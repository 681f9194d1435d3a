"""Terrains: the ground a walker stands on, as line segments in metres, y upwards.

A terrain is a value without physics; `arena` and `plain` build shapes from it, `Motion`
carries it to the viewer. The free side of a segment is on the *left* of its direction from
(x0, y0) to (x1, y1): ground runs to the right, a ceiling runs to the left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evolution.simulation import constants

Array = NDArray[np.float64]
Point = tuple[float, float]
Line = tuple[Point, Point]


class Segment(NamedTuple):
    """A piece of surface from (x0, y0) to (x1, y1); a walker touches it from its left side."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Terrain:
    """A named terrain.

    Attributes:
        name: short stable name, as people and run configs write it.
        segments: ground and walls, drawn and collided with.
        ceiling: segments that hang above the walker (the tunnel's), collided with as well.
    """

    name: str
    segments: tuple[Segment, ...]
    ceiling: tuple[Segment, ...] = ()

    @cached_property
    def profile(self) -> tuple[Array, Array]:
        """The ground from left to right as corners: x and y, metres; walls are left out."""
        ground = [s for s in self.segments if s.x1 > s.x0]
        corners = [(s.x0, s.y0) for s in ground] + [(ground[-1].x1, ground[-1].y1)]
        x, y = np.array(corners).T
        return x, y

    @cached_property
    def obstacles(self) -> tuple[Segment, ...]:
        """Walls and ceilings: all that is not ground."""
        return tuple(s for s in (*self.segments, *self.ceiling) if s.x1 <= s.x0)

    @cached_property
    def cores(self) -> list[Line]:
        """The lines `constants.GROUND_DEPTH` behind the surfaces; see `cores`."""
        return cores(self, constants.GROUND_DEPTH)


# Nothing runs this far in a simulation (10 s), so the ground never ends in sight.
EXTENT = 2000.0
# A wall stands here: past the widest niche (24 m wide, so 12 m from the centre), near enough
# for a slow walker to meet it within 10 s.
WALL_AT = 16.0
# Nothing climbs it: joints have no grip above their own height, and 100 m is the limit of
# coordinates.
WALL_HEIGHT = 200.0
# The tunnel's mouth is where the walls stand; its ceiling lets the lower third of the niches in.
TUNNEL_HEIGHT = 8.0
BUMP_LENGTH = 6.0  # metres from one valley to the next
BUMP_HEIGHT = 2.0  # metres, at most; good flat walkers then lose more than half of their distance
BUMPS_TO_EACH_SIDE = 24  # two segments each: 96 pieces, within the 100 that stay cheap


def _bumpy() -> tuple[Segment, ...]:
    """Hills of uneven height, the same for everyone: a fixed sum of two sines, no dice."""
    half = BUMP_LENGTH / 2
    count = 2 * BUMPS_TO_EACH_SIDE

    def height(i: int) -> float:
        if i % 2 == 0 or abs(i) == count:
            return 0.0
        share = 0.5 + 0.25 * math.sin(1.7 * i) + 0.25 * math.sin(0.61 * i + 1.0)
        return round(BUMP_HEIGHT * (0.4 + 0.6 * share), 3)

    points = [(-EXTENT, 0.0)]
    points += [(i * half, height(i)) for i in range(-count, count + 1)]
    points += [(EXTENT, 0.0)]
    return tuple(Segment(*a, *b) for a, b in pairwise(points))


FLAT = Terrain("flat", (Segment(-EXTENT, 0.0, EXTENT, 0.0),))
LEFT_WALL = Terrain(
    "left-wall",
    (*FLAT.segments, Segment(-WALL_AT, WALL_HEIGHT, -WALL_AT, 0.0)),
)
RIGHT_WALL = Terrain(
    "right-wall",
    (*FLAT.segments, Segment(WALL_AT, 0.0, WALL_AT, WALL_HEIGHT)),
)
TUNNEL = Terrain(
    "tunnel",
    FLAT.segments,
    ceiling=(
        # Each side: the front above its mouth, and the ceiling.
        Segment(-WALL_AT, WALL_HEIGHT, -WALL_AT, TUNNEL_HEIGHT),
        Segment(-WALL_AT, TUNNEL_HEIGHT, -EXTENT, TUNNEL_HEIGHT),
        Segment(EXTENT, TUNNEL_HEIGHT, WALL_AT, TUNNEL_HEIGHT),
        Segment(WALL_AT, TUNNEL_HEIGHT, WALL_AT, WALL_HEIGHT),
    ),
)
BUMPY = Terrain("bumpy", _bumpy())

TERRAINS: tuple[Terrain, ...] = (FLAT, LEFT_WALL, RIGHT_WALL, TUNNEL, BUMPY)


def cores(terrain: Terrain, depth: float) -> list[Line]:
    """The lines ``depth`` behind the surfaces; a shape of that radius around them is solid.

    Where a segment ends at the next one's start, their cores meet as well (a mitre), so that the
    surface has neither gaps nor bumps there; ridges are rounded by a few centimetres.
    """
    lines = []
    for surfaces in (terrain.segments, terrain.ceiling):
        for i, s in enumerate(surfaces):
            before = surfaces[i - 1] if i and surfaces[i - 1][2:] == s[:2] else s
            after = surfaces[i + 1] if i + 1 < len(surfaces) and surfaces[i + 1][:2] == s[2:] else s
            lines.append(
                (_behind((s.x0, s.y0), before, s, depth), _behind((s.x1, s.y1), s, after, depth))
            )
    return lines


def _behind(point: Point, before: Segment, after: Segment, depth: float) -> Point:
    """The point ``depth`` behind both segments; ``point`` is where they meet."""
    (ax, ay), (bx, by) = _right(before), _right(after)
    scale = depth / (1.0 + ax * bx + ay * by)
    return (point[0] + (ax + bx) * scale, point[1] + (ay + by) * scale)


def _right(s: Segment) -> Point:
    """The unit normal on the solid side."""
    length = math.dist(s[:2], s[2:])
    return ((s.y1 - s.y0) / length, -(s.x1 - s.x0) / length)


def terrain_named(name: str) -> Terrain:
    """The terrain of that name.

    Raises:
        ValueError: listing the names that there are.
    """
    for terrain in TERRAINS:
        if terrain.name == name:
            return terrain
    names = ", ".join(terrain.name for terrain in TERRAINS)
    raise ValueError(f"There is no terrain {name!r}; choose one of: {names}.")
