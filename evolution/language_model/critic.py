"""A critic: how likely an edit is of use, as far as its model knows.

The states that a model chose an edit's tokens from tell more of the edit than its tokens do.
A small network reads them once the edit has ended. It was fitted to what became of the
model's own edits (`critic_fitting`) and reads the states of those weights alone; the weights
themselves do not change.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from evolution.language_model.registry import CRITIC
from evolution.language_model.weights import ModelError


@dataclass(frozen=True)
class Critic:
    """Two layers, with GELU between.

    Attributes:
        inner, inner_bias: [units, 2 x width] and [units].
        outer, outer_bias: [units] and [1].
    """

    inner: Tensor
    inner_bias: Tensor
    outer: Tensor
    outer_bias: Tensor

    def approvals(self, ends: Tensor, means: Tensor) -> Tensor:
        """How likely edits are of use, see `Verdict.is_of_use` in `evolution.practice`: [edits].

        Args:
            ends: [edits, width]: the states, behind the last norm, that the ends came from.
            means: [edits, width]: of the states that all tokens came from, the end included.
        """
        units = F.gelu(F.linear(torch.cat([ends, means], -1), self.inner, self.inner_bias))
        return (units @ self.outer + self.outer_bias).sigmoid()

    def to(self, device: torch.device) -> Critic:
        return Critic(**{name: part.to(device) for name, part in asdict(self).items()})

    def save(self, folder: Path) -> None:
        save_file(asdict(self), folder / CRITIC)


def read_critic(folder: Path, width: int) -> Critic | None:
    """The critic in a model's folder, if there is one.

    Raises:
        ModelError: if it is damaged, or one of a model of another width.
    """
    if not (folder / CRITIC).is_file():
        return None
    try:
        critic = Critic(**load_file(folder / CRITIC))
        approval = critic.approvals(torch.zeros(1, width), torch.zeros(1, width))
        if approval.shape != (1,):
            raise ValueError("its layers do not fit each other")
    except (ValueError, OSError, RuntimeError, TypeError, SafetensorError) as error:
        raise ModelError(
            f"The critic in {folder} is damaged: {error}. Copy it anew, or delete {CRITIC} to do "
            "without."
        ) from error
    return critic


class Trail:
    """The states that each row's tokens were chosen from, so far."""

    def __init__(self, states: Tensor) -> None:
        """Args:
        states: [rows, width]: what the first tokens are chosen from.
        """
        self._last = states
        self._sums = states.clone()

    def go_on(self, states: Tensor) -> None:
        """With what the next tokens are chosen from: [rows, width]."""
        self._last = states
        self._sums += states

    def keep(self, rows: Tensor) -> None:
        self._last, self._sums = self._last[rows], self._sums[rows]

    def restart(self, rows: Tensor, states: Tensor) -> None:
        """Let rows begin anew from these states."""
        self._last[rows] = states
        self._sums[rows] = states

    def approvals(self, critic: Critic, rows: Tensor, lengths: Tensor) -> Tensor:
        """What a critic says of rows that have ended after so many tokens: [rows]."""
        return critic.approvals(self._last[rows], self._sums[rows] / lengths[:, None])
