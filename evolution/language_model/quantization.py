"""Dense layers in three precisions: float32, bfloat16 and int8.

int8 is PyTorch's dynamic quantisation: weights are rounded once, one scale an output;
activations are rounded at each call, one scale a call, so a row's numbers depend a little
on the batch that it is in. It runs on CPUs only. bfloat16 is for GPUs and CPUs that have
it: elsewhere it is ten times slower than float32.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal, Protocol

import torch
from torch import Tensor

Precision = Literal["float32", "bfloat16", "int8"]
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16", "int8")


class Dense(Protocol):
    """``x`` [rows, in] -> [rows, out]."""

    def __call__(self, x: Tensor) -> Tensor: ...


class FloatDense:
    """A dense layer in its weight's own precision; ``weight`` is [out, in]."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight = weight.t().contiguous()
        self._bias = bias

    def __call__(self, x: Tensor) -> Tensor:
        if self._bias is None:
            return x @ self._weight
        return torch.addmm(self._bias, x, self._weight)


class Int8Dense:
    """A dense layer with weights of 8 bits; takes and gives float32."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        scale = weight.abs().amax(1).clamp_min(1e-9) / 127
        zero = torch.zeros(len(weight), dtype=torch.long)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*will be removed", UserWarning)
            rounded = torch.quantize_per_channel(weight, scale, zero, 0, torch.qint8)
        self._packed: Any = torch.ops.quantized.linear_prepack(rounded, bias)

    def __call__(self, x: Tensor) -> Tensor:
        # Activations keep 7 bits: without VNNI a sum of two products of 8 bits overflows.
        result: Tensor = torch.ops.quantized.linear_dynamic(x, self._packed, True)
        return result


def dense(weight: Tensor, bias: Tensor | None, precision: Precision, device: torch.device) -> Dense:
    """The layer ``x @ weight.T + bias``.

    Args:
        weight: [out, in], any floating type.

    Raises:
        ValueError: if the precision cannot run on the device.
    """
    if precision == "int8" and device.type != "cpu":
        raise ValueError(f"int8 runs on the CPU only; choose bfloat16 on {device.type}.")
    weight = weight.detach().to(device, torch.float32)
    bias = None if bias is None else bias.detach().to(device, torch.float32)
    if precision == "int8":
        return Int8Dense(weight, bias)
    dtype = float_type(precision)
    return FloatDense(weight.to(dtype), None if bias is None else bias.to(dtype))


def float_type(precision: Precision) -> torch.dtype:
    """The type of activations and of the key and value caches."""
    return torch.bfloat16 if precision == "bfloat16" else torch.float32
