"""The physics: nothing explodes, nothing is thrown at the start, and the story holds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from evolution.simulation import (
    CONFIRMING,
    FLAT,
    SCREENING,
    TERRAINS,
    Nudge,
    Outcome,
    Settings,
    constants,
    simulate,
)
from evolution.simulation.preparation import Prepared, prepare
from evolution.simulation.terrain import Array
from evolution.walkers import limits
from evolution.walkers.walker import Walker
from tests.evolution.simulation.samples import grid, hopper, runner, square, walkers

LOOSE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)


def recorded(walker: Walker, setting: Settings = SCREENING) -> Array:
    (outcome,) = simulate([walker], settings=setting, record=True)
    assert isinstance(outcome, Outcome), outcome
    assert outcome.motion is not None
    return outcome.motion.positions


@given(walkers())
@LOOSE
def test_any_walker_stays_physical_on_any_terrain(walker: Walker) -> None:
    size = max(walker.height, walker.width)
    for terrain in TERRAINS:
        (outcome,) = simulate([walker], terrain)
        if isinstance(outcome, Outcome):
            assert np.isfinite(outcome.distance)
            # 13 m/s, and a giant that falls over.
            assert outcome.distance < 130 + size
        elif outcome.code == "left-physical-range":
            assert size > 50  # a giant can whip a joint faster than the ground is deep
        else:
            assert outcome.code == "does-not-fit"
            assert terrain.name in ("left-wall", "right-wall", "tunnel")


@given(walkers(active=False))
@LOOSE
def test_a_passive_walker_never_gains_energy(walker: Walker) -> None:
    positions = recorded(walker)
    speed = np.diff(positions, axis=0) * 30
    height = (positions[1:, :, 1] + positions[:-1, :, 1]) / 2
    energy = (speed**2).sum(axis=2) / 2 - constants.GRAVITY * height  # of each joint, in J
    start = -constants.GRAVITY * positions[0, :, 1]
    assert energy.sum(axis=1).max() <= start.sum() * 1.02 + 1.0


@given(walkers())
@LOOSE
def test_nothing_is_thrown_at_the_start(walker: Walker) -> None:
    positions = recorded(walker, Settings(1, 4, steps=12))
    centre = positions.mean(axis=1)
    assert np.abs(centre[:, 0] - centre[0, 0]).max() < 0.5
    assert (centre[:, 1] - centre[0, 1]).max() < 0.2


@given(walkers())
@LOOSE
def test_stiffness_stays_within_its_budget(walker: Walker) -> None:
    prepared = prepare(walker, FLAT, None)
    assert isinstance(prepared, Prepared)
    load = np.zeros(len(walker.joints))
    np.add.at(load, prepared.ends.reshape(-1), np.repeat(prepared.stiffness, 2))
    assert load.max() <= constants.STIFFNESS_BUDGET * (1 + 1e-12)
    assert constants.STIFFNESS_BUDGET * constants.COARSEST_STEP**2 <= 1.5 * constants.JOINT_MASS
    for setting in (SCREENING, CONFIRMING):
        assert constants.STEP / setting.substeps <= constants.COARSEST_STEP


@given(walkers())
@LOOSE
def test_muscles_warm_up_and_keep_within_their_strength(walker: Walker) -> None:
    prepared = prepare(walker, FLAT, None)
    assert isinstance(prepared, Prepared)
    built = np.array(
        [np.hypot(*np.subtract(walker.joints[m.a], walker.joints[m.b])) for m in walker.muscles]
    )
    if not len(built):
        return
    assert np.allclose(prepared.rest[0], built)
    swing = np.abs(prepared.rest - built)
    assert swing.max() <= constants.MAX_SWING + 1e-9
    assert prepared.rest.min() > 0


def test_phase_is_an_angle_in_radians() -> None:
    def rest(phase: float) -> Array:
        walker = Walker.create([(0, 0), (10, 0)], [(0, 1, False, 1.0, phase)])
        prepared = prepare(walker, FLAT, None)
        assert isinstance(prepared, Prepared)
        return prepared.rest[constants.STEPS_PER_PERIOD :, 0]

    quarter = constants.STEPS_PER_PERIOD // 4
    assert rest(0.0)[quarter] == pytest.approx(11.0)
    assert rest(math.pi / 2)[0] == pytest.approx(11.0)
    assert rest(1.5 * math.pi)[0] == pytest.approx(9.0)
    assert np.allclose(rest(math.pi / 2), np.roll(rest(0.0), -quarter))


def test_lowest_joint_touches_the_ground_and_the_box_is_centred() -> None:
    start = recorded(Walker.create([(3, 7), (9, 30), (5, 8)], [(0, 1, True, 0, 0)]))[0]
    assert start[:, 1].min() == pytest.approx(constants.JOINT_RADIUS, abs=constants.COLLISION_SLOP)
    assert start[:, 0].min() == -start[:, 0].max()


def test_joints_rest_on_the_ground_and_pass_through_each_other() -> None:
    end = recorded(Walker.create([(0, 0), (0, 3)], []))[-1]
    radius = constants.JOINT_RADIUS
    assert end[:, 1] == pytest.approx([radius, radius], abs=2 * constants.COLLISION_SLOP)


@pytest.mark.parametrize("setting", [SCREENING, CONFIRMING])
def test_a_fall_from_the_greatest_height_ends_on_the_ground(setting: Settings) -> None:
    end = recorded(Walker.create([(0, 0), (0, limits.MAX_HEIGHT)], []), setting)[-1]
    assert end[:, 1].min() > 0


@pytest.mark.parametrize("setting", [SCREENING, CONFIRMING])
def test_the_story_square_hardly_moves_and_evolved_walkers_gallop(setting: Settings) -> None:
    outcomes = simulate([square(), hopper(), runner()], settings=setting)
    distances = [o.distance for o in outcomes if isinstance(o, Outcome)]
    assert 0.5 < distances[0] < square().width
    assert distances[1] > 4 * hopper().width
    assert distances[2] > 6 * runner().width


@pytest.mark.parametrize("walker", [square(), hopper(), runner(), grid(8, 3)])
def test_small_nudges_change_little(walker: Walker) -> None:
    nudges = [None, *(Nudge(1e-6, k) for k in range(4))]
    outcomes = simulate([walker] * 5, settings=CONFIRMING, nudges=nudges)
    distances = [o.distance for o in outcomes if isinstance(o, Outcome)]
    assert len(distances) == 5
    assert max(distances) - min(distances) < 0.05
