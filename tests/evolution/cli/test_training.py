"""The commands ``model train`` and ``model tune``, on a model that is made in a blink."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from evolution.cli import main
from evolution.language_model.examples import EditExample, write_examples
from evolution.language_model.model import load_model
from evolution.language_model.registry import find_model
from tests.evolution.language_model.tiny import examples

Output = pytest.CaptureFixture[str]
_QUICK = ["--steps", "2", "--rows", "2", "--row-length", "896"]
_SMALL = ["--width", "64", "--layers", "2", "--heads", "2", "--key-value-heads", "2"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "edits.parquet"
    write_examples(path, examples() * 3)
    return path


def test_a_model_is_trained_and_goes_on(data: Path, tmp_path: Path, capsys: Output) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    train = ["model", "train", "--data", str(data), "--out", str(first)]
    assert main([*train, *_QUICK, *_SMALL]) == 0
    tune = ["model", "tune", "--model", str(first), "--data", f"{data}=0.5", "--out", str(second)]
    assert main([*tune, *_QUICK]) == 0
    assert str(second) in capsys.readouterr().out
    before, after = load_model(first), load_model(second)
    assert "first@" in after.manifest["parent"]
    assert after.parameters == before.parameters
    assert json.loads((second / "manifest.json").read_text(encoding="utf-8")) == after.manifest


def test_a_run_is_learnt_from(data: Path, tmp_path: Path) -> None:
    model, run = tmp_path / "model", tmp_path / "run"
    assert main(["model", "train", "--data", str(data), "--out", str(model), *_QUICK, *_SMALL]) == 0
    evolve = ["evolve", "--out", str(run), "--evaluations", "60", "--workers", "1"]
    assert main([*evolve, "--operator", "syntax-tree"]) == 0
    tune = ["model", "tune", "--model", str(model), "--runs", str(run), *_QUICK]
    assert main([*tune, "--out", str(tmp_path / "tuned")]) == 0
    parts = load_model(tmp_path / "tuned").manifest["data"]
    assert [part["name"] for part in parts] == ["accepted"]
    assert main([*tune, "--practise", "--out", str(tmp_path / "practised")]) == 0
    practised = load_model(tmp_path / "practised").manifest
    assert practised["practice"]["programs"] >= 1
    assert "reward" in practised["curve"][-1]


def test_models_are_averaged_and_unlike_ones_refused(
    data: Path, tmp_path: Path, capsys: Output
) -> None:
    first, second, mean = tmp_path / "first", tmp_path / "second", tmp_path / "mean"
    train = ["model", "train", "--data", str(data), "--out", str(first)]
    assert main([*train, *_QUICK, *_SMALL]) == 0
    tune = ["model", "tune", "--model", str(first), "--data", str(data), "--out", str(second)]
    assert main([*tune, *_QUICK]) == 0
    assert main(["model", "average", f"{second}=3", f"{first}=1", "--out", str(mean)]) == 0
    averaged, (one, other) = load_model(mean), map(load_model, (first, second))
    names = [find_model(str(folder)).exact_name for folder in (second, first)]
    assert averaged.manifest["averaged"] == {names[0]: 0.75, names[1]: 0.25}
    assert averaged.manifest["parent"] == names[0]
    assert "the mean of the weights of" in (mean / "README.md").read_text(encoding="utf-8")
    found, old, new = (model.decoder.lm_head.weight for model in (averaged, one, other))
    assert torch.allclose(found, 0.75 * new + 0.25 * old, rtol=0.01)
    assert not torch.allclose(found, old, rtol=0.01)
    capsys.readouterr()
    assert main(["model", "average", f"{first}=0", "--out", str(mean)]) == 1
    assert "not all zero" in capsys.readouterr().err
    assert main(["model", "average", str(first), "walker-diff", "--out", str(mean)]) == 1
    assert "different shapes" in capsys.readouterr().err


def test_practice_needs_programs_of_walkers(tmp_path: Path, capsys: Output) -> None:
    commits = tmp_path / "commits.parquet"
    write_examples(commits, [EditExample("a = 1", "a = 2", "Change a.", "commit")] * 3)
    tune = ["model", "tune", "--data", str(commits), "--practise", *_QUICK]
    assert main([*tune, "--out", str(tmp_path / "tuned")]) == 1
    assert "no walker program to practise on" in capsys.readouterr().err


def test_nothing_to_learn_from_is_said(tmp_path: Path, capsys: Output) -> None:
    assert main(["model", "tune", "--out", str(tmp_path / "tuned")]) == 1
    assert "name --runs, --data or both" in capsys.readouterr().err
    assert main(["model", "tune", "--runs", str(tmp_path), "--out", str(tmp_path / "tuned")]) == 1
    assert "is not a run folder" in capsys.readouterr().err
