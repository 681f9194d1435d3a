"""A diff model's weights as a sampler needs them, without transformers.

Importing transformers takes seconds and 150 MB, which a worker that only samples can do
without. What is read is checked against config.json, tensor by tensor.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from evolution.language_model.tokenizer import EditTokenizer

WEIGHTS = "model.safetensors"
MANIFEST = "manifest.json"
CONFIG = "config.json"

# What reading a damaged file raises, besides SafetensorError.
_DAMAGE = (ValueError, OSError, RuntimeError, KeyError, TypeError, AttributeError)
# Whatever else config.json says changes nothing in what the decoder computes.
_EXPECTED = {"model_type": "llama", "hidden_act": "silu", "tie_word_embeddings": True}


class ModelError(ValueError):
    """The model cannot be used; the message says why and what to do."""


def check_files(folder: Path) -> None:
    """Raises:
    ModelError: if the folder lacks a file of a model.
    """
    missing = [name for name in (CONFIG, WEIGHTS, MANIFEST) if not (folder / name).is_file()]
    if missing:
        raise ModelError(f"The model in {folder} lacks {', '.join(missing)}; copy it anew.")


def check_vocabulary(folder: Path, tokens: int, tokenizer: EditTokenizer) -> None:
    """Raises:
    ModelError: if model and tokenizer are not made for each other.
    """
    if tokens != tokenizer.size:
        raise ModelError(
            f"The model in {folder} has {tokens} tokens and its tokenizer {tokenizer.size}: the "
            "files are of two models."
        )


def read_weights(folder: Path) -> tuple[Any, EditTokenizer]:
    """What `Decoder` reads of a `LlamaForCausalLM`, under the same names, and its tokenizer.

    Raises:
        ModelError: if files are missing, damaged or do not fit each other.
    """
    check_files(folder)
    try:
        tokenizer = EditTokenizer.load(folder)
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        tensors = load_file(folder / WEIGHTS)
        different = [name for name, value in _EXPECTED.items() if config[name] != value]
        if different or config["rope_parameters"]["rope_type"] != "default":
            raise ValueError("its config.json is not one of a diff model")
        model = _model(SimpleNamespace(**config), tensors)
    except (*_DAMAGE, SafetensorError) as error:
        raise ModelError(f"The model in {folder} is damaged: {error}.") from error
    check_vocabulary(folder, model.config.vocab_size, tokenizer)
    return model, tokenizer


def _model(config: Any, tensors: dict[str, Tensor]) -> Any:
    width, inner, size = config.hidden_size, config.intermediate_size, config.head_dim
    queries, keys = config.num_attention_heads * size, config.num_key_value_heads * size
    shapes = {
        "self_attn.q_proj": (queries, width),
        "self_attn.k_proj": (keys, width),
        "self_attn.v_proj": (keys, width),
        "self_attn.o_proj": (width, queries),
        "mlp.gate_proj": (inner, width),
        "mlp.up_proj": (inner, width),
        "mlp.down_proj": (width, inner),
        "input_layernorm": (width,),
        "post_attention_layernorm": (width,),
    }

    def part(name: str, *shape: int) -> Any:
        weight = tensors[f"{name}.weight"].float()
        if weight.shape != shape:
            raise ValueError(f"{name} has the shape {tuple(weight.shape)}, not {shape}")
        bias = tensors.get(f"{name}.bias")
        return SimpleNamespace(weight=weight, bias=None if bias is None else bias.float())

    layers = []
    for number in range(config.num_hidden_layers):
        found = {n: part(f"model.layers.{number}.{n}", *shape) for n, shape in shapes.items()}
        layers.append(_layer(found, size))
    embedding = part("model.embed_tokens", config.vocab_size, width)
    body = SimpleNamespace(
        embed_tokens=embedding,
        layers=layers,
        norm=part("model.norm", width),
        rotary_emb=_Rotation(size, config.rope_parameters["rope_theta"]),
    )
    return SimpleNamespace(config=config, model=body, lm_head=embedding)


def _layer(parts: dict[str, Any], size: int) -> Any:
    """A layer's parts, named one in the other as transformers does."""
    inside: dict[str, dict[str, Any]] = {"self_attn": {"head_dim": size}, "mlp": {"act_fn": F.silu}}
    for name, part in parts.items():
        outer, _, inner = name.partition(".")
        if inner:
            inside[outer][inner] = part
        else:
            inside[outer] = part
    attention, mlp = (SimpleNamespace(**inside.pop(name)) for name in ("self_attn", "mlp"))
    return SimpleNamespace(self_attn=attention, mlp=mlp, **inside)


@dataclass(frozen=True)
class _Rotation:
    """Rotary positions: called like transformers' module."""

    size: int
    theta: float
    rope_type: str = "default"

    @property
    def inv_freq(self) -> Tensor:
        steps = torch.arange(0, self.size, 2, dtype=torch.float32) / self.size
        return 1.0 / self.theta**steps

    def __call__(self, like: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        """cos and sin, each [1, positions, size]."""
        angles = positions[..., None].float() * self.inv_freq
        angles = torch.cat([angles, angles], -1)
        return angles.cos(), angles.sin()
