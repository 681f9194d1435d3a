"""Small honest parts for tests of the search: no sandbox, no physics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolution.config import RunConfig
from evolution.evaluation import Evaluation
from evolution.operators import Child, Operator, OperatorUnavailable
from evolution.operators.syntax_tree import SyntaxTreeOperator
from evolution.search import Admitted, BatchRequest, BatchResult, Search
from evolution.types import Failure, Stage
from evolution.walkers import Walker

REFUSED = Failure(Stage.SANDBOX, "time-limit", "It ran too long.")


def config(**changes: object) -> RunConfig:
    settings = {"seed_program": "seed", "evaluations": 40, "batch_size": 8, "batches_in_flight": 3}
    return RunConfig.model_validate(settings | changes)


class Suffixes:
    """An operator that appends a random letter: children that are easy to follow."""

    name = "suffixes"

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        return [
            Child(parent + "abcd"[rng.integers(4)], self.name, message)
            for parent, message in zip(parents, messages, strict=True)
        ]


def evaluation(program: str) -> Evaluation | Failure:
    """A walker whose size and distance follow from the letters of its program."""
    if program.endswith("dd"):
        return REFUSED
    size = 1.0 + program.count("a")
    walker = Walker.create([(0.0, 0.0), (size, 0.5 * program.count("b"))], [(0, 1, False, 1.0, 0)])
    distance = float(sum(map(ord, program)) % 7)
    return Evaluation(walker, {}, distance, distance, program.encode())


def answer(request: BatchRequest, children: list[Child | Failure]) -> BatchResult:
    evaluations = [
        child if isinstance(child, Failure) else evaluation(child.program) for child in children
    ]
    return BatchResult(request.number, children, evaluations)


def elites(search: Search) -> list[tuple[int, int, str]]:
    return [(niche, entry.walker, entry.program) for niche, entry in search.archive.elites()]


def comparable(records: Sequence[Admitted]) -> list[tuple[object, ...]]:
    return [
        (r.number, r.parent, r.batch, r.depth, r.program, r.objective, r.robust_objective, r.diff)
        for r in records
    ]


class Letters:
    """An operator that appends one of its pieces; several of them make a cheap mix."""

    def __init__(self, name: str, pieces: Sequence[str]) -> None:
        self.name = name
        self.pieces = pieces
        self.calls: list[list[str]] = []  # the parents of each

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        self.calls.append(list(parents))
        picks = rng.integers(len(self.pieces), size=len(parents))
        return [
            Child(parent + self.pieces[pick], self.name, message)
            for parent, message, pick in zip(parents, messages, picks, strict=True)
        ]


class Broken:
    """An operator that is unavailable until it is mended."""

    name = "broken"
    failure = Failure(Stage.OPERATOR, "model-missing", "There is no model; name another one.")

    def __init__(self, mended: Operator | None = None) -> None:
        self.mended = mended
        self.calls = 0

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        self.calls += 1
        if self.mended:
            return self.mended.propose(parents, messages, rng)
        raise OperatorUnavailable(self.failure)


class Bold(SyntaxTreeOperator):
    """Syntax-tree mutation twice over."""

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        first = super().propose(parents, messages, rng)
        again = [
            child.program if isinstance(child, Child) else parent
            for child, parent in zip(first, parents, strict=True)
        ]
        return super().propose(again, messages, rng)


def cheap_operator(name: str) -> Operator:
    """Syntax-tree mutation under every name, a bold one for the diff model's."""
    return Bold() if name == "diff-model" else SyntaxTreeOperator()


MIX = {"operator": "mix", "mix": ("diff-model", "syntax-tree"), "model": "none-needed"}
"""Fields of a config whose operators a test makes itself."""
