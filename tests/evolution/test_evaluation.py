"""Evaluation with the real sandbox and the real physics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from evolution.archive import niche_of
from evolution.config import ArchiveConfig
from evolution.evaluation import Evaluation, Evaluator
from evolution.operators import Child
from evolution.operators.registry import operator_named
from evolution.sandbox import Built, Sandbox
from evolution.simulation import CONFIRMING, Motion, simulate, terrain_named
from evolution.types import Failure, Stage
from evolution.walkers.seeds import SEEDS, seed_program

SQUARE = seed_program("square")
BROKEN = "def make_walker():\n    return 1 / 0\n"
PASSIVE = """\
def make_walker():
    wc = walker_creator()
    a, b = wc.add_joint(0, 0), wc.add_joint(3, 0)
    wc.add_muscle(a, b)
    return wc.get_walker()
"""


@pytest.fixture(scope="module")
def evaluator() -> Iterator[Evaluator]:
    with Evaluator() as evaluator:
        yield evaluator


def evaluation(result: Evaluation | Failure) -> Evaluation:
    assert isinstance(result, Evaluation), result
    return result


def bars(value: float) -> np.ndarray:
    return np.full(1728, value)


def test_every_seed_is_evaluated_and_confirmed(evaluator: Evaluator) -> None:
    for result in evaluator.evaluate([seed.program for seed in SEEDS.values()]):
        found = evaluation(result)
        assert set(found.repairs) <= {"amplitude-clamped"}  # as in the paper's Square
        assert found.robust_objective is not None
        assert found.motion is not None
        motion = Motion.decode(found.motion)
        assert motion.joints == len(found.walker.joints)
        assert motion.seconds == pytest.approx(10.0, abs=0.1)


def test_robust_objective_is_at_most_the_nominal_fine_one(evaluator: Evaluator) -> None:
    found = evaluation(evaluator.evaluate([SQUARE])[0])
    (nominal,) = simulate([found.walker], settings=CONFIRMING, record=True)
    assert not isinstance(nominal, Failure)
    assert found.robust_objective is not None
    assert 0 < found.robust_objective <= nominal.distance
    assert nominal.motion is not None
    assert found.motion == nominal.motion.encode()


def test_bar_decides_who_is_confirmed(evaluator: Evaluator) -> None:
    reached = evaluation(evaluator.evaluate([SQUARE], bars(0.5))[0])
    missed = evaluation(evaluator.evaluate([SQUARE], bars(reached.objective + 1e-9))[0])
    exactly = evaluation(evaluator.evaluate([SQUARE], bars(reached.objective))[0])
    assert reached.motion is not None
    assert (missed.robust_objective, missed.motion) == (None, None)
    assert missed.objective == reached.objective
    assert exactly.robust_objective is not None


def test_walker_that_falls_below_the_bar_when_confirmed_has_no_motion(
    evaluator: Evaluator,
) -> None:
    # Children of the seeds: some do better in the coarse screening than in truth.
    parents = [seed.program for seed in SEEDS.values()] * 8
    proposed = operator_named("syntax-tree").propose(
        parents, ["Change it."] * len(parents), np.random.default_rng(0)
    )
    programs = [child.program for child in proposed if isinstance(child, Child)]
    program, found = next(
        (program, result)
        for program, result in zip(programs, evaluator.evaluate(programs), strict=True)
        if isinstance(result, Evaluation)
        and result.robust_objective is not None
        and result.robust_objective < result.objective - 0.1  # metres
    )
    assert found.robust_objective is not None
    between = (found.robust_objective + found.objective) / 2
    stopped = evaluation(evaluator.evaluate([program], bars(between))[0])
    assert stopped.robust_objective is not None
    assert found.robust_objective <= stopped.robust_objective < between
    assert stopped.motion is None


def test_bar_is_that_of_the_walkers_own_niche(evaluator: Evaluator) -> None:
    found = evaluation(evaluator.evaluate([SQUARE])[0])
    thresholds = bars(1e9)
    thresholds[niche_of(found.walker.measures, ArchiveConfig())] = 0.0
    assert evaluation(evaluator.evaluate([SQUARE], thresholds)[0]).motion is not None


def test_failures_keep_their_place(evaluator: Evaluator) -> None:
    first, second, third, fourth = evaluator.evaluate([BROKEN, SQUARE, "", PASSIVE])
    assert isinstance(first, Failure)
    assert (first.stage, first.line) == (Stage.SANDBOX, 2)
    assert evaluation(second).walker.mass == 5
    assert isinstance(third, Failure)
    passive = evaluation(fourth)
    assert (passive.objective, passive.robust_objective) == (0.0, 0.0)


def test_nothing_to_evaluate_is_fine(evaluator: Evaluator) -> None:
    assert evaluator.evaluate([]) == []


def test_result_depends_on_the_program_alone(evaluator: Evaluator) -> None:
    programs = [seed.program for seed in SEEDS.values()]
    together = evaluator.evaluate(programs)
    with Evaluator() as fresh:
        backwards = fresh.evaluate(programs[::-1])[::-1]
        again = fresh.evaluate(programs)  # now from memory
    assert together == backwards == again


def test_terrain_matters() -> None:
    with Evaluator(terrain_named("bumpy")) as bumpy, Evaluator() as flat:
        (on_bumps,), (on_flat,) = bumpy.evaluate([SQUARE]), flat.evaluate([SQUARE])
    assert evaluation(on_bumps).objective != evaluation(on_flat).objective


def test_program_is_not_influenced_by_another(evaluator: Evaluator) -> None:
    meddler = SQUARE + "\nimport math\nmath.tau = 9.0\n"
    leaner = SQUARE.replace("wc, 0, 0, 10", "wc, 0, 0, 7 if math.tau > 8 else 8")
    (alone,) = evaluator.evaluate([leaner])
    assert evaluation(alone).walker.width == 8
    assert evaluator.evaluate([meddler, leaner])[1] == alone


def test_program_whose_second_run_differs_is_refused() -> None:
    class Fickle(Sandbox):
        """When a program runs alone, it runs a little larger."""

        def build(self, programs: Sequence[str], *, batched: bool = True) -> list[Built | Failure]:
            if not batched:
                programs = [program.replace("0, 0, 10", "0, 0, 11") for program in programs]
            return super().build(programs, batched=batched)

    with Evaluator() as evaluator:
        evaluator._sandbox = Fickle()
        (result,) = evaluator.evaluate([SQUARE])
    assert isinstance(result, Failure)
    assert (result.stage, result.code) == (Stage.SANDBOX, "not-repeatable")
