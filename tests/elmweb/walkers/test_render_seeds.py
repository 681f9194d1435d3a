"""The recordings of the shipped seeds are those of today's seeds and physics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from elmweb.walkers.management.commands.render_seeds import SEED_PICTURES
from evolution.evaluation import Evaluation, Evaluator
from evolution.simulation import Motion
from evolution.walkers.seeds import SEEDS

# Another processor may differ in the last digits, which grow over ten seconds; a changed
# constant of the physics moves a joint further than this within the first two.
TOLERANCE = 0.1  # metres
COMPARED = 60  # frames


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    with Evaluator() as evaluator:
        results = evaluator.evaluate([seed.program for seed in SEEDS.values()])
    found = {}
    for name, result in zip(SEEDS, results, strict=True):
        assert isinstance(result, Evaluation)
        found[name] = result
    return found


@pytest.mark.parametrize("name", SEEDS)
def test_the_shipped_motion_is_the_seeds(evaluations: dict[str, Evaluation], name: str) -> None:
    fresh = evaluations[name].motion
    assert fresh is not None
    shipped = Motion.decode((SEED_PICTURES / f"{name}.motion").read_bytes())
    today = Motion.decode(fresh)
    assert shipped.springs == today.springs
    difference = np.abs(shipped.positions[:COMPARED] - today.positions[:COMPARED]).max()
    assert difference < TOLERANCE, "run `python manage.py render_seeds`"


@pytest.mark.parametrize("name", SEEDS)
def test_the_shipped_poster_is_a_picture(name: str) -> None:
    picture: Path = SEED_PICTURES / f"{name}.svg"
    assert picture.read_text(encoding="utf-8").startswith("<svg")
