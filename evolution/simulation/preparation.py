"""From a Walker to the numbers that physics needs; shared by `arena` and `plain`.

Both build their bodies and springs from the same arrays, so their results can be the same to
the last bit.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evolution.simulation import constants
from evolution.simulation.settings import Nudge
from evolution.simulation.terrain import Segment, Terrain
from evolution.types import Failure, Stage
from evolution.walkers.walker import Walker

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Prepared:
    """A walker on its mark.

    Attributes:
        start: shape (joints, 2), metres.
        ends: int, shape (muscles, 2), the joints of each muscle.
        rest: shape (2 * STEPS_PER_PERIOD, muscles), metres: the rest length during each step
            of the first period (warming up) and of every later one.
        stiffness: shape (muscles,), N/m.
        damping: shape (muscles,), N s/m.
    """

    start: Array
    ends: NDArray[np.intp]
    rest: Array
    stiffness: Array
    damping: Array


def rest_row(step: int) -> int:
    """The row of `Prepared.rest` that holds during ``step``."""
    period = constants.STEPS_PER_PERIOD
    return step if step < period else period + step % period


def in_range(positions: Array) -> bool:
    """Whether a motion is still physical: not too far, not under the ground, all numbers."""
    near = np.abs(positions).max() <= constants.MAX_DISTANCE  # false for NaN
    return bool(near and positions[:, 1].min() >= constants.MIN_HEIGHT)


def prepare(walker: Walker, terrain: Terrain, nudge: Nudge | None) -> Prepared | Failure:
    """Place the walker on the terrain and work out its muscles."""
    start = _placed(np.array(walker.joints, dtype=np.float64), terrain)
    if not _fits(start, terrain):
        return Failure(
            Stage.SIMULATION,
            "does-not-fit",
            f"The walker is too large to start between the walls of terrain {terrain.name!r}; "
            "make it smaller.",
        )
    if nudge is not None:
        start = start + _displacements(walker, nudge)
    ends = np.array([(m.a, m.b) for m in walker.muscles], dtype=np.intp).reshape(-1, 2)
    stiffness, damping = _strengths(walker, ends)
    return Prepared(start, ends, _rest_lengths(walker), stiffness, damping)


# --- placing ------------------------------------------------------------------------------


def _placed(joints: Array, terrain: Terrain) -> Array:
    """Bounding box centred at x = 0, the lowest joint touching the ground."""
    placed = joints.copy()
    placed[:, 0] -= (joints[:, 0].min() + joints[:, 0].max()) / 2
    clearance = constants.JOINT_RADIUS - constants.SINK
    placed[:, 1] += max(_ground_below(terrain, x) + clearance - y for x, y in placed.tolist())
    return placed


def _ground_below(terrain: Terrain, x: float) -> float:
    """The highest ground within a joint's radius of ``x``."""
    low, high = x - constants.JOINT_RADIUS, x + constants.JOINT_RADIUS
    heights = [
        height
        for s in terrain.segments
        if s.x1 > s.x0 and s.x0 <= high and s.x1 >= low
        for height in (_height_at(s, max(low, s.x0)), _height_at(s, min(high, s.x1)))
    ]
    return max(heights)


def _height_at(s: Segment, x: float) -> float:
    return s.y0 + (s.y1 - s.y0) * (x - s.x0) / (s.x1 - s.x0)


def _fits(joints: Array, terrain: Terrain) -> bool:
    """Whether no joint overlaps a wall or a ceiling, or stands behind one."""
    radius = constants.JOINT_RADIUS
    for s in (*terrain.segments, *terrain.ceiling):
        if s.x1 > s.x0:
            continue  # ground: `_placed` stands on it
        along = np.array([s.x1 - s.x0, s.y1 - s.y0]) / math.dist(s[:2], s[2:])
        offset = joints - np.array(s[:2])
        where = offset @ along
        front = offset @ np.array([-along[1], along[0]])
        beside = (where > 0) & (where < math.dist(s[:2], s[2:]))
        if np.any(beside & (front < radius)):
            return False
    return True


def _displacements(walker: Walker, nudge: Nudge) -> Array:
    text = f"{walker.digest}/{nudge.number}".encode()
    seed = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())
    share = np.random.Generator(np.random.PCG64(seed)).random((len(walker.joints), 2))
    return (2 * share - 1) * nudge.amplitude


# --- muscles ------------------------------------------------------------------------------


def _strengths(walker: Walker, ends: NDArray[np.intp]) -> tuple[Array, Array]:
    """Stiffness and damping, weakened together where many muscles meet on a joint."""
    passive = np.array([m.is_distance for m in walker.muscles], dtype=np.bool_)
    stiffness = np.where(passive, constants.PASSIVE_STIFFNESS, constants.ACTIVE_STIFFNESS)
    damping = np.where(passive, constants.PASSIVE_DAMPING, constants.ACTIVE_DAMPING)
    load = np.zeros(len(walker.joints))
    np.add.at(load, ends.reshape(-1), np.repeat(stiffness, 2))
    share = constants.STIFFNESS_BUDGET / np.maximum(load, constants.STIFFNESS_BUDGET)
    weakest = np.minimum(share[ends[:, 0]], share[ends[:, 1]])
    # The square root keeps the damping ratio.
    return stiffness * weakest, damping * np.sqrt(weakest)


def _rest_lengths(walker: Walker) -> Array:
    """See `Prepared.rest`. Sines of scalars only: numpy's may depend on the array's layout."""
    period = constants.STEPS_PER_PERIOD
    length = np.array([math.dist(walker.joints[m.a], walker.joints[m.b]) for m in walker.muscles])
    turn = [math.tau * i / period for i in range(period)]
    sine = np.array([math.sin(t) for t in turn])[:, None]
    cosine = np.array([math.cos(t) for t in turn])[:, None]
    most = constants.MAX_SWING
    amplitude = [min(max(m.amplitude, -most), most) for m in walker.muscles]
    phase = [math.tau * m.phase for m in walker.muscles]
    by_sine = np.array([a * math.cos(p) for a, p in zip(amplitude, phase, strict=True)])
    by_cosine = np.array([a * math.sin(p) for a, p in zip(amplitude, phase, strict=True)])
    swing = sine * by_sine + cosine * by_cosine
    warm_up = np.minimum(np.arange(period) * (constants.STEP / constants.WARM_UP), 1.0)[:, None]
    return np.concatenate([length + warm_up * swing, length + swing])
