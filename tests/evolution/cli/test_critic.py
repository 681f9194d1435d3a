"""The command ``model critic``, on a model that is made in a blink."""

from __future__ import annotations

from pathlib import Path

import pytest

from evolution.cli import main
from evolution.language_model.examples import write_examples
from evolution.language_model.registry import find_model
from tests.evolution.language_model.tiny import examples, make_tiny


def test_the_command_gives_a_model_a_critic(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, data, out = tmp_path / "tiny", tmp_path / "edits.parquet", tmp_path / "judging"
    list(make_tiny(model, steps=40))
    write_examples(data, examples())
    command = ["model", "critic", "--model", str(model), "--data", str(data), "--out", str(out)]
    assert main([*command, "--edits", "9"]) == 1
    assert "200" in capsys.readouterr().err
    assert not out.exists()
    run = tmp_path / "run"
    evolve = ["evolve", "--out", str(run), "--evaluations", "60", "--workers", "1"]
    assert main([*evolve, "--operator", "syntax-tree"]) == 0
    assert main([*command, "--runs", str(run), "--runs", str(run), "--edits", "200"]) == 0
    told = find_model(str(out)).manifest["critic"]
    assert told["of"] == find_model(str(model)).exact_name
    assert told["edits"] >= 200
    assert told["command"].startswith("python -m evolution ")
    assert not (out / "training").exists()


def test_nothing_to_edit_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["model", "critic", "--out", str(tmp_path / "judging")]
    assert main(command) == 1
    assert "name --runs, --data or both" in capsys.readouterr().err
    assert main([*command, "--runs", str(tmp_path)]) == 1
    assert "is not a run folder" in capsys.readouterr().err
