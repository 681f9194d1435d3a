"""Llama models with random weights, small enough for exact comparisons."""

from __future__ import annotations

from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM


def tiny_llama(vocabulary: int = 60, sharpness: float = 8.0, **changes: Any) -> Any:
    """A decoder whose next-token distributions are as uneven as a trained model's.

    Args:
        sharpness: factor on the random matrices.
        changes: of the `LlamaConfig`.
    """
    shape: dict[str, Any] = {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 48,
        "max_position_embeddings": 128,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": None,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = LlamaForCausalLM(LlamaConfig(**{**shape, **changes}))
        for weight in model.parameters():
            # Norms and biases too: nothing may be left at its neutral first value.
            weight.data = weight * sharpness if weight.dim() > 1 else torch.rand_like(weight) + 0.5
    return model.eval()
