"""What generation is measured on: a model, its parents and messages, and what counts as parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import LlamaForCausalLM

from evolution.config import PAPER_MESSAGES
from evolution.diffs.line_edits import lines_of
from evolution.language_model.critic import Critic, read_critic
from evolution.language_model.generation import Sampler
from evolution.language_model.grammar import EditRules
from evolution.language_model.model import Shape, decoder_config, load_model
from evolution.language_model.program_facts import facts_of
from evolution.language_model.quantization import Precision
from evolution.language_model.reference import reference_sample
from evolution.language_model.sampling import Group, Sampled, Sampling
from evolution.language_model.tokenizer import EditTokenizer
from evolution.types import Failure
from evolution.walkers.seeds import SEEDS

_USUAL = Sampling()
EDIT_TOKENS = 25  # of every edit where weights are random
_VOCABULARY = 4_400
_PREFIXES = (200, 300, 400, 500)
_MESSAGE_TOKENS = 10
# Random weights give almost even distributions, whose nuclei are thousands of tokens;
# with this factor on the last matrix they are a handful, as a trained model's.
_SHARPNESS = 25.0


@dataclass(frozen=True)
class Workload:
    """A model and what it is asked.

    Attributes:
        about: the model, in words.
        decoder: transformers' `LlamaForCausalLM`.
        tokenizer: None if the weights are random: then nothing can be parsed.
        programs: lines of the parents, where there is a tokenizer.
    """

    about: str
    decoder: Any
    end: int
    forbidden: tuple[int, ...]
    parents: list[list[int]]
    messages: list[list[int]]
    sampling: Sampling
    tokenizer: EditTokenizer | None = None
    programs: tuple[list[str], ...] = ()
    critic: Critic | None = None

    def sampler(self, precision: Precision, device: str = "cpu") -> Sampler:
        return Sampler(
            self.decoder,
            end=self.end,
            precision=precision,
            device=device,
            forbidden=self.forbidden,
            critic=self.critic,
        )

    def groups(self, children: int) -> list[Group]:
        """So many children of each parent; the messages take turns.

        A model's edits keep to their grammar, as those of the operator do.
        """
        turns = -(-children // len(self.messages))
        suffixes = (self.messages * turns)[:children]
        if self.tokenizer is None:
            return [Group(parent, suffixes) for parent in self.parents]
        rules = EditRules(self.tokenizer)
        longest = self.sampling.longest
        return [
            Group(parent, suffixes, rules.grammar(lines, facts_of("\n".join(lines)), 0, longest))
            for parent, lines in zip(self.parents, self.programs, strict=True)
        ]

    def by_generate(self, children: int, seed: int, device: str = "cpu") -> list[list[Sampled]]:
        """So many children of each parent by transformers' `generate`, without grammars."""
        decoder, message = self.decoder.to(device), self.messages[0]
        return [
            reference_sample(
                decoder,
                [*parent, *message],
                children,
                self.sampling,
                seed,
                end=self.end,
                forbidden=self.forbidden,
            )
            for parent in self.parents
        ]

    def parsed(self, sampled: Sequence[Sequence[Sampled]]) -> int:
        """How many are edits; all of them where the weights are random."""
        if self.tokenizer is None:
            return sum(map(len, sampled))
        return sum(
            child.ended and not isinstance(self.tokenizer.parse(child.tokens, lines), Failure)
            for lines, group in zip(self.programs, sampled, strict=True)
            for child in group
        )


def random_workload() -> Workload:
    """The default shape with random weights; every edit has `EDIT_TOKENS` tokens."""
    rng = np.random.default_rng(0)
    # The embedding's own matrix, made sharp, would only repeat its input.
    config = decoder_config(_VOCABULARY, Shape(), tie_word_embeddings=False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        decoder: Any = LlamaForCausalLM(config)
    decoder.eval()
    with torch.inference_mode():
        decoder.lm_head.weight.mul_(_SHARPNESS)

    def tokens(count: int) -> list[int]:
        return [int(token) for token in rng.integers(1, _VOCABULARY, count)]

    return Workload(
        f"random weights, {_size(decoder)} (embedding and head apart), "
        f"every edit {EDIT_TOKENS} tokens",
        decoder,
        end=0,
        forbidden=(0,),
        parents=[tokens(count) for count in _PREFIXES],
        messages=[tokens(_MESSAGE_TOKENS) for _ in PAPER_MESSAGES],
        sampling=Sampling(longest=EDIT_TOKENS),
    )


def model_workload(folder: Path, sampling: Sampling = _USUAL) -> Workload:
    """A diff model on the seed programs with the paper's messages.

    Raises:
        ModelError: if the model cannot be loaded.
    """
    model = load_model(folder)
    tokenizer = model.tokenizer
    programs = tuple(lines_of(seed.program) for seed in SEEDS.values())
    return Workload(
        f"{folder.name}, {_size(model.decoder)}",
        model.decoder,
        end=tokenizer.end,
        forbidden=(),
        parents=[tokenizer.program(lines) for lines in programs],
        messages=[tokenizer.message(text) for text, _ in PAPER_MESSAGES],
        sampling=sampling,
        tokenizer=tokenizer,
        programs=programs,
        critic=read_critic(folder, model.decoder.config.hidden_size),
    )


def divergences(workload: Workload, precision: Precision, children: int) -> NDArray[np.float64]:
    """How far a precision's next-token distributions are from float32's.

    Sampled edits are cut at a random place and both predict the token there.

    Returns:
        For each child the Kullback-Leibler divergence, in nats, at temperature 1.
    """
    rng = np.random.default_rng(0)
    exact, other = workload.sampler("float32"), workload.sampler(precision)
    cut = []
    groups = workload.groups(children)
    for group, sampled in zip(groups, exact.sample(groups, workload.sampling, rng), strict=True):
        begun = [
            [*suffix, *child.tokens[: rng.integers(len(child.tokens) + 1)]]
            for suffix, child in zip(group.suffixes, sampled, strict=True)
        ]
        cut.append(Group(group.prefix, begun))
    # Forbidden tokens have probability 0 in both and add nothing.
    p, q = (torch.cat(s.next_logits(cut)).double().log_softmax(-1) for s in (exact, other))
    return (p.exp() * (p - q)).nan_to_num(0.0).sum(-1).numpy()


def _size(decoder: Any) -> str:
    return f"{sum(weight.numel() for weight in decoder.parameters()) / 1e6:.1f}M parameters"
