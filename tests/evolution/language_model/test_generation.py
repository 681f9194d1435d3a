from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

import pytest
import torch

from evolution.language_model import generation
from evolution.language_model.generation import (
    Group,
    Sampled,
    Sampler,
    Sampling,
)
from evolution.language_model.quantization import Precision
from evolution.language_model.reference import reference_sample
from tests.evolution.language_model.prompts import (
    END,
    GREEDY,
    flat,
    groups,
    plain_logits,
    prompts,
    rng,
)
from tests.evolution.language_model.tiny_llama import tiny_llama

# --- the same model as transformers' ------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"num_key_value_heads": 4},
        {"num_key_value_heads": 1, "head_dim": 12},
        {"attention_bias": True, "mlp_bias": True, "tie_word_embeddings": False},
        {"hidden_act": "gelu", "rms_norm_eps": 1e-3},
        {
            "rope_parameters": {
                "rope_type": "llama3",
                "rope_theta": 500.0,
                "factor": 4.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 32,
            }
        },
    ],
    ids=["shared-heads", "all-heads", "one-head", "biases", "gelu", "scaled-positions"],
)
def test_logits_are_those_of_transformers(changes: dict[str, Any]) -> None:
    model = tiny_llama(**changes)
    found = torch.cat(Sampler(model, end=END).next_logits(groups()))
    expected = torch.stack([plain_logits(model, prompt) for prompt in prompts(groups())])
    torch.testing.assert_close(found, expected, atol=2e-4, rtol=1e-4)


def test_logits_do_not_depend_on_the_batch() -> None:
    sampler = Sampler(tiny_llama(), end=END)
    together = sampler.next_logits(groups())
    for group, logits in zip(groups(), together, strict=True):
        for suffix, row in zip(group.suffixes, logits, strict=True):
            (alone,) = sampler.next_logits([Group(group.prefix, [suffix])])
            torch.testing.assert_close(row, alone[0], atol=1e-4, rtol=1e-4)


def test_positions_that_change_with_the_length_are_refused() -> None:
    rope = {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}
    with pytest.raises(ValueError, match="Positions of type dynamic"):
        Sampler(tiny_llama(rope_parameters=rope), end=END)


# --- greedy, token by token ---------------------------------------------------------------


def greedy_reference(model: Any, end: int) -> list[Sampled]:
    return [
        reference_sample(model, prompt, 1, GREEDY, 0, end=end)[0] for prompt in prompts(groups())
    ]


@pytest.mark.parametrize("key_heads", [1, 2, 4])
def test_greedy_equals_generate(key_heads: int) -> None:
    model = tiny_llama(num_key_value_heads=key_heads)
    # As end serves a token that some children come to and some do not.
    open_ = greedy_reference(model, END)
    seen = Counter(chain.from_iterable(set(child.tokens[1:20]) for child in open_))
    end = next(token for token, count in seen.items() if 2 <= count < len(open_) - 1)
    expected = greedy_reference(model, end)
    assert {child.ended for child in expected} == {True, False}
    assert flat(Sampler(model, end=end).sample(groups(), GREEDY, rng())) == expected


def test_forbidden_tokens_are_never_drawn() -> None:
    model = tiny_llama()
    liked = flat(Sampler(model, end=END).sample(groups(), GREEDY, rng()))
    forbidden = sorted({child.tokens[0] for child in liked})
    sampler = Sampler(model, end=END, forbidden=forbidden)
    for sampling in (GREEDY, Sampling(longest=24), Sampling(2.0, 1.0, 24)):
        drawn = chain.from_iterable(
            c.tokens for c in flat(sampler.sample(groups(), sampling, rng()))
        )
        assert not set(drawn) & set(forbidden)
    expected = [
        reference_sample(model, prompt, 1, GREEDY, 0, end=END, forbidden=forbidden)[0]
        for prompt in prompts(groups())
    ]
    assert flat(sampler.sample(groups(), GREEDY, rng())) == expected


# --- seeds, dropping of ended rows, growth ------------------------------------------------


def sampled_tokens(sampler: Sampler, seed: int, longest: int = 60) -> list[Sampled]:
    wide = [Group(group.prefix, list(group.suffixes) * 4) for group in groups()]
    return flat(sampler.sample(wide, Sampling(1.2, 1.0, longest), rng(seed)))


def test_a_seed_repeats_its_batch() -> None:
    sampler = Sampler(tiny_llama(), end=END)
    first = sampled_tokens(sampler, 1)
    assert sampled_tokens(sampler, 1) == first
    assert sampled_tokens(Sampler(tiny_llama(), end=END), 1) == first
    assert sampled_tokens(sampler, 2) != first
    assert len({len(child.tokens) for child in first}) > 5  # lengths vary


@pytest.mark.parametrize("share", [0.0, 0.5, 1.1])
@pytest.mark.parametrize("room", [1, 200])
def test_outcome_does_not_depend_on_dropping_and_growing(
    monkeypatch: pytest.MonkeyPatch, share: float, room: int
) -> None:
    expected = sampled_tokens(Sampler(tiny_llama(), end=END), 3)
    monkeypatch.setattr(generation, "_DEAD_SHARE", share)
    monkeypatch.setattr(generation, "_ROOM", room)
    assert sampled_tokens(Sampler(tiny_llama(), end=END), 3) == expected


def test_remembered_prefixes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = Sampler(tiny_llama(), end=END)
    fresh = sampled_tokens(sampler, 4)
    assert sampled_tokens(sampler, 4) == fresh
    monkeypatch.setattr(generation, "_REMEMBERED", 30)  # fewer than the groups' prefixes
    assert sampled_tokens(sampler, 4) == fresh
    assert sampled_tokens(sampler, 4) == fresh


# --- limits -------------------------------------------------------------------------------


def test_children_stop_at_the_longest_length_and_at_the_context() -> None:
    sampler = Sampler(tiny_llama(max_position_embeddings=64), end=END, forbidden=[END])
    room = [64 - len(prompt) for prompt in prompts(groups())]
    children = flat(sampler.sample(groups(), Sampling(longest=30), rng()))
    assert [len(child.tokens) for child in children] == [min(30, r) for r in room]
    assert min(room) < 30
    assert not any(child.ended for child in children)


def test_an_end_in_the_last_place_counts() -> None:
    model = tiny_llama()
    prompt = prompts(groups())[0]
    end = int(plain_logits(model, prompt).argmax())
    first = groups()[0]
    (children,) = Sampler(model, end=end).sample(
        [Group(first.prefix, first.suffixes[:1])], Sampling(0, longest=1), rng()
    )
    assert children == [Sampled([], ended=True)]


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (Group([], [[1]]), "at least one token"),
        (Group([1], [[1], []]), "at least one token"),
        (Group([1] * 100, [[1] * 28]), "fill the model's context of 128"),
    ],
)
def test_prompts_that_do_not_fit(group: Group, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Sampler(tiny_llama(), end=END).sample([group], Sampling(), rng())


def test_nothing_asked_nothing_drawn() -> None:
    sampler = Sampler(tiny_llama(), end=END)
    assert sampler.sample([], Sampling(), rng()) == []
    assert sampler.sample([Group([1], [])], Sampling(), rng()) == [[]]


@pytest.mark.parametrize(
    "bad", [{"temperature": -1}, {"temperature": float("nan")}, {"top_p": 0}, {"longest": 0}]
)
def test_sampling_that_makes_no_sense(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Sampling needs"):
        Sampling(**bad)


# --- other precisions ---------------------------------------------------------------------


@pytest.mark.parametrize(("precision", "bound"), [("bfloat16", 0.005), ("int8", 0.02)])
def test_other_precisions_are_close(precision: Precision, bound: float) -> None:
    model = tiny_llama(hidden_size=64, sharpness=4.0)
    exact = torch.cat(Sampler(model, end=END).next_logits(groups())).log_softmax(-1)
    found = torch.cat(Sampler(model, end=END, precision=precision).next_logits(groups()))
    divergence = (exact.exp() * (exact - found.log_softmax(-1))).sum(-1)
    assert 0 < divergence.mean() < bound


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
def test_other_precisions_sample(precision: Precision) -> None:
    children = sampled_tokens(Sampler(tiny_llama(), end=END, precision=precision), 5)
    assert len(children) == 36
    assert sum(child.ended for child in children) > 5


def test_int8_needs_a_cpu() -> None:
    with pytest.raises(ValueError, match="choose bfloat16 on meta"):
        Sampler(tiny_llama(), end=END, precision="int8", device="meta")
