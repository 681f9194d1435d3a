"""Which operators are offered, and what a choice of them means to a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elmweb.runs import operators
from elmweb.runs.protocol import OperatorShare
from elmweb.runs.selectors import NO_STATISTICS
from evolution.config import RunConfig
from evolution.operators.registry import OPERATORS
from tests.evolution.language_model.registered import put_model, use_models


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_models(tmp_path, monkeypatch)


@pytest.fixture
def endpoint(settings: Any) -> None:
    settings.INSTRUCT_ENDPOINT, settings.INSTRUCT_MODEL = "http://localhost:9/v1", "some-model"


def values() -> list[str]:
    return [choice.value for choice in operators.offered()]


def test_only_what_works_here_is_offered(models: Path) -> None:
    assert values() == ["syntax-tree"]
    put_model(models / "walker-diff")
    assert values() == ["diff-model", "mix", "syntax-tree"]


@pytest.mark.usefixtures("endpoint")
def test_an_endpoint_is_offered_where_the_installation_names_one(models: Path) -> None:
    assert values() == ["syntax-tree", "instruct", "mix-all"]
    fields = operators.fields_of("mix-all", message="Added a leg.")
    config = RunConfig(seed_program="x = 1", **fields)
    assert config.operators == ("instruct", "syntax-tree")
    assert config.instruct is not None
    assert config.instruct.endpoint == "http://localhost:9/v1"
    assert operators.model_of("instruct", config) == "some-model"
    put_model(models / "walker-diff")
    config = RunConfig(seed_program="x = 1", **operators.fields_of("mix-all"))
    assert config.operators == ("diff-model", "instruct", "syntax-tree")


def test_every_choice_makes_a_run(models: Path) -> None:
    exact = put_model(models / "walker-diff")
    for choice in operators.offered():
        config = RunConfig(seed_program="x = 1", **operators.fields_of(choice.value, exact))
        assert config.operators == choice.members
        assert config.model == (exact if "diff-model" in choice.members else "")
    with pytest.raises(ValueError, match="instruct"):
        operators.fields_of("instruct")


def test_a_message_goes_only_to_who_reads_it(models: Path) -> None:
    put_model(models / "walker-diff")
    assert operators.fields_of("mix", message="Hop.")["messages"] == (("Hop.", 1.0),)
    assert "messages" not in operators.fields_of("syntax-tree", message="Hop.")
    assert "messages" not in operators.fields_of()


def test_makers_are_equal_before_the_first_batch(make_config: Callable[..., RunConfig]) -> None:
    mix = ("diff-model", "syntax-tree")
    config = make_config(operator="mix", mix=mix, model="walker-diff@0")
    assert [maker.share for maker in operators.makers(NO_STATISTICS, config)] == [0.5, 0.5]
    counted = [OperatorShare(name=mix[0], share=0.9, tried=200, admitted=30)]
    statistics = NO_STATISTICS.model_copy(update={"operators": counted})
    (maker,) = operators.makers(statistics, config)
    assert (maker.name, maker.earned) == ("Language model", 0.15)


def test_shares_of_messages_sum_to_one(make_config: Callable[..., RunConfig]) -> None:
    config = make_config(messages=(("Hop.", 3.0), ("Skip.", 1.0), ("Never.", 0.0)))
    assert operators.messages_of(config) == [("Hop.", 0.75), ("Skip.", 0.25)]


def test_every_operator_has_a_name_and_a_phrase() -> None:
    assert set(OPERATORS) <= set(operators.NAMES)
    assert set(operators.NAMES) == set(operators.IN_A_SENTENCE)
    assert operators.made_by("syntax-tree", "Added a leg.") == "Genetic programming"
    assert operators.made_by("diff-model", "Added a leg.") == "Language model: Added a leg."
    assert operators.made_by("new-one", "") == "new-one"
