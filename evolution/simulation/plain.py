"""The plain way: one walker through pymunk's public interface.

Slower than `arena`, with results that are the same to the last bit. It is what runs when
pymunk's private layout is not the one that `arena` knows, and the benchmark's baseline.
"""

from __future__ import annotations

import math

import numpy as np
import pymunk

from evolution.simulation import constants
from evolution.simulation.preparation import Prepared, in_range, rest_row
from evolution.simulation.settings import Settings
from evolution.simulation.terrain import Array, Terrain

# Joints collide with the terrain, never with each other.
JOINTS = pymunk.ShapeFilter(group=1)


def new_space(terrain: Terrain, settings: Settings) -> pymunk.Space:
    """A space with gravity, drag and the terrain."""
    space = pymunk.Space()
    space.gravity = (0.0, constants.GRAVITY)
    space.damping = math.exp(-constants.DRAG)
    space.iterations = settings.iterations
    space.collision_slop = constants.COLLISION_SLOP
    for start, end in terrain.cores:
        surface = pymunk.Segment(space.static_body, start, end, constants.GROUND_DEPTH)
        surface.friction = constants.FRICTION
        space.add(surface)
    return space


def run(
    prepared: Prepared, terrain: Terrain, settings: Settings, record: bool
) -> tuple[Array, Array | None]:
    """Simulate one walker.

    Returns:
        The final positions, shape (joints, 2), and the recorded ones, shape (frames, joints,
        2), where asked for. Positions beyond the physical range end the simulation early.
    """
    space = new_space(terrain, settings)
    bodies = []
    for x, y in prepared.start.tolist():
        body = pymunk.Body(constants.JOINT_MASS, constants.JOINT_MOMENT)
        body.position = (x, y)
        circle = pymunk.Circle(body, constants.JOINT_RADIUS)
        circle.friction = constants.FRICTION
        circle.filter = JOINTS
        space.add(body, circle)
        bodies.append(body)
    springs = []
    rows = zip(
        prepared.ends.tolist(), prepared.stiffness.tolist(), prepared.damping.tolist(), strict=True
    )
    for i, ((a, b), stiffness, damping) in enumerate(rows):
        rest = float(prepared.rest[0, i])
        spring = pymunk.DampedSpring(bodies[a], bodies[b], (0, 0), (0, 0), rest, stiffness, damping)
        space.add(spring)
        springs.append(spring)
    return _stepped(space, bodies, springs, prepared, settings, record)


def _stepped(
    space: pymunk.Space,
    bodies: list[pymunk.Body],
    springs: list[pymunk.DampedSpring],
    prepared: Prepared,
    settings: Settings,
    record: bool,
) -> tuple[Array, Array | None]:
    def positions() -> Array:
        return np.array([tuple(body.position) for body in bodies], dtype=np.float64)

    moving = prepared.moving
    table = prepared.rest[:, moving].tolist()
    pulling = [springs[i] for i in moving]
    frames = [positions()]
    dt = constants.STEP / settings.substeps
    for step in range(settings.steps):
        for spring, rest in zip(pulling, table[rest_row(step)], strict=True):
            spring.rest_length = rest
        for _ in range(settings.substeps):
            space.step(dt)
        if record and (step + 1) % constants.STEPS_PER_FRAME == 0:
            frames.append(positions())
        if (step + 1) % constants.STEPS_BETWEEN_CHECKS == 0 and not in_range(positions()):
            break
    return positions(), np.stack(frames) if record else None
