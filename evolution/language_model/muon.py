"""Muon: momentum, made orthogonal, for the matrices of a decoder.

The algorithm of https://kellerjordan.github.io/posts/muon with the step size of Moonshot's
report (https://arxiv.org/abs/2502.16982), as in `torch.optim.Muon`. Torch's own computes in
bfloat16, which is 30 times slower than float32 on a processor without bfloat16 arithmetic,
and four times faster on one with it; so this one is told, and computes equal shapes at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import torch

# Coefficients of the Newton-Schulz iteration: steepest at zero, good enough in five steps.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_STEPS = 5
_EPSILON = 1e-7


class Muon(torch.optim.Optimizer):
    """Nesterov momentum whose update is the nearest orthogonal matrix.

    Args:
        matrices: parameters of two dimensions.
        lr: of the size that AdamW would use: updates are scaled to its usual root mean square.
        precision: of the iteration; an update is only nearly orthogonal anyway.
    """

    def __init__(
        self,
        matrices: Iterable[torch.nn.Parameter],
        lr: float,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        precision: torch.dtype = torch.float32,
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(list(matrices), defaults)
        self._precision = precision

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            alike: defaultdict[torch.Size, list[torch.nn.Parameter]] = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    alike[weight.shape].append(weight)
            for weights in alike.values():
                steps = torch.stack([self._momentum(w, group) for w in weights])
                updates = orthogonal(steps.to(self._precision)).to(steps.dtype)
                rows, columns = weights[0].shape
                size = 0.2 * max(rows, columns) ** 0.5  # the root mean square of AdamW's updates
                for weight, update in zip(weights, updates, strict=True):
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
                    weight.add_(update, alpha=-group["lr"] * size)

    def _momentum(self, weight: torch.nn.Parameter, group: dict[str, float]) -> torch.Tensor:
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        assert weight.grad is not None
        momentum: torch.Tensor = state["momentum"]
        momentum.lerp_(weight.grad, 1 - group["momentum"])
        return weight.grad.lerp(momentum, group["momentum"])


def orthogonal(matrices: torch.Tensor) -> torch.Tensor:
    """Nearly the nearest orthogonal matrix of each, shape (count, rows, columns)."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + _EPSILON)
    for _ in range(_STEPS):
        square = x @ x.mT
        x = _A * x + (_B * square + _C * square @ square) @ x
    result: torch.Tensor = x.mT if tall else x
    return result
