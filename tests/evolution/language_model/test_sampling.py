"""Sampling draws from the right distribution, also where children begin anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from evolution.language_model import generation
from evolution.language_model.critic import Critic
from evolution.language_model.generation import Sampler
from evolution.language_model.reference import reference_sample
from evolution.language_model.sampling import Group, Sampled, Sampling
from tests.evolution.language_model.prompts import (
    END,
    GREEDY,
    flat,
    groups,
    plain_logits,
    rng,
    tokens,
)
from tests.evolution.language_model.tiny_llama import tiny_llama

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

    def __init__(self, *, is_judged: bool = False) -> None:
        self.is_judged = is_judged

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
    model: Any, prompt: list[int], end: int, floor: float, *, is_last: bool
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
    if not is_last:  # those of two tokens have not ended
        exact = {o: chance for o, chance in exact.items() if len(o) < 2 and o != (USELESS,)}
    return {o: chance for o, chance in exact.items() if chance > 0}, 1 - sum(exact.values())


def in_all(
    once: dict[tuple[int, ...], float], anew: float, last: dict[tuple[int, ...], float]
) -> dict[tuple[int, ...], float]:
    """Outcomes of three attempts."""
    exact = {
        outcome: once.get(outcome, 0) * (1 + anew) + anew**2 * last.get(outcome, 0)
        for outcome in once.keys() | last.keys()
    }
    assert sum(exact.values()) == pytest.approx(1)
    return exact


@pytest.mark.parametrize("floor", [0.3, 0.0])
def test_a_child_that_is_stuck_or_of_no_use_begins_anew(floor: float) -> None:
    model = tiny_llama(vocabulary=8, sharpness=5.0)
    prompt, end = [*tokens(5, 9, 8), *tokens(18, 2, 8)], 3
    sampling = replace(SHORT, least_allowed=floor, attempts=3)
    once, anew = ruled_distribution(model, prompt, end, floor, is_last=False)
    last, _ = ruled_distribution(model, prompt, end, 0.0, is_last=True)
    assert 0.1 < anew < 0.9
    assert len(once) > 2
    assert last[(USELESS,)] > 0.01
    exact = in_all(once, anew, last)
    bound = 1.5 * (len(exact) / (2 * np.pi * DRAWS)) ** 0.5
    group = Group(prompt[:9], [prompt[9:]] * DRAWS, Pairs())
    (children,) = Sampler(model, end=end).sample([group], sampling, rng())
    assert distance(children, exact) < bound
    assert distance(children, last) > bound
    drawn = reference_sample(model, prompt, DRAWS, sampling, 1, end=end, grammar=Pairs())
    assert distance(drawn, exact) < bound


def judged_distribution(
    once: dict[tuple[int, ...], float],
    anew: float,
    last: dict[tuple[int, ...], float],
    approvals: dict[tuple[int, ...], float],
    least: float,
) -> dict[tuple[int, ...], float]:
    """Outcomes of three attempts, of which two are judged."""
    exact = {o: anew**2 * chance for o, chance in last.items()}
    poor = {o: chance for o, chance in once.items() if approvals[o] < least}
    again = anew + sum(poor.values())
    for outcome, chance in once.items():
        if outcome in poor:  # it was the only one, or the better of two
            exact[outcome] = exact.get(outcome, 0) + 2 * anew * chance
            for other, share in poor.items():
                best = max(outcome, other, key=approvals.__getitem__)
                exact[best] = exact.get(best, 0) + chance * share
        else:
            exact[outcome] = exact.get(outcome, 0) + chance * (1 + again)
    assert sum(exact.values()) == pytest.approx(1)
    return exact


def some_critic(width: int) -> Critic:
    """One that tells edits apart, by whatever."""
    generator = torch.Generator().manual_seed(1)
    inner, outer = torch.randn(4, 2 * width, generator=generator), torch.randn(4)
    return Critic(inner, torch.zeros(4), outer, torch.zeros(1))


def approval_of(critic: Critic, model: Any, prompt: list[int], outcome: tuple[int, ...]) -> float:
    """The definition, with transformers' own states."""
    output = model(torch.tensor([[*prompt, *outcome]]), output_hidden_states=True)
    states = output.hidden_states[-1][0, len(prompt) - 1 :]
    return float(critic.approvals(states[-1:], states.mean(0)[None]))


def test_a_child_that_the_critic_disapproves_of_begins_anew() -> None:
    model = tiny_llama(vocabulary=8, sharpness=5.0)
    prompt, end = [*tokens(5, 9, 8), *tokens(4, 2, 8)], 5
    critic = some_critic(model.config.hidden_size)
    once, anew = ruled_distribution(model, prompt, end, 0.0, is_last=False)
    last, _ = ruled_distribution(model, prompt, end, 0.0, is_last=True)
    approvals = {outcome: approval_of(critic, model, prompt, outcome) for outcome in once}
    least = float(np.mean(sorted(approvals.values())[-2:]))
    assert len(set(approvals.values())) == len(approvals) > 2
    exact = judged_distribution(once, anew, last, approvals, least)
    bound = 1.5 * (len(exact) / (2 * np.pi * DRAWS)) ** 0.5
    sampling = replace(SHORT, least_allowed=0, least_approved=least, attempts=3)
    judged = Pairs(is_judged=True)
    group = Group(prompt[:9], [prompt[9:]] * DRAWS, judged)
    sampler = Sampler(model, end=end, critic=critic)
    (children,) = sampler.sample([group], sampling, rng())
    assert distance(children, exact) < bound
    drawn = reference_sample(
        model, prompt, DRAWS, sampling, 1, end=end, grammar=judged, critic=critic
    )
    assert distance(drawn, exact) < bound
    plain = in_all(once, anew, last)
    once_only = replace(sampling, judgements=1)  # then the first ending is the best
    for one, each, grammar in (
        (sampler, sampling, Pairs()),
        (sampler, once_only, judged),
        (Sampler(model, end=end), sampling, judged),
    ):
        (children,) = one.sample([replace(group, grammar=grammar)], each, rng())
        assert distance(children, plain) < bound
        assert distance(children, exact) > bound


def test_where_any_approval_is_enough_it_is_as_if_nothing_was_asked() -> None:
    model = tiny_llama()
    sampler = Sampler(model, end=END, critic=some_critic(model.config.hidden_size))
    sampling = Sampling(2.0, 1.0, 24, least_approved=0)
    asked, unasked = (
        sampler.sample([replace(g, grammar=Anything(judged)) for g in groups()], sampling, rng())
        for judged in (True, False)
    )
    assert asked == unasked
    assert any(child.ended for child in flat(asked))


class Anything:
    """A grammar that rules out nothing."""

    def __init__(self, is_judged: bool) -> None:
        self.is_judged = is_judged

    def start(self) -> HindranceState:
        return HindranceState(-1)


class Hindrance:
    """A grammar that stops its first children behind some tokens, each somewhere else."""

    is_judged = False

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
