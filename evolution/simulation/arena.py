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
from itertools import islice, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evolution.simulation import constants, layout
from evolution.simulation.preparation import Prepared, in_range, rest_row
from evolution.simulation.settings import Settings
from evolution.simulation.terrain import Array, Terrain

try:
    _ffi, _lib = layout.load()
    _layout = layout.probe(_ffi, _lib)
    _VOID = _ffi.typeof("void *")
    # Structures that are passed by value, made once.
    _ZERO = _ffi.new("cpVect *")[0]
    _JOINTS = _ffi.new("cpShapeFilter *", (1, 0xFFFFFFFF, 0xFFFFFFFF))[0]  # never collide
    AVAILABLE = True
except layout.LayoutError:
    AVAILABLE = False

Memory = NDArray[np.float64]


def _reserve(count: int, size: int) -> Memory:
    """Zeroed memory for ``count`` structures, a row each, starting on a cache line."""
    raw = np.zeros(count * size + layout.LINE_BYTES, dtype=np.uint8)
    skip = -raw.ctypes.data % layout.LINE_BYTES
    return raw[skip : skip + count * size].view(np.float64).reshape(count, size // 8)


def _pointers(memory: Memory) -> Iterator[Any]:
    """A pointer to each structure, without a type: one cast serves every function."""
    start, size, cast, kind = memory.ctypes.data, memory.strides[0], _ffi.cast, _VOID
    return (cast(kind, at) for at in range(start, start + len(memory) * size, size))


class Arena:
    """A batch of walkers, built and ready to step. Close it to free Chipmunk's own memory.

    Attributes:
        positions: shape (all joints, 2), metres; a live view.
        rest_lengths: shape (all muscles,), metres; a live view, writable.
        joints: for each walker its rows of ``positions``.
        spaces: for each walker its Chipmunk space.
    """

    def __init__(self, batch: Sequence[Prepared], terrain: Terrain, settings: Settings) -> None:
        count = sum(len(p.start) for p in batch)
        surfaces = terrain.cores
        self._bodies = _reserve(count, _layout.body)
        self._circles = _reserve(count, _layout.circle)
        self._springs = _reserve(sum(len(p.ends) for p in batch), _layout.spring)
        self._ground = _reserve(len(batch) * len(surfaces), _layout.segment)
        at = _layout.position
        self.positions: Array = self._bodies[:, at : at + 2]
        self.rest_lengths: Array = self._springs[:, _layout.rest_length]
        self.spaces: list[Any] = []
        self.joints: list[slice] = []
        bodies, circles = _pointers(self._bodies), _pointers(self._circles)
        springs, ground = _pointers(self._springs), _pointers(self._ground)
        first = 0
        for prepared in batch:
            space = self._new_space(settings)
            for start, end in surfaces:
                _add_surface(space, next(ground), start, end)
            own = _add_joints(space, bodies, circles, prepared)
            _add_muscles(space, springs, own, prepared)
            self.joints.append(slice(first, first + len(own)))
            first += len(own)

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


def _add_joints(
    space: Any, bodies: Iterator[Any], circles: Iterator[Any], prepared: Prepared
) -> list[Any]:
    places = prepared.start.tolist()
    own, rings = list(islice(bodies, len(places))), list(islice(circles, len(places)))
    _each(_lib.cpBodyInit, own, repeat(constants.JOINT_MASS), repeat(constants.JOINT_MOMENT))
    _each(_lib.cpBodySetPosition, own, places)
    _each(_lib.cpCircleShapeInit, rings, own, repeat(constants.JOINT_RADIUS), repeat(_ZERO))
    _each(_lib.cpShapeSetFriction, rings, repeat(constants.FRICTION))
    _each(_lib.cpShapeSetFilter, rings, repeat(_JOINTS))
    _each(_lib.cpSpaceAddBody, repeat(space), own)
    _each(_lib.cpSpaceAddShape, repeat(space), rings)
    return own


def _add_muscles(space: Any, springs: Iterator[Any], bodies: list[Any], prepared: Prepared) -> None:
    own = list(islice(springs, len(prepared.ends)))
    first, second = prepared.ends.T.tolist()
    anchor = repeat(_ZERO)
    _each(
        _lib.cpDampedSpringInit,
        own,
        map(bodies.__getitem__, first),
        map(bodies.__getitem__, second),
        anchor,
        anchor,
        prepared.rest[0].tolist(),
        prepared.stiffness.tolist(),
        prepared.damping.tolist(),
    )
    _each(_lib.cpSpaceAddConstraint, repeat(space), own)


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
        frames, last = _step(arena, batch, settings, record)
        return [
            (
                arena.positions[rows].copy(),
                np.ascontiguousarray(frames[: count + 1, rows]) if record else None,
            )
            for rows, count in zip(arena.joints, last, strict=True)
        ]


def advance(spaces: Sequence[Any], dt: Iterable[float]) -> None:
    """One Chipmunk step of each space."""
    _each(_lib.cpSpaceStep, spaces, dt)


def _step(
    arena: Arena, batch: Sequence[Prepared], settings: Settings, record: bool
) -> tuple[Array, list[int]]:
    """All steps; returns the frames of the batch and each walker's last frame."""
    every = constants.STEPS_PER_FRAME
    table = np.concatenate([p.rest for p in batch], axis=1)
    frames = np.empty((settings.steps // every + 1 if record else 1, *arena.positions.shape))
    frames[0] = arena.positions
    last = [settings.steps // every] * len(batch)
    walking = list(range(len(batch)))
    spaces = list(arena.spaces)
    dt = repeat(constants.STEP / settings.substeps)
    positions, rest_lengths = arena.positions, arena.rest_lengths
    for step in range(settings.steps):
        rest_lengths[:] = table[rest_row(step)]
        for _ in range(settings.substeps):
            advance(spaces, dt)
        if record and (step + 1) % every == 0:
            frames[(step + 1) // every] = positions
        if (step + 1) % constants.STEPS_BETWEEN_CHECKS == 0 and not in_range(positions):
            for i in [i for i in walking if not in_range(positions[arena.joints[i]])]:
                walking.remove(i)  # it stops here, as it would alone
                last[i] = (step + 1) // every
            spaces = [arena.spaces[i] for i in walking]
    return frames, last
