"""Making a model: tokenizer, first weights or a parent's, training, folder with manifest.

A model is trained from nothing on a mixture (pre-training), or from a parent model, on
the diffs that archives accepted with some of the parent's own data (self-improvement).
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from evolution.language_model.card import write_card
from evolution.language_model.critic import Critic
from evolution.language_model.examples import EditExample
from evolution.language_model.mixture import Mixture, Part
from evolution.language_model.model import (
    DiffModel,
    Shape,
    load_model,
    new_decoder,
    save_model,
    write_manifest,
)
from evolution.language_model.registry import CRITIC, RegisteredModel, model_hash
from evolution.language_model.tokenizer import EditTokenizer
from evolution.language_model.training import (
    CHECKPOINT,
    Practice,
    Progress,
    Training,
    TrainingSettings,
)
from evolution.language_model.weights import MANIFEST

WORK = "training"  # folder in the model's: checkpoint, curve and tokenizer on the way
_TOKENIZER_EXAMPLES = 20_000  # a part


def make_model(
    parts: Sequence[Part],
    settings: TrainingSettings,
    folder: Path,
    *,
    shape: Shape | None = None,
    parent: RegisteredModel | None = None,
    command: str = "",
    device: str = "cpu",
    practice: Callable[[EditTokenizer], Practice] | None = None,
) -> Iterator[Progress]:
    """Train a model into ``folder``; goes on where an earlier call was stopped.

    Args:
        parts: the data.
        settings: of the training.
        folder: becomes the model's; its name is the model's name.
        shape: of a new decoder; not with ``parent``.
        parent: the model to start from.
        command: how to repeat this, for the manifest.
        practice: makes what is practised besides, for the model's tokenizer.

    Raises:
        ModelError: if the parent cannot be loaded.
        ValueError: if ``folder`` holds a training with other settings.
    """
    work = folder / WORK
    if parent is None:
        tokenizer = _tokenizer(parts, work)
        decoder = new_decoder(tokenizer, shape or Shape(), settings.seed)
    else:
        start = load_model(parent.folder)
        tokenizer, decoder = start.tokenizer, start.decoder
    mixture = Mixture(parts, tokenizer, settings.row_length)
    practised = practice and practice(tokenizer)
    training = Training(decoder, mixture, settings, work, device, practised)
    yield from training.run()
    model = DiffModel(decoder, tokenizer, {})
    manifest = {
        "name": folder.name,
        "parent": parent.exact_name if parent else None,
        "parameters": model.parameters,
        "data": [part.summary() for part in mixture.parts],
        "training": settings.model_dump(mode="json"),
        "practice": practised and practised.summary(),
        "tokens": training.tokens,
        "curve": training.curve,
        "command": command,
        "made_with": _versions(),
    }
    save_model(DiffModel(decoder, tokenizer, manifest), folder)
    write_card(folder)
    (work / CHECKPOINT).unlink(missing_ok=True)


def is_made(folder: Path) -> bool:
    """Whether a model lies there whole; its manifest is written last."""
    return (folder / MANIFEST).is_file()


def add_critic(folder: Path, critic: Critic, report: dict[str, Any], command: str = "") -> None:
    """Give the model in ``folder`` a critic of its edits, in the place of any that it has.

    Args:
        report: of the fitting, for the manifest; ``of`` names the model whose edits were
            tried, by default this one.
        command: how to repeat it.
    """
    (folder / CRITIC).unlink(missing_ok=True)
    judged = f"{folder.name}@{model_hash(folder)}"
    critic.save(folder)
    path = folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    told = {"of": judged, "command": command, "made_with": _versions()}
    manifest["critic"] = told | report
    write_manifest(folder, manifest)
    write_card(folder)


def _tokenizer(parts: Sequence[Part], work: Path) -> EditTokenizer:
    """The tokenizer of an interrupted training, or one learnt from all parts alike."""
    if (work / "tokenizer.json").is_file():
        return EditTokenizer.load(work)
    tokenizer = EditTokenizer.train(text for part in parts for text in _texts(part))
    tokenizer.save(work)
    return tokenizer


def _texts(part: Part) -> Iterator[str]:
    """Parents, new lines and messages of some examples, spread over the part."""
    order = np.random.default_rng(0).permutation(len(part.groups))
    examples: Iterable[EditExample] = (
        example for at in order for example in part.groups[int(at)][:3]
    )
    for example in islice(examples, _TOKENIZER_EXAMPLES):
        # A line of a program begins with its newline, so the first one gets one too.
        yield "\n" + example.child
        yield example.message


def _versions() -> dict[str, Any]:
    packages = ("torch", "transformers", "tokenizers", "numpy")
    return {name: version(name) for name in packages} | {
        "python": platform.python_version(),
        "processor": platform.machine(),
    }
