"""Training of a diff model: what it learns from, exact resume, one path for CPU and GPU.

The loss is that of the edits and, with less weight, that of the parents' own tokens:
these are computed anyway, and the names that programs repeat teach a small decoder early
to copy, without which no edit compiles.

What step n sees depends on the seed and n alone, so a training that was stopped goes on
from its checkpoint and ends with the same weights. Matrices are optimised by Muon
(orthogonalised momentum, https://kellerjordan.github.io/posts/muon), the rest by AdamW.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Literal, Protocol

import numpy as np
import torch
from pydantic import Field
from torch import nn
from transformers import LlamaForCausalLM

from evolution.config import Frozen
from evolution.language_model.mixture import Mixture
from evolution.language_model.muon import Muon
from evolution.language_model.packing import Pack, Rows, fill_rows, rows_to_tensors

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.jsonl"


class TrainingSettings(Frozen):
    """What decides the outcome of a training, besides its data and its first weights."""

    steps: int = Field(default=1_000, ge=1)
    rows: int = Field(default=8, ge=1, description="Rows a step.")
    row_length: int = Field(default=896, ge=64, description="Tokens a row.")
    learning_rate: float = Field(default=3e-3, gt=0)
    warm_up: int = Field(default=30, ge=0, description="Steps.")
    cool_down: float = Field(default=0.5, ge=0, le=1, description="Share of the steps.")
    weight_decay: float = Field(default=0.0, ge=0)
    parent_weight: float = Field(
        default=0.5, ge=0, description="Of the parents' mean loss, beside the edits'."
    )
    seed: int = Field(default=0, ge=0)
    precision: Literal["float32", "bfloat16"] = "float32"
    validate_every: int = Field(default=100, ge=1)
    validation_parents: int = Field(default=40, ge=1, description="A part.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is, after a step."""

    step: int
    steps: int
    loss: float  # nats a token of the edits, of this step
    validation: dict[str, float]  # part -> nats a token, and figures of practice; mostly empty
    tokens: int  # trained on so far
    seconds: float  # in this process


class Practice(Protocol):
    """Packs that depend on what the decoder can do now; see `evolution.practice`."""

    def draw(self, decoder: LlamaForCausalLM, rng: np.random.Generator) -> list[Pack]: ...

    def figures(self) -> dict[str, float]:
        """What is shown beside the losses on held-out examples."""
        ...

    def summary(self) -> dict[str, Any]:
        """What a model's manifest says of it."""
        ...


class Training:
    """One training of a decoder, in place; iterate over `run`.

    Args:
        decoder: its weights are changed.
        mixture: what to draw from.
        settings: see there.
        folder: where the checkpoint and the curve are written; a checkpoint that lies
            there is gone on from.
        practice: packs for each step besides the mixture's.
    """

    def __init__(
        self,
        decoder: LlamaForCausalLM,
        mixture: Mixture,
        settings: TrainingSettings,
        folder: Path,
        device: str = "cpu",
        practice: Practice | None = None,
    ) -> None:
        self.decoder = decoder
        self.practice = practice
        nn.Module.to(decoder, device)  # transformers' own is untyped
        self.mixture = mixture
        self.settings = settings
        self.folder = folder
        self.step = 0
        self.tokens = 0
        self.curve: list[dict[str, Any]] = []
        self._device = device
        self._optimizers = _optimizers(decoder, settings)
        self._validation = {
            part.name: mixture.validation(
                part, settings.validation_parents, np.random.default_rng([settings.seed, 1])
            )
            for part in mixture.parts
        }
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).is_file():
            self._restore()

    def run(self, save_every: float = 120.0) -> Iterator[Progress]:
        """Train to the last step; a checkpoint is written every ``save_every`` seconds."""
        started = saved = monotonic()
        self.decoder.train()
        while self.step < self.settings.steps:
            loss = self._train_step()
            last = self.step == self.settings.steps
            validation: dict[str, float] = {}
            if last or self.step % self.settings.validate_every == 0:
                validation = self.validate() | (self.practice.figures() if self.practice else {})
                self._note(loss, validation)
            if last or monotonic() - saved > save_every:
                self.save()
                saved = monotonic()
            yield Progress(
                self.step, self.settings.steps, loss, validation, self.tokens, monotonic() - started
            )
        self.decoder.train(False)

    def _train_step(self) -> float:
        rng = np.random.default_rng([self.settings.seed, 0, self.step])
        packs = self.mixture.draw(self.settings.rows * self.settings.row_length, rng)
        if self.practice is not None:
            packs = [*packs, *self.practice.draw(self.decoder, rng)]
        rows = fill_rows(packs, self.settings.row_length)
        edited = _edit_tokens(packs)
        read = sum(len(pack.parent) - 1 for pack in packs)
        weight = self.settings.parent_weight
        loss = 0.0
        # Few rows at a time: their attention masks stay small.
        for start in range(0, len(rows), 4):
            part = rows_to_tensors(rows[start : start + 4])
            of_edits, of_parents = self._losses(part)
            share = of_edits / edited
            (share + weight * of_parents / read).backward()  # type: ignore[no-untyped-call]
            loss += share.item()
            self.tokens += part.tokens.numel()
        nn.utils.clip_grad_norm_(self.decoder.parameters(), 1.0)
        rate = self.settings.learning_rate * _rate(self.settings, self.step)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        return loss

    def _losses(self, rows: Rows) -> tuple[torch.Tensor, torch.Tensor]:
        """Summed loss over the tokens of the edits, and over those of the parents."""
        device = self._device
        with self._autocast():
            hidden = self.decoder.model(
                input_ids=rows.tokens.to(device),
                position_ids=rows.positions.to(device),
                attention_mask=rows.mask.to(device),
                use_cache=False,
            ).last_hidden_state
            of_edits = self._cross_entropy(
                hidden, rows.predicts, rows.targets, rows.weights, rows.allowed
            )
            if not (self.decoder.training and self.settings.parent_weight):
                return of_edits, torch.zeros((), device=device)
            return of_edits, self._cross_entropy(hidden, rows.reads, rows.read)

    def _cross_entropy(
        self,
        hidden: torch.Tensor,
        where: torch.Tensor,
        targets: torch.Tensor,
        weights: torch.Tensor | None = None,
        allowed: torch.Tensor | None = None,
    ) -> torch.Tensor:
        logits = self.decoder.lm_head(hidden[where.to(self._device)]).float()
        if allowed is not None:
            logits = logits.masked_fill(~allowed.to(self._device), -math.inf)
        targets = targets.to(self._device)
        losses = nn.functional.cross_entropy(logits, targets, reduction="none")
        return losses.sum() if weights is None else losses @ weights.to(self._device)

    def _autocast(self) -> AbstractContextManager[object]:
        if self.settings.precision == "float32":
            return nullcontext()
        return torch.autocast(torch.device(self._device).type, dtype=torch.bfloat16)

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Loss on each part's held-out examples, nats a token of the edits."""
        self.decoder.train(False)
        losses = {name: self._mean_loss(packs) for name, packs in self._validation.items()}
        self.decoder.train()
        return {name: loss for name, loss in losses.items() if not math.isnan(loss)}

    def _mean_loss(self, packs: list[Pack]) -> float:
        rows = fill_rows(packs, self.settings.row_length)
        count = _edit_tokens(packs)
        parts = [rows_to_tensors(rows[at : at + 4]) for at in range(0, len(rows), 4)]
        return sum(self._losses(part)[0].item() for part in parts) / count if count else math.nan

    def _note(self, loss: float, validation: dict[str, float]) -> None:
        point = {"step": self.step, "tokens": self.tokens, "loss": round(loss, 4)}
        self.curve.append(point | {name: round(value, 4) for name, value in validation.items()})
        text = "".join(json.dumps(point) + "\n" for point in self.curve)
        (self.folder / CURVE).write_text(text)

    def save(self) -> None:
        """Write the checkpoint, all or nothing."""
        state = {
            "settings": self.settings.model_dump_json(),
            "step": self.step,
            "tokens": self.tokens,
            "curve": json.dumps(self.curve),
            "decoder": self.decoder.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
        }
        unfinished = self.folder / (CHECKPOINT + ".part")
        torch.save(state, unfinished)
        os.replace(unfinished, self.folder / CHECKPOINT)

    def _restore(self) -> None:
        """Go on from the checkpoint.

        Raises:
            ValueError: if it belongs to other settings.
        """
        state = torch.load(self.folder / CHECKPOINT, map_location=self._device, weights_only=True)
        before = TrainingSettings.model_validate_json(state["settings"])
        if not _is_same_so_far(before, self.settings, state["step"]):
            raise ValueError(
                f"The checkpoint in {self.folder} was made with other settings; choose another "
                "folder, or give the settings that it was started with."
            )
        self.decoder.load_state_dict(state["decoder"])
        for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.tokens = state["step"], state["tokens"]
        self.curve = json.loads(state["curve"])


def _edit_tokens(packs: list[Pack]) -> int:
    return sum(len(branch.edit) for pack in packs for branch in pack.branches)


def _rate(settings: TrainingSettings, step: int) -> float:
    """Share of the learning rate: up, flat, and down to nothing at the end."""
    up = (step + 1) / settings.warm_up if settings.warm_up else 1.0
    down = (settings.steps - step) / max(settings.steps * settings.cool_down, 1)
    return min(1.0, up, down)


def _is_same_so_far(one: TrainingSettings, other: TrainingSettings, step: int) -> bool:
    """Whether two trainings are the same up to ``step``.

    Their length may differ as long as neither has begun to cool down: a training can be
    made longer or shorter on its way.
    """
    ending = {"steps", "cool_down"}
    return (
        one.model_dump(exclude=ending) == other.model_dump(exclude=ending)
        and step <= min(one.steps, other.steps)
        and all(_rate(one, n) == _rate(other, n) for n in range(step))
    )


def _optimizers(
    decoder: LlamaForCausalLM, settings: TrainingSettings
) -> list[torch.optim.Optimizer]:
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, weight in decoder.named_parameters():
        is_matrix = weight.ndim == 2 and "embed" not in name
        (matrices if is_matrix else others).append(weight)
    adam = torch.optim.AdamW(others, lr=settings.learning_rate, betas=(0.9, 0.95), weight_decay=0.0)
    muon = Muon(
        matrices,
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        precision=torch.float32 if settings.precision == "float32" else torch.bfloat16,
    )
    return [muon, adam]
