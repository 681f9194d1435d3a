"""The benchmark of single edits: its programs, what it counts, its statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from evolution.benchmarks import edits, held_out
from evolution.benchmarks.edits import Outcome, Reach, figures_of, sampled
from evolution.benchmarks.held_out import HeldOut, held_out_programs
from evolution.benchmarks.models import ComparedModel
from evolution.config import PAPER_MESSAGES
from evolution.evaluation import Evaluator
from evolution.operators import Child
from evolution.operators.registry import operator_named
from evolution.sandbox import Built, Sandbox
from evolution.types import Failure, Stage

TREE = operator_named("syntax-tree")
TEXT = """\
def make_walker():
    wc = walker_creator()
    a = wc.add_joint(0, 0)
    b = wc.add_joint(3, 0)
    wc.add_muscle(a, b, False, 1.0, 0.5)
    return wc.get_walker()
"""
UNPARSED = Failure(Stage.DIFF, "bad-edit", "It is no edit.")
HOPELESS = Failure(Stage.OPERATOR, "cannot-work", "The model's program cannot work.")
BROKEN = Failure(Stage.OPERATOR, "not-python", "The model's program is not Python.")


def few_programs(tell: Callable[[float], None] = lambda done: None) -> list[HeldOut]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_out, "SEED", "square")  # cheaper to simulate
        patch.setattr(held_out, "GENERATED", 1)
        return held_out_programs(tell, count=5, evaluations=32)


@pytest.fixture(scope="module")
def programs() -> list[HeldOut]:
    done: list[float] = []
    found = few_programs(done.append)
    assert done == sorted(done)
    assert done[-1] == 1.0
    return found


@pytest.fixture(scope="module")
def evaluator() -> Iterator[Evaluator]:
    with Evaluator() as evaluator:
        yield evaluator


class Scripted:
    """Gives the same results for every program, in turn."""

    name = "scripted"

    def __init__(self, results: Sequence[str | Failure]) -> None:
        self._results = results
        self.messages: list[str] = []

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        self.messages += messages
        results = [self._results[at % len(self._results)] for at in range(len(parents))]
        return [r if isinstance(r, Failure) else Child(r, self.name, "") for r in results]


def test_held_out_programs_are_walkers_of_several_lineages_and_depths(
    programs: list[HeldOut],
) -> None:
    assert len({program.program for program in programs}) == 5
    lineages = [program.lineage for program in programs]
    assert lineages == ["square"] * 2 + ["generated 1"] * 3
    assert all(program.depth >= 1 for program in programs)
    with Sandbox() as sandbox:
        for program, built in zip(
            programs, sandbox.build([p.program for p in programs]), strict=True
        ):
            assert isinstance(built, Built)
            assert built.walker == program.walker


def test_held_out_programs_repeat(programs: list[HeldOut]) -> None:
    assert few_programs() == programs


def test_an_edit_counts_for_as_far_as_it_comes(evaluator: Evaluator) -> None:
    with Sandbox() as sandbox:
        (built,) = sandbox.build([TEXT])
    assert isinstance(built, Built)
    parent = HeldOut("own", 1, TEXT, built.walker)
    expected = {
        UNPARSED: (Reach.NOWHERE, "bad-edit"),
        BROKEN: (Reach.APPLIED, "not-python"),
        HOPELESS: (Reach.COMPILED, "cannot-work"),
        TEXT.replace("3, 0", "3, 0 / 0"): (Reach.COMPILED, "exception"),
        TEXT.replace("3, 0", "300, 0"): (Reach.COMPILED, "coordinate"),
        TEXT.replace("a, b", "b, a").replace("b = ", "b = c = "): (Reach.VALID, ""),
        TEXT.replace("3, 0", "4, 0"): (Reach.DIFFERENT, ""),
    }
    operator = Scripted(list(expected))
    outcomes = list(sampled(operator, [parent], len(expected), 2, evaluator))
    assert [(o.reach, o.failure) for o in outcomes] == [*expected.values()] * 2
    assert [o.seed for o in outcomes] == [0] * len(expected) + [1] * len(expected)
    assert set(operator.messages) <= {text for text, _ in PAPER_MESSAGES}


def test_every_program_is_edited_equally_often_under_the_papers_messages(
    programs: list[HeldOut], evaluator: Evaluator
) -> None:
    operator = Scripted([UNPARSED])
    outcomes = list(sampled(operator, programs * 4, 12, 1, evaluator))
    assert [o.program for o in outcomes] == [n for n in range(20) for _ in range(12)]
    counts = [operator.messages.count(text) for text, _ in PAPER_MESSAGES]
    assert sum(counts) == 240
    assert 70 <= counts[0] <= 120


def column(model: ComparedModel | None, programs: list[HeldOut]) -> dict[str, edits.Figure]:
    reaches = [Reach.DIFFERENT] * 17 + [Reach.NOWHERE, Reach.APPLIED, Reach.VALID]
    codes = [""] * 17 + ["bad-edit", "not-python", ""]
    outcomes = [
        Outcome(at % 5, at % 2, reach, code)
        for at, (reach, code) in enumerate(zip(reaches, codes, strict=True))
    ]
    found = figures_of("label", outcomes, programs, TREE, model)
    assert {figure.column for figure in found} == {"label"}
    return {figure.name: figure for figure in found}


def test_shares_of_all_edits_have_intervals_and_the_targets_of_the_model(
    programs: list[HeldOut],
) -> None:
    shipped = column(ComparedModel("a", "label"), programs)
    applies, differs = shipped["applies"], shipped[edits._NAMES[Reach.DIFFERENT]]
    assert (applies.value, applies.target, applies.holds) == (95, ">= 90", True)
    assert (differs.value, differs.target, differs.holds) == (85, ">= 80", True)
    assert shipped["compiles"].value == 90
    assert shipped["gives a runnable, valid walker"].value == 90
    assert shipped["failed: bad-edit"].value == 5
    assert differs.low is not None
    assert differs.high is not None
    assert 60 < differs.low < 85 < differs.high < 96
    spread = shipped[f"{edits._NAMES[Reach.DIFFERENT]}, over seeds"]
    assert (spread.low, spread.high) == (80, 90)

    tuned = column(ComparedModel("b", "label", parent="a@0123"), programs)
    assert (tuned["applies"].target, tuned["applies"].holds) == (">= 95", True)
    assert tuned[edits._NAMES[Reach.DIFFERENT]].holds is False
    public = column(ComparedModel("c", "label", is_ours=False), programs)
    assert all(figure.target is None for figure in public.values())
    assert "applies" not in column(None, programs)


def test_lineages_are_told_apart(programs: list[HeldOut]) -> None:
    found = column(None, programs)
    shares = [found[f"the same, {p.lineage}"].value for p in programs]
    assert sum(shares) > 0
    assert len(set(shares)) > 1
