"""Sampling edits, fast, for batches of children; see `reference` for the plain way.

    sampler = Sampler(model, end=tokenizer.end)
    (children,) = sampler.sample([Group(program, [message] * 32)], Sampling(), rng)

A grammar's mask alone would make a child that has lost its way write what the model finds
absurd: where hardly anything that it wants is allowed, only absurdities are left. Such a
child begins anew (rejection sampling), so that edits are those that the model would write
if it knew the grammar.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evolution.language_model.children import Children, Start
from evolution.language_model.critic import Critic, Trail
from evolution.language_model.decoder import Decoder, Prefix, Rows
from evolution.language_model.nucleus import choose
from evolution.language_model.quantization import Precision
from evolution.language_model.sampling import Grammar, Group, Sampled, Sampling, State

# Ended rows are dropped when they are this share of all: dropping copies the others.
_DEAD_SHARE = 0.2
# Tokens that rows have room for at first; most edits end before, and room costs memory.
_ROOM = 32
# Tokens of prefixes that are remembered for the next call, which often has the same
# parents: some nine kilobytes each.
_REMEMBERED = 4_096


class Sampler:
    """Draws continuations of many prompts at once from a Llama model.

    The result for a seed is exactly the same on one machine type, number of threads and
    version of PyTorch. Child i's random numbers do not depend on which others have ended or
    begun anew.
    """

    def __init__(
        self,
        model: Any,
        *,
        end: int,
        precision: Precision = "float32",
        device: str = "cpu",
        forbidden: Sequence[int] = (),
        critic: Critic | None = None,
    ) -> None:
        """Args:
        model: transformers' `LlamaForCausalLM`; its weights are copied.
        end: the token that ends a continuation.
        forbidden: tokens that are never drawn.
        critic: judges continuations that have ended, where their grammar has them judged.

        Raises:
            ValueError: if the precision cannot run on the device.
        """
        self.end = end
        self._device = torch.device(device)
        self._forbidden = torch.tensor(list(forbidden), dtype=torch.long, device=self._device)
        self._critic = critic and critic.to(self._device)
        with torch.inference_mode():
            self._decoder = Decoder(model, precision, self._device)
        self._prefixes: OrderedDict[tuple[int, ...], Prefix] = OrderedDict()

    @torch.inference_mode()
    def sample(
        self, groups: Sequence[Group], sampling: Sampling, rng: np.random.Generator
    ) -> list[list[Sampled]]:
        """Continue every child's prefix and suffix; one list a group, in its order.

        Raises:
            ValueError: if a prefix or suffix is empty, or both fill the model's context.
        """
        limits = self._limits(groups, sampling)
        if not len(limits):
            return [[] for _ in groups]
        start = self._start(groups)
        first, shares = self._ruled(start.logits, start.grammar_states())
        children = Children(start, shares, limits, sampling)
        everyone = self._tensor(start.places)
        logits = first[everyone]
        rows = start.rows.select(everyone, min(_ROOM, int(limits.max())))
        trail = Trail(start.states[everyone])
        while True:
            uniforms = self._tensor(rng.random(len(limits), dtype=np.float32)[children.rows])
            chosen = choose(logits, uniforms, sampling.temperature, sampling.top_p)
            self._judge(children, children.take(chosen.cpu().numpy(), self.end), trail)
            if not children.going.any():
                return _shared_out(children.results(self.end), groups)
            full = rows.length == rows.capacity
            if full or children.going.mean() <= 1 - _DEAD_SHARE:
                kept = self._tensor(children.drop_ended())
                rows = rows.select(kept, rows.length if full else rows.capacity - rows.length)
                chosen = chosen[kept]
                trail.keep(kept)
            logits, states = self._step(chosen[:, None], rows)
            trail.go_on(states)
            logits, shares = self._ruled(logits, children.grammar_states())
            lost, places = children.begin_anew(shares)
            if len(lost):
                again, at = self._tensor(lost), self._tensor(places)
                rows.restart(again, start.rows, at)
                trail.restart(again, start.states[at])
                logits[again] = first[at]

    @torch.inference_mode()
    def next_logits(self, groups: Sequence[Group]) -> list[Tensor]:
        """Logits of each child's first token, [children, vocabulary] a group, float32.

        Raises:
            ValueError: as `sample`.
        """
        self._limits(groups, Sampling())
        start = self._start(groups)
        logits = start.logits[self._tensor(start.places)]
        return list(torch.split(logits, [len(group.suffixes) for group in groups]))

    def forget(self) -> None:
        """Drop the prefixes that are remembered from earlier calls."""
        self._prefixes.clear()

    def _limits(self, groups: Sequence[Group], sampling: Sampling) -> NDArray[np.int64]:
        """How many tokens each child may get."""
        limits = []
        for group in groups:
            for suffix in group.suffixes:
                room = self._decoder.positions - len(group.prefix) - len(suffix)
                if not group.prefix or not suffix:
                    raise ValueError("A prefix and a suffix have at least one token each.")
                if room < 1:
                    raise ValueError(
                        f"A prefix of {len(group.prefix)} and a suffix of {len(suffix)} tokens "
                        f"fill the model's context of {self._decoder.positions}; shorten them."
                    )
                limits.append(min(sampling.longest, room))
        return np.array(limits, dtype=np.int64)

    def _start(self, groups: Sequence[Group]) -> Start:
        """Compute each prefix once, unless it is known, and each of its different suffixes once."""
        owners: list[int] = []
        suffixes: list[Sequence[int]] = []
        places: list[int] = []
        grammars: list[Grammar | None] = []
        wanted = [group for group in groups if group.suffixes]
        for owner, group in enumerate(wanted):
            known: dict[tuple[int, ...], int] = {}
            for suffix in group.suffixes:
                if (key := tuple(suffix)) not in known:
                    known[key] = len(suffixes)
                    suffixes.append(key)
                    owners.append(owner)
                    grammars.append(group.grammar)
                places.append(known[key])
        length = max(map(len, suffixes))
        padded = np.full((len(suffixes), length), self.end)
        for line, suffix in zip(padded, suffixes, strict=True):
            line[length - len(suffix) :] = suffix
        padding = np.array([length - len(suffix) for suffix in suffixes])
        prefixes = [self._prefix(tuple(group.prefix)) for group in wanted]
        rows = Rows(prefixes, self._tensor(np.array(owners)), self._tensor(padding), length)
        logits, states = self._step(self._tensor(padded), rows)
        return Start(rows, logits, states, np.array(places), grammars)

    def _prefix(self, tokens: tuple[int, ...]) -> Prefix:
        """The prefix, computed unless it is one of those used last."""
        prefix = self._prefixes.pop(tokens, None)
        if prefix is None:
            prefix = self._decoder.prefix(self._tensor(np.array(tokens)))
        self._prefixes[tokens] = prefix
        while sum(map(len, self._prefixes)) > _REMEMBERED and len(self._prefixes) > 1:
            self._prefixes.popitem(last=False)
        return prefix

    def _step(self, tokens: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
        logits, states = self._decoder.step(tokens, rows)
        return logits.index_fill_(1, self._forbidden, float("-inf")), states

    def _judge(self, children: Children, ended: NDArray[np.int64], trail: Trail) -> None:
        if self._critic is None or not len(ended):
            return
        lengths = self._tensor(children.lengths(ended))
        approvals = trail.approvals(self._critic, self._tensor(ended), lengths)
        children.judge(ended, approvals.cpu().numpy())

    def _ruled(
        self, logits: Tensor, states: Sequence[State | None]
    ) -> tuple[Tensor, NDArray[np.float32]]:
        """Logits of each row, -inf where its grammar does not go on, and the share it leaves."""
        if not any(states):
            return logits, np.ones(len(logits), dtype=np.float32)
        mask = np.zeros(logits.shape, dtype=bool)
        for row, state in zip(mask, states, strict=True):
            if state is None:
                row[:] = True
            else:
                state.allow(row)
        before = logits.logsumexp(-1)
        logits.masked_fill_(~self._tensor(mask), float("-inf"))
        return logits, (logits.logsumexp(-1) - before).exp().cpu().numpy()

    def _tensor(self, array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(self._device)


def _shared_out(children: Sequence[Sampled], groups: Sequence[Group]) -> list[list[Sampled]]:
    """One list a group."""
    rest = iter(children)
    return [list(islice(rest, len(group.suffixes))) for group in groups]
