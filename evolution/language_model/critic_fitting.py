"""Fitting a critic to what became of a model's own edits.

Logistic regression on a model's states is called a probe (Alain and Bengio 2016,
https://arxiv.org/abs/1610.01644); with a hidden layer it tells more here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor, nn

from evolution.config import Frozen
from evolution.language_model.critic import Critic
from evolution.language_model.model import DiffModel
from evolution.language_model.packing import Branch, Pack, rows_to_tensors

_BATCH = 256


class FittingSettings(Frozen):
    """How a critic is fitted."""

    held_out: float = Field(default=0.1, gt=0, lt=1, description="Share of the programs.")
    units: int = Field(default=256, ge=1)
    epochs: int = Field(default=25, ge=1)
    learning_rate: float = Field(default=0.002, gt=0)
    weight_decay: float = Field(default=0.1, ge=0)
    dropout: float = Field(default=0.3, ge=0, lt=1)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """Edits of one program that have ended, and what became of them.

    Attributes:
        program: the parent.
        states: [edits, 2 x width], float32: what `Critic.approvals` reads, the ends' before the
            means'.
        of_use: [edits], bool.
    """

    program: str
    states: NDArray[np.float32]
    of_use: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A critic and how good it is.

    Attributes:
        of_use: share of all edits.
        pairs_right: of held-out edits, see `pairs_right`.
    """

    critic: Critic
    of_use: float
    pairs_right: float


@torch.inference_mode()
def edit_states(
    model: DiffModel, lines: Sequence[str], edits: Sequence[tuple[str, Sequence[int]]]
) -> Tensor:
    """The states that edits of these lines, each a message and tokens, were written from.

    Returns:
        [edits, 2 x width], see `Tried`.
    """
    tokenizer = model.tokenizer
    branches = [Branch(tokenizer.message(m), [*tokens, tokenizer.end]) for m, tokens in edits]
    rows = rows_to_tensors([[Pack(tokenizer.program(lines), branches)]])
    hidden: Tensor = model.decoder.model(
        input_ids=rows.tokens,
        position_ids=rows.positions,
        attention_mask=rows.mask,
        use_cache=False,
    ).last_hidden_state[rows.predicts]
    parts = torch.split(hidden, [len(branch.edit) for branch in branches])
    return torch.stack([torch.cat([part[-1], part.mean(0)]) for part in parts])


def fit_critic(tried: Sequence[Tried], settings: FittingSettings) -> Fitted:
    """Learn from the edits of some programs, and look at those of the others.

    Raises:
        ValueError: if all edits of either came out alike.
    """
    programs = sorted({one.program for one in tried})
    rng = np.random.default_rng([settings.seed, 1])
    count = max(1, round(len(programs) * settings.held_out))
    held_out = {programs[at] for at in rng.permutation(len(programs))[:count]}
    known = [one for one in tried if one.program not in held_out]
    unknown = [one for one in tried if one.program in held_out]
    for part in (known, unknown):
        if len({bool(use) for one in part for use in one.of_use}) < 2:
            raise ValueError(
                "The edits came out too much alike for a critic to learn from; try more edits, "
                "or more programs."
            )
    critic = critic_of(*_joined(known), settings)
    states, of_use = _joined(unknown)
    everything = np.concatenate([one.of_use for one in tried])
    right = pairs_right(critic.approvals(*states.chunk(2, -1)), of_use)
    return Fitted(critic, float(everything.mean()), right)


def _joined(tried: Sequence[Tried]) -> tuple[Tensor, Tensor]:
    of_use = np.concatenate([one.of_use for one in tried])
    states = np.concatenate([one.states for one in tried])
    return torch.from_numpy(states), torch.from_numpy(of_use)


def critic_of(states: Tensor, of_use: Tensor, settings: FittingSettings) -> Critic:
    """A critic of edits with these states, [edits, 2 x width], and outcomes, [edits] bool."""
    mean, scale = states.mean(0), states.std(0).clamp_min(1e-4)
    inputs, targets = (states - mean) / scale, of_use.float()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        inner, outer = nn.Linear(inputs.shape[1], settings.units), nn.Linear(settings.units, 1)
        weights = [*inner.parameters(), *outer.parameters()]
        optimizer = torch.optim.AdamW(weights, weight_decay=settings.weight_decay)
        batches = -(-len(inputs) // _BATCH)
        rate = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, settings.learning_rate, total_steps=settings.epochs * batches
        )
        for _ in range(settings.epochs):
            for batch in torch.split(torch.randperm(len(inputs)), _BATCH):
                units = F.gelu(inner(F.dropout(inputs[batch], settings.dropout)))
                logits = outer(F.dropout(units, settings.dropout))[:, 0]
                optimizer.zero_grad()
                loss = F.binary_cross_entropy_with_logits(logits, targets[batch])
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                rate.step()
    # The inputs' mean and scale go into the first layer.
    weight = (inner.weight / scale).detach()
    return Critic(
        weight.contiguous(),
        (inner.bias - weight @ mean).detach(),
        outer.weight[0].detach().clone(),
        outer.bias.detach().clone(),
    )


def pairs_right(approvals: Tensor, of_use: Tensor) -> float:
    """Of pairs of an edit of use and one that is not: in how many the first is approved of
    more (the area under the ROC curve); a draw counts half."""
    difference = approvals[of_use][:, None] - approvals[~of_use]
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())
