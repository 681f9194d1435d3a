"""Terrains do what they say."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from evolution.simulation import (
    CONFIRMING,
    FLAT,
    SCREENING,
    TERRAINS,
    Outcome,
    Settings,
    Terrain,
    constants,
    simulate,
    terrain_named,
)
from evolution.simulation.terrain import BUMPY, TUNNEL_HEIGHT, WALL_AT, cores
from evolution.types import Failure
from evolution.walkers.walker import Walker
from tests.evolution.simulation.samples import hopper, mirrored, runner, square

SETTINGS = [SCREENING, CONFIRMING]


def walk(walker: Walker, name: str, setting: Settings) -> Outcome:
    (outcome,) = simulate([walker], terrain_named(name), setting, record=True)
    assert isinstance(outcome, Outcome), outcome
    return outcome


def farthest(outcome: Outcome) -> float:
    """How far any joint ever was from the start, along x."""
    assert outcome.motion is not None
    return float(np.abs(outcome.motion.positions[:, :, 0]).max())


def test_names() -> None:
    assert [t.name for t in TERRAINS] == ["flat", "left-wall", "right-wall", "tunnel", "bumpy"]
    assert all(terrain_named(t.name) is t for t in TERRAINS)
    with pytest.raises(ValueError, match="no terrain 'moon'; choose one of: flat, left-wall"):
        terrain_named("moon")


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_wall_stops_whoever_runs_against_it(setting: Settings) -> None:
    right, left = runner(), mirrored(runner())
    assert farthest(walk(right, "right-wall", setting)) <= WALL_AT
    assert farthest(walk(left, "left-wall", setting)) <= WALL_AT
    assert walk(right, "left-wall", setting).distance > 40
    assert walk(left, "right-wall", setting).distance > 40


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_tunnel_lets_the_short_in_and_stops_the_tall(setting: Settings) -> None:
    short, tall = walk(runner(), "tunnel", setting), walk(hopper(), "tunnel", setting)
    assert short.displacement > 40
    assert tall.displacement < WALL_AT
    assert short.motion is not None
    inside = short.motion.positions[np.abs(short.motion.positions[:, :, 0]) > WALL_AT]
    assert inside[:, 1].max() <= TUNNEL_HEIGHT - constants.JOINT_RADIUS + 0.05


@pytest.mark.parametrize("setting", SETTINGS)
def test_good_flat_walkers_lose_on_bumps(setting: Settings) -> None:
    for walker in (hopper(), runner()):
        flat, bumpy = walk(walker, "flat", setting), walk(walker, "bumpy", setting)
        assert bumpy.distance < 0.75 * flat.distance


def ground(terrain: Terrain, x: np.ndarray) -> np.ndarray:
    corners = [(s.x0, s.y0) for s in terrain.segments] + [terrain.segments[-1][2:]]
    return np.interp(x, *np.array(corners).T)


def test_bumps_are_as_they_are_drawn() -> None:
    """Nobody sinks into them, and whoever rests on them touches what is drawn."""
    places = np.linspace(-40, 40, 33)
    rain = Walker.create([(x, 10.0) for x in places], [])
    motion = walk(rain, "bumpy", CONFIRMING).motion
    assert motion is not None
    end = motion.positions[-1]
    around = end[:, :1] + np.linspace(-0.25, 0.25, 51)
    gap = np.hypot(around - end[:, :1], ground(BUMPY, around) - end[:, 1:]).min(axis=1)
    assert (end[:, 1] > ground(BUMPY, end[:, 0])).all()
    assert np.abs(gap - constants.JOINT_RADIUS).max() < 0.2
    assert np.median(np.abs(gap - constants.JOINT_RADIUS)) < 0.03


def test_bumpy_is_cheap_and_ends_out_of_sight() -> None:
    assert len(BUMPY.segments) <= 100
    for terrain in TERRAINS:
        assert min(s.x0 for s in terrain.segments) < -constants.MAX_DISTANCE
        assert max(s.x1 for s in terrain.segments) > constants.MAX_DISTANCE


def test_cores_lie_behind_the_surface_and_meet() -> None:
    assert cores(FLAT, 1.0) == [((-2000.0, -1.0), (2000.0, -1.0))]
    lines = cores(BUMPY, 1.0)
    assert all(a[1] == b[0] for a, b in pairwise(lines))
    wall = cores(terrain_named("right-wall"), 1.0)[-1]
    assert [end[0] for end in wall] == [WALL_AT + 1.0] * 2


@pytest.mark.parametrize("name", ["left-wall", "right-wall", "tunnel"])
def test_whoever_does_not_fit_is_told(name: str) -> None:
    wide = Walker.create([(-20, 0), (20, 0), (0, 12)], [(0, 2, False, 1, 0), (1, 2, False, 1, 0)])
    high = Walker.create([(-20, 9), (20, 9), (0, 0)], [(0, 2, False, 1, 0), (1, 2, False, 1, 0)])
    fits = simulate([square(), wide, high], terrain_named(name))
    assert isinstance(fits[0], Outcome)
    if name == "tunnel":  # low ends reach into the tunnel, high ones into its roof
        assert isinstance(fits[1], Outcome)
    else:
        assert isinstance(fits[1], Failure)
    assert isinstance(fits[2], Failure)
    assert fits[2].code == "does-not-fit"
    assert name in fits[2].reason


def test_a_walker_starts_clear_of_the_bumps() -> None:
    outcome = walk(Walker.create([(-5, 0), (5, 0.3)], [(0, 1, False, 1, 0)]), "bumpy", SCREENING)
    assert outcome.motion is not None
    start = outcome.motion.positions[0]
    near = start[:, :1] + np.linspace(-0.25, 0.25, 51)
    gap = np.hypot(near - start[:, :1], ground(BUMPY, near) - start[:, 1:]).min(axis=1)
    assert gap.min() >= constants.JOINT_RADIUS - constants.COLLISION_SLOP
