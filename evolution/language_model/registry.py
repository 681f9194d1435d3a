"""Which models there are, by name; light on purpose: no torch, pages ask it too.

A model is named exactly by ``name@hash``, the hash of its weights and tokenizer, and a
run's config says it so. Models are folders: one ships with the package, others lie in
the folder that the environment variable ``ELM_MODELS`` names, or anywhere by path.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "shipped"
VARIABLE = "ELM_MODELS"
DEFAULT = "walker-diff"
CRITIC = "critic.safetensors"  # may be missing, see `language_model.critic`
_HASHED = ("model.safetensors", "tokenizer.json", "config.json")
_HASH_LENGTH = 12


class UnknownModel(ValueError):
    """There is no such model, or it is another than the one asked for."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model that can be named.

    Attributes:
        name: of its folder.
        folder: where its files are.
        manifest: what it says of itself: parent, data, training, figures.
    """

    name: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def exact_name(self) -> str:
        """``name@hash``: names these weights and no others."""
        return f"{self.name}@{model_hash(self.folder)}"


def models_folder() -> Path | None:
    """Where models made on this machine are kept, if anywhere."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


def registered_models() -> list[RegisteredModel]:
    """All models that can be named, the shipped ones first."""
    return list(_found())


def find_model(name: str = "") -> RegisteredModel:
    """The model of a name, an exact name or a folder; the shipped one for ``""``.

    Raises:
        UnknownModel: if there is none, or its hash is another than the name says.
    """
    name, _, wanted = (name or DEFAULT).partition("@")
    found = next((model for model in _found() if model.name == name), None)
    if found is None:
        folder = Path(name)
        if not (folder / _HASHED[0]).is_file():
            known = ", ".join(model.name for model in _found()) or "none"
            raise UnknownModel(
                f"There is no diff model {name!r}: neither a folder with {_HASHED[0]} nor one "
                f"of the known models ({known})."
            )
        found = RegisteredModel(name, folder, _manifest(folder))
    if wanted and wanted != model_hash(found.folder):
        raise UnknownModel(
            f"The model {name} here has the hash {model_hash(found.folder)}, not {wanted}: it "
            "was trained again since. Choose it by its name alone, or bring the other one back."
        )
    return found


def model_hash(folder: Path) -> str:
    """Short hash of the files that decide what a model says.

    Raises:
        UnknownModel: if one of them is missing.
    """
    names = [*_HASHED, *[CRITIC] * (folder / CRITIC).is_file()]
    try:
        stamps = tuple((name, (folder / name).stat().st_mtime_ns) for name in names)
    except OSError as error:
        raise UnknownModel(f"The model in {folder} is incomplete: {error}.") from error
    return _hash(folder, stamps)


@lru_cache(maxsize=64)
def _hash(folder: Path, stamps: tuple[tuple[str, int], ...]) -> str:
    digest = hashlib.sha256()
    for name, _ in stamps:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:_HASH_LENGTH]


def _found() -> Iterator[RegisteredModel]:
    for place in (SHIPPED, models_folder()):
        if place is None or not place.is_dir():
            continue
        for folder in sorted(place.iterdir()):
            if all((folder / name).is_file() for name in _HASHED):
                yield RegisteredModel(folder.name, folder, _manifest(folder))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}
