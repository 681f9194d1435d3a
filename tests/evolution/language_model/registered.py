"""Which models there are, for the tests of what depends on that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evolution.language_model.registry import find_model


def use_models(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Only the models in ``folder`` are registered."""
    monkeypatch.setenv("ELM_MODELS", str(folder))
    monkeypatch.setattr("evolution.language_model.registry.SHIPPED", folder / "none-shipped")
    return folder


def put_model(folder: Path, **manifest: object) -> str:
    """What the registry asks of a model's folder, no weights; the exact name."""
    folder.mkdir(parents=True)
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        (folder / name).write_text(f"{folder.name} {name}")
    (folder / "manifest.json").write_text(json.dumps({"name": folder.name, **manifest}))
    return find_model(folder.name).exact_name
