"""`simulate`: walkers on a terrain, for ten seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evolution.simulation import arena, constants, plain
from evolution.simulation.motion import FPS, Motion, Spring
from evolution.simulation.preparation import Prepared, in_range, prepare
from evolution.simulation.settings import SCREENING, Nudge, Settings
from evolution.simulation.terrain import FLAT, Array, Terrain
from evolution.types import Failure, Stage
from evolution.walkers.walker import Walker

# How many walkers go in lock step. More share the cost of a step's Python, until their memory
# (about a kilobyte a muscle, with its rest lengths) leaves the processor's second cache.
MAX_CHUNK = 32
MAX_CHUNK_MUSCLES = 1600


@dataclass(frozen=True, eq=False)
class Outcome:
    """Where a walker went.

    Attributes:
        distance: how far its centre of mass moved along x, metres, without sign: the objective.
        displacement: the same with its sign; positive is to the right.
        motion: the recording, where it was asked for.
    """

    distance: float
    displacement: float
    motion: Motion | None


def simulate(
    walkers: Sequence[Walker],
    terrain: Terrain = FLAT,
    settings: Settings = SCREENING,
    *,
    nudges: Sequence[Nudge | None] | None = None,
    record: bool = False,
) -> list[Outcome | Failure]:
    """Simulate every walker alone on the terrain; outcomes come in the walkers' order.

    Deterministic: a walker's outcome is the same to the last bit in any batch, order or
    process of one machine. Other processors may differ in the last digits.

    Args:
        walkers: they start centred at x = 0, their lowest joint touching the ground.
        terrain: where they walk.
        settings: how fine and how long.
        nudges: one for each walker, None for those that start where they were built.
        record: whether to keep the motion at 30 frames a second.

    Returns:
        For each walker its Outcome, or a Failure of stage ``simulation``:
        ``left-physical-range``, ``non-finite`` or ``does-not-fit``. A walker without an active
        muscle has distance 0.

    Raises:
        ValueError: when there is not one nudge for each walker.
    """
    if nudges is None:
        nudges = [None] * len(walkers)
    if len(nudges) != len(walkers):
        raise ValueError(f"{len(nudges)} nudges for {len(walkers)} walkers; give one for each.")
    results: list[Outcome | Failure | None] = [None] * len(walkers)
    waiting: list[tuple[int, Prepared]] = []
    for i, (walker, nudge) in enumerate(zip(walkers, nudges, strict=True)):
        if not walker.is_active and not record:
            results[i] = Outcome(0.0, 0.0, None)
            continue
        prepared = prepare(walker, terrain, nudge)
        if isinstance(prepared, Failure):
            results[i] = prepared
        else:
            waiting.append((i, prepared))
    for chunk in _chunks(waiting):
        runs = _run([prepared for _, prepared in chunk], terrain, settings, record)
        for (i, prepared), (final, frames) in zip(chunk, runs, strict=True):
            results[i] = _outcome(walkers[i], terrain, prepared, final, frames)
    return [result for result in results if result is not None]


def _run(
    batch: list[Prepared], terrain: Terrain, settings: Settings, record: bool
) -> list[tuple[Array, Array | None]]:
    if arena.AVAILABLE:
        return arena.run(batch, terrain, settings, record)
    return [plain.run(prepared, terrain, settings, record) for prepared in batch]


def _chunks(waiting: list[tuple[int, Prepared]]) -> Iterator[list[tuple[int, Prepared]]]:
    """Batches of consecutive walkers, small enough for the processor's cache."""
    chunk: list[tuple[int, Prepared]] = []
    muscles = 0
    for item in waiting:
        more = len(item[1].ends)
        if chunk and (len(chunk) == MAX_CHUNK or muscles + more > MAX_CHUNK_MUSCLES):
            yield chunk
            chunk, muscles = [], 0
        chunk.append(item)
        muscles += more
    if chunk:
        yield chunk


def _outcome(
    walker: Walker, terrain: Terrain, prepared: Prepared, final: Array, frames: Array | None
) -> Outcome | Failure:
    if not in_range(final):
        return _failure(final)
    count = len(final)
    displacement = (float(final[:, 0].sum()) - float(prepared.start[:, 0].sum())) / count
    if not walker.is_active:
        displacement = 0.0
    motion = None if frames is None else _motion(walker, terrain, frames)
    return Outcome(abs(displacement), displacement, motion)


def _failure(final: Array) -> Failure:
    if not np.isfinite(final).all():
        code, reason = "non-finite", "The walker's motion is no longer a number; soften it."
    else:
        code, reason = (
            "left-physical-range",
            "The walker was thrown through the ground or more than "
            f"{constants.MAX_DISTANCE:g} m away: an explosion, not a walk.",
        )
    return Failure(Stage.SIMULATION, code, reason)


def _motion(walker: Walker, terrain: Terrain, frames: Array) -> Motion:
    springs = tuple(Spring(m.a, m.b, not m.is_distance) for m in walker.muscles)
    return Motion(frames, springs, terrain, FPS, constants.JOINT_RADIUS)
