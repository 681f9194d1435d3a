"""Edits that a model writes of programs, built and judged, batch by batch.

What a batch holds depends on its number alone, so several processes find what one finds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from evolution.config import Frozen
from evolution.language_model.corpus.judging import Judge
from evolution.language_model.critic_fitting import Tried, edit_states
from evolution.language_model.generation import Sampler
from evolution.language_model.grammar import EditRules
from evolution.language_model.model import DiffModel, load_model
from evolution.language_model.sampling import Sampling
from evolution.practice.attempts import try_tasks
from evolution.practice.rewards import judge
from evolution.practice.tasks import Amounts, draw_tasks
from evolution.sandbox import Sandbox

Programs = Sequence[Sequence[str]]


class TrialSettings(Frozen):
    """What a model is asked for."""

    amounts: Amounts = Amounts(programs=16, general=14, each=2)
    temperature: float = Field(default=Sampling().temperature, gt=0)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Edits of some programs.

    Attributes:
        edits: how many were written.
        tried: those that have ended.
    """

    edits: int
    tried: list[Tried]


class Trials:
    """Tries a model's edits in this process.

    Args:
        model: its decoder is not changed, and no critic is asked.
        programs: to edit, in parts that take turns; those that make no walker are passed over.
        sandbox: where programs are built.

    Raises:
        ValueError: if there are no programs, or none in a part.
    """

    def __init__(
        self, model: DiffModel, programs: Programs, sandbox: Sandbox, settings: TrialSettings
    ) -> None:
        if not (programs and all(programs)):
            raise ValueError("There is no program to try edits on.")
        self._model, self._programs, self._sandbox = model, programs, sandbox
        self._settings = settings
        self._rules = EditRules(model.tokenizer)
        self._sampler = Sampler(model.decoder, end=model.tokenizer.end)
        self._judge = Judge()

    def batches(self) -> Iterator[Batch]:
        """One after the other, without an end; errors as `batch`."""
        return map(self.batch, count())

    def batch(self, number: int) -> Batch:
        """Raises:
        SandboxUnavailable: if programs cannot be run safely on this machine.
        ValueError: if none of the programs makes a walker.
        """
        rng = np.random.default_rng([self._settings.seed, number])
        part = self._programs[number % len(self._programs)]
        tasks = draw_tasks(part, self._settings.amounts, self._sandbox, rng)
        if not tasks:
            raise ValueError("None of the programs makes a walker; there is nothing to try.")
        sampling = Sampling(temperature=self._settings.temperature)
        tried = try_tasks(tasks, self._sampler, self._rules, sampling, rng)
        attempts = [attempt for attempt, _ in tried]
        verdicts = judge(tasks, attempts, self._sandbox, self._judge)
        found: list[Tried] = []
        for at, task in enumerate(tasks):
            mine = [
                (attempt.request.message, written, verdict.is_of_use)
                for (attempt, written), verdict in zip(tried, verdicts, strict=True)
                if attempt.task == at and written.sample.ended
            ]
            if mine:
                lines = mine[0][1].window.lines
                edits = [(message, written.sample.tokens) for message, written, _ in mine]
                of_use = np.array([is_of_use for *_, is_of_use in mine])
                states = edit_states(self._model, lines, edits).numpy()
                found.append(Tried(task.program, states, of_use))
        return Batch(len(tried), found)


@contextmanager
def trials_in_processes(
    folder: Path, programs: Programs, settings: TrialSettings, processes: int
) -> Iterator[Iterator[Batch]]:
    """The batches that `Trials` gives, in its order, tried by several processes.

    Args:
        folder: the model's.

    Raises (where batches are taken):
        BrokenProcessPool: if one of the processes was killed.
        ModelError: if the model cannot be loaded.
        What `Trials` and its batches raise.
    """
    pool = ProcessPoolExecutor(
        processes, get_context("spawn"), _begin, (folder, programs, settings)
    )
    try:
        yield _in_order(pool, processes)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, processes: int) -> Iterator[Batch]:
    pending: deque[Future[Batch]] = deque()
    for number in count():
        pending.append(pool.submit(_batch, number))
        if len(pending) > processes:
            yield pending.popleft().result()


_given: list[tuple[Path, Programs, TrialSettings]] = []  # in a process of the pool: one


def _begin(*given: Any) -> None:
    _given.append(given)


@cache
def _trials() -> Trials:
    """This process's; made with its first batch, as what fails in `_begin` is not told."""
    folder, programs, settings = _given[0]
    sandbox = Sandbox()
    Finalize(None, sandbox.close, exitpriority=0)  # such a process runs nothing of `atexit`
    return Trials(load_model(folder), programs, sandbox, settings)


def _batch(number: int) -> Batch:
    return _trials().batch(number)
