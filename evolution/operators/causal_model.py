"""Mutation by any causal language model that writes the public diff models' format.

CarperAI's diff-codegen models by name from a hub or by folder, or anything trained on
the same layout (`evolution.diffs.public_format`). The paper's mutation operator (stage
1) is such a model: it reads the program and the commit message and writes the diff.

The models are large and the plain `generate` is slow (minutes for a batch on a CPU), so
this is for comparisons and for machines with a GPU; the shipped model is the fast one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from evolution.config import Frozen
from evolution.diffs.lines import split_lines
from evolution.diffs.public_format import apply_output, write_prompt
from evolution.operators.base import Child, OperatorUnavailable
from evolution.operators.candidates import child_failure, parent_failure
from evolution.operators.messages import Message, clean_message
from evolution.types import Failure, Stage

if TYPE_CHECKING:
    from evolution.language_model.public_models import Completion, PublicModel


class SamplingSettings(Frozen):
    """How a causal model is sampled; the defaults are those of CarperAI's own benchmark.

    Attributes:
        temperature: 0 is greedy.
        max_new_tokens: of one diff; at most half of the model's context is given to it.
        batch_size: prompts that are sampled together.
    """

    temperature: Annotated[float, Field(ge=0, le=5)] = 0.8
    top_p: Annotated[float, Field(gt=0, le=1)] = 0.95
    max_new_tokens: Annotated[int, Field(ge=1, le=8_192)] = 256
    batch_size: Annotated[int, Field(ge=1, le=1_024)] = 16


@dataclass(frozen=True, slots=True)
class _Task:
    """One child to be made.

    Attributes:
        lines: the parent's, with their newlines.
        top, bottom: the lines that the model sees; ``bottom`` is the first that it does not.
    """

    message: Message
    prompt: str
    lines: list[str]
    top: int
    bottom: int

    @property
    def label(self) -> str:
        """The child's message; says so if the model saw a part of its parent only."""
        if self.bottom - self.top == len(self.lines):
            return self.message.label()
        seen = f"only lines {self.top + 1} to {self.bottom} of {len(self.lines)} were shown"
        return self.message.label(seen)


class CausalModelOperator:
    """Samples one diff for each child.

    Args:
        model: a folder or a hub's name; ``name@revision`` names one exactly.
        name: what its children and counters are called.
        device: torch's name of one; by default the GPU, if there is one.

    A parent longer than the context is shown in part: a window of whole lines around a
    line drawn at random. The child's message says which.
    """

    def __init__(
        self,
        model: str,
        settings: SamplingSettings | None = None,
        *,
        name: str = "diff-model",
        device: str | None = None,
    ) -> None:
        self.name = name
        self._model_name, self._device = model, device
        self._settings = settings or SamplingSettings()
        self._model: PublicModel | None = None

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        """Mutate each parent once; see `evolution.operators.base.Operator`.

        Raises:
            OperatorUnavailable: if the model cannot be loaded or sampled.
        """
        pairs = list(zip(parents, messages, strict=True))
        model = self._loaded()
        tasks = [self._task(model, parent, typed, rng) for parent, typed in pairs]
        completions = iter(
            self._completions(model, [t.prompt for t in tasks if isinstance(t, _Task)], rng)
        )
        return [
            task if isinstance(task, Failure) else self._child(parent, task, next(completions))
            for parent, task in zip(parents, tasks, strict=True)
        ]

    def _loaded(self) -> PublicModel:
        if self._model is None:
            try:
                from evolution.language_model.public_models import load_public_model
            except ModuleNotFoundError as error:
                reason = f"The package {error.name} is missing; install the extra `model`."
                failure = Failure(Stage.OPERATOR, "model-library-missing", reason)
                raise OperatorUnavailable(failure) from error
            model = load_public_model(self._model_name, device=self._device)
            if isinstance(model, Failure):
                raise OperatorUnavailable(model)
            self._model = model
        return self._model

    def _new_tokens(self, model: PublicModel) -> int:
        return min(self._settings.max_new_tokens, model.context // 2)

    def _task(
        self, model: PublicModel, parent: str, typed: str, rng: np.random.Generator
    ) -> _Task | Failure:
        message = parent_failure(parent) or clean_message(typed)
        if isinstance(message, Failure):
            return message
        lines = split_lines(parent)
        budget = model.context - self._new_tokens(model)
        top, bottom = 0, len(lines)
        prompt = write_prompt(parent, message.text)
        if isinstance(prompt, str) and model.count(prompt) > budget:
            top, bottom = _window(model, lines, message.text, budget, rng)
            prompt = write_prompt("".join(lines[top:bottom]), message.text)
        if isinstance(prompt, Failure):
            return prompt
        if top == bottom or model.count(prompt) > budget:
            reason = f"A line of the parent exceeds the model's context of {model.context} tokens."
            return Failure(Stage.OPERATOR, "parent-too-long", reason)
        return _Task(message, prompt, lines, top, bottom)

    def _completions(
        self, model: PublicModel, prompts: Sequence[str], rng: np.random.Generator
    ) -> list[Completion]:
        settings = self._settings
        size = settings.batch_size
        completions: list[Completion] = []
        for at in range(0, len(prompts), size):
            batch = model.complete(
                prompts[at : at + size],
                seed=int(rng.integers(2**63)),
                max_new_tokens=self._new_tokens(model),
                temperature=settings.temperature,
                top_p=settings.top_p,
            )
            if isinstance(batch, Failure):
                raise OperatorUnavailable(batch)
            completions += batch
        return completions

    def _child(self, parent: str, task: _Task, completion: Completion) -> Child | Failure:
        shown = "".join(task.lines[task.top : task.bottom])
        edited = apply_output(shown, completion.text, finished=completion.finished)
        if isinstance(edited, Failure):
            return edited
        below = "".join(task.lines[task.bottom :])
        if below and edited and not edited.endswith("\n"):
            edited += "\n"  # the window's end is not the program's
        program = "".join(task.lines[: task.top]) + edited + below
        return child_failure(parent, program) or Child(program, self.name, task.label)


def _window(
    model: PublicModel, lines: Sequence[str], message: str, budget: int, rng: np.random.Generator
) -> tuple[int, int]:
    """The lines around a random one that fit into ``budget`` tokens with the message.

    Equal bounds mean that none fits. Lines are counted one by one; together they have
    hardly more tokens, and what is too much comes off at the end.
    """
    frame = write_prompt("\n", message)
    left = budget - (model.count(frame) if isinstance(frame, str) else budget)
    costs = [model.count(line) for line in lines]
    top = bottom = int(rng.integers(len(lines)))
    grown = True
    while grown:
        grown = False
        if bottom < len(lines) and costs[bottom] <= left:
            left -= costs[bottom]
            bottom += 1
            grown = True
        if top > 0 and bottom > top and costs[top - 1] <= left:
            top -= 1
            left -= costs[top]
            grown = True
    while bottom > top:
        prompt = write_prompt("".join(lines[top:bottom]), message)
        if isinstance(prompt, Failure) or model.count(prompt) <= budget:
            break
        bottom -= 1
    return top, bottom
