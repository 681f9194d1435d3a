"""Golden motions: the seeds, a hopper on bumps and a runner in the tunnel move as they did.

On one machine a motion repeats to the last bit. Another processor or another build of Chipmunk
may round differently; a difference in the last digit grows to less than a millimetre in 10 s.
The tolerance is 2 cm for every joint at every frame (half a step of the recording is 0.8 cm),
and 2 cm for the displacement.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evolution.simulation import CONFIRMING, Motion, Outcome, simulate, terrain_named
from evolution.walkers.walker import Walker

GOLDEN = Path(__file__).parents[2] / "golden" / "motion"
NAMES = ["square", "radial", "cppn-fixed", "cppn-mutable", "hopper", "runner"]
TOLERANCE = 0.02  # metres


@pytest.mark.parametrize("name", NAMES)
def test_moves_as_it_did(name: str) -> None:
    facts = json.loads((GOLDEN / f"{name}.walker.json").read_text())
    walker, terrain = Walker.from_json(facts["walker"]), terrain_named(facts["terrain"])
    (outcome,) = simulate([walker], terrain, CONFIRMING, record=True)
    assert isinstance(outcome, Outcome)
    assert outcome.motion is not None
    golden = Motion.decode((GOLDEN / f"{name}.motion").read_bytes())
    assert outcome.motion.positions.shape == golden.positions.shape
    assert np.abs(outcome.motion.positions - golden.positions).max() < TOLERANCE
    assert outcome.displacement == pytest.approx(facts["displacement"], abs=TOLERANCE)
    assert outcome.motion.springs == golden.springs


def test_golden_motions_differ_from_each_other() -> None:
    """Guards the guard: a recording of something that never moves would prove nothing."""
    motions = {name: Motion.decode((GOLDEN / f"{name}.motion").read_bytes()) for name in NAMES}
    for name, motion in motions.items():
        travel = np.abs(np.diff(motion.positions, axis=0)).sum(axis=0).max()
        assert travel > 1.0, f"{name} hardly moves"
