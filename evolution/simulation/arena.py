"""The fast way: many walkers in lock step, their bodies and springs inside numpy arrays.

Every walker has a Chipmunk space of its own, so walkers cannot influence each other and a result
does not depend on the batch. Bodies, circles and springs of all walkers lie in three arrays;
positions and rest lengths are strided views into them. A step of the batch is then one copy of
rest lengths and one C call for each walker.

Uses pymunk's private cffi module; `AVAILABLE` says whether that is as `layout` expects.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise, repeat
from typing import Any

import numpy as np

from evolution.simulation import constants, layout
from evolution.simulation.layout import Words
from evolution.simulation.preparation import Prepared, in_range, rest_lengths, rest_row
from evolution.simulation.settings import Settings
from evolution.simulation.terrain import Array, Terrain

try:
    _ffi, _lib = layout.load()
    _layout = layout.probe(_ffi, _lib)
    AVAILABLE = True
except layout.LayoutError:
    AVAILABLE = False


def _pointers(rows: Words) -> list[Any]:
    """A pointer to each structure, without a type: one kind serves every function."""
    places = layout.addresses(rows)
    return list(_ffi.unpack(_ffi.from_buffer("void *[]", places), len(places)))


class Arena:
    """A batch of walkers, built and ready to step. Close it to free Chipmunk's own memory.

    Attributes:
        positions: shape (all joints, 2), metres; a live view.
        rest_lengths: shape (all muscles,), metres; a live view, writable.
        rest_table: what to write there, a row a step; see `preparation.rest_lengths`.
        joints: for each walker its rows of ``positions``.
        spaces: for each walker its Chipmunk space.
    """

    def __init__(self, batch: Sequence[Prepared], terrain: Terrain, settings: Settings) -> None:
        self.joints = _slices(len(p.start) for p in batch)
        muscles = _slices(len(p.ends) for p in batch)
        self._bodies, self._circles = _joints(batch)
        self._springs = _muscles(batch, layout.addresses(self._bodies), self.joints)
        self._ground = layout.reserve(len(batch) * len(terrain.cores), _layout.segment)
        at = _layout.body.places["x"][0]
        self.positions: Array = self._bodies.view(np.float64)[:, at : at + 2]
        at = _layout.spring.places["rest_length"][0]
        self.rest_lengths: Array = self._springs.view(np.float64)[:, at]
        self.rest_table = rest_lengths(batch)
        self.rest_lengths[:] = self.rest_table[0]
        self.spaces: list[Any] = []
        bodies, circles = _pointers(self._bodies), _pointers(self._circles)
        springs, ground = _pointers(self._springs), iter(_pointers(self._ground))
        for joints, pulling in zip(self.joints, muscles, strict=True):
            space = self._new_space(settings)
            for start, end in terrain.cores:
                _add_surface(space, next(ground), start, end)
            _each(_lib.cpSpaceAddBody, repeat(space), bodies[joints])
            _each(_lib.cpSpaceAddShape, repeat(space), circles[joints])
            _each(_lib.cpSpaceAddConstraint, repeat(space), springs[pulling])

    def _new_space(self, settings: Settings) -> Any:
        space = _lib.cpSpaceNew()
        self.spaces.append(space)
        _lib.cpSpaceSetGravity(space, (0.0, constants.GRAVITY))
        _lib.cpSpaceSetDamping(space, math.exp(-constants.DRAG))
        _lib.cpSpaceSetIterations(space, settings.iterations)
        _lib.cpSpaceSetCollisionSlop(space, constants.COLLISION_SLOP)
        return space

    def close(self) -> None:
        """Free the spaces; what lies in the arrays goes with them."""
        for space in self.spaces:
            _lib.cpSpaceFree(space)
        self.spaces = []


def _add_surface(
    space: Any, shape: Any, start: tuple[float, float], end: tuple[float, float]
) -> None:
    body = _lib.cpSpaceGetStaticBody(space)
    _lib.cpSegmentShapeInit(shape, body, start, end, constants.GROUND_DEPTH)
    _lib.cpShapeSetFriction(shape, constants.FRICTION)
    _lib.cpSpaceAddShape(space, shape)


def _each(function: Any, *columns: Iterable[Any]) -> None:
    """Call a C function for every row of ``columns``. `map` loops in C, at half the cost."""
    deque(map(function, *columns), maxlen=0)


def _slices(counts: Iterable[int]) -> list[slice]:
    """Consecutive slices of these lengths."""
    return [slice(first, last) for first, last in pairwise(accumulate(counts, initial=0))]


def _joints(batch: Sequence[Prepared]) -> tuple[Words, Words]:
    """All bodies and their circles."""
    start = np.concatenate([p.start for p in batch])
    bodies, circles = _layout.body.copies(len(start)), _layout.circle.copies(len(start))
    _layout.body.write(bodies, "x", start[:, 0])
    _layout.body.write(bodies, "y", start[:, 1])
    _layout.circle.write(circles, "body", layout.addresses(bodies))
    return bodies, circles


def _muscles(batch: Sequence[Prepared], bodies: Words, joints: Sequence[slice]) -> Words:
    """All springs; ``bodies`` are the joints' addresses, ``joints`` each walker's rows of them."""
    ends = [bodies[own][p.ends] for p, own in zip(batch, joints, strict=True)]
    a, b = np.concatenate(ends).T
    spring, springs = _layout.spring, _layout.spring.copies(len(a))
    spring.write(springs, "a", a)
    spring.write(springs, "b", b)
    spring.write(springs, "stiffness", np.concatenate([p.stiffness for p in batch]))
    spring.write(springs, "damping", np.concatenate([p.damping for p in batch]))
    return springs


@contextmanager
def opened(batch: Sequence[Prepared], terrain: Terrain, settings: Settings) -> Iterator[Arena]:
    """An `Arena` that is closed at the end."""
    arena = Arena(batch, terrain, settings)
    try:
        yield arena
    finally:
        arena.close()


def run(
    batch: Sequence[Prepared], terrain: Terrain, settings: Settings, record: bool
) -> list[tuple[Array, Array | None]]:
    """Simulate a batch; for each walker what `plain.run` returns, to the last bit."""
    with opened(batch, terrain, settings) as arena:
        frames, last = _step(arena, settings, record)
        return [
            (
                arena.positions[rows].copy(),
                np.ascontiguousarray(frames[: count + 1, rows]) if record else None,
            )
            for rows, count in zip(arena.joints, last, strict=True)
        ]


def advance(spaces: Sequence[Any], dt: Iterable[float]) -> None:
    """One Chipmunk step of each space, in order; a space may come more than once."""
    _each(_lib.cpSpaceStep, spaces, dt)


def _step(arena: Arena, settings: Settings, record: bool) -> tuple[Array, list[int]]:
    """All steps; returns the frames of the batch and each walker's last frame."""
    every = constants.STEPS_PER_FRAME
    frames = np.empty((settings.steps // every + 1 if record else 1, *arena.positions.shape))
    frames[0] = arena.positions
    last = [settings.steps // every] * len(arena.spaces)
    walking = list(range(len(arena.spaces)))
    # A walker's substeps follow each other, while its memory is in the cache.
    spaces = [arena.spaces[i] for i in walking for _ in range(settings.substeps)]
    dt = repeat(constants.STEP / settings.substeps)
    positions, lengths, table = arena.positions, arena.rest_lengths, arena.rest_table
    for step in range(settings.steps):
        lengths[:] = table[rest_row(step)]
        advance(spaces, dt)
        if record and (step + 1) % every == 0:
            frames[(step + 1) // every] = positions
        if (step + 1) % constants.STEPS_BETWEEN_CHECKS == 0 and not in_range(positions):
            for i in [i for i in walking if not in_range(positions[arena.joints[i]])]:
                walking.remove(i)  # it stops here, as it would alone
                last[i] = (step + 1) // every
            spaces = [arena.spaces[i] for i in walking for _ in range(settings.substeps)]
    return frames, last
