"""Small honest parts for tests of the search: no sandbox, no physics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolution.config import RunConfig
from evolution.evaluation import Evaluation
from evolution.operators import Child
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
