"""Operators of this process: shared where that saves a model, apart where one counts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import pytest

from elmweb.runs import evaluators
from evolution.config import RunConfig

ENDPOINT = {"endpoint": "http://localhost:8080/v1", "model": "tiny"}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluators, "_operators", OrderedDict())


def test_runs_with_one_model_share_it(make_config: Callable[..., RunConfig]) -> None:
    config = make_config(operator="diff-model", model="walker-diff@1")
    other = config.model_copy(update={"random_seed": 9})
    first, second = evaluators.operators_for(config, 1), evaluators.operators_for(other, 2)
    assert first["diff-model"] is second["diff-model"]
    another = config.model_copy(update={"model": "walker-diff@2"})
    assert evaluators.operators_for(another, 1)["diff-model"] is not first["diff-model"]


def test_each_run_has_its_own_budget(make_config: Callable[..., RunConfig]) -> None:
    config = make_config(operator="instruct", instruct=ENDPOINT)
    first = evaluators.operators_for(config, 1)["instruct"]
    assert evaluators.operators_for(config, 1)["instruct"] is first
    assert evaluators.operators_for(config, 2)["instruct"] is not first


def test_only_so_many_are_kept(make_config: Callable[..., RunConfig]) -> None:
    config = make_config(operator="diff-model", model="a")
    first = evaluators.operators_for(config, 1)["diff-model"]
    for name in "bcdefg":
        evaluators.operators_for(config.model_copy(update={"model": name}), 1)
    assert len(evaluators._operators) == evaluators.KEPT_OPERATORS
    assert evaluators.operators_for(config, 1)["diff-model"] is not first
