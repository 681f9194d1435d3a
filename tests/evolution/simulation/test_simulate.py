"""`simulate`: what comes back, and that it is the same whatever surrounds it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolution.simulation import (
    CONFIRMING,
    FLAT,
    SCREENING,
    TERRAINS,
    Motion,
    Nudge,
    Outcome,
    Settings,
    Terrain,
    arena,
    constants,
    plain,
    simulate,
)
from evolution.simulation.preparation import Prepared, prepare
from evolution.types import Failure, Stage
from evolution.walkers.walker import Walker
from tests.evolution.simulation.samples import grid, hopper, mirrored, runner, square, walkers

CROWD = [square(), hopper(), grid(8, 3), runner(), grid(3, 3), mirrored(runner())]


def result(outcome: Outcome | Failure) -> object:
    """Everything of an outcome that can be compared to the last bit."""
    if isinstance(outcome, Failure):
        return outcome
    motion = outcome.motion
    frames = None if motion is None else motion.positions.tobytes()
    return (outcome.displacement.hex(), outcome.distance.hex(), frames)


def test_displacement_is_signed_and_distance_is_not() -> None:
    right, left = simulate([runner(), mirrored(runner())])
    assert isinstance(right, Outcome)
    assert isinstance(left, Outcome)
    assert right.displacement > 40
    assert left.displacement == pytest.approx(-right.displacement, abs=0.01)
    assert (right.distance, left.distance) == (right.displacement, -left.displacement)


def test_distance_is_the_way_of_the_centre_of_mass() -> None:
    (outcome,) = simulate([hopper()], record=True)
    assert isinstance(outcome, Outcome)
    assert isinstance(outcome.motion, Motion)
    centre = outcome.motion.positions[:, :, 0].mean(axis=1)
    assert outcome.displacement == pytest.approx(centre[-1] - centre[0], abs=1e-9)


def test_recorded_motion_covers_ten_seconds_at_thirty_frames() -> None:
    (outcome,) = simulate([square()], record=True)
    assert isinstance(outcome, Outcome)
    motion = outcome.motion
    assert motion is not None
    assert motion.positions.shape == (301, 5, 2)
    assert (motion.seconds, motion.fps, motion.terrain) == (10.0, 30, FLAT)
    assert [tuple(s) for s in motion.springs] == [
        (m.a, m.b, not m.is_distance) for m in square().muscles
    ]


def test_recording_changes_nothing() -> None:
    bare = simulate(CROWD)
    recorded = simulate(CROWD, record=True)
    assert [getattr(o, "displacement", o) for o in bare] == [
        getattr(o, "displacement", o) for o in recorded
    ]


@pytest.mark.parametrize("setting", [SCREENING, CONFIRMING])
@pytest.mark.parametrize("terrain", TERRAINS, ids=lambda t: t.name)
def test_batch_order_and_neighbours_do_not_matter(terrain: Terrain, setting: Settings) -> None:
    alone = [result(simulate([w], terrain, setting, record=True)[0]) for w in CROWD]
    together = [result(o) for o in simulate(CROWD, terrain, setting, record=True)]
    backwards = [result(o) for o in simulate(CROWD[::-1], terrain, setting, record=True)]
    assert together == alone
    assert backwards[::-1] == alone


def test_many_walkers_over_many_chunks_equal_one_by_one() -> None:
    crowd = [grid(2 + k % 7, 2 + k % 3) for k in range(40)]
    alone = [result(simulate([w], settings=Settings(1, 4, 120))[0]) for w in crowd]
    assert [result(o) for o in simulate(crowd, settings=Settings(1, 4, 120))] == alone


def test_another_process_gets_the_same_bits() -> None:
    program = (
        "import json, sys\n"
        "from evolution.simulation import simulate\n"
        "from evolution.walkers.walker import Walker\n"
        "walkers = [Walker.from_json(w) for w in json.load(sys.stdin)]\n"
        "print(json.dumps([o.displacement.hex() for o in simulate(walkers)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps([w.to_json() for w in CROWD]),
        capture_output=True,
        text=True,
        check=True,
    )
    here = [o.displacement.hex() for o in simulate(CROWD) if isinstance(o, Outcome)]
    assert json.loads(done.stdout) == here


def started(walker: Walker, terrain: Terrain, nudge: Nudge | None = None) -> Prepared:
    prepared = prepare(walker, terrain, nudge)
    assert isinstance(prepared, Prepared)
    return prepared


@pytest.mark.parametrize("setting", [SCREENING, CONFIRMING])
@pytest.mark.parametrize("terrain", TERRAINS, ids=lambda t: t.name)
def test_arena_equals_the_plain_way_to_the_last_bit(terrain: Terrain, setting: Settings) -> None:
    assert arena.AVAILABLE
    batch = [started(w, terrain, Nudge(0.01, 3)) for w in CROWD]
    fast = arena.run(batch, terrain, setting, record=True)
    for prepared, (final, frames) in zip(batch, fast, strict=True):
        plain_final, plain_frames = plain.run(prepared, terrain, setting, record=True)
        assert np.array_equal(final, plain_final)
        assert plain_frames is not None
        assert np.array_equal(frames, plain_frames)


@given(walkers())
@settings(max_examples=25, deadline=None)
def test_arena_equals_the_plain_way_for_any_walker(walker: Walker) -> None:
    setting = Settings(substeps=1, iterations=4, steps=180)
    batch = [started(walker, FLAT), started(square(), FLAT)]
    for prepared, (final, _) in zip(batch, arena.run(batch, FLAT, setting, False), strict=True):
        assert np.array_equal(final, plain.run(prepared, FLAT, setting, False)[0])


def test_the_plain_way_takes_over_where_the_layout_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fast = [result(o) for o in simulate(CROWD, record=True)]
    monkeypatch.setattr(arena, "AVAILABLE", False)
    assert [result(o) for o in simulate(CROWD, record=True)] == fast


def test_no_active_muscle_no_distance() -> None:
    leaning = Walker.create([(0, 0), (5, 8)], [(0, 1, True, 0, 0)])
    still = Walker.create([(0, 0), (5, 8)], [(0, 1, False, 0, 0)])
    for outcome in simulate([leaning, still]):
        assert isinstance(outcome, Outcome)
        assert (outcome.distance, outcome.displacement, outcome.motion) == (0.0, 0.0, None)
    (recorded,) = simulate([leaning], record=True)
    assert isinstance(recorded, Outcome)
    assert recorded.motion is not None
    # It is seen to fall, and that counts for nothing.
    assert recorded.motion.positions[-1, 1, 1] < 1.0
    assert recorded.distance == 0.0


def test_nudges_move_the_start_a_little_and_always_the_same_way() -> None:
    nudges = [None, Nudge(0.02, 1), Nudge(0.02, 2), Nudge(0.02, 1)]
    outcomes = simulate([square()] * 4, nudges=nudges, record=True)
    starts = [o.motion.positions[0] for o in outcomes if isinstance(o, Outcome) and o.motion]
    assert len(starts) == 4
    for nudged in starts[1:]:
        assert 0.001 < np.abs(nudged - starts[0]).max() <= 0.02
    assert np.array_equal(starts[1], starts[3])
    assert not np.array_equal(starts[1], starts[2])
    assert result(outcomes[1]) == result(outcomes[3])


def test_nudges_and_walkers_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="1 nudges for 2 walkers"):
        simulate([square(), square()], nudges=[None])


def test_nothing_to_simulate() -> None:
    assert simulate([]) == []


@given(st.integers(-2, 0))
def test_settings_refuse_nonsense(count: int) -> None:
    for nonsense in ((count, 4, 600), (1, count, 600), (1, 4, count)):
        with pytest.raises(ValueError, match="at least one"):
            Settings(*nonsense)


@pytest.mark.parametrize(
    ("speed", "code"),
    [((3000.0, 0.0), "left-physical-range"), ((float("nan"), 0.0), "non-finite")],
)
def test_unphysical_motion_is_a_named_failure_and_spares_the_others(
    monkeypatch: pytest.MonkeyPatch, speed: tuple[float, float], code: str
) -> None:
    calm = result(simulate([square()])[0])
    build = arena.Arena

    def wild(*args: Any) -> arena.Arena:
        built = build(*args)
        for rows in built.joints:
            if rows.stop - rows.start == len(hopper().joints):
                (joint, *_) = arena._pointers(built._bodies[rows])
                arena._lib.cpBodySetVelocity(joint, speed)
        return built

    monkeypatch.setattr(arena, "Arena", wild)
    first, failure, last = simulate([square(), hopper(), square()])
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == (Stage.SIMULATION, code)
    assert result(first) == result(last) == calm


def test_a_recording_that_fails_is_a_failure_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "MAX_DISTANCE", 20.0)
    outcomes = simulate([hopper(), square()], record=True)
    assert isinstance(outcomes[0], Failure)
    assert outcomes[0].code == "left-physical-range"
    assert isinstance(outcomes[1], Outcome)
