"""Benchmark of a whole search: where the time goes, how fast it is, what it finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import mean
from time import monotonic, process_time

from evolution.benchmarks.report import Figure, Progress, Report, at_least, at_most
from evolution.config import RunConfig
from evolution.search import Search, Statistics
from evolution.walkers.seeds import SEEDS, seed_program
from evolution.workers import Usage, WorkerProcesses, evolve

WORKERS = 2
OPERATOR = "syntax-tree"
# Share of a run that counts as early, and as late.
_END = 0.1


@dataclass(frozen=True, slots=True)
class _Run:
    """One finished search and what it cost."""

    seed_distance: float  # robust objective of the seed program, metres
    statistics: Statistics
    marks: list[tuple[float, int]]  # (seconds since the start, evaluations) after each batch
    own_cpu: float  # seconds of this process
    usage: Usage

    @property
    def seconds(self) -> float:
        return self.marks[-1][0]

    @property
    def cpu(self) -> float:
        return self.own_cpu + self.usage.total

    @property
    def share_outside(self) -> float:
        """Share of the CPU time that went neither into the sandbox nor into simulation."""
        steps = self.usage.steps
        inside = self.usage.sandboxes + steps.get("sandbox", 0.0) + steps.get("simulation", 0.0)
        return 1 - inside / self.cpu

    def rate(self, start: float, end: float) -> float:
        """Evaluations a second between two shares of the run."""
        total = self.statistics.evaluations
        part = [mark for mark in self.marks if start * total <= mark[1] <= end * total]
        (from_time, from_count), (to_time, to_count) = part[0], part[-1]
        return (to_count - from_count) / max(to_time - from_time, 1e-9)


def run(
    progress: Progress,
    *,
    evaluations: int = 20_000,
    random_seeds: int = 3,
    seeds: Sequence[str] = tuple(SEEDS),
) -> Report:
    """Measure searches from each seed program.

    Args:
        progress: told how far it is.
        evaluations: children of each search.
        random_seeds: searches from each seed program.
        seeds: names of the seed programs; costs and rates are those of the first's first search.
    """
    runs: dict[str, list[_Run]] = {name: [] for name in seeds}
    total = len(seeds) * random_seeds
    for number in range(total):
        name = seeds[number // random_seeds]
        random_seed = number % random_seeds

        what = f"{name}, random seed {random_seed}"
        tell = partial(_tell, progress, number, total, what)
        runs[name].append(_measure(name, random_seed, evaluations, tell))
    figures = _cost(runs[seeds[0]][0])
    for name in seeds:
        figures += _quality(name, runs[name])
    conditions = {
        "evaluations": evaluations,
        "random_seeds": random_seeds,
        "operator": OPERATOR,
        "workers": WORKERS,
        "cores": os.cpu_count(),
    }
    return Report("search", conditions, figures)


def _tell(progress: Progress, number: int, total: int, what: str, share: float) -> None:
    progress((number + share) / total, what)


def _measure(name: str, random_seed: int, evaluations: int, tell: Callable[[float], None]) -> _Run:
    config = RunConfig(
        seed_program=seed_program(name),
        operator=OPERATOR,
        evaluations=evaluations,
        random_seed=random_seed,
    )
    search = Search(config)
    start, cpu = monotonic(), process_time()
    marks: list[tuple[float, int]] = []
    seed_distance = 0.0
    with WorkerProcesses(config, WORKERS) as workers:
        for report in evolve(search, workers):
            if not marks:
                seed_distance = report.admitted[0].robust_objective
            marks.append((monotonic() - start, report.statistics.evaluations))
            tell(report.statistics.evaluations / evaluations)
        own = process_time() - cpu
        usage = workers.finish()
    return _Run(seed_distance, search.statistics(), marks, own, usage)


def _cost(run: _Run) -> list[Figure]:
    return [
        at_most("CPU time outside sandbox and simulation", 100 * run.share_outside, "%", 25),
        at_least(
            f"both cores busy ({WORKERS} workers)", 100 * run.cpu / run.seconds / WORKERS, "%", 90
        ),
        Figure("rate over the whole run", run.rate(0, 1), "evaluations/s"),
        Figure("rate in the first tenth", run.rate(0, _END), "evaluations/s"),
        Figure("rate in the last tenth", run.rate(1 - _END, 1), "evaluations/s"),
    ]


def _quality(name: str, runs: list[_Run]) -> list[Figure]:
    """What the searches from one seed program found, as means, and the worst of its gains."""
    final = [run.statistics for run in runs]
    tried = sum(statistics.evaluations for statistics in final)
    failed = sum(sum(statistics.failures.values()) for statistics in final)
    gain = min(run.statistics.best / max(run.seed_distance, 0.01) for run in runs)
    gained = f"{name}: best against its seed, least of {len(runs)} runs"
    return [
        Figure(f"{name}: its seed goes", runs[0].seed_distance, "m"),
        Figure(f"{name}: coverage, mean", 100 * mean(s.coverage for s in final), "%"),
        Figure(f"{name}: QD score, mean", mean(s.qd_score for s in final), "m"),
        Figure(f"{name}: best, mean", mean(s.best for s in final), "m"),
        Figure(f"{name}: best of all runs", max(s.best for s in final), "m"),
        Figure(f"{name}: children that are walkers", 100 * (1 - failed / tried), "%"),
        at_least(gained, gain, "x", 3) if name == "square" else Figure(gained, gain, "x"),
    ]
