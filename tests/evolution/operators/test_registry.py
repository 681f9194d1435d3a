"""Operators by name, and which kind of diff model a name means."""

from __future__ import annotations

from pathlib import Path

import pytest

from evolution.config import RunConfig
from evolution.operators.causal_model import CausalModelOperator
from evolution.operators.diff_model import DiffModelOperator
from evolution.operators.instruct import InstructOperator
from evolution.operators.registry import operator_named, operators_of
from evolution.operators.syntax_tree import SyntaxTreeOperator


def diff_model(name: str) -> object:
    config = RunConfig(seed_program="x = 1", operator="diff-model", model=name)
    return operator_named("diff-model", config)


def test_operators_of_a_mix_come_in_its_order() -> None:
    config = RunConfig.model_validate(
        {
            "seed_program": "x = 1",
            "operator": "mix",
            "mix": ["instruct", "syntax-tree", "diff-model"],
            "model": "walker-diff@0123456789ab",
            "instruct": {"endpoint": "http://localhost:8080/v1", "model": "tiny"},
        }
    )
    operators = operators_of(config)
    assert [type(operator) for operator in operators.values()] == [
        InstructOperator,
        SyntaxTreeOperator,
        DiffModelOperator,
    ]
    assert [operator.name for operator in operators.values()] == list(config.mix) == list(operators)


@pytest.mark.parametrize("name", ["walker-diff", "walker-diff@0123456789ab", "mine"])
def test_a_plain_name_is_a_model_of_the_project(name: str) -> None:
    assert isinstance(diff_model(name), DiffModelOperator)


@pytest.mark.parametrize("name", ["CarperAI/diff-codegen-350m-v2", "owner/model@main", "/no/where"])
def test_a_hub_name_is_a_public_model(name: str) -> None:
    assert isinstance(diff_model(name), CausalModelOperator)


def test_a_folder_is_what_its_files_say(tmp_path: Path) -> None:
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        (tmp_path / name).write_text("{}")
    assert isinstance(diff_model(str(tmp_path)), CausalModelOperator)
    (tmp_path / "manifest.json").write_text('{"name": "mine"}')
    assert isinstance(diff_model(str(tmp_path)), DiffModelOperator)
    (tmp_path / "model.safetensors").unlink()  # damaged, and the operator will say so
    assert isinstance(diff_model(str(tmp_path)), DiffModelOperator)
