"""Figures of a step of practice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean

from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.requests import CHANGED
from evolution.practice.attempts import Attempt
from evolution.practice.rewards import Verdict
from evolution.practice.tasks import Task


def step_figures(
    tasks: Sequence[Task], attempts: Sequence[Attempt], verdicts: Sequence[Verdict]
) -> dict[str, float]:
    """Of the edits under general messages: mean reward, and shares of those that ...

    are ``valid and different``, ``obeyed``, reach a ``new niche``, change ``only numbers``
    though anything might have changed (a model that dares nothing else has stopped
    exploring); and the share ``obeyed when taught`` of the edits under intentions' messages.
    """
    pairs = list(zip(attempts, verdicts, strict=True))
    general = [verdict for attempt, verdict in pairs if attempt.request.is_general]
    taught = [verdict for attempt, verdict in pairs if not attempt.request.is_general]
    free = [
        Change(tasks[a.task].program, a.program).numbers_only
        for a in attempts
        if a.request.message == CHANGED and isinstance(a.program, str)
    ]
    return {
        **_mean("reward", (v.reward for v in general)),
        **_mean("valid and different", (v.different for v in general)),
        **_mean("obeyed", (v.obeyed for v in general)),
        **_mean("new niche", (v.new_niche for v in general)),
        **_mean("only numbers", free),
        **_mean("obeyed when taught", (v.obeyed for v in taught)),
    }


def _mean(name: str, values: Iterable[float]) -> dict[str, float]:
    """Nothing where there are no values."""
    found = [float(value) for value in values]
    return {name: mean(found)} if found else {}
