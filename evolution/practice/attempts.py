"""What a model writes when it is asked for edits of programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evolution.language_model.corpus.requests import Request
from evolution.language_model.generation import Sampler
from evolution.language_model.grammar import EditRules
from evolution.language_model.sampling import Sampling
from evolution.language_model.threads import threads
from evolution.operators.edit_writing import Written, write_edits
from evolution.practice.tasks import Task
from evolution.types import Failure


@dataclass(frozen=True, slots=True)
class Attempt:
    """One edit: of which task, what was asked for, what came out, and its length in tokens."""

    task: int
    request: Request
    program: str | Failure
    length: int


def try_tasks(
    tasks: Sequence[Task],
    sampler: Sampler,
    rules: EditRules,
    sampling: Sampling,
    rng: np.random.Generator,
) -> list[tuple[Attempt, Written]]:
    """One edit for each request of each task; none of programs that cannot be shown."""
    wanted = [(at, request) for at, task in enumerate(tasks) for request in task.requests]
    asked = [(tasks[at].program, request.message) for at, request in wanted]
    with threads(1):
        written = write_edits(asked, sampler, rules, sampling, rng)
    return [
        (Attempt(at, request, one.program, len(one.sample.tokens)), one)
        for (at, request), one in zip(wanted, written, strict=True)
        if isinstance(one, Written)
    ]
