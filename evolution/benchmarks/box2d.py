"""The same walkers in Box2D, as the `simulation` benchmark's peer. Needs the extra ``benchmark``.

Steps of 1/60 s with 10 velocity and 10 position iterations, as walkers were simulated in Python
before; one body a joint, one soft distance joint a muscle. Written to be fast in Python as well:
only the lengths that change are set, from the same prepared numbers, and joints neither rotate
nor collide with each other.
"""

from __future__ import annotations

import importlib.util
import math
from typing import Any

from evolution.simulation import FLAT, constants
from evolution.simulation.preparation import Prepared, prepare, rest_row
from evolution.types import Failure
from evolution.walkers.walker import Walker

AVAILABLE = importlib.util.find_spec("Box2D") is not None
STATE = "installed" if AVAILABLE else "not installed: pip install 'elmweb[benchmark]'"
VELOCITY_ITERATIONS = 10
POSITION_ITERATIONS = 10


def evaluate(walker: Walker) -> int:
    """Simulate the walker for 10 s; returns 1, the count of evaluations."""
    prepared = prepare(walker, FLAT, None)
    if isinstance(prepared, Failure):
        raise RuntimeError(f"The benchmark's walker cannot start: {prepared.reason}")
    displacement(prepared)
    return 1


def displacement(prepared: Prepared) -> float:
    """Simulate for 10 s; how far the centre of mass moved along x, in metres."""
    world, bodies, joints = _build(prepared)
    moving = prepared.moving
    table = prepared.rest[:, moving].tolist()
    pulling = [joints[i] for i in moving]
    for step in range(constants.STEPS):
        for joint, rest in zip(pulling, table[rest_row(step)], strict=True):
            joint.length = rest
        world.Step(constants.STEP, VELOCITY_ITERATIONS, POSITION_ITERATIONS)
    end = sum(body.position.x for body in bodies) / len(bodies)
    return float(end - prepared.start[:, 0].mean())


def _build(prepared: Prepared) -> tuple[Any, list[Any], list[Any]]:
    import Box2D

    world = Box2D.b2World(gravity=(0, constants.GRAVITY), doSleep=False)
    edge = Box2D.b2EdgeShape(vertices=[(-2000, 0), (2000, 0)])
    world.CreateStaticBody(fixtures=Box2D.b2FixtureDef(shape=edge, friction=constants.FRICTION))
    radius = constants.JOINT_RADIUS
    fixture = Box2D.b2FixtureDef(
        shape=Box2D.b2CircleShape(radius=radius),
        density=constants.JOINT_MASS / (math.pi * radius**2),
        friction=constants.FRICTION,
        groupIndex=-1,  # joints collide with the ground, never with each other
    )
    bodies = [
        world.CreateDynamicBody(
            position=position,
            fixtures=fixture,
            fixedRotation=True,
            linearDamping=constants.DRAG,
        )
        for position in prepared.start.tolist()
    ]
    joints = [
        world.CreateDistanceJoint(
            bodyA=bodies[a],
            bodyB=bodies[b],
            anchorA=bodies[a].position,
            anchorB=bodies[b].position,
            # Two bodies of mass m on a spring k swing at sqrt(2 k / m).
            frequencyHz=math.sqrt(2 * k / constants.JOINT_MASS) / math.tau,
            dampingRatio=c / math.sqrt(2 * k * constants.JOINT_MASS),
        )
        for (a, b), k, c in zip(
            prepared.ends.tolist(), prepared.stiffness, prepared.damping, strict=True
        )
    ]
    return world, bodies, joints
