"""The same search by the library and through Celery, database and events: evaluations/s.

Both run the same configuration with as many simulating processes, one after the other:
library, application, library again, so that a machine that slows down meanwhile hurts
both. Rates are taken between the first batch and the last, without starting up.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from elmweb.benchmarks import stack
from elmweb.launch.options import usable_cores
from elmweb.runs.services import create_run
from evolution.benchmarks.report import Figure, Progress, Report, at_least
from evolution.config import RunConfig
from evolution.search import Search
from evolution.walkers.seeds import SEEDS
from evolution.workers import WorkerProcesses, evolve

SHARE = 0.8  # of the library's rate that the application has to reach
EVALUATIONS = 12_000

Mark = tuple[float, int]  # seconds, evaluations


def run(progress: Progress, scale: float = 1.0) -> Report:
    """Measure on every core of this machine; ``scale`` shortens or lengthens the searches."""
    workers = usable_cores()
    evaluations = max(1, round(EVALUATIONS * scale))
    config = RunConfig(seed_program=SEEDS["square"].program, evaluations=evaluations)

    def tell(part: int, what: str) -> Callable[[int], None]:
        return lambda tried: progress((part + tried / evaluations) / 3, what)

    before = library(config, workers, tell(0, "the library"))
    through = application(config, workers, tell(1, "the application"))
    after = library(config, workers, tell(2, "the library again"))
    if len(before) != len(through):
        raise RuntimeError("The two searches differ; equal configurations must run equally.")
    libraries = (rate(before) + rate(after)) / 2
    figures = [
        Figure("library", libraries, "evaluations/s"),
        Figure("application", rate(through), "evaluations/s"),
        at_least("application / library", rate(through) / libraries, "x", SHARE),
        Figure("library, first against second time", rate(after) / rate(before), "x"),
    ]
    conditions = {
        "seed": "square",
        "operator": config.operator,
        "evaluations": evaluations,
        "batch size": config.batch_size,
        "simulating processes": workers,
        "cores": workers,
    }
    return Report("pipeline", conditions, figures)


def library(config: RunConfig, workers: int, tell: Callable[[int], None]) -> list[Mark]:
    """One search by `evolution.search` on worker processes; a mark for each batch."""
    marks = []
    with WorkerProcesses(config, workers) as processes:
        for report in evolve(Search(config), processes):
            marks.append((time.monotonic(), report.statistics.evaluations))
            tell(report.statistics.evaluations)
    return marks


def application(config: RunConfig, workers: int, tell: Callable[[int], None]) -> list[Mark]:
    """The same search by the whole application."""
    with stack.running(stack.options(workers)):
        found = create_run(config, "benchmark")
        for evaluations in stack.follow(found):
            tell(evaluations)
        return stack.marks(found)


def rate(marks: list[Mark]) -> float:
    """Evaluations a second from the first batch after the seed's to the last."""
    (begun, first), (ended, last) = marks[1], marks[-1]
    return (last - first) / (ended - begun)
