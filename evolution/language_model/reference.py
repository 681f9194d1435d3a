"""Sampling edits by transformers' `generate`: slow and plain, to test the fast way against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList

from evolution.language_model.critic import Critic
from evolution.language_model.sampling import Grammar, Sampled, Sampling, State


def reference_sample(
    model: Any,
    prompt: Sequence[int],
    count: int,
    sampling: Sampling,
    seed: int,
    *,
    end: int,
    forbidden: Sequence[int] = (),
    grammar: Grammar | None = None,
    critic: Critic | None = None,
) -> list[Sampled]:
    """``count`` continuations of one prompt.

    The same distribution as `Sampler.sample`, other random numbers.
    """
    children = [_Child() for _ in range(count)]
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(seed)
        floors = sampling.floors()
        for attempt, floor in enumerate(floors, start=1):
            is_last = attempt == len(floors)
            going = [child for child in children if child.wants_more(sampling, is_last)]
            rules = _Rules(grammar, len(prompt), end, floor) if grammar else None
            lines = _generated(model, [prompt] * len(going), sampling, end, forbidden, rules)
            stuck = rules.stuck if rules else set()
            for at, (child, line) in enumerate(zip(going, lines, strict=True)):
                drawn = _cut(line, end)
                if is_last:
                    child.take(drawn, 1.0, sampling)
                elif at not in stuck and _is_of_use(drawn, grammar):
                    asked = critic if grammar and grammar.is_judged else None
                    approval = _approval(model, prompt, drawn, asked)
                    child.take(drawn, approval, sampling)
    return [child.best for child in children]


class _Child:
    """What has been drawn of a child so far.

    Attributes:
        best: of its endings, the one that the model approves of most.
    """

    def __init__(self) -> None:
        self.best = Sampled([], ended=False)
        self._approval = -1.0
        self._is_done = False
        self._judgements = 0

    def wants_more(self, sampling: Sampling, is_last: bool) -> bool:
        has_one = self._approval >= 0
        is_out = is_last or self._judgements == sampling.judgements
        return not (self._is_done or (has_one and is_out))

    def take(self, drawn: Sampled, approval: float, sampling: Sampling) -> None:
        self._judgements += 1
        self._is_done = approval >= sampling.least_approved
        if approval > self._approval:
            self.best, self._approval = drawn, approval


def _generated(
    model: Any,
    prompts: Sequence[Sequence[int]],
    sampling: Sampling,
    end: int,
    forbidden: Sequence[int],
    rules: _Rules | None,
) -> list[list[int]]:
    if not prompts:
        return []
    inputs = torch.tensor([list(prompt) for prompt in prompts], device=model.device)
    drawn: dict[str, Any] = {"do_sample": False}
    if sampling.temperature > 0:
        drawn = {
            "do_sample": True,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": 0,
        }
    output = model.generate(
        inputs,
        attention_mask=torch.ones_like(inputs),
        max_new_tokens=sampling.longest,
        eos_token_id=end,
        pad_token_id=end,
        suppress_tokens=list(forbidden) or None,
        logits_processor=LogitsProcessorList([rules] if rules else []),
        **drawn,
    )
    lines: list[list[int]] = output[:, inputs.shape[1] :].tolist()
    return lines


def _is_of_use(child: Sampled, grammar: Grammar | None) -> bool:
    return grammar is None or (child.ended and _behind(child.tokens, grammar).holds())


def _approval(model: Any, prompt: Sequence[int], drawn: Sampled, critic: Critic | None) -> float:
    """How likely a critic, if there is one, finds it that what has ended is of use."""
    if critic is None:
        return 1.0
    tokens = torch.tensor([[*prompt, *drawn.tokens]], device=model.device)
    states = model.model(tokens).last_hidden_state[0, len(prompt) - 1 :]
    return float(critic.approvals(states[-1:], states.mean(0, keepdim=True)))


def _behind(tokens: Sequence[int], grammar: Grammar) -> State:
    state = grammar.start()
    for token in tokens:
        state.advance(token)
    return state


def _cut(line: list[int], end: int) -> Sampled:
    if end in line:
        return Sampled(line[: line.index(end)], ended=True)
    return Sampled(line, ended=False)


class _Rules(LogitsProcessor):
    """The grammar in the form that `generate` takes; each call reads the text anew.

    Attributes:
        stuck: the rows that were left less than ``floor``; they end there.
    """

    def __init__(self, grammar: Grammar, start: int, end: int, floor: float) -> None:
        self._grammar, self._start, self._end, self._floor = grammar, start, end, floor
        self.stuck: set[int] = set()

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        ruled = torch.full_like(scores, float("-inf"))
        for row, tokens in enumerate(input_ids[:, self._start :].tolist()):
            if self._end in tokens or row in self.stuck:
                ruled[row, self._end] = 0
                continue
            allowed = self._allowed(tokens, scores.shape[1])
            share = torch.softmax(scores[row].float(), -1)[allowed].sum()
            if share < self._floor:
                self.stuck.add(row)
                ruled[row, self._end] = 0
            else:
                ruled[row, allowed] = scores[row, allowed]
        return ruled

    def _allowed(self, tokens: Sequence[int], size: int) -> Tensor:
        mask = np.zeros(size, dtype=bool)
        _behind(tokens, self._grammar).allow(mask)
        return torch.from_numpy(np.flatnonzero(mask))
