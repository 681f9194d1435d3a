"""One search, run on worker processes and measured: what several benchmarks share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, process_time
from typing import NamedTuple

from evolution.config import RunConfig
from evolution.search import Search, Statistics
from evolution.workers import Usage, WorkerProcesses, evolve

WORKERS = 2


class Mark(NamedTuple):
    """Where a search stood after a batch; seconds since its start, worker processes included."""

    seconds: float
    evaluations: int
    niches: int
    qd_score: float


@dataclass(frozen=True, slots=True)
class FinishedSearch:
    """A search that reached its last evaluation or its time.

    Attributes:
        seed_distance: robust objective of the seed program, metres.
        statistics: at its end.
        marks: after each batch, the seed's first.
        own_cpu: CPU seconds of this process.
        usage: CPU time of the workers; None where time ended the search.
    """

    seed_distance: float
    statistics: Statistics
    marks: list[Mark]
    own_cpu: float
    usage: Usage | None

    @property
    def seconds(self) -> float:
        """Wall-clock, from before the workers started to the last batch."""
        return self.marks[-1].seconds

    @property
    def walkers(self) -> float:
        """Share of the children that made a walker, 0 to 1."""
        return share_of_walkers([self.statistics])


def share_of_walkers(final: list[Statistics]) -> float:
    """Share of all children of finished searches that made a walker, 0 to 1."""
    tried = sum(statistics.evaluations for statistics in final)
    failed = sum(sum(statistics.failures.values()) for statistics in final)
    return 1 - failed / tried if tried else 0.0


def run_search(
    config: RunConfig,
    tell: Callable[[float], None],
    *,
    seconds: float | None = None,
    workers: int = WORKERS,
) -> FinishedSearch:
    """Run a search to its end, or for so many seconds.

    Args:
        tell: told the share done, 0 to 1.
        seconds: wall-clock that ends it: what a batch that was applied later found does
            not count. The config's evaluations end it too.
    """
    search = Search(config)
    start, cpu = monotonic(), process_time()
    marks: list[Mark] = []
    usage = statistics = None
    seed_distance = 0.0
    with WorkerProcesses(config, workers) as processes:
        for report in evolve(search, processes):
            now = monotonic() - start
            if seconds is not None and now > seconds and statistics is not None:
                break
            if not marks:
                seed_distance = report.admitted[0].robust_objective
            statistics = report.statistics
            marks.append(Mark(now, statistics.evaluations, statistics.filled, statistics.qd_score))
            tell(max(statistics.evaluations / config.evaluations, now / (seconds or float("inf"))))
        own = process_time() - cpu
        if search.finished:
            usage = processes.finish()
    assert statistics is not None  # a search applies its seed or raises
    return FinishedSearch(seed_distance, statistics, marks, own, usage)
