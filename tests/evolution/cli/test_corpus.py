"""The command ``model corpus``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from evolution.cli import corpus
from evolution.cli.errors import CommandError
from evolution.language_model.examples import read_examples


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    corpus.add_command(parser.add_subparsers(required=True))
    options = parser.parse_args(["corpus", *arguments])
    status: int = options.command(options)
    return status


def test_a_file_and_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "domain.parquet"
    assert run("--examples", "60", "--seed", "3", "--out", str(out), "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(out.with_suffix(".json").read_text())
    assert printed["examples"] == len(list(read_examples(out))) == 60
    assert printed["bases"] >= 4


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not a folder"):
        run("--out", str(tmp_path / "missing" / "domain.parquet"))
