"""Tiny models in the public diff models' format, made and trained within a test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    CodeGenConfig,
    GPT2Config,
    PretrainedConfig,
    PreTrainedTokenizerFast,
)

END = "<|endoftext|>"
Pair = tuple[str, str]  # prompt, and what is to be written after it


def tokenizer_for(texts: Sequence[str]) -> PreTrainedTokenizerFast:
    """Byte-level, as the public diff models' own: the tags are plain text to it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[END],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END)


def gpt2(vocabulary: int, context: int) -> GPT2Config:
    return GPT2Config(
        vocab_size=vocabulary,
        n_positions=context,
        n_embd=32,
        n_layer=1,
        n_head=2,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=0,
        eos_token_id=0,
    )


def codegen(vocabulary: int, context: int) -> CodeGenConfig:
    """The architecture of CarperAI's diff-codegen."""
    return CodeGenConfig(
        vocab_size=vocabulary,
        n_positions=context,
        n_ctx=context,
        n_embd=32,
        n_layer=2,
        n_head=4,
        rotary_dim=4,
        bos_token_id=0,
        eos_token_id=0,
    )


def save_model(
    folder: Path,
    config: PretrainedConfig,
    tokenizer: PreTrainedTokenizerFast,
    pairs: Sequence[Pair] = (),
) -> Path:
    """Write a model that was trained until it knows ``pairs`` by heart (none: at random)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = AutoModelForCausalLM.from_config(config)
        if pairs:
            _memorise(model, tokenizer, pairs)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _memorise(
    model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast, pairs: Sequence[Pair]
) -> None:
    rows = [tokenizer(prompt + output + END)["input_ids"] for prompt, output in pairs]
    length = max(map(len, rows))
    tokens = torch.tensor([row + [0] * (length - len(row)) for row in rows])
    labels = torch.full_like(tokens, -100)
    for at, ((prompt, _), row) in enumerate(zip(pairs, rows, strict=True)):
        start = len(tokenizer(prompt)["input_ids"])
        labels[at, start : len(row)] = tokens[at, start : len(row)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(300):
        loss = model(input_ids=tokens, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < 0.01:
            return
    raise AssertionError(f"not learnt: {loss.item():.2f}")
