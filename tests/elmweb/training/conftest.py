"""A tiny model and runs that are over, to improve it with."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elmweb.runs import services as runs
from elmweb.runs.models import Run
from elmweb.training import services
from evolution.config import RunConfig
from evolution.language_model.registry import find_model
from tests.elmweb.runs.driving import drive
from tests.evolution.language_model.registered import use_models
from tests.evolution.language_model.tiny import make_tiny

STEPS = 4


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "walker-diff"
    list(make_tiny(folder))
    return folder


@pytest.fixture
def models(
    tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Path:
    """The folder of models, with the tiny one in it; trainings are small."""
    folder = use_models(tmp_path / "models", monkeypatch)
    settings.MODELS_DIR = folder
    shutil.copytree(tiny_folder, folder / "walker-diff")
    monkeypatch.setattr(services, "LEAST_ACCEPTED", 5)
    monkeypatch.setattr(services, "SETTINGS", {"rows": 2, "warm_up": 1})
    return folder


@pytest.fixture
def parent(models: Path) -> str:
    return find_model("walker-diff").exact_name


@pytest.fixture
def run(make_config: Callable[..., RunConfig]) -> Run:
    return drive(runs.create_run(make_config(evaluations=60, random_seed=2), "A small run"))


@pytest.fixture
def over(make_config: Callable[..., RunConfig]) -> Run:
    """A run that is over and accepted many diffs, as its row says; it has no walkers."""
    run = runs.create_run(make_config(), "An <b>old</b> run")
    run.status, run.statistics["admitted"] = "finished", 101
    run.save()
    return run
