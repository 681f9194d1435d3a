"""Prompts to sample from, and what a plain model says of them."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import torch
from torch import Tensor

from evolution.language_model.sampling import Group, Sampled, Sampling

END = 0
GREEDY = Sampling(temperature=0, longest=24)


def tokens(seed: int, length: int, vocabulary: int = 60) -> list[int]:
    return np.random.default_rng(seed).integers(1, vocabulary, length).tolist()


def groups() -> list[Group]:
    """Prefixes and suffixes of many lengths; suffixes that recur, within and across groups."""
    a, b, c = tokens(1, 4), tokens(2, 9), tokens(3, 1)
    return [
        Group(tokens(10, 20), [a, b, a, a]),
        Group(tokens(11, 47), [c]),
        Group(tokens(12, 5), []),
        Group(tokens(13, 1), [b, tokens(4, 6), c, b]),
    ]


def prompts(of: list[Group]) -> list[list[int]]:
    return [[*group.prefix, *suffix] for group in of for suffix in group.suffixes]


def flat(sampled: list[list[Sampled]]) -> list[Sampled]:
    return list(chain.from_iterable(sampled))


def plain_logits(model: Any, prompt: list[int]) -> Tensor:
    with torch.inference_mode():
        logits: Tensor = model(torch.tensor([prompt])).logits[0, -1]
    return logits


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)
