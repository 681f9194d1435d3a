"""The first weights of a decoder copy before any training."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from evolution.language_model.model import Shape, new_decoder
from tests.evolution.language_model.tiny import tokenizer

SHAPE = Shape(width=192, layers=2, heads=3, key_value_heads=3, inner=64)


def repeated(length: int) -> torch.Tensor:
    once = np.random.default_rng(0).integers(tokenizer().size - 300, size=length)
    return torch.from_numpy(np.concatenate([once, once]))[None]


@pytest.mark.parametrize("length", [40, 150])
def test_what_was_seen_before_is_likelier(length: int) -> None:
    decoder = new_decoder(tokenizer(), SHAPE, seed=3)
    tokens = repeated(length)
    with torch.no_grad():
        logits = decoder(input_ids=tokens).logits[0, :-1]
    losses = nn.functional.cross_entropy(logits, tokens[0, 1:], reduction="none")
    first, second = losses[: length - 1].mean(), losses[length:].mean()
    assert second < first - 0.4


@pytest.mark.parametrize("heads", [2, 3])
def test_heads_find_what_followed(heads: int) -> None:
    """Also where two query heads share a head of keys."""
    shape = Shape(width=192, layers=2, heads=2 * heads, key_value_heads=heads, inner=64)
    decoder = new_decoder(tokenizer(), shape, seed=3)
    decoder.set_attn_implementation("eager")
    tokens = repeated(60)
    with torch.no_grad():
        back, induced = decoder(input_ids=tokens, output_attentions=True).attentions
    later = torch.arange(60, 120)
    for number in range(2):
        head = 2 * number
        assert back[0, head, later, later - 1 - number].mean() > 0.5
        assert induced[0, head, later, later - 59].mean() > 0.1  # of 60 to 120 places


def test_equal_seeds_give_equal_weights() -> None:
    weights = [new_decoder(tokenizer(), SHAPE, seed).state_dict() for seed in (1, 1, 2)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not torch.equal(weights[0]["model.layers.0.self_attn.v_proj.weight"],
                           weights[2]["model.layers.0.self_attn.v_proj.weight"])  # fmt: skip


def test_a_decoder_too_small_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="two layers"):
        new_decoder(tokenizer(), Shape(width=64, layers=1, heads=2, key_value_heads=2), 0)
    with pytest.raises(ValueError, match="two heads"):
        new_decoder(tokenizer(), Shape(width=64, layers=2, heads=2, key_value_heads=1), 0)
