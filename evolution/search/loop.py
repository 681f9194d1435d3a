"""The loop's state: `ask` hands out requests, `tell` applies their results in order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from evolution.archive import Archive, Entry, niche_of
from evolution.config import RunConfig
from evolution.diffs import unified_diff
from evolution.evaluation import Evaluation
from evolution.operators.base import Child
from evolution.operators.mix import Tally
from evolution.search.batches import (
    SEED_BATCH,
    BatchRequest,
    BatchResult,
    seed_request,
    unmade,
)
from evolution.search.choices import (
    batch_count,
    choose_messages,
    choose_operators,
    choose_parents,
    mix_of,
    tally,
)
from evolution.search.records import Admitted, BatchReport, Statistics, shares_of
from evolution.types import Failure


class SeedFailed(Exception):
    """The run cannot start: its seed program made no walker. ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"The seed program failed: {failure.reason}")
        self.failure = failure


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
        self.mix = mix_of(config)
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
        admitted: dict[int, Admitted] = {}  # by position
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
                admitted[position] = record
        tried = 0 if result.number == SEED_BATCH else len(result.evaluations)
        admissions = {position: record.admission for position, record in admitted.items()}
        tallies = tally(request.operators, unmade(result.children), admissions)
        return self._advance(result.number, tried, dict(failures), list(admitted.values()), tallies)

    def replay(
        self,
        number: int,
        tried: int,
        failures: dict[str, int],
        admitted: list[Admitted],
        tallies: dict[str, Tally] | None = None,
    ) -> BatchReport:
        """Apply a batch from its record (see `BatchReport`), without evaluating again.

        Args:
            tallies: None in a record from before there were mixes.

        Raises:
            ValueError: if it is another batch's turn, or the record does not fit.
        """
        self._require_turn(number)
        if tallies is None:
            tallies = self._tallies_of_only_operator(tried, admitted)
        for record in admitted:
            admission = self.archive.add(record.entry())
            if record.number != self.admitted or admission is not record.admission:
                raise ValueError(
                    f"Walker {record.number} does not fit: the records were changed, or were "
                    "made by another version."
                )
            self._depths.append(record.depth)
        return self._advance(number, tried, failures, admitted, tallies)

    def _tallies_of_only_operator(self, tried: int, admitted: list[Admitted]) -> dict[str, Tally]:
        names = self.config.operators
        if len(names) > 1:
            raise ValueError("the record does not say what became of each operator's children")
        admissions = {position: record.admission for position, record in enumerate(admitted)}
        return tally(names * tried, (), admissions)

    def statistics(self) -> Statistics:
        return Statistics(
            evaluations=self.evaluations,
            failures=dict(sorted(self.failures.items())),
            admitted=self.admitted,
            filled=len(self.archive),
            coverage=self.archive.coverage,
            qd_score=self.archive.qd_score,
            best=self.archive.best,
            operators=shares_of(self.mix),
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
        self,
        number: int,
        tried: int,
        failures: dict[str, int],
        admitted: list[Admitted],
        tallies: dict[str, Tally],
    ) -> BatchReport:
        self.applied = number
        self.evaluations += tried
        self.failures.update(failures)
        self.mix.apply(tallies)
        del self._requests[number]
        ahead = self.config.batches_in_flight
        first = 1 if number == SEED_BATCH else number + ahead
        self._prepare(range(first, min(number + ahead, batch_count(self.config)) + 1))
        return BatchReport(number, tried, failures, admitted, tallies, self.statistics())

    def _prepare(self, numbers: Iterable[int]) -> None:
        """Make requests from the archive as it stands now."""
        elites = [elite for _, elite in self.archive.elites()]
        thresholds = self.archive.thresholds()
        shares = self.mix.shares()
        for number in numbers:
            parents = choose_parents(elites, self.config, number)
            self._requests[number] = BatchRequest(
                number=number,
                parents=tuple(parent.walker for parent in parents),
                programs=tuple(parent.program for parent in parents),
                messages=tuple(choose_messages(self.config, number)),
                operators=tuple(choose_operators(shares, self.config, number)),
                random_seed=self.config.random_seed,
                thresholds=thresholds,
            )
            self._ready.append(number)
