"""The benchmarks of models from the command line, with a tiny model that is trained here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolution.benchmarks import held_out, requests
from evolution.benchmarks.models import sampled_once
from evolution.cli import main
from evolution.language_model.corpus.intentions import intention_named
from evolution.operators import Child
from evolution.operators.diff_model import DiffModelOperator
from tests.evolution.language_model.registered import use_models
from tests.evolution.language_model.tiny import make_tiny

Output = pytest.CaptureFixture[str]
INTENTIONS = ("change-number", "add-joint", "fix-bugs")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    list(make_tiny(folder / "tiny"))
    return folder


@pytest.fixture(autouse=True)
def _small(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the tiny model is registered; few and cheap programs, few intentions."""
    use_models(models, monkeypatch)
    monkeypatch.setattr(held_out, "SEED", "square")
    monkeypatch.setattr(held_out, "GENERATED", 1)
    monkeypatch.setattr(requests, "INTENTIONS", tuple(map(intention_named, INTENTIONS)))


def report(capsys: Output, *command: str) -> tuple[dict[str, Any], dict[tuple[str, str], float]]:
    assert main(["benchmarks", *command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return found, {(f["name"], f["column"]): f["value"] for f in found["figures"]}


def test_edits_compares_models_with_syntax_tree_mutation(models: Path, capsys: Output) -> None:
    options = ["--programs", "4", "--samples", "20", "--evaluations", "32", "--random-seeds", "2"]
    found, values = report(capsys, "edits", "--model", "tiny", str(models / "tiny"), *options)
    assert found["conditions"]["edits of each"].startswith("24,")
    assert {column for _, column in values} == {"tiny", "syntax-tree"}  # one model, named twice
    assert values["compiles", "syntax-tree"] > 90
    assert 0 <= values["compiles", "tiny"] <= values["applies", "tiny"] <= 100
    assert values["tokens an edit", "tiny"] > 1
    failed = sum(v for (name, c), v in values.items() if c == "tiny" and name.startswith("failed"))
    assert failed + values["gives a runnable, valid walker", "tiny"] == pytest.approx(100)


def test_obedience_asks_for_every_intention(capsys: Output) -> None:
    found, values = report(
        capsys, "obedience", "--model", "tiny", "--programs", "2", "--random-seeds", "1"
    )
    assert found["conditions"]["edits asked for"].startswith("2 of each")
    for name in ("paper: parameters", *INTENTIONS):
        assert 0 <= values[name, "tiny: all"] <= 100
    targets = {f["name"]: f["target"] for f in found["figures"] if f["target"]}
    assert targets == {"paper: parameters": ">= 70", "add-joint": ">= 60"}


def test_operators_searches_with_the_model(tmp_path: Path, capsys: Output) -> None:
    options = ["--seeds", "square", "--evaluations", "16", "--random-seeds", "1"]
    options += ["--operators", "syntax-tree", "diff-model", "--model", "tiny"]
    options += ["--out", str(tmp_path)]
    found, values = report(capsys, "operators", *options)
    assert values["square: QD score against syntax-tree", "diff-model tiny"] > 0
    assert "tiny@" in found["conditions"]["diff-model tiny"]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_sample_is_one_trial(models: Path) -> None:
    operator = sampled_once(str(models / "tiny"))
    assert isinstance(operator, DiffModelOperator)
    parents = [held_out.seed_program("square")] * 5
    results = operator.propose(parents, ["Use 7 for 5."] * 5, np.random.default_rng(0))
    assert operator.samples == 5
    assert any(not isinstance(result, Child) for result in results)


def test_without_a_model_only_syntax_tree_mutation_is_measured(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_models(tmp_path, monkeypatch)
    options = ["--programs", "2", "--samples", "2", "--evaluations", "32", "--random-seeds", "1"]
    _, values = report(capsys, "edits", *options)
    assert {column for _, column in values} == {"syntax-tree"}
    for name in ("obedience", "operators"):
        assert main(["benchmarks", name]) == 1
        assert "no diff model" in capsys.readouterr().err
