"""One batch: what is asked for, and the steps of the worker that answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import process_time

import numpy as np
from numpy.typing import NDArray

from evolution.archive import EMPTY, niche_count
from evolution.config import RunConfig
from evolution.evaluation import Evaluation, Evaluator
from evolution.operators.base import Child, Operator, OperatorUnavailable
from evolution.search.choices import MUTATION
from evolution.types import Failure, Stage

SEED_BATCH = 0
SEED_OPERATOR = "seed"

# A run's operators by name, in the config's order; or its only one.
Operators = Mapping[str, Operator] | Operator


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """All that a worker needs to make and evaluate one batch.

    Attributes:
        number: 0 for the seed, then 1, 2, ...
        parents: the walker that each child descends from (a number in the library,
            a key in a database); empty for the seed.
        programs: the parents' programs, same length; for the seed, the seed program.
        messages: what each child is asked to change, same length.
        operators: who makes each child, same length; empty for the seed.
        random_seed: of the run.
        thresholds: shape (niches,), metres; a child whose screening does not reach
            its niche's value is not confirmed.
    """

    number: int
    parents: tuple[int, ...]
    programs: tuple[str, ...]
    messages: tuple[str, ...]
    operators: tuple[str, ...]
    random_seed: int
    thresholds: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Children of one batch and what became of each, in the order of the request.

    ``evaluations[i]`` is ``children[i]`` where that is a Failure. ``cpu`` holds CPU
    seconds that this process spent by step, for benchmarks; it decides nothing.
    """

    number: int
    children: list[Child | Failure]
    evaluations: list[Evaluation | Failure]
    cpu: dict[str, float] = field(default_factory=dict)


def seed_request(config: RunConfig) -> BatchRequest:
    """Batch 0: the seed program as it is."""
    thresholds = np.full(niche_count(config.archive), EMPTY)
    return BatchRequest(SEED_BATCH, (), (config.seed_program,), ("",), (), 0, thresholds)


def mutate(request: BatchRequest, operators: Operators) -> list[Child | Failure]:
    """The children of a batch, one for each parent, in order; executes nothing.

    A child whose text equals its parent's or an earlier sibling's would only repeat
    an evaluation: it becomes a Failure with code ``"duplicate"`` and counts as tried.

    Raises:
        OperatorUnavailable: if every operator of the run is.
    """
    if request.number == SEED_BATCH:
        return [Child(program, SEED_OPERATOR, "") for program in request.programs]
    children = _propose(request, operators)
    seen: set[str] = set()
    for position, (child, parent) in enumerate(zip(children, request.programs, strict=True)):
        if isinstance(child, Failure):
            continue
        if child.program == parent or child.program in seen:
            children[position] = _DUPLICATE
        seen.add(child.program)
    return children


def _propose(request: BatchRequest, operators: Operators) -> list[Child | Failure]:
    """Each operator makes its children in one call, with random numbers of its own."""
    if not isinstance(operators, Mapping):
        return operators.propose(request.programs, request.messages, _generator(request))
    children: dict[int, Child | Failure] = {}
    unavailable = []
    for index, (name, operator) in enumerate(operators.items()):
        positions = [at for at, given in enumerate(request.operators) if given == name]
        if not positions:
            continue
        rng = _generator(request, index) if len(operators) > 1 else _generator(request)
        try:
            made = operator.propose(
                [request.programs[at] for at in positions],
                [request.messages[at] for at in positions],
                rng,
            )
        except OperatorUnavailable as error:
            unavailable.append(error)
            made = [error.failure] * len(positions)
        children.update(zip(positions, made, strict=True))
    if len(unavailable) == len(operators):
        raise unavailable[0]
    return [children[position] for position in range(len(request.programs))]


def _generator(request: BatchRequest, *index: int) -> np.random.Generator:
    return np.random.default_rng([request.random_seed, request.number, MUTATION, *index])


_DUPLICATE = Failure(
    Stage.OPERATOR,
    "duplicate",
    "The operator made a program that equals its parent or another child of this batch; "
    "it was not evaluated again.",
)


def unmade(children: Sequence[Child | Failure]) -> list[int]:
    """Positions where the operator gave a failure; a duplicate is a program that it made."""
    return [
        position
        for position, child in enumerate(children)
        if isinstance(child, Failure) and child.code != _DUPLICATE.code
    ]


def evaluate(
    children: Sequence[Child | Failure], evaluator: Evaluator, thresholds: NDArray[np.float64]
) -> list[Evaluation | Failure]:
    """Evaluate the children; failures pass through, the order is kept."""
    programs = [child.program for child in children if isinstance(child, Child)]
    evaluations = iter(evaluator.evaluate(programs, thresholds))
    return [child if isinstance(child, Failure) else next(evaluations) for child in children]


def run_batch(request: BatchRequest, operators: Operators, evaluator: Evaluator) -> BatchResult:
    """Mutate and evaluate one batch: the work of a worker."""
    start = process_time()
    children = mutate(request, operators)
    mutated = process_time()
    evaluator.cpu.clear()
    evaluations = evaluate(children, evaluator, request.thresholds)
    cpu = {"mutation": mutated - start, **evaluator.cpu}
    return BatchResult(request.number, children, evaluations, cpu)
