"""One-step repairs: children of a buggy program, and which of them pass the unit tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evolution.benchmarks.intervals import wilson
from evolution.benchmarks.repair.node_mutation import NodeMutation
from evolution.benchmarks.repair.problems import Problem
from evolution.operators import Child, Operator
from evolution.sandbox import Sandbox

MESSAGE = "Fixed bugs."
_BATCH = 64  # proposals with a shared parent
_CHUNK = 5_000  # mutations of the node mutation at once


def point_name(problem: str, bugs: int) -> str:
    return f"{problem}, {bugs} bug{'' if bugs == 1 else 's'}"


class Entrant(Protocol):
    """What is compared: makes children of a problem's buggy program, some at a time."""

    @property
    def name(self) -> str: ...

    @property
    def trials(self) -> int:
        """At each point, over all random seeds."""

    @property
    def cost(self) -> float:
        """Seconds a trial, roughly; for the progress only."""

    def batches(
        self, problem: Problem, bugs: int, count: int, rng: np.random.Generator
    ) -> Iterator[Counter[str]]:
        """Texts with how often each came, ``count`` at most in all; the rest gave no text."""
        ...


@dataclass(frozen=True, slots=True)
class OperatorEntrant:
    """Any operator of the library."""

    name: str
    operator: Operator
    trials: int
    cost: float

    def batches(
        self, problem: Problem, bugs: int, count: int, rng: np.random.Generator
    ) -> Iterator[Counter[str]]:
        program = problem.programs[bugs]
        for start in range(0, count, _BATCH):
            size = min(_BATCH, count - start)
            children = self.operator.propose([program] * size, [MESSAGE] * size, rng)
            yield Counter(child.program for child in children if isinstance(child, Child))


@dataclass(frozen=True, slots=True)
class NodeMutationEntrant:
    """Tiny GP's mutation, at a rate of its own for each (problem, bugs)."""

    name: str
    trials: int
    cost: float
    rates: dict[tuple[str, int], float]

    def batches(
        self, problem: Problem, bugs: int, count: int, rng: np.random.Generator
    ) -> Iterator[Counter[str]]:
        mutation = NodeMutation(problem.programs[bugs], problem.names)
        rate = self.rates[problem.name, bugs]
        for start in range(0, count, _CHUNK):
            yield mutation.children(min(_CHUNK, count - start), rate, rng)


class Judge:
    """Runs unit tests in the sandbox; a text that came before is not run again."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._known: dict[tuple[str, str], bool] = {}

    def successes(self, problem: Problem, children: Counter[str]) -> int:
        """How many of the children pass all unit tests."""
        new = [text for text in children if (problem.name, text) not in self._known]
        passed = self._passing(problem, new, batched=True)
        # A program may have been influenced by one before it: what counts was run alone.
        passed = self._passing(problem, sorted(passed), batched=False)
        self._known.update({(problem.name, text): text in passed for text in new})
        return sum(times for text, times in children.items() if self._known[problem.name, text])

    def _passing(self, problem: Problem, texts: Sequence[str], *, batched: bool) -> set[str]:
        results = self._sandbox.call(texts, problem.function, problem.arguments, batched=batched)
        return {
            text
            for text, result in zip(texts, results, strict=True)
            if isinstance(result, list) and problem.is_solved_by(result)
        }


@dataclass(frozen=True, slots=True)
class Point:
    """The outcome for one entrant on one problem with so many bugs.

    Attributes:
        trials: of each random seed.
        texts: trials that gave a program at all, of each random seed.
        successes: trials that repaired it, of each random seed.
    """

    entrant: str
    problem: str
    bugs: int
    trials: tuple[int, ...]
    texts: tuple[int, ...]
    successes: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of trials that repaired the program, 0 to 1."""
        return sum(self.successes) / sum(self.trials)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% confidence interval of `share`."""
        return wilson(sum(self.successes), sum(self.trials))

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest share of a random seed."""
        shares = [won / count for won, count in zip(self.successes, self.trials, strict=True)]
        return min(shares), max(shares)
