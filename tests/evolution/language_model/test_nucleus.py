from __future__ import annotations

import pytest
import torch
from torch import Tensor
from transformers import TemperatureLogitsWarper, TopPLogitsWarper

from evolution.language_model.nucleus import choose

DRAWS = 20_000


def frequencies(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """How often each token comes when the random numbers are spread evenly."""
    uniforms = (torch.arange(DRAWS) + 0.5) / DRAWS
    tokens = choose(logits.expand(DRAWS, -1), uniforms, temperature, top_p)
    return torch.bincount(tokens, minlength=len(logits)) / DRAWS


def transformers_probabilities(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    scores = TemperatureLogitsWarper(temperature)(torch.empty(0), logits[None])
    if top_p < 1:
        scores = TopPLogitsWarper(top_p)(torch.empty(0), scores)
    return torch.softmax(scores[0], -1)


@pytest.mark.parametrize("spread", [0.1, 1.5, 4.0, 12.0])
@pytest.mark.parametrize(("temperature", "top_p"), [(0.8, 0.95), (1.0, 0.5), (0.5, 1.0)])
def test_same_distribution_as_transformers(spread: float, temperature: float, top_p: float) -> None:
    logits = torch.randn(300, generator=torch.Generator().manual_seed(1)) * spread
    expected = transformers_probabilities(logits, temperature, top_p)
    found = frequencies(logits, temperature, top_p)
    assert torch.equal(found > 0, expected > 1 / DRAWS) or top_p == 1
    torch.testing.assert_close(found, expected, atol=2.5 / DRAWS, rtol=0)


def test_nuclei_of_all_sizes_in_one_batch() -> None:
    generator = torch.Generator().manual_seed(2)
    spreads = torch.tensor([0.0, 12.0, 1.5, 4.0, 0.5])
    logits = torch.randn(5, 300, generator=generator) * spreads[:, None]
    for uniform in torch.rand(50, generator=generator):
        together = choose(logits, uniform.expand(5), 0.8, 0.95)
        alone = [choose(row[None], uniform[None], 0.8, 0.95) for row in logits]
        assert together.tolist() == torch.cat(alone).tolist()


@pytest.mark.parametrize("top_p", [0.9, 1.0])
def test_impossible_tokens_are_never_chosen(top_p: float) -> None:
    logits = torch.zeros(4, 70)
    logits[:, :3] = logits[:, 60:] = float("-inf")
    edges = torch.tensor([0.0, 1e-12, 0.999999, 1 - 2**-24])
    chosen = choose(logits, edges, 1.0, top_p)
    assert ((chosen >= 3) & (chosen < 60)).all()


def test_vocabularies_smaller_than_the_first_look() -> None:
    expected = transformers_probabilities(torch.tensor([1.0, 0.0, 2.0]), 1.0, 0.8)
    found = frequencies(torch.tensor([1.0, 0.0, 2.0]), 1.0, 0.8)
    torch.testing.assert_close(found, expected, atol=2 / DRAWS, rtol=0)


def test_temperature_zero_takes_the_likeliest() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0], [2.0, 1.0, 0.0]])
    assert choose(logits, torch.tensor([0.99, 0.99]), 0.0, 0.95).tolist() == [1, 0]
