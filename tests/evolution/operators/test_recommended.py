"""What a new run takes by default, with and without a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from evolution.config import RunConfig
from evolution.language_model.registry import UnknownModel
from evolution.operators import recommended as room
from evolution.operators.recommended import default_model, recommended
from tests.evolution.language_model.registered import put_model, use_models


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return use_models(tmp_path, monkeypatch)


def test_without_a_model_it_is_syntax_tree_mutation(models: Path) -> None:
    assert default_model() is None
    assert recommended() == {"operator": "syntax-tree"}
    with pytest.raises(UnknownModel):
        recommended(("diff-model",))


def test_with_a_model_it_is_that_model_exactly_named(models: Path) -> None:
    exact = put_model(models / "other")
    assert recommended()["model"] == exact
    shipped = put_model(models / "walker-diff")
    fields = recommended()
    assert (fields["operator"], fields["model"]) == ("diff-model", shipped)
    assert "@" in shipped
    assert fields.items() >= room.suited_to(["diff-model"]).items()
    assert recommended(model="other")["model"] == exact
    assert RunConfig(seed_program="x = 1", **fields).operators == ("diff-model",)


def test_a_model_of_other_people_is_no_default(models: Path) -> None:
    put_model(models / "public")
    (models / "public" / "manifest.json").unlink()
    assert default_model() is None


def test_several_operators_are_a_mix(models: Path) -> None:
    put_model(models / "walker-diff")
    config = RunConfig(seed_program="x = 1", **recommended(("diff-model", "syntax-tree")))
    assert config.operator == "mix"
    assert config.operators == ("diff-model", "syntax-tree")
    assert config.children_per_parent > 1
