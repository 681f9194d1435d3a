"""First weights that copy: an induction head by construction.

An edit repeats most of the lines that it replaces, so a decoder must find in the parent
what followed the tokens that it has just written (an induction head,
https://arxiv.org/abs/2209.11895). Random weights learn this only after many millions of
tokens, if at all; so the first weights already do it, and training refines them:

- layer 0, heads 0 and 1 attend one and two tokens back, by position alone, and write
  which tokens stand there;
- layer 1, head 0 looks for a place whose previous token is the current one, and raises
  the token that stands there; head 1 looks for one whose two previous tokens are the
  current and the one before.

All other outputs of attention and of the inner layers start at zero. Where these heads
look stays as it is while a new decoder is trained: the noise of small batches would
wipe it out before anything has come to rely on it. What they raise is trained, and so is
everything else.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import LlamaForCausalLM

_SHARPNESS = 7.0  # of looking back, per pair of dimensions
_PAIRS = 8  # the fastest turning pairs tell neighbours apart
_BETA = 16.0  # attention logit of a match
_EMBEDDING = 0.1  # standard deviation: large, so that what tells tokens apart drifts slowly
_RAISE = 1.0  # how strongly the found token is raised


@torch.no_grad()
def prepare_to_copy(decoder: LlamaForCausalLM, generator: torch.Generator) -> None:
    """Set the first weights, see above, and keep the gradient from where the heads look.

    The decoder needs two layers and two heads of keys.

    Raises:
        ValueError: if the decoder is too small.
    """
    config, layers = decoder.config, decoder.model.layers
    size = layers[0].self_attn.head_dim
    if (config.num_key_value_heads or 0) < 2 or len(layers) < 2 or size % 4:
        raise ValueError("Copying needs two layers, two heads of keys, heads of a size by 4.")
    for layer in layers:
        nn.init.zeros_(layer.self_attn.o_proj.weight)
        nn.init.zeros_(layer.mlp.down_proj.weight)
    _Copying(decoder, generator).build()


class _Copying:
    """Sizes and directions that the heads have in common.

    The first dimension of every embedding is the same number, so that attention can go
    by position alone; the others tell the tokens apart.
    """

    def __init__(self, decoder: LlamaForCausalLM, generator: torch.Generator) -> None:
        self.decoder = decoder
        self.attention: list[Any] = [layer.self_attn for layer in decoder.model.layers]
        config = decoder.config
        self.size: int = self.attention[0].head_dim
        self.group: int = self.attention[0].num_key_value_groups
        self.width: int = config.hidden_size
        self.token = _EMBEDDING * (self.width - 1) ** 0.5  # norm of what tells it
        self.turns: torch.Tensor = decoder.model.rotary_emb.inv_freq.float()
        content = self.width - 1
        # Reads `size` dimensions of a token; where the tokens one and two back are written.
        self.read = _orthogonal(self.size, content, generator)
        self.written = [_orthogonal(self.size, content, generator) for _ in range(2)]
        self.match = _orthogonal(self.size, self.size, generator)

    def build(self) -> None:
        embedding = self.decoder.model.embed_tokens.weight
        embedding *= _EMBEDDING / self.decoder.config.initializer_range
        embedding[:, 0] = self.token
        _hold(embedding, columns=slice(1))
        for head in range(2):
            self._look_back(head, head + 1)
        self._induce(0, ((None, 0),))
        self._induce(1, ((None, 0), (0, 1)))
        for layer in self.attention[:2]:
            _hold(layer.q_proj.weight, rows=slice(2 * self.group * self.size))
            _hold(layer.k_proj.weight, rows=slice(2 * self.size))
        _hold(self.attention[0].v_proj.weight, rows=slice(2 * self.size))
        _hold(self.attention[0].o_proj.weight, columns=slice(2 * self.group * self.size))

    def _look_back(self, head: int, distance: int) -> None:
        """Layer 0: attend ``distance`` tokens back and write what stands there."""
        norm = (2 * self.token**2 / self.width) ** 0.5  # of the embedding: root mean square
        strength = _SHARPNESS * norm / self.token
        query, key, value, output = self._parts(0, head)
        half = self.size // 2
        for pair in range(min(_PAIRS, half)):
            angle = self.turns[pair] * distance
            query[pair, 0] = strength
            key[pair, 0] = strength * torch.cos(angle)
            key[pair + half, 0] = strength * torch.sin(angle)
        value[:, 1:] = self.read * norm
        output[1:] = self.written[head].T * (self.width / self.size) ** 0.5

    def _induce(self, head: int, matches: tuple[tuple[int | None, int], ...]) -> None:
        """Layer 1: attend where what was written before equals what is here, and raise it.

        Args:
            matches: pairs of places: in the query the token itself (None) or one written
                by a head of layer 0; in the key one written by a head of layer 0.
        """
        norm = (4 * self.token**2 / self.width) ** 0.5
        query, key, value, output = self._parts(1, head)
        half = self.size // 2
        # Slowly turning pairs only: what matches must not depend on the distance.
        slow = range(half // 2, half)
        rows = torch.tensor([place for pair in slow for place in (pair, pair + half)])
        for here, (own, written) in zip(rows.chunk(len(matches)), matches, strict=True):
            part = self.match[: len(here)]
            places = [self.read if own is None else self.written[own], self.written[written]]
            # |part of a token|^2 = token^2 * len(here) / width, in both
            expected = self.token**2 * len(here) / self.width
            scale = (_BETA * self.size**0.5 / len(matches) / expected) ** 0.5 * norm
            query[here, 1:] = part @ places[0] * scale
            key[here, 1:] = part @ places[1] * scale
        value[:, 1:] = self.read * norm
        output[1:] = self.read.T * _RAISE * (self.width / self.size) / 2

    def _parts(self, layer: int, head: int) -> tuple[torch.Tensor, ...]:
        """Rows of a head in the query, key and value matrices, columns of it in the output."""
        attention = self.attention[layer]
        first = slice(head * self.group * self.size, (head * self.group + 1) * self.size)
        shared = slice(head * self.size, (head + 1) * self.size)
        parts = (
            attention.q_proj.weight[first],
            attention.k_proj.weight[shared],
            attention.v_proj.weight[shared],
        )
        for part in parts:
            nn.init.zeros_(part)
        return (*parts, attention.o_proj.weight[:, first])


def _hold(weight: torch.Tensor, rows: slice = slice(None), columns: slice = slice(None)) -> None:
    """Keep the gradient from a part of a matrix."""
    free = torch.ones_like(weight)
    free[rows, columns] = 0
    weight.register_hook(lambda gradient: gradient * free.to(gradient.device))  # type: ignore[no-untyped-call]


def _orthogonal(rows: int, columns: int, generator: torch.Generator) -> torch.Tensor:
    """Rows of a random orthogonal matrix, shape (rows, columns)."""
    square = torch.randn(columns, columns, generator=generator)
    rows_of: torch.Tensor = torch.linalg.qr(square).Q[:rows]
    return rows_of.contiguous()
