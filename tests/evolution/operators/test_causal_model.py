"""Causal models as an operator, with one that was taught two diffs a moment ago."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evolution.diffs.public_format import write_example, write_prompt
from evolution.operators.base import Child, OperatorUnavailable
from evolution.operators.causal_model import CausalModelOperator, SamplingSettings
from evolution.types import Failure, Stage
from tests.evolution.language_model.tiny_public_model import gpt2, save_model, tokenizer_for

PARENT = "def make_walker():\n    a = joint(0, 9)\n    return a\n"
CHILD = PARENT.replace("9", "8")
LOWER, CHANGE, TALK, WRONG, LOOP = "Lower it.", "Change it.", "Talk.", "Miss it.", "Go on."
CONTEXT, NEW_TOKENS = 128, 44
WINDOW = 15  # lines of "x = 1" that fit
FIRST_LINE = " @@ -1 +1 @@\n-x = 1\n+x = 2\n"
_NUMBERS = "".join(f" {number}\n" for number in range(24))
GREEDY = SamplingSettings(temperature=0, max_new_tokens=NEW_TOKENS)


def _prompt(program: str, message: str) -> str:
    prompt = write_prompt(program, message)
    assert isinstance(prompt, str)
    return prompt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that lowers, changes the first line, chats, misses the lines, or never ends."""
    example = write_example(PARENT, CHILD, LOWER)
    assert isinstance(example, str)
    pairs = [
        (_prompt(PARENT, LOWER), example.split("<DFF>")[1]),
        (_prompt(PARENT, TALK), " I would lower it."),
        (_prompt(PARENT, WRONG), " @@ -1 +1 @@\n-y = 7\n+x = 2\n"),
        (_prompt(PARENT, LOOP), " @@ -1,30 +1,30 @@\n" + _NUMBERS),
        *((_prompt("x = 1\n" * lines, CHANGE), FIRST_LINE) for lines in (8, WINDOW)),
    ]
    tokenizer = tokenizer_for([prompt + output for prompt, output in pairs])
    folder = tmp_path_factory.mktemp("model")
    return save_model(folder, gpt2(len(tokenizer), CONTEXT), tokenizer, pairs)


@pytest.fixture(scope="module")
def operator(folder: Path) -> CausalModelOperator:
    return CausalModelOperator(str(folder), GREEDY)


def propose(
    operator: CausalModelOperator, parents: list[str], messages: list[str], seed: int = 0
) -> list[Child | Failure]:
    return operator.propose(parents, messages, np.random.default_rng(seed))


def test_the_models_diffs_are_applied_in_order(operator: CausalModelOperator) -> None:
    changed = "x = 2\n" + "x = 1\n" * 7
    assert propose(operator, [PARENT, "x = 1\n" * 8, PARENT], [LOWER, CHANGE, LOWER]) == [
        Child(CHILD, "diff-model", LOWER),
        Child(changed, "diff-model", CHANGE),
        Child(CHILD, "diff-model", LOWER),
    ]


def test_a_batch_may_be_larger_than_the_models(folder: Path) -> None:
    operator = CausalModelOperator(
        str(folder), GREEDY.model_copy(update={"batch_size": 2}), name="codegen"
    )
    assert propose(operator, [PARENT] * 5, [LOWER] * 5) == [Child(CHILD, "codegen", LOWER)] * 5


@pytest.mark.parametrize(
    ("parent", "message", "stage", "code"),
    [
        (PARENT, TALK, Stage.DIFF, "no-hunk"),
        (PARENT, WRONG, Stage.DIFF, "hunk-not-found"),
        (PARENT, LOOP, Stage.DIFF, "diff-cut"),
        (PARENT, " \0", Stage.OPERATOR, "empty-message"),
        ("", LOWER, Stage.OPERATOR, "nothing-to-change"),
        ("def f(:\n", LOWER, Stage.OPERATOR, "unparseable-parent"),
        ("x = '''<NME>'''\n", LOWER, Stage.DIFF, "tag-in-text"),
        (f"x = [{'1234567890, ' * 200}]\n", LOWER, Stage.OPERATOR, "parent-too-long"),
    ],
)
def test_what_gives_no_child_is_named_and_harms_no_neighbour(
    operator: CausalModelOperator, parent: str, message: str, stage: Stage, code: str
) -> None:
    failure, child = propose(operator, [parent, PARENT], [message, LOWER])
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == (stage, code)
    assert failure.reason.endswith(".")
    assert child == Child(CHILD, "diff-model", LOWER)


def test_a_parent_longer_than_the_context_is_changed_in_a_window(
    operator: CausalModelOperator,
) -> None:
    parent = "x = 1\n" * 100
    results = propose(operator, [parent] * 8, [CHANGE] * 8)
    children = [result for result in results if isinstance(result, Child)]
    assert len(children) == 8
    places = set()
    for child in children:
        (place,) = (at for at, line in enumerate(child.program.split("\n")) if line == "x = 2")
        assert child.program == parent[: 6 * place] + "x = 2\n" + parent[6 * (place + 1) :]
        # the model changed the first line that it saw
        seen = f"only lines {place + 1} to {place + WINDOW} of 100 were shown"
        assert child.message == f"{CHANGE} [note: {seen}]"
        places.add(place)
    assert len(places) > 4  # windows are drawn at random


def test_a_window_keeps_what_is_around_it_apart(operator: CausalModelOperator) -> None:
    parent = "x = 1\n" * 99 + "x = 1"  # no newline at the end
    results = propose(operator, [parent] * 4, [CHANGE] * 4, seed=3)
    for child in results:
        assert isinstance(child, Child), child
        assert child.program.replace("x = 2", "x = 1") == parent


def test_sampling_follows_the_generator(folder: Path) -> None:
    hot = CausalModelOperator(str(folder), SamplingSettings(temperature=1.5, max_new_tokens=16))
    parents, messages = [PARENT, "x = 1\n" * 8] * 8, [LOWER, CHANGE] * 8
    first = propose(hot, parents, messages, seed=1)
    assert propose(hot, parents, messages, seed=1) == first
    assert propose(hot, parents, messages, seed=2) != first


def test_a_model_that_is_not_there_makes_the_operator_unavailable(
    folder: Path, tmp_path: Path
) -> None:
    away = tmp_path / "model"
    operator = CausalModelOperator(str(away), GREEDY)
    with pytest.raises(OperatorUnavailable) as raised:
        propose(operator, [PARENT], [LOWER])
    assert raised.value.failure.code == "model-folder-missing"
    away.symlink_to(folder)  # and it recovers
    assert propose(operator, [PARENT], [LOWER]) == [Child(CHILD, "diff-model", LOWER)]


def test_no_parents_no_children(operator: CausalModelOperator) -> None:
    assert propose(operator, [], []) == []
    with pytest.raises(ValueError, match="zip"):
        propose(operator, [PARENT], [])
