"""The contract that every mutation operator keeps; see `evolution.operators.base`."""

from __future__ import annotations

import ast
import inspect
import textwrap
from pathlib import Path

import numpy as np
import pytest

from evolution.operators import Child, Operator
from evolution.operators.registry import operator_named
from evolution.types import Failure, Stage
from evolution.walkers.seeds import SEEDS, seed_program

PARITY = '''#!/usr/bin/python3
def parity(b1, b2, b3, b4):
    """Return binary parity of a sequence of input bits."""
    bit_sum = sum([c1, b2, b3, b4])
    return bit_sum % 3
'''
PARENTS = [
    *(seed.program for seed in SEEDS.values()),
    PARITY,
    "x = 1",
    inspect.getsource(textwrap),  # longer than any walker
]
UNPARSEABLE = ["def make_walker(:\n", "x = 1\n  y = 2\n", "a = '\0'", "(" * 1000, "x = '\ud800'"]


# Operators with a model keep the contract in tests of their own, where a model is at hand.
@pytest.fixture(params=["syntax-tree"])
def operator(request: pytest.FixtureRequest) -> Operator:
    return operator_named(request.param)


def children(operator: Operator, parents: list[str], seed: int = 0) -> list[Child | Failure]:
    messages = [f"message {position}" for position in range(len(parents))]
    return operator.propose(parents, messages, np.random.default_rng(seed))


def test_each_parent_gets_one_child_or_failure_in_order(operator: Operator) -> None:
    results = children(operator, PARENTS * 10)
    assert len(results) == len(PARENTS) * 10
    made = [(at, child) for at, child in enumerate(results) if isinstance(child, Child)]
    assert len(made) >= 0.9 * len(results)
    for at, child in made:
        assert child.operator == operator.name
        assert child.message == f"message {at}"


def test_children_parse_and_differ_from_their_parents(operator: Operator) -> None:
    parents = PARENTS * 10
    for parent, child in zip(parents, children(operator, parents), strict=True):
        if isinstance(child, Child):
            ast.parse(child.program)
            assert child.program != parent


def test_children_of_one_parent_are_various(operator: Operator) -> None:
    results = children(operator, [seed_program("square")] * 60)
    assert len({child.program for child in results if isinstance(child, Child)}) >= 40


def test_equal_seeds_give_equal_children_and_others_do_not(operator: Operator) -> None:
    first = children(operator, PARENTS * 3, seed=1)
    # neither an operator's earlier work nor another instance changes a result
    assert children(operator, PARENTS * 3, seed=1) == first
    assert children(operator_named(operator.name), PARENTS * 3, seed=1) == first
    assert children(operator, PARENTS * 3, seed=2) != first


@pytest.mark.parametrize("parent", UNPARSEABLE)
def test_parents_that_do_not_parse_are_a_named_failure(operator: Operator, parent: str) -> None:
    failure, child = children(operator, [parent, seed_program("square")])
    assert isinstance(failure, Failure)
    assert failure.stage is Stage.OPERATOR
    assert failure.code == "unparseable-parent"
    assert failure.reason.endswith(".")
    assert isinstance(child, Child)  # its neighbour is not harmed


def test_nothing_to_change_is_a_named_failure(operator: Operator) -> None:
    for parent in ("", "\n\n", "# only a comment\n"):
        (failure,) = children(operator, [parent])
        assert isinstance(failure, Failure)
        assert failure.code == "nothing-to-change"


def test_nothing_is_executed(operator: Operator, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    program = f"from pathlib import Path\nPath({str(trace)!r}).write_text('ran')\nx = 1 + 2\n"
    children(operator, [program] * 20)
    assert not trace.exists()


def test_no_parents_no_children(operator: Operator) -> None:
    assert children(operator, []) == []


def test_every_parent_needs_a_message(operator: Operator) -> None:
    with pytest.raises(ValueError, match="zip"):
        operator.propose(PARENTS, ["only one"], np.random.default_rng(0))


def test_programs_do_not_grow_without_bound(operator: Operator) -> None:
    rng = np.random.default_rng(0)
    program = "x = 1.0\n" * 800 + seed_program("radial")
    for _ in range(40):
        (child,) = operator.propose([program], [""], rng)
        if isinstance(child, Child):
            program = child.program
    assert len(program) <= 8_000


def test_an_unknown_operator_is_told_the_known_ones() -> None:
    with pytest.raises(ValueError, match="Known operators: diff-model, instruct, syntax-tree"):
        operator_named("magic")
