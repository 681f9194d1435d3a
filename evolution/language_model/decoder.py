"""A Llama decoder for many short continuations of few long prefixes.

The same arithmetic as transformers' `LlamaForCausalLM`, arranged for children that
share their parent's program. A prefix is computed once (`Decoder.prefix`). After that
all rows of all prefixes go through the dense layers together (`Decoder.step`); in
attention a row looks at its prefix's keys, which all rows of the prefix meet in one
matrix product and which are never copied, and at its own few keys (`Rows`).

Shapes: H query heads, K key-value heads, each serving H / K query heads; D a head's size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from evolution.language_model.quantization import Dense, Precision, dense, float_type


@dataclass(frozen=True)
class Layer:
    """One block's weights: queries, keys and values in one matrix, gate and up in another.

    What multiplies a matrix's input (the norm's weight and sqrt(width)) or its queries
    (1 / sqrt(D)) is folded into the matrix.
    """

    attention_in: Dense
    attention_out: Dense
    gate_up: Dense
    down: Dense
    activation: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Prefix:
    """Keys and values of a prefix: for each layer [K, length, D]."""

    keys: list[Tensor]
    values: list[Tensor]

    @property
    def length(self) -> int:
        return self.keys[0].shape[1]


@dataclass(frozen=True)
class Step:
    """What all layers share while new tokens are appended to rows.

    Scores stand as [shared prefix, pushed to the right | own tokens], so that one softmax
    covers both. H / K query heads ask the same key head together.

    Attributes:
        new: tokens appended to every row.
        scores: [K, rows x new x H/K, longest prefix + own tokens]; what no layer writes is -inf.
        own: the view of ``scores`` on a row's own tokens.
        parts: for each prefix that has rows: its number, their slice of the second
            dimension, and the view of ``scores`` on it.
        hidden: [rows x new x H/K, own tokens], added to own scores; None if nothing is hidden.
    """

    new: int
    scores: Tensor
    own: Tensor
    parts: list[tuple[int, slice, Tensor]]
    hidden: Tensor | None


class Rows:
    """The continuations being written: their keys and values, and whose prefix they have.

    Rows of one prefix lie together, in the order of the prefixes. All rows are equally
    long; shorter suffixes are padded on their left, and the padding is never looked at.
    """

    def __init__(
        self, prefixes: Sequence[Prefix], owners: Tensor, padding: Tensor, capacity: int
    ) -> None:
        """Args:
        owners: [rows], ascending: which prefix a row continues.
        padding: [rows]: how many of a row's first tokens are padding.
        capacity: tokens that a row can hold at most.
        """
        self.prefixes = prefixes
        self.owners = owners
        self.padding = padding
        self.length = 0  # tokens that every row holds, padding included
        self.capacity = capacity
        keys = prefixes[0].keys
        self._heads, _, self._size = keys[0].shape
        # One entry a key head and row, so that attention to them is one batch of products.
        shape = (self._heads * len(owners), capacity, self._size)
        self.keys = [torch.empty(shape, dtype=k.dtype, device=k.device) for k in keys]
        self.values = [torch.empty_like(k) for k in self.keys]
        lengths = torch.tensor([p.length for p in prefixes], device=owners.device)
        self._starts = lengths[owners] - padding
        self._padded = bool(padding.any())
        self._counts: list[int] = torch.bincount(owners, minlength=len(prefixes)).tolist()

    def __len__(self) -> int:
        return len(self.owners)

    def select(self, rows: Tensor, room: int) -> Rows:
        """These rows, ascending by prefix, each as often as it is named, with room to go on.

        Columns that are padding in all of them are dropped.

        Args:
            room: tokens that can be added.
        """
        padding = self.padding[rows]
        skip = int(padding.min())
        length = self.length - skip
        chosen = Rows(self.prefixes, self.owners[rows], padding - skip, length + room)
        chosen.length = length
        entries = self._entries(rows)
        for source, target in zip(
            self.keys + self.values, chosen.keys + chosen.values, strict=True
        ):
            kept = source[:, skip : self.length]
            torch.index_select(kept, 0, entries, out=target[:, :length])
        return chosen

    def restart(self, rows: Tensor, start: Rows, places: Tensor) -> None:
        """Let rows be shorter ones again, which they were before.

        Args:
            start: rows as they were then, of the same prefixes.
            places: [rows]: which of them each was.
        """
        first = self.length - start.length
        here, there = slice(max(first, 0), self.length), slice(max(-first, 0), start.length)
        mine, theirs = self._entries(rows), start._entries(places)
        for target, source in zip(self.keys + self.values, start.keys + start.values, strict=True):
            target[mine, here] = source[theirs, there]
        self.padding[rows] = start.padding[places] + first
        self._starts[rows] = start._starts[places] - first
        self._padded = True

    def _entries(self, rows: Tensor) -> Tensor:
        """Where keys and values of rows are, for each key head."""
        heads = torch.arange(self._heads, device=rows.device)[:, None]
        return (heads * len(self) + rows).flatten()

    def positions(self, new: int) -> Tensor:
        """[rows, new]: where in the model's context each row's next tokens stand."""
        columns = torch.arange(self.length, self.length + new, device=self.padding.device)
        return (self._starts[:, None] + columns).clamp_min(0)

    def step(self, new: int, shared: int) -> Step:
        """Prepare to append tokens; ``shared`` is H / K."""
        sample = self.keys[0]
        longest = max(
            p.length for p, count in zip(self.prefixes, self._counts, strict=True) if count
        )
        shape = (self._heads, len(self) * new * shared, longest + self.length + new)
        scores = torch.full(shape, float("-inf"), dtype=sample.dtype, device=sample.device)
        parts, start = [], 0
        for number, (prefix, count) in enumerate(zip(self.prefixes, self._counts, strict=True)):
            part = slice(start, start + count * new * shared)
            if count:
                parts.append((number, part, scores[:, part, longest - prefix.length : longest]))
            start = part.stop
        return Step(new, scores, scores[:, :, longest:], parts, self._hidden(new, shared))

    def attend(
        self, layer: int, step: Step, queries: Tensor, keys: Tensor, values: Tensor
    ) -> Tensor:
        """Attention of new tokens to their prefix and to their row.

        Args:
            queries: [rows x new, H, D]; keys, values: [rows x new, K, D], stored here.

        Returns:
            [rows x new, H x D].
        """
        heads, size, new, rows = self._heads, self._size, step.new, len(self)
        end = self.length + new
        own_keys, own_values = self.keys[layer][:, :end], self.values[layer][:, :end]
        for own, added in ((own_keys, keys), (own_values, values)):
            own[:, self.length :].view(heads, rows, new, size).copy_(
                added.view(rows, new, heads, size).permute(2, 0, 1, 3)
            )
        queries = queries.view(rows, new, heads, -1, size).permute(2, 0, 1, 3, 4)
        queries = queries.reshape(heads * rows, -1, size).contiguous()
        step.own.copy_(torch.bmm(queries, own_keys.transpose(1, 2)).view_as(step.own))
        if step.hidden is not None:
            step.own.add_(step.hidden)
        queries = queries.view(heads, -1, size)
        for number, part, scores in step.parts:
            shared_keys = self.prefixes[number].keys[layer]
            scores.copy_(torch.bmm(queries[:, part], shared_keys.transpose(1, 2)))
        weights = torch.softmax(step.scores, -1)
        own_weights = weights[:, :, -end:].view(heads * rows, -1, end)
        result = torch.bmm(own_weights, own_values).view(heads, -1, size)
        longest = weights.shape[2] - end
        for number, part, scores in step.parts:
            shared_weights = weights[:, part, longest - scores.shape[2] : longest]
            result[:, part].baddbmm_(shared_weights, self.prefixes[number].values[layer])
        result = result.view(heads, rows, new, -1, size).permute(1, 2, 0, 3, 4)
        return result.reshape(rows * new, -1)

    def _hidden(self, new: int, shared: int) -> Tensor | None:
        """-inf where a new token must not look: at padding and at tokens after it."""
        if new == 1 and not self._padded:
            return None
        columns = torch.arange(self.length + new, device=self.padding.device)
        hidden = columns < self.padding[:, None, None]
        hidden = hidden | (columns > columns[self.length :, None])
        hidden = hidden.repeat_interleave(shared, 1).flatten(0, 1)
        sample = self.keys[0]
        zeros = torch.zeros(hidden.shape, dtype=sample.dtype, device=sample.device)
        return zeros.masked_fill_(hidden, float("-inf"))


class Decoder:
    """Weights of a `LlamaForCausalLM`, ready to run."""

    def __init__(self, model: Any, precision: Precision, device: torch.device) -> None:
        """Args:
        model: transformers' `LlamaForCausalLM`; its weights are copied.

        Raises:
            ValueError: if the precision cannot run on the device, or the model's positions
                change with the length of the text.
        """
        config, body = model.config, model.model
        if body.rotary_emb.rope_type in ("dynamic", "longrope"):
            raise ValueError(
                f"Positions of type {body.rotary_emb.rope_type} change with the length of the "
                "text; shared prefixes need fixed ones."
            )
        self.positions: int = config.max_position_embeddings
        self.vocabulary: int = config.vocab_size
        self.device = device
        attention = body.layers[0].self_attn
        self._size: int = attention.head_dim
        self._heads: int = config.num_attention_heads
        self._key_heads: int = config.num_key_value_heads
        dtype = float_type(precision)
        width = config.hidden_size
        self._floor = torch.tensor(math.sqrt(width * config.rms_norm_eps), device=device)
        self._embedding = body.embed_tokens.weight.detach().to(device, dtype)
        self._layers = [_layer(block, precision, device) for block in body.layers]
        head = model.lm_head.weight.detach() * _norm_factors(body.norm)
        self._head = dense(head, model.lm_head.bias, precision, device)
        self._last_factors = _norm_factors(body.norm).to(device)
        where = body.rotary_emb.inv_freq.device
        every = torch.arange(self.positions, device=where)[None]
        cosine, sine = body.rotary_emb(torch.zeros(1, device=where), every)
        half = self._size // 2
        # Rotation of halves (a, b) -> (a cos - b sin, b cos + a sin) as x cos + swap(x) sine.
        self._cosine = cosine[0].detach().to(device, dtype)
        sine = torch.cat([-sine[0, :, :half], sine[0, :, half:]], -1)
        self._sine = sine.detach().to(device, dtype)

    def prefix(self, tokens: Tensor) -> Prefix:
        """Run a prefix once; ``tokens`` is [length]."""
        x = self._embedding[tokens]
        rotation = self._rotation(torch.arange(len(tokens), device=self.device))
        done = Prefix([], [])
        for layer in self._layers:
            queries, keys, values = self._project(layer, x, rotation)
            done.keys.append(keys.transpose(0, 1).contiguous())
            done.values.append(values.transpose(0, 1).contiguous())
            if layer is self._layers[-1]:
                break  # nobody asks what follows a prefix without its suffix
            mixed = F.scaled_dot_product_attention(
                queries.transpose(0, 1)[None],
                done.keys[-1][None],
                done.values[-1][None],
                is_causal=True,
                scale=1.0,
                enable_gqa=self._heads != self._key_heads,
            )
            x = self._mix(layer, x, mixed[0].transpose(0, 1).flatten(1))
        return done

    def step(self, tokens: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
        """Append tokens to every row.

        Args:
            tokens: [rows, new].

        Returns:
            Logits of what follows the last token, [rows, vocabulary], and the states that
            they come from, [rows, width]; both float32.
        """
        count, new = tokens.shape
        x = self._embedding[tokens.flatten()]
        rotation = self._rotation(rows.positions(new).flatten())
        step = rows.step(new, self._heads // self._key_heads)
        for number, layer in enumerate(self._layers):
            x = self._mix(layer, x, rows.attend(number, step, *self._project(layer, x, rotation)))
        rows.length += new
        last = x.view(count, new, -1)[:, -1]
        last = self._norm(last)
        return self._head(last).float(), last.float() * self._last_factors

    def _rotation(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        positions = positions.clamp_max(self.positions - 1)
        return self._cosine[positions][:, None], self._sine[positions][:, None]

    def _project(
        self, layer: Layer, x: Tensor, rotation: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Queries [tokens, H, D], keys and values [tokens, K, D]; the first two rotated."""
        cosine, sine = rotation
        both = self._heads + self._key_heads
        projected = layer.attention_in(self._norm(x)).view(len(x), -1, self._size)
        turned = projected[:, :both]
        turned = torch.addcmul(turned * cosine, turned.roll(self._size // 2, -1), sine)
        return turned[:, : self._heads], turned[:, self._heads :], projected[:, both:]

    def _mix(self, layer: Layer, x: Tensor, attended: Tensor) -> Tensor:
        x = x + layer.attention_out(attended)
        gate, up = layer.gate_up(self._norm(x)).chunk(2, -1)
        return x + layer.down(layer.activation(gate) * up)

    def _norm(self, x: Tensor) -> Tensor:
        """x / sqrt(|x|^2 + width x epsilon): RMS norm but for the factors in the matrices."""
        lengths: Tensor = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        return x / lengths.hypot_(self._floor)


def _layer(block: Any, precision: Precision, device: torch.device) -> Layer:
    """Fuse a transformers decoder layer."""
    attention, mlp = block.self_attn, block.mlp
    shrink = attention.head_dim**-0.5
    parts = [(attention.q_proj, shrink), (attention.k_proj, 1.0), (attention.v_proj, 1.0)]
    ways = torch.cat([part.weight * scale for part, scale in parts])
    ways_bias = _joined([None if p.bias is None else p.bias * scale for p, scale in parts])
    gate_up = torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight])
    # The gated product has outliers: in 8 bits it alone would do most of the harm.
    down: Precision = "float32" if precision == "int8" else precision
    gate_up_bias = _joined([mlp.gate_proj.bias, mlp.up_proj.bias])
    return Layer(
        dense(ways * _norm_factors(block.input_layernorm), ways_bias, precision, device),
        dense(attention.o_proj.weight, attention.o_proj.bias, precision, device),
        dense(
            gate_up * _norm_factors(block.post_attention_layernorm), gate_up_bias, precision, device
        ),
        dense(mlp.down_proj.weight, mlp.down_proj.bias, down, device),
        mlp.act_fn,
    )


def _norm_factors(norm: Any) -> Tensor:
    """What an RMS norm multiplies its input by, once that has length 1: [width]."""
    factors: Tensor = norm.weight.detach() * math.sqrt(len(norm.weight))
    return factors


def _joined(biases: Sequence[Tensor | None]) -> Tensor | None:
    present = [bias for bias in biases if bias is not None]
    return torch.cat(present) if present else None
