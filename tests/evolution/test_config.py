"""A run's config: what is refused before anything runs, and what older ones mean."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from evolution.config import InstructConfig, OperatorName, RunConfig
from evolution.operators.registry import OPERATORS, operator_named, operators_of

ENDPOINT = {"endpoint": "http://localhost:8080/v1", "model": "tiny"}


def config(**fields: Any) -> RunConfig:
    return RunConfig.model_validate({"seed_program": "x = 1", **fields})


def test_config_and_registry_know_the_same_operators() -> None:
    assert set(get_args(OperatorName)) == set(OPERATORS)


def test_a_config_from_before_there_were_mixes_means_what_it_meant() -> None:
    old = {
        "seed_program": "x = 1",
        "operator": "syntax-tree",
        "evaluations": 100,
        "batch_size": 8,
        "batches_in_flight": 2,
        "random_seed": 1,
        "terrain": "flat",
        "messages": [["Changed it.", 1.0]],
    }
    found = config(**old)
    assert found.operators == ("syntax-tree",)
    assert found.children_per_parent == 1
    assert RunConfig.model_validate_json(found.model_dump_json()) == found


def test_operators_are_those_of_the_mix_or_the_one() -> None:
    mix = ("syntax-tree", "instruct")
    found = config(operator="mix", mix=mix, instruct=ENDPOINT)
    assert found.operators == mix
    assert found.instruct == InstructConfig(endpoint="http://localhost:8080/v1", model="tiny")
    assert list(operators_of(found, lambda name: operator_named("syntax-tree"))) == list(mix)
    assert config(mix=mix).operators == ("syntax-tree",)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"operator": "magic"}, "'syntax-tree' or 'mix'"),
        ({"operator": "diff-model"}, "which model"),
        ({"operator": "mix"}, "which model"),
        ({"operator": "instruct"}, "which endpoint"),
        ({"operator": "mix", "mix": ["syntax-tree"]}, "two or more"),
        ({"operator": "mix", "mix": ["syntax-tree", "syntax-tree"]}, "different"),
        ({"operator": "mix", "mix": ["syntax-tree", "mix"]}, "'diff-model', 'instruct'"),
        ({"children_per_parent": 0}, "greater than or equal to 1"),
        ({"children_per_parent": 1025}, "less than or equal to 1024"),
        ({"messages": []}, "at least one message"),
        ({"messages": [["a", 0.0]]}, "at least one message"),
        ({"messages": [["a", -1.0], ["b", 2.0]]}, "none below"),
        ({"messages": [["a", float("nan")]]}, "at least one message"),
        ({"messages": [["a\0", 1.0]]}, "cannot be stored"),
        ({"messages": [["\ud800", 1.0]]}, "cannot be stored"),
        ({"instruct": {**ENDPOINT, "endpoint": "localhost:8080"}}, "web address"),
        ({"instruct": {**ENDPOINT, "endpoint": "http://"}}, "web address"),
        ({"instruct": {**ENDPOINT, "endpoint": "https://me:secret@host/v1"}}, "password"),
        ({"instruct": {**ENDPOINT, "timeout_s": 0}}, "greater than 0"),
        ({"instruct": {**ENDPOINT, "max_requests": 0}}, "greater than or equal to 1"),
        ({"instruct": {**ENDPOINT, "key": "secret"}}, "Extra inputs"),
    ],
)
def test_what_cannot_run_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        config(**fields)


def test_long_and_foreign_messages_are_taken() -> None:
    typed = "Füge ein Bein hinzu \u200b\x07" * 1_000
    assert config(messages=[[typed, 2]]).messages == ((typed, 2.0),)


def test_an_operator_with_a_model_needs_a_config() -> None:
    with pytest.raises(ValueError, match="needs a run's config"):
        operator_named("diff-model")
    with pytest.raises(ValueError, match="needs a run's config"):
        operator_named("diff-model", config())  # this one does not use it
    assert operator_named("syntax-tree", config()).name == "syntax-tree"
