"""Stage 1, the search: choose parents, make children, evaluate, apply, in numbered batches.

The steps are functions of plain values, so a loop in one process, worker processes
and a task queue all run the same search:

    choose_parents -> BatchRequest -> mutate -> evaluate -> BatchResult -> Search.tell

Batch 0 is the seed program. For k >= 1, the request of batch k is made at the moment
when batch ``k - batches_in_flight`` has been applied, and batches are applied in their
order; therefore a run's outcome depends on its config alone, not on timing or on the
number of workers.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from time import process_time
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evolution.archive import EMPTY, Admission, Archive, Entry, niche_count, niche_of
from evolution.config import RunConfig
from evolution.diffs import unified_diff
from evolution.evaluation import Evaluation, Evaluator
from evolution.operators.base import Child, Operator
from evolution.types import Failure, Stage
from evolution.walkers import Walker

T = TypeVar("T")

SEED_BATCH = 0
SEED_OPERATOR = "seed"
# The streams of random numbers of one batch: [random_seed, number, stream].
_PARENTS, _MUTATION, _MESSAGES = 1, 2, 3


class SeedFailed(Exception):
    """The run cannot start: its seed program made no walker. ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"The seed program failed: {failure.reason}")
        self.failure = failure


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """All that a worker needs to make and evaluate one batch.

    Attributes:
        number: 0 for the seed, then 1, 2, ...
        parents: the walker that each child descends from (a number in the library,
            a key in a database); empty for the seed.
        programs: the parents' programs, same length; for the seed, the seed program.
        messages: what each child is asked to change, same length.
        random_seed: of the run.
        thresholds: shape (niches,), metres; a child whose screening does not reach
            its niche's value is not confirmed.
    """

    number: int
    parents: tuple[int, ...]
    programs: tuple[str, ...]
    messages: tuple[str, ...]
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


@dataclass(frozen=True, slots=True)
class Admitted:
    """A walker that entered the archive, with its lineage; kept forever.

    Attributes:
        number: in order of admission, from 0 (the seed).
        parent: number of the walker it descends from; None for the seed.
        operator: name of the operator that made it.
        message: what the operator was asked for.
        diff: unified diff from the parent's program; empty for the seed.
        depth: generations since the seed.
        batch: the batch that it came with.
        program: its genotype.
        walker: its phenotype.
        repairs: what its program was forgiven, code -> count.
        objective: distance at the screening setting, metres.
        robust_objective: what the archive ranks by, metres.
        niche: flat index of its niche.
        admission: how it got in.
        motion: its recorded motion, encoded.
    """

    number: int
    parent: int | None
    operator: str
    message: str
    diff: str
    depth: int
    batch: int
    program: str
    walker: Walker
    repairs: dict[str, int]
    objective: float
    robust_objective: float
    niche: int
    admission: Admission
    motion: bytes

    def entry(self) -> Entry:
        return Entry(
            self.number, self.program, self.objective, self.robust_objective, self.walker.measures
        )


@dataclass(frozen=True, slots=True)
class Statistics:
    """The archive and the counters after a batch; distances in metres."""

    evaluations: int  # children tried so far, failures included, the seed not
    failures: dict[str, int]  # failure code -> count so far
    admitted: int  # walkers ever admitted, the seed included
    filled: int
    coverage: float
    qd_score: float
    best: float


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What applying one batch changed."""

    number: int
    tried: int  # children in this batch; 0 for the seed's
    failures: dict[str, int]  # failure code -> count in this batch
    admitted: list[Admitted]
    statistics: Statistics


def batch_count(config: RunConfig) -> int:
    """Batches after the seed's."""
    return ceil(config.evaluations / config.batch_size)


def size_of_batch(config: RunConfig, number: int) -> int:
    """Children in batch ``number`` >= 1; only the last one can be smaller."""
    return min(config.batch_size, config.evaluations - (number - 1) * config.batch_size)


def choose_parents(elites: Sequence[T], config: RunConfig, number: int) -> list[T]:
    """Parents of batch ``number``: uniform among the elites, one for each child.

    Args:
        elites: sorted by niche; the choice is by position.
    """
    rng = np.random.default_rng([config.random_seed, number, _PARENTS])
    positions = rng.integers(len(elites), size=size_of_batch(config, number))
    return [elites[position] for position in positions]


def choose_messages(config: RunConfig, number: int) -> list[str]:
    """One message for each child of batch ``number``, by the config's weights."""
    texts = [text for text, _ in config.messages]
    weights = np.array([weight for _, weight in config.messages], dtype=np.float64)
    rng = np.random.default_rng([config.random_seed, number, _MESSAGES])
    picks = rng.choice(len(texts), size=size_of_batch(config, number), p=weights / weights.sum())
    return [texts[pick] for pick in picks]


def seed_request(config: RunConfig) -> BatchRequest:
    """Batch 0: the seed program as it is."""
    thresholds = np.full(niche_count(config.archive), EMPTY)
    return BatchRequest(SEED_BATCH, (), (config.seed_program,), ("",), 0, thresholds)


def mutate(request: BatchRequest, operator: Operator) -> list[Child | Failure]:
    """The children of a batch, one for each parent, in order; executes nothing.

    A child whose text equals its parent's or an earlier sibling's would only repeat
    an evaluation: it becomes a Failure with code ``"duplicate"`` and counts as tried.
    """
    if request.number == SEED_BATCH:
        return [Child(program, SEED_OPERATOR, "") for program in request.programs]
    rng = np.random.default_rng([request.random_seed, request.number, _MUTATION])
    children = operator.propose(request.programs, request.messages, rng)
    seen: set[str] = set()
    for position, (child, parent) in enumerate(zip(children, request.programs, strict=True)):
        if isinstance(child, Failure):
            continue
        if child.program == parent or child.program in seen:
            children[position] = _DUPLICATE
        seen.add(child.program)
    return children


_DUPLICATE = Failure(
    Stage.OPERATOR,
    "duplicate",
    "The operator made a program that equals its parent or another child of this batch; "
    "it was not evaluated again.",
)


def evaluate(
    children: Sequence[Child | Failure], evaluator: Evaluator, thresholds: NDArray[np.float64]
) -> list[Evaluation | Failure]:
    """Evaluate the children; failures pass through, the order is kept."""
    programs = [child.program for child in children if isinstance(child, Child)]
    evaluations = iter(evaluator.evaluate(programs, thresholds))
    return [child if isinstance(child, Failure) else next(evaluations) for child in children]


def run_batch(request: BatchRequest, operator: Operator, evaluator: Evaluator) -> BatchResult:
    """Mutate and evaluate one batch: the work of a worker."""
    start = process_time()
    children = mutate(request, operator)
    mutated = process_time()
    evaluator.cpu.clear()
    evaluations = evaluate(children, evaluator, request.thresholds)
    cpu = {"mutation": mutated - start, **evaluator.cpu}
    return BatchResult(request.number, children, evaluations, cpu)


class Search:
    """One run of MAP-Elites, ask and tell.

    `ask` hands out requests; `tell` takes their results, in order, and applies them.
    A search that was interrupted is brought back with `replay`.
    """

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self.archive = Archive(config.archive)
        self.applied = -1  # number of the last batch that was applied
        self.evaluations = 0
        self.failures: Counter[str] = Counter()
        self._depths: list[int] = []  # of every walker ever admitted
        self._requests: dict[int, BatchRequest] = {SEED_BATCH: seed_request(config)}
        self._ready: deque[int] = deque([SEED_BATCH])

    @property
    def finished(self) -> bool:
        return self.applied >= batch_count(self.config)

    @property
    def admitted(self) -> int:
        """Walkers ever admitted."""
        return len(self._depths)

    def ask(self) -> BatchRequest | None:
        """The next request; None if results must come in first, or all is asked for."""
        return self._requests[self._ready.popleft()] if self._ready else None

    def tell(self, result: BatchResult) -> BatchReport:
        """Apply the result of the batch after the last applied one.

        Raises:
            ValueError: if it is another batch's turn.
            SeedFailed: if this is batch 0 and the seed program makes no walker.
        """
        self._require_turn(result.number)
        request = self._requests[result.number]
        failures: Counter[str] = Counter()
        admitted: list[Admitted] = []
        for position, evaluation in enumerate(result.evaluations):
            if isinstance(evaluation, Failure):
                failures[evaluation.code] += 1
                if result.number == SEED_BATCH:
                    raise SeedFailed(evaluation)
                continue
            child = result.children[position]
            assert isinstance(child, Child)  # only a child has an evaluation
            parent = request.parents[position] if request.parents else None
            record = self._offer(request, position, parent, child, evaluation)
            if record:
                admitted.append(record)
        tried = 0 if result.number == SEED_BATCH else len(result.evaluations)
        return self._advance(result.number, tried, dict(failures), admitted)

    def replay(
        self, number: int, tried: int, failures: dict[str, int], admitted: list[Admitted]
    ) -> BatchReport:
        """Apply a batch from its record (see `BatchReport`), without evaluating again.

        Raises:
            ValueError: if it is another batch's turn, or the record does not fit.
        """
        self._require_turn(number)
        for record in admitted:
            admission = self.archive.add(record.entry())
            if record.number != self.admitted or admission is not record.admission:
                raise ValueError(
                    f"Walker {record.number} does not fit: the records were changed, or were "
                    "made by another version."
                )
            self._depths.append(record.depth)
        return self._advance(number, tried, failures, admitted)

    def statistics(self) -> Statistics:
        return Statistics(
            evaluations=self.evaluations,
            failures=dict(sorted(self.failures.items())),
            admitted=self.admitted,
            filled=len(self.archive),
            coverage=self.archive.coverage,
            qd_score=self.archive.qd_score,
            best=self.archive.best,
        )

    def _require_turn(self, number: int) -> None:
        if number != self.applied + 1:
            raise ValueError(f"Batch {number} came, but it is batch {self.applied + 1}'s turn.")

    def _offer(
        self,
        request: BatchRequest,
        position: int,
        parent: int | None,
        child: Child,
        evaluation: Evaluation,
    ) -> Admitted | None:
        if evaluation.robust_objective is None or evaluation.motion is None:
            return None
        walker = evaluation.walker
        entry = Entry(
            self.admitted,
            child.program,
            evaluation.objective,
            evaluation.robust_objective,
            walker.measures,
        )
        admission = self.archive.add(entry)
        if not admission.is_admitted:
            return None
        depth = 0 if parent is None else self._depths[parent] + 1
        self._depths.append(depth)
        return Admitted(
            number=entry.walker,
            parent=parent,
            operator=child.operator,
            message=child.message,
            diff="" if parent is None else unified_diff(request.programs[position], child.program),
            depth=depth,
            batch=request.number,
            program=child.program,
            walker=walker,
            repairs=evaluation.repairs,
            objective=evaluation.objective,
            robust_objective=evaluation.robust_objective,
            niche=niche_of(walker.measures, self.config.archive),
            admission=admission,
            motion=evaluation.motion,
        )

    def _advance(
        self, number: int, tried: int, failures: dict[str, int], admitted: list[Admitted]
    ) -> BatchReport:
        self.applied = number
        self.evaluations += tried
        self.failures.update(failures)
        del self._requests[number]
        ahead = self.config.batches_in_flight
        first = 1 if number == SEED_BATCH else number + ahead
        self._prepare(range(first, min(number + ahead, batch_count(self.config)) + 1))
        return BatchReport(number, tried, failures, admitted, self.statistics())

    def _prepare(self, numbers: Iterable[int]) -> None:
        """Make requests from the archive as it stands now."""
        elites = [elite for _, elite in self.archive.elites()]
        thresholds = self.archive.thresholds()
        for number in numbers:
            parents = choose_parents(elites, self.config, number)
            self._requests[number] = BatchRequest(
                number=number,
                parents=tuple(parent.walker for parent in parents),
                programs=tuple(parent.program for parent in parents),
                messages=tuple(choose_messages(self.config, number)),
                random_seed=self.config.random_seed,
                thresholds=thresholds,
            )
            self._ready.append(number)
