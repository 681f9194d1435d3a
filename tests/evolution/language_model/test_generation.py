from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from evolution.language_model import generation
from evolution.language_model.generation import (
    Group,
    Sampled,
    Sampler,
    Sampling,
)
from evolution.language_model.quantization import Precision
from evolution.language_model.reference import reference_sample
from tests.evolution.language_model.tiny_llama import tiny_llama

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


# --- the distribution ---------------------------------------------------------------------

DRAWS = 8_000
SHORT = Sampling(temperature=0.9, top_p=0.9, longest=2)


def nucleus(logits: Tensor) -> Tensor:
    """The definition, spelled out."""
    probabilities = torch.softmax(logits.double() / SHORT.temperature, -1)
    order = probabilities.argsort(descending=True)
    before = probabilities[order].cumsum(0) - probabilities[order]
    probabilities[order[before >= SHORT.top_p]] = 0
    return probabilities / probabilities.sum()


def exact_distribution(model: Any, prompt: list[int], end: int) -> dict[tuple[int, ...], float]:
    """The probability of every outcome of at most two tokens."""
    exact: dict[tuple[int, ...], float] = {}
    for first, chance in enumerate(nucleus(plain_logits(model, prompt)).tolist()):
        if chance == 0:
            continue
        if first == end:
            exact[()] = chance
            continue
        following = nucleus(plain_logits(model, [*prompt, first])).tolist()
        exact[first,] = chance * following[end]
        for second, share in enumerate(following):
            if second != end:
                exact[first, second] = chance * share
    return {outcome: chance for outcome, chance in exact.items() if chance > 0}


def distance(drawn: list[Sampled], exact: dict[tuple[int, ...], float]) -> float:
    """Total variation between drawn outcomes and the exact distribution."""
    counts = Counter(tuple(child.tokens) for child in drawn)
    assert set(counts) <= set(exact)
    return sum(abs(counts[o] / len(drawn) - chance) for o, chance in exact.items()) / 2


def test_both_ways_draw_from_the_exact_distribution() -> None:
    model = tiny_llama(vocabulary=8, sharpness=5.0)
    prefix, suffixes = tokens(5, 9, 8), [tokens(6, 2, 8), tokens(7, 4, 8)]
    half = DRAWS // 2
    group = Group(prefix, [suffixes[0]] * half + [suffixes[1]] * half)
    end = int(plain_logits(model, prefix + suffixes[0]).argmax())
    (children,) = Sampler(model, end=end).sample([group], SHORT, rng())
    for suffix, drawn in zip(suffixes, (children[:half], children[half:]), strict=True):
        exact = exact_distribution(model, prefix + suffix, end)
        assert len(exact) > 10
        assert sum(chance for o, chance in exact.items() if len(o) < 2) > 0.05  # some end
        # Expected distance of n draws from k outcomes: below sqrt(k / (2 pi n)).
        bound = 1.5 * (len(exact) / (2 * np.pi * half)) ** 0.5
        assert distance(drawn, exact) < bound
        reference = reference_sample(model, prefix + suffix, half, SHORT, 1, end=end)
        assert distance(reference, exact) < bound


class Pairs:
    """A grammar: behind its first token a child ends, or goes on with a smaller one."""

    def start(self) -> PairState:
        return PairState()


class PairState:
    def __init__(self) -> None:
        self.below = 8

    def allow(self, mask: NDArray[np.bool_]) -> None:
        mask[: self.below] = True

    def advance(self, token: int) -> None:
        self.below = token

    def holds(self) -> bool:
        return self.below != USELESS


USELESS = 5


def ruled_distribution(
    model: Any, prompt: list[int], end: int, floor: float
) -> tuple[dict[tuple[int, ...], float], float]:
    """Outcomes of one attempt under `Pairs`, and the chance that it begins anew."""
    exact: dict[tuple[int, ...], float] = {}
    for first, chance in enumerate(nucleus(plain_logits(model, prompt)).tolist()):
        logits = plain_logits(model, [*prompt, first]).clone()
        if first == end or chance == 0:
            exact[()] = exact.get((), 0) + chance
        elif torch.softmax(logits, -1)[:first].sum() >= floor:
            logits[first:] = float("-inf")
            for second, share in enumerate(nucleus(logits).tolist()):
                outcome = (first,) if second == end else (first, second)
                exact[outcome] = exact.get(outcome, 0) + chance * share
    if floor:  # those of two tokens have not ended
        exact = {o: chance for o, chance in exact.items() if len(o) < 2 and o != (USELESS,)}
    return {o: chance for o, chance in exact.items() if chance > 0}, 1 - sum(exact.values())


def test_a_child_that_is_stuck_or_of_no_use_begins_anew() -> None:
    model = tiny_llama(vocabulary=8, sharpness=5.0)
    prompt, end = [*tokens(5, 9, 8), *tokens(18, 2, 8)], 3
    sampling = replace(SHORT, least_allowed=0.3, attempts=3)
    once, anew = ruled_distribution(model, prompt, end, 0.3)
    last, _ = ruled_distribution(model, prompt, end, 0.0)
    assert 0.1 < anew < 0.9
    assert len(once) > 2
    assert last[(USELESS,)] > 0.01
    exact = {
        outcome: once.get(outcome, 0) * (1 + anew) + anew**2 * last.get(outcome, 0)
        for outcome in once.keys() | last.keys()
    }
    assert sum(exact.values()) == pytest.approx(1)
    bound = 1.5 * (len(exact) / (2 * np.pi * DRAWS)) ** 0.5
    group = Group(prompt[:9], [prompt[9:]] * DRAWS, Pairs())
    (children,) = Sampler(model, end=end).sample([group], sampling, rng())
    assert distance(children, exact) < bound
    assert distance(children, last) > bound
    drawn = reference_sample(model, prompt, DRAWS, sampling, 1, end=end, grammar=Pairs())
    assert distance(drawn, exact) < bound


class Hindrance:
    """A grammar that stops its first children behind some tokens, each somewhere else."""

    def __init__(self, places: list[int]) -> None:
        self.places = iter(places)

    def start(self) -> HindranceState:
        return HindranceState(next(self.places, -1))


class HindranceState:
    def __init__(self, left: int) -> None:
        self.left = left

    def allow(self, mask: NDArray[np.bool_]) -> None:
        mask[:] = True
        if self.left == 0:
            mask[:-1] = False

    def advance(self, token: int) -> None:
        self.left -= 1

    def holds(self) -> bool:
        return True


@pytest.mark.parametrize("share", [0.0, 0.2, 1.1])
def test_what_begins_anew_is_as_if_it_just_began(
    monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(generation, "_DEAD_SHARE", share)
    sampler = Sampler(tiny_llama(), end=END)
    hindrance = Hindrance([3, 1, 7, 2, 18, 1, 5, 11] * 4)
    ruled = [replace(group, grammar=hindrance) for group in groups()]
    # A nucleus of one token: the likeliest.
    sampling = Sampling(1.0, 1e-9, GREEDY.longest, least_allowed=0.999, attempts=40)
    found = flat(sampler.sample(ruled, sampling, rng()))
    assert next(hindrance.places, None) is None
    assert found == flat(sampler.sample(groups(), GREEDY, rng()))


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
