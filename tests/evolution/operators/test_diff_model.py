"""The operator diff-model, with a tiny model that is trained here in seconds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evolution.diffs.line_edits import line_edits
from evolution.language_model.making import make_model
from evolution.language_model.mixture import Part
from evolution.language_model.registry import VARIABLE
from evolution.operators import Child
from evolution.operators.base import OperatorUnavailable
from evolution.operators.diff_model import DiffModelOperator
from evolution.types import Failure, Stage
from evolution.walkers.seeds import seed_program
from tests.evolution.language_model.tiny import SETTINGS, SHAPE, examples

SQUARE = seed_program("square")
LONG = SQUARE * 8
MESSAGE = "Use 7 for 5."


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with one that changes numbers of the Square."""
    folder = tmp_path_factory.mktemp("models")
    group = [example for example in examples() if example.parent == SQUARE]
    # What a window onto a long program looks like must be learnt too.
    long = [
        replace(example, parent=LONG, child=SQUARE * 3 + example.child + SQUARE * 4)
        for example in group
    ]
    part = Part("square", 1.0, [group, long], [group], "")
    settings = SETTINGS.model_copy(
        update={"steps": 120, "learning_rate": 1e-2, "rows": 1, "validate_every": 120}
    )
    list(make_model([part], settings, folder / "small", shape=SHAPE))
    return folder


@pytest.fixture
def operator(trained: Path, monkeypatch: pytest.MonkeyPatch) -> DiffModelOperator:
    monkeypatch.setenv(VARIABLE, str(trained))
    return DiffModelOperator("small")


def propose(
    operator: DiffModelOperator, parents: list[str], seed: int = 0, message: str = MESSAGE
) -> list[Child | Failure]:
    return operator.propose(parents, [message] * len(parents), np.random.default_rng(seed))


def test_children_are_edits_of_their_parents(operator: DiffModelOperator) -> None:
    results = propose(operator, [SQUARE] * 24)
    made = [child for child in results if isinstance(child, Child)]
    assert len(made) >= 12
    for child in made:
        assert (child.operator, child.message) == ("diff-model", MESSAGE)
        edits = line_edits(SQUARE, child.program)
        assert 1 <= sum(len(edit.lines) for edit in edits) <= 6
    assert len({child.program for child in made}) >= 3


def test_samples_and_their_tokens_are_counted(trained: Path) -> None:
    operator = DiffModelOperator(str(trained / "small"), spares=0)
    assert (operator.samples, operator.tokens) == (0, 0)
    propose(operator, [SQUARE] * 6)
    propose(operator, [SQUARE] * 2 + ["x = ("])
    assert operator.samples == 8
    assert 8 * 3 <= operator.tokens <= 8 * 160


def test_siblings_to_spare_stand_in_for_failed_and_repeated_edits(trained: Path) -> None:
    def new_programs(spares: float) -> tuple[int, int]:
        operator = DiffModelOperator(str(trained / "small"), spares=spares)
        results = propose(operator, [SQUARE] * 24)
        assert len(results) == 24
        return len({r.program for r in results if isinstance(r, Child)}), operator.samples

    without, few = new_programs(0)
    with_spares, many = new_programs(1.0)
    assert (few, many) == (24, 48)
    assert with_spares > without


def test_a_sibling_takes_a_place_only_with_its_own_parent(trained: Path) -> None:
    operator = DiffModelOperator(str(trained / "small"), spares=1.0)
    marked = [f"{SQUARE}# {n}\n" for n in range(3) for _ in range(8)]
    for parent, result in zip(marked, propose(operator, marked), strict=True):
        if isinstance(result, Child):
            assert result.program.splitlines()[-1] == parent.splitlines()[-1]


def test_results_come_in_the_order_of_the_parents(operator: DiffModelOperator) -> None:
    marked = [f"{SQUARE}# {n}\n" for n in (0, 1, 0, 2, 1)]
    for parent, result in zip(marked, propose(operator, marked), strict=True):
        if isinstance(result, Child):
            assert result.program.splitlines()[-1] == parent.splitlines()[-1]
            assert parent != result.program


def test_equal_seeds_give_equal_children(operator: DiffModelOperator) -> None:
    first = propose(operator, [SQUARE] * 12, seed=3)
    assert propose(operator, [SQUARE] * 12, seed=3) == first
    assert propose(DiffModelOperator("small"), [SQUARE] * 12, seed=3) == first
    assert propose(operator, [SQUARE] * 12, seed=4) != first


def test_a_long_parent_is_shown_in_part_and_its_child_says_so(operator: DiffModelOperator) -> None:
    results = propose(operator, [LONG] * 40)
    made = [child for child in results if isinstance(child, Child)]
    assert made
    assert all("were shown" in child.message for child in made)
    assert all(child.message.startswith(MESSAGE) for child in made)


def test_what_no_model_can_edit_is_named_and_harms_no_neighbour(
    operator: DiffModelOperator,
) -> None:
    results = propose(operator, ["", "def (", "x" * 70_000, *[SQUARE] * 8])
    codes = [result.code for result in results[:3] if isinstance(result, Failure)]
    assert codes == ["nothing-to-change", "unparseable-parent", "parent-too-long"]
    assert any(isinstance(result, Child) for result in results[3:])


@pytest.mark.parametrize("message", ["", "\0\0", "<end>", "  \n"])
def test_an_empty_message_is_refused_by_name(operator: DiffModelOperator, message: str) -> None:
    (failure,) = propose(operator, [SQUARE], message=message)
    assert isinstance(failure, Failure)
    assert failure.code == "empty-message"


def test_a_message_of_ten_thousand_characters_is_cut_and_says_so(
    operator: DiffModelOperator,
) -> None:
    results = propose(operator, [SQUARE] * 12, message="Use 7. " * 1_500)
    made = [child for child in results if isinstance(child, Child)]
    assert all("characters" in child.message for child in made)
    assert len(made) + sum(isinstance(result, Failure) for result in results) == 12


def test_a_missing_or_damaged_model_is_an_unavailable_operator(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in (trained / "small").iterdir():
        if file.is_file():
            (broken / file.name).write_bytes(file.read_bytes()[:100])
    for name, words in (("nowhere", "no diff model"), ("broken", "damaged")):
        with pytest.raises(OperatorUnavailable, match=words) as raised:
            propose(DiffModelOperator(name), [SQUARE])
        assert raised.value.failure.stage is Stage.OPERATOR
        assert raised.value.failure.code == "model-unavailable"
