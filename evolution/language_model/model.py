"""The diff model: a small decoder, its shape, and its folder of files.

The decoder is transformers' own `LlamaForCausalLM`, so that anybody's tools load it. A
folder holds config.json, model.safetensors, tokenizer.json, manifest.json and README.md
(the model card).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.utils import logging as transformers_logging

from evolution.language_model.copying import prepare_to_copy
from evolution.language_model.registry import CRITIC
from evolution.language_model.tokenizer import EditTokenizer
from evolution.language_model.weights import MANIFEST, ModelError, check_files, check_vocabulary

CONTEXT = 1_024  # tokens: a parent, a message and an edit
_ROPE_THETA = 1e6  # half of a head's pairs turn so slowly that matches hold over the context

# Reading and writing a small model takes a blink; workers would log every line of a bar.
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of the decoder. The default has 3.2 million parameters: what two CPU cores
    can train in an hour or two and sample fast enough to keep a simulation busy."""

    width: int = 192
    layers: int = 6
    heads: int = 3
    key_value_heads: int = 3
    inner: int = 512


@dataclass(frozen=True, slots=True)
class DiffModel:
    """A decoder with its tokenizer.

    Attributes:
        manifest: what it was made from: name, parent model, data, training, figures.
    """

    decoder: LlamaForCausalLM
    tokenizer: EditTokenizer
    manifest: dict[str, Any]

    @property
    def parameters(self) -> int:
        return sum(weight.numel() for weight in self.decoder.parameters())


def decoder_config(vocabulary: int, shape: Shape, **changes: Any) -> LlamaConfig:
    """What every decoder of this project has in common; ``changes`` are fields of its own."""
    common: dict[str, Any] = {
        "max_position_embeddings": CONTEXT,
        "rope_parameters": {"rope_type": "default", "rope_theta": _ROPE_THETA},
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": None,
        "attn_implementation": "sdpa",
    }
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        **common | changes,
    )


def new_decoder(tokenizer: EditTokenizer, shape: Shape, seed: int) -> LlamaForCausalLM:
    """A decoder whose first weights only copy (see `copying`), the same for the same seed."""
    config = decoder_config(
        tokenizer.size, shape, eos_token_id=tokenizer.end, pad_token_id=tokenizer.end
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        decoder = LlamaForCausalLM(config)
    prepare_to_copy(decoder, torch.Generator().manual_seed(seed))
    return decoder


def save_model(model: DiffModel, folder: Path) -> None:
    """Write the model's folder; weights in bfloat16, half the bytes at the same quality.

    A critic that lies there was fitted to other weights and goes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CRITIC).unlink(missing_ok=True)
    dtype = model.decoder.dtype
    nn.Module.to(model.decoder, torch.bfloat16)
    model.decoder.save_pretrained(folder)
    nn.Module.to(model.decoder, dtype)
    model.tokenizer.save(folder)
    write_manifest(folder, model.manifest)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def load_model(folder: Path, device: str = "cpu") -> DiffModel:
    """Read a model's folder, float32, ready for inference.

    Raises:
        ModelError: if files are missing, damaged or do not fit each other.
    """
    check_files(folder)
    try:
        tokenizer = EditTokenizer.load(folder)
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        decoder = LlamaForCausalLM.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True, use_safetensors=True
        )
    except (ValueError, OSError, RuntimeError, KeyError, SafetensorError) as error:
        raise ModelError(f"The model in {folder} is damaged: {error}") from error
    check_vocabulary(folder, decoder.config.vocab_size, tokenizer)
    nn.Module.to(decoder, device)
    decoder.train(False)
    return DiffModel(decoder, tokenizer, manifest)
