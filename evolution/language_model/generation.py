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
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evolution.language_model.decoder import Decoder, Prefix, Rows
from evolution.language_model.nucleus import choose
from evolution.language_model.quantization import Precision

# Ended rows are dropped when they are this share of all: dropping copies the others.
_DEAD_SHARE = 0.2
# Tokens that rows have room for at first; most edits end before, and room costs memory.
_ROOM = 32
# Tokens of prefixes that are remembered for the next call, which often has the same
# parents: some nine kilobytes each.
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn.

    Attributes:
        temperature: divides the logits; 0 takes the likeliest token. With less, single edits
            are valid and new more often (before the model practised 63% at 0.6, 55% at 0.9),
            but searches find less: at 0.6 more children are siblings' doubles (QD score 23%
            lower from Radial).
        top_p: the likeliest tokens with this much mass are kept (nucleus sampling).
        longest: new tokens of a child at most; fewer where the model's context ends.
        least_allowed: a child begins anew where what its grammar allows has less than this
            of the model's probability.
        attempts: how often it begins at most; at the last it goes on whatever is left.
    """

    temperature: float = 0.9
    top_p: float = 0.95
    longest: int = 112
    least_allowed: float = 0.1
    attempts: int = 6

    def __post_init__(self) -> None:
        if not (self.temperature >= 0 and 0 < self.top_p <= 1 and self.longest >= 1):
            raise ValueError(
                "Sampling needs temperature >= 0, 0 < top_p <= 1 and longest >= 1, not "
                f"{self.temperature}, {self.top_p} and {self.longest}."
            )
        if not (0 <= self.least_allowed <= 1 and self.attempts >= 1):
            raise ValueError(
                "Sampling needs 0 <= least_allowed <= 1 and attempts >= 1, not "
                f"{self.least_allowed} and {self.attempts}."
            )

    def floors(self) -> list[float]:
        """What has to be allowed in each attempt; the likeliest tokens come the same again."""
        attempts = self.attempts if self.temperature > 0 else 1
        return [self.least_allowed] * (attempts - 1) + [0.0]


class State(Protocol):
    """Which tokens a child may get next."""

    def allow(self, mask: NDArray[np.bool_]) -> None:
        """Set to True what may come next; ``mask`` [vocabulary] is False before."""

    def advance(self, token: int) -> None:
        """Go on behind an allowed token."""


class Grammar(Protocol):
    """What the children of a parent may be; see `language_model.grammar`."""

    def start(self) -> State: ...


@dataclass(frozen=True, slots=True)
class Group:
    """Children of one parent: a shared prefix (the program), one suffix (a message) a child.

    Neither may be empty. Without a grammar children may be anything.
    """

    prefix: Sequence[int]
    suffixes: Sequence[Sequence[int]]
    grammar: Grammar | None = None


@dataclass(frozen=True, slots=True)
class Sampled:
    """One child's new tokens, without the end token.

    Attributes:
        ended: False if it reached the longest allowed length before its end.
    """

    tokens: list[int]
    ended: bool


class Sampler:
    """Draws continuations of many prompts at once from a Llama model.

    The result for a seed is exactly the same on one machine type, number of threads and
    version of PyTorch. In each attempt child i's random numbers do not depend on which others
    have ended.
    """

    def __init__(
        self,
        model: Any,
        *,
        end: int,
        precision: Precision = "float32",
        device: str = "cpu",
        forbidden: Sequence[int] = (),
    ) -> None:
        """Args:
        model: transformers' `LlamaForCausalLM`; its weights are copied.
        end: the token that ends a continuation.
        forbidden: tokens that are never drawn.

        Raises:
            ValueError: if the precision cannot run on the device.
        """
        self.end = end
        self._device = torch.device(device)
        self._forbidden = torch.tensor(list(forbidden), dtype=torch.long, device=self._device)
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
        waiting = [(g, c) for g, group in enumerate(groups) for c in range(len(group.suffixes))]
        results = [[Sampled([], ended=False)] * len(group.suffixes) for group in groups]
        prefixes: dict[tuple[int, ...], Prefix] = {}  # kept for later attempts
        for floor in sampling.floors():
            if not waiting:
                break
            drawn = self._attempt(_picked(groups, waiting), sampling, rng, floor, prefixes)
            for (group, child), found in zip(waiting, drawn, strict=True):
                if found is not None:
                    results[group][child] = found
            waiting = [at for at, found in zip(waiting, drawn, strict=True) if found is None]
        return results

    def _attempt(
        self,
        groups: Sequence[Group],
        sampling: Sampling,
        rng: np.random.Generator,
        floor: float,
        prefixes: dict[tuple[int, ...], Prefix],
    ) -> list[Sampled | None]:
        """Of each child its tokens, or None where less than ``floor`` was allowed."""
        limits = self._limits(groups, sampling)
        rows, logits = self._start(groups, min(_ROOM, int(limits.max())), prefixes)
        count = len(limits)
        written = np.full((count, int(limits.max())), self.end)
        children = np.arange(count)  # which child a row is
        going = np.ones(count, dtype=bool)  # whether a row's child still wants tokens
        stuck = np.zeros(count, dtype=bool)
        states = [g.grammar.start() if g.grammar else None for g in groups for _ in g.suffixes]
        for step in range(int(limits.max())):
            alive = [states[c] if on else None for c, on in zip(children, going, strict=True)]
            logits, share = self._ruled(logits, alive)
            lost = going & (share < floor)
            stuck[children[lost]] = True
            going &= ~lost
            uniforms = self._tensor(rng.random(count, dtype=np.float32)[children])
            chosen = choose(logits, uniforms, sampling.temperature, sampling.top_p)
            tokens = chosen.cpu().numpy()
            written[children[going], step] = tokens[going]
            going &= (tokens != self.end) & (step + 1 < limits[children])
            for row in np.flatnonzero(going):
                if (state := states[children[row]]) is not None:
                    state.advance(int(tokens[row]))
            if not going.any():
                break
            full = rows.length == rows.capacity
            if full or going.mean() <= 1 - _DEAD_SHARE:
                kept = np.flatnonzero(going)
                room = rows.capacity * 2 if full else rows.capacity
                rows = rows.select(self._tensor(kept), room)
                chosen, children, going = chosen[self._tensor(kept)], children[kept], going[kept]
            logits = self._allowed(self._decoder.step(chosen[:, None], rows))
        found = self._results(written, limits)
        return [None if gone else child for child, gone in zip(found, stuck, strict=True)]

    @torch.inference_mode()
    def next_logits(self, groups: Sequence[Group]) -> list[Tensor]:
        """Logits of each child's first token, [children, vocabulary] a group, float32.

        Raises:
            ValueError: as `sample`.
        """
        self._limits(groups, Sampling())
        _, logits = self._start(groups, 0, {})
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

    def _start(
        self, groups: Sequence[Group], room: int, known: dict[tuple[int, ...], Prefix]
    ) -> tuple[Rows, Tensor]:
        """Compute each prefix once, unless it is known, and each of its different suffixes once.

        Returns:
            One row a child with space for ``room`` more tokens, and its logits.
        """
        prefixes: list[Prefix] = []
        owners: list[int] = []
        suffixes: list[Sequence[int]] = []
        rows: list[int] = []  # which of the different suffixes a child has
        for group in groups:
            if not group.suffixes:
                continue
            places: dict[tuple[int, ...], int] = {}
            for suffix in group.suffixes:
                if (key := tuple(suffix)) not in places:
                    places[key] = len(suffixes)
                    suffixes.append(key)
                    owners.append(len(prefixes))
                rows.append(places[key])
            prefix = tuple(group.prefix)
            if prefix not in known:
                known[prefix] = self._prefix(prefix)
            prefixes.append(known[prefix])
        length = max(map(len, suffixes))
        padded = np.full((len(suffixes), length), self.end)
        for line, suffix in zip(padded, suffixes, strict=True):
            line[length - len(suffix) :] = suffix
        padding = np.array([length - len(suffix) for suffix in suffixes])
        started = Rows(prefixes, self._tensor(np.array(owners)), self._tensor(padding), length)
        logits = self._allowed(self._decoder.step(self._tensor(padded), started))
        chosen = self._tensor(np.array(rows))
        return started.select(chosen, length + room), logits[chosen]

    def _prefix(self, tokens: tuple[int, ...]) -> Prefix:
        """The prefix, computed unless it is one of those used last."""
        prefix = self._prefixes.pop(tokens, None)
        if prefix is None:
            prefix = self._decoder.prefix(self._tensor(np.array(tokens)))
        self._prefixes[tokens] = prefix
        while sum(map(len, self._prefixes)) > _REMEMBERED and len(self._prefixes) > 1:
            self._prefixes.popitem(last=False)
        return prefix

    def _allowed(self, logits: Tensor) -> Tensor:
        return logits.index_fill_(1, self._forbidden, float("-inf"))

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

    def _results(self, written: NDArray[np.int64], limits: NDArray[np.int64]) -> list[Sampled]:
        children: list[Sampled] = []
        for line, limit in zip(written.tolist(), limits.tolist(), strict=True):
            tokens = line[:limit]
            length = tokens.index(self.end) if self.end in tokens else limit
            children.append(Sampled(tokens[:length], ended=length < limit))
        return children


def allowed_along(grammar: Grammar, tokens: Sequence[int], vocabulary: int) -> NDArray[np.bool_]:
    """Among which tokens each of a child's was chosen: [tokens, vocabulary]."""
    allowed = np.zeros((len(tokens), vocabulary), dtype=bool)
    state = grammar.start()
    for mask, token in zip(allowed, tokens, strict=True):
        state.allow(mask)
        state.advance(token)
    return allowed


def _picked(groups: Sequence[Group], children: Sequence[tuple[int, int]]) -> list[Group]:
    """The groups with these children alone: pairs of a group's place and a suffix's, in order."""
    suffixes: dict[int, list[Sequence[int]]] = {}
    for group, child in children:
        suffixes.setdefault(group, []).append(groups[group].suffixes[child])
    return [replace(groups[group], suffixes=some) for group, some in suffixes.items()]
