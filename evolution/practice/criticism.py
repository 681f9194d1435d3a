"""What a critic is fitted to: edits that a model writes, built and judged.

The model does not change. It edits programs as in practice, mostly under the paper's
messages. An edit is of use if it makes another walker or does what was asked: critics that
were to tell obedience, too, of as many edits, told less of what makes a walker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from evolution.config import Frozen
from evolution.language_model.corpus.judging import Judge
from evolution.language_model.critic import Critic
from evolution.language_model.critic_fitting import (
    FittingSettings,
    Tried,
    edit_states,
    fit_critic,
)
from evolution.language_model.generation import Sampler
from evolution.language_model.grammar import EditRules
from evolution.language_model.model import DiffModel
from evolution.language_model.sampling import Sampling
from evolution.practice.attempts import try_tasks
from evolution.practice.rewards import judge
from evolution.practice.tasks import Amounts, Task, draw_tasks
from evolution.sandbox import Sandbox

_LEAST = 200  # edits; fewer tell nothing


class CriticSettings(Frozen):
    """How much is tried, and how the critic is fitted to it."""

    edits: int = Field(default=40_000, ge=_LEAST)
    amounts: Amounts = Amounts(programs=16, general=14, each=2)
    temperature: float = Field(default=Sampling().temperature, gt=0)
    fitting: FittingSettings = FittingSettings()
    seed: int = 0


class CriticFitting:
    """Tries a model's edits (iterate over `run`), then fits a critic.

    Args:
        model: its decoder is not changed.
        programs: to edit; those that make no walker are passed over.
        sandbox: where programs are built.

    Attributes:
        edits: tried so far, those that did not end included.
        tried: those that have ended.

    Raises:
        ValueError: if there are no programs.
    """

    def __init__(
        self,
        model: DiffModel,
        programs: Sequence[str],
        sandbox: Sandbox,
        settings: CriticSettings | None = None,
    ) -> None:
        if not programs:
            raise ValueError("There is no program to try edits on.")
        self.settings = settings or CriticSettings()
        self._model, self._programs, self._sandbox = model, programs, sandbox
        self._rules = EditRules(model.tokenizer)
        self._sampler = Sampler(model.decoder, end=model.tokenizer.end)
        self._judge = Judge()
        self.tried: list[Tried] = []
        self.edits = 0

    def run(self) -> Iterator[int]:
        """Try edits until there are enough; yields how many there are.

        Raises:
            SandboxUnavailable: if programs cannot be run safely on this machine.
            ValueError: if none of the programs makes a walker.
        """
        rng = np.random.default_rng(self.settings.seed)
        while self.edits < self.settings.edits:
            tasks = draw_tasks(self._programs, self.settings.amounts, self._sandbox, rng)
            if not tasks:
                raise ValueError("None of the programs makes a walker; there is nothing to try.")
            self._try(tasks, rng)
            yield self.edits

    def _try(self, tasks: Sequence[Task], rng: np.random.Generator) -> None:
        sampling = Sampling(temperature=self.settings.temperature)
        tried = try_tasks(tasks, self._sampler, self._rules, sampling, rng)
        attempts = [attempt for attempt, _ in tried]
        verdicts = judge(tasks, attempts, self._sandbox, self._judge)
        self.edits += len(tried)
        for at, task in enumerate(tasks):
            mine = [
                (attempt.request, written, verdict.is_of_use)
                for (attempt, written), verdict in zip(tried, verdicts, strict=True)
                if attempt.task == at and written.sample.ended
            ]
            if mine:
                lines = mine[0][1].window.lines
                edits = [(request.message, one.sample.tokens) for request, one, _ in mine]
                of_use = np.array([is_of_use for *_, is_of_use in mine])
                states = edit_states(self._model, lines, edits)
                self.tried.append(Tried(task.program, states, of_use))

    def fit(self) -> tuple[Critic, dict[str, Any]]:
        """The critic, and what a model's manifest says of it.

        Raises:
            ValueError: if all edits came out alike, or too few to tell.
        """
        fitted = fit_critic(self.tried, self.settings.fitting)
        return fitted.critic, {
            "settings": self.settings.model_dump(mode="json"),
            "programs": len(self._programs),
            "edits": self.edits,
            "of_use": round(fitted.of_use, 4),
            "held_out_pairs_right": round(fitted.pairs_right, 4),
        }
