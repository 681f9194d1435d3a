"""Sampling edits by transformers' `generate`: slow and plain, to test the fast way against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList

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
) -> list[Sampled]:
    """``count`` continuations of one prompt.

    The same distribution as `Sampler.sample`, other random numbers.
    """
    found: list[Sampled] = []
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(seed)
        floors = sampling.floors()
        for attempt, floor in enumerate(floors, start=1):
            missing = count - len(found)
            rules = _Rules(grammar, len(prompt), end, floor) if grammar else None
            if missing:
                lines = _generated(model, [prompt] * missing, sampling, end, forbidden, rules)
                stuck = rules.stuck if rules else set()
                drawn = [_cut(line, end) for at, line in enumerate(lines) if at not in stuck]
                is_last = attempt == len(floors)
                found += [one for one in drawn if is_last or _is_of_use(one, grammar)]
    return found


def _generated(
    model: Any,
    prompts: Sequence[Sequence[int]],
    sampling: Sampling,
    end: int,
    forbidden: Sequence[int],
    rules: _Rules | None,
) -> list[list[int]]:
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
