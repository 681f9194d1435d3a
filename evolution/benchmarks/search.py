"""Benchmark of a whole search: where the time goes, how fast it is, what it finds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from statistics import mean

from evolution.benchmarks.report import Figure, Progress, Report, at_least, at_most
from evolution.benchmarks.searches import WORKERS, FinishedSearch, run_search, share_of_walkers
from evolution.config import RunConfig
from evolution.walkers.seeds import SEEDS, seed_program

OPERATOR = "syntax-tree"
# Share of a run that counts as early, and as late.
_END = 0.1


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
    runs: dict[str, list[FinishedSearch]] = {name: [] for name in seeds}
    total = len(seeds) * random_seeds
    for number in range(total):
        name = seeds[number // random_seeds]
        random_seed = number % random_seeds
        config = RunConfig(
            seed_program=seed_program(name),
            operator=OPERATOR,
            evaluations=evaluations,
            random_seed=random_seed,
        )
        what = f"{name}, random seed {random_seed}"
        runs[name].append(run_search(config, partial(_tell, progress, number, total, what)))
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


def share_outside(run: FinishedSearch) -> float:
    """Share of the CPU time that went neither into the sandbox nor into simulation."""
    assert run.usage is not None  # it ran to its end
    steps = run.usage.steps
    inside = run.usage.sandboxes + steps.get("sandbox", 0.0) + steps.get("simulation", 0.0)
    return 1 - inside / _cpu(run)


def rate(run: FinishedSearch, start: float, end: float) -> float:
    """Evaluations a second between two shares of the run."""
    total = run.statistics.evaluations
    part = [mark for mark in run.marks if start * total <= mark.evaluations <= end * total]
    count = part[-1].evaluations - part[0].evaluations
    return count / max(part[-1].seconds - part[0].seconds, 1e-9)


def _cpu(run: FinishedSearch) -> float:
    assert run.usage is not None
    return run.own_cpu + run.usage.total


def _cost(run: FinishedSearch) -> list[Figure]:
    busy = _cpu(run) / run.seconds / WORKERS
    return [
        at_most("CPU time outside sandbox and simulation", 100 * share_outside(run), "%", 25),
        at_least(f"both cores busy ({WORKERS} workers)", 100 * busy, "%", 90),
        Figure("rate over the whole run", rate(run, 0, 1), "evaluations/s"),
        Figure("rate in the first tenth", rate(run, 0, _END), "evaluations/s"),
        Figure("rate in the last tenth", rate(run, 1 - _END, 1), "evaluations/s"),
    ]


def _quality(name: str, runs: list[FinishedSearch]) -> list[Figure]:
    """What the searches from one seed program found, as means, and the worst of its gains."""
    final = [run.statistics for run in runs]
    gain = min(run.statistics.best / max(run.seed_distance, 0.01) for run in runs)
    gained = f"{name}: best against its seed, least of {len(runs)} runs"
    return [
        Figure(f"{name}: its seed goes", runs[0].seed_distance, "m"),
        Figure(f"{name}: coverage, mean", 100 * mean(s.coverage for s in final), "%"),
        Figure(f"{name}: QD score, mean", mean(s.qd_score for s in final), "m"),
        Figure(f"{name}: best, mean", mean(s.best for s in final), "m"),
        Figure(f"{name}: best of all runs", max(s.best for s in final), "m"),
        Figure(f"{name}: children that are walkers", 100 * share_of_walkers(final), "%"),
        at_least(gained, gain, "x", 3) if name == "square" else Figure(gained, gain, "x"),
    ]
