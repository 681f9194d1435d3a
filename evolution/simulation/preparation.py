"""From a Walker to the numbers that physics needs; shared by `arena` and `plain`.

Both build their bodies and springs from the same arrays, so their results can be the same to
the last bit.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evolution.simulation import constants
from evolution.simulation.settings import Nudge
from evolution.simulation.terrain import Array, Terrain
from evolution.types import Failure, Stage
from evolution.walkers.walker import Walker

NONE: tuple[tuple[()], ...] = ((),) * 5  # the fields of no muscles


@dataclass(frozen=True, eq=False)
class Prepared:
    """A walker on its mark.

    Attributes:
        start: shape (joints, 2), metres.
        ends: int, shape (muscles, 2), the joints of each muscle.
        swing: shape (3, muscles), metres: the length around which each muscle swings, and its
            amplitude's sine and cosine parts; see `rest_lengths`.
        stiffness: shape (muscles,), N/m.
        damping: shape (muscles,), N s/m.
    """

    start: Array
    ends: NDArray[np.intp]
    swing: Array
    stiffness: Array
    damping: Array

    @cached_property
    def rest(self) -> Array:
        """The `rest_lengths` of this walker alone."""
        return rest_lengths([self])

    @property
    def moving(self) -> list[int]:
        """The muscles whose rest length changes."""
        return [int(i) for i in np.flatnonzero(np.ptp(self.rest, axis=0))]


def rest_row(step: int) -> int:
    """The row of `rest_lengths` that holds during ``step``."""
    period = constants.STEPS_PER_PERIOD
    return step if step < period else period + step % period


def in_range(positions: Array) -> bool:
    """Whether a motion is still physical: not too far, not under the ground, all numbers."""
    near = np.abs(positions).max() <= constants.MAX_DISTANCE  # false for NaN
    return bool(near and positions[:, 1].min() >= constants.MIN_HEIGHT)


def prepare(walker: Walker, terrain: Terrain, nudge: Nudge | None) -> Prepared | Failure:
    """Place the walker on the terrain and work out its muscles."""
    joints = np.array(walker.joints, dtype=np.float64)
    start = _placed(joints, terrain)
    if not _fits(start, terrain):
        return Failure(
            Stage.SIMULATION,
            "does-not-fit",
            f"The walker is too large to start between the walls of terrain {terrain.name!r}; "
            "make it smaller.",
        )
    if nudge is not None:
        start = start + _displacements(walker, nudge)
    a, b, passive, amplitude, phase = zip(*walker.muscles, strict=True) if walker.muscles else NONE
    ends = np.array((a, b), dtype=np.intp).T
    stiffness, damping = _strengths(np.array(passive, dtype=np.bool_), ends, len(start))
    swing = _swing(joints, ends, np.array(amplitude, dtype=np.float64), phase)
    return Prepared(start, ends, swing, stiffness, damping)


# --- placing ------------------------------------------------------------------------------


def _placed(joints: Array, terrain: Terrain) -> Array:
    """Bounding box centred at x = 0, the lowest joint touching the ground."""
    placed = joints.copy()
    placed[:, 0] -= (joints[:, 0].min() + joints[:, 0].max()) / 2
    above = placed[:, 1] - _ground_below(terrain, placed[:, 0])
    placed[:, 1] += constants.JOINT_RADIUS - constants.SINK - above.min()
    return placed


def _ground_below(terrain: Terrain, x: Array) -> Array:
    """The highest ground within a joint's radius of each ``x``."""
    corners, heights = terrain.profile
    radius = constants.JOINT_RADIUS
    highest: Array = np.interp((x - radius, x + radius), corners, heights).max(axis=0)
    within = np.abs(x[:, None] - corners) <= radius
    touched: Array = np.where(within, heights, -np.inf).max(axis=1)
    return np.maximum(highest, touched)


def _fits(joints: Array, terrain: Terrain) -> bool:
    """Whether no joint overlaps a wall or a ceiling, or stands behind one."""
    for s in terrain.obstacles:
        length = math.dist(s[:2], s[2:])
        along = np.array([s.x1 - s.x0, s.y1 - s.y0]) / length
        offset = joints - np.array(s[:2])
        where = offset @ along
        front = offset @ np.array([-along[1], along[0]])
        if np.any((where > 0) & (where < length) & (front < constants.JOINT_RADIUS)):
            return False
    return True


def _displacements(walker: Walker, nudge: Nudge) -> Array:
    text = f"{walker.digest}/{nudge.number}".encode()
    seed = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())
    share = np.random.Generator(np.random.PCG64(seed)).random((len(walker.joints), 2))
    return (2 * share - 1) * nudge.amplitude


# --- muscles ------------------------------------------------------------------------------


def _strengths(
    passive: NDArray[np.bool_], ends: NDArray[np.intp], joints: int
) -> tuple[Array, Array]:
    """Stiffness and damping, weakened together where many muscles meet on a joint."""
    stiffness = np.where(passive, constants.PASSIVE_STIFFNESS, constants.ACTIVE_STIFFNESS)
    damping = np.where(passive, constants.PASSIVE_DAMPING, constants.ACTIVE_DAMPING)
    load = np.bincount(ends.reshape(-1), np.repeat(stiffness, 2), joints)
    share = constants.STIFFNESS_BUDGET / np.maximum(load, constants.STIFFNESS_BUDGET)
    weakest = np.minimum(share[ends[:, 0]], share[ends[:, 1]])
    # The square root keeps the damping ratio.
    return stiffness * weakest, damping * np.sqrt(weakest)


def _waves() -> tuple[Array, Array]:
    """Sine and cosine over a period, a row a step. Of scalars: numpy's may depend on layout."""
    turns = [math.tau * i / constants.STEPS_PER_PERIOD for i in range(constants.STEPS_PER_PERIOD)]
    sine, cosine = [math.sin(t) for t in turns], [math.cos(t) for t in turns]
    return np.array(sine)[:, None], np.array(cosine)[:, None]


_SINE, _COSINE = _waves()
_WARM_UP = np.minimum(
    np.arange(constants.STEPS_PER_PERIOD)[:, None] * (constants.STEP / constants.WARM_UP), 1.0
)


def _swing(
    joints: Array, ends: NDArray[np.intp], amplitude: Array, phase: Sequence[float]
) -> Array:
    """See `Prepared.swing`."""
    sides = joints[ends[:, 0]] - joints[ends[:, 1]]
    swing = np.empty((3, len(ends)))
    np.sqrt(sides[:, 0] * sides[:, 0] + sides[:, 1] * sides[:, 1], out=swing[0])
    amplitude = np.clip(amplitude, -constants.MAX_SWING, constants.MAX_SWING)
    np.multiply(amplitude, list(map(math.cos, phase)), out=swing[1])
    np.multiply(amplitude, list(map(math.sin, phase)), out=swing[2])
    return swing


def rest_lengths(batch: Sequence[Prepared]) -> Array:
    """Each step's rest lengths: length + amplitude * sin(2 pi t / period + phase).

    Returns:
        Shape (2 * STEPS_PER_PERIOD, muscles of the batch), metres: a row for each step of the
        first period (warming up) and of every later one; `rest_row` tells which.
    """
    length, by_sine, by_cosine = np.concatenate([p.swing for p in batch], axis=1)
    period = constants.STEPS_PER_PERIOD
    rest = np.empty((2 * period, len(length)))
    first, later = rest[:period], rest[period:]
    np.multiply(_SINE, by_sine, out=later)
    later += np.multiply(_COSINE, by_cosine, out=first)
    np.multiply(_WARM_UP, later, out=first)
    rest += length
    return rest
