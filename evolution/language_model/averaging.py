"""The mean of models' weights: what one has learnt newly, with what another has kept.

A model that practised a few tasks long loses some of the others; between its weights and
those it started from lie models that have nearly all of both (Wortsman et al. 2022,
https://arxiv.org/abs/2109.01903).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from evolution.language_model.card import write_card
from evolution.language_model.model import DiffModel, load_model, save_model
from evolution.language_model.registry import RegisteredModel
from evolution.language_model.weights import ModelError


def average_models(
    models: Sequence[tuple[RegisteredModel, float]], folder: Path, command: str = ""
) -> None:
    """Write the mean of some models into ``folder``; its manifest goes on from the first one's.

    Args:
        models: of one shape and one tokenizer, each with its share of the mean.
        command: how to repeat this, for the manifest.

    Raises:
        ModelError: if a model cannot be loaded, or they do not fit each other.
        ValueError: if there are none, or their shares do not make a mean.
    """
    total = sum(share for _, share in models)
    if not models or total <= 0 or any(share < 0 for _, share in models):
        raise ValueError("A mean needs models whose shares are not negative and not all zero.")
    first = load_model(models[0][0].folder)
    mean = dict(first.decoder.named_parameters())  # a weight that serves twice is there once
    so_far = models[0][1]
    for model, share in models[1:]:
        other = load_model(model.folder)
        _check_alike(first, other, f"{models[0][0].name} and {model.name}")
        so_far += share
        with torch.no_grad():
            for name, weight in other.decoder.named_parameters():
                mean[name].lerp_(weight, share / so_far if share else 0.0)
    told = {key: value for key, value in first.manifest.items() if key != "critic"}
    manifest = told | {
        "name": folder.name,
        "parent": models[0][0].exact_name,
        "averaged": {model.exact_name: round(share / total, 4) for model, share in models},
        "command": command,
    }
    save_model(DiffModel(first.decoder, first.tokenizer, manifest), folder)
    write_card(folder)


def _check_alike(one: DiffModel, other: DiffModel, names: str) -> None:
    """
    Raises:
        ModelError: if their weights or tokens mean different things.
    """
    old, new = one.decoder.state_dict(), other.decoder.state_dict()
    shapes = [{name: tensor.shape for name, tensor in state.items()} for state in (old, new)]
    if shapes[0] != shapes[1]:
        raise ModelError(f"{names} have different shapes; a mean needs models of one shape.")
    if one.tokenizer.texts() != other.tokenizer.texts():
        raise ModelError(f"{names} have different tokenizers; a mean needs models of one family.")
