"""The benchmarks of the simulation's room: what they measure is real (never how fast it is)."""

from __future__ import annotations

import pytest

from evolution.benchmarks import replay, samples, simulation
from evolution.simulation import FLAT, SCREENING, arena, plain, simulate
from evolution.simulation.preparation import Prepared, prepare
from evolution.simulation.world import Outcome


def test_replay_figures_hold() -> None:
    """Bytes on the wire do not depend on the machine's speed, so the targets are tested."""
    steps: list[float] = []
    report = replay.run(lambda share, what: steps.append(share))
    assert report.benchmark == "replay"
    assert report.holds
    assert sum(figure.holds is True for figure in report.figures) == 4
    assert steps == sorted(steps)


def test_cases_have_the_sizes_that_they_claim() -> None:
    for case in simulation.CASES:
        walker = case.walker
        assert case.name == f"{len(walker.joints)} joints, {len(walker.muscles)} muscles"
        (outcome,) = simulate([walker])
        assert isinstance(outcome, Outcome)
    assert len(samples.galloper().joints) == 5


@pytest.mark.parametrize("case", simulation.CASES[:3], ids=lambda case: case.name)
def test_both_ways_do_the_same_work(case: simulation.Case) -> None:
    prepared = prepare(case.walker, FLAT, None)
    assert isinstance(prepared, Prepared)
    final, _ = plain.run(prepared, FLAT, SCREENING, record=False)
    (outcome,) = simulate([case.walker])
    assert isinstance(outcome, Outcome)
    moved = final[:, 0].mean() - prepared.start[:, 0].mean()
    assert outcome.displacement == pytest.approx(moved, abs=1e-9)


def test_the_clock_sees_every_step_and_is_taken_off_again() -> None:
    advance = arena.advance
    with simulation._clocked() as clock:
        simulate([samples.square()] * 3)
    assert clock.calls == 3 * SCREENING.steps
    assert clock.seconds > 0
    assert arena.advance is advance
