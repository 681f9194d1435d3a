"""Worker processes change the speed of a run and nothing else."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from evolution.config import RunConfig
from evolution.operators import Operator, OperatorUnavailable
from evolution.search import Admitted, Search, SeedFailed
from evolution.walkers.seeds import seed_program
from evolution.workers import LocalWorker, WorkerError, WorkerProcesses, evolve
from tests.evolution.search_parts import MIX, Broken, cheap_operator, comparable, elites

CONFIG = RunConfig(
    seed_program=seed_program("square"), evaluations=72, batch_size=8, batches_in_flight=4
)


@pytest.fixture(scope="module")
def expected() -> tuple[Search, list[Admitted]]:
    """The run of this process alone."""
    search = Search(CONFIG)
    with LocalWorker(CONFIG) as worker:
        records = [record for report in evolve(search, worker) for record in report.admitted]
    return search, records


@pytest.fixture
def two() -> Iterator[WorkerProcesses]:
    with WorkerProcesses(CONFIG, 2) as workers:
        yield workers


def pids(workers: WorkerProcesses) -> list[int]:
    return [worker.process.pid for worker in workers._workers]


def assert_same(search: Search, records: list[Admitted], expected: object) -> None:
    other, others = expected  # type: ignore[misc]
    assert comparable(records) == comparable(others)
    assert [record.motion for record in records] == [record.motion for record in others]
    assert elites(search) == elites(other)
    assert search.statistics() == other.statistics()


@pytest.mark.parametrize("count", [1, 2])
def test_outcome_is_that_of_one_process(
    expected: tuple[Search, list[Admitted]], count: int
) -> None:
    search = Search(CONFIG)
    with WorkerProcesses(CONFIG, count) as workers:
        records = [record for report in evolve(search, workers) for record in report.admitted]
        usage = workers.finish()
    assert_same(search, records, expected)
    assert set(usage.steps) == {"mutation", "sandbox", "simulation"}
    assert 0 < usage.sandboxes < usage.total
    assert sum(usage.steps.values()) < usage.total


def test_a_mix_is_the_same_in_one_process_and_in_two() -> None:
    config = CONFIG.model_copy(update={**MIX, "children_per_parent": 4})
    one, two = Search(config), Search(config)
    with LocalWorker(config, cheap_operator) as worker:
        records = [record for report in evolve(one, worker) for record in report.admitted]
    with WorkerProcesses(config, 2, cheap_operator) as workers:
        again = [record for report in evolve(two, workers) for record in report.admitted]
    assert_same(two, again, (one, records))
    assert [operator.tried > 0 for operator in one.statistics().operators] == [True, True]
    assert sum(operator.tried for operator in one.statistics().operators) == config.evaluations


def unavailable_operator(name: str) -> Operator:
    return Broken()


def test_a_run_whose_only_operator_is_unavailable_stops_and_says_why() -> None:
    with (
        LocalWorker(CONFIG, unavailable_operator) as worker,
        pytest.raises(OperatorUnavailable, match="no model"),
    ):
        list(evolve(Search(CONFIG), worker))
    with (
        WorkerProcesses(CONFIG, 1, unavailable_operator) as workers,
        pytest.raises(WorkerError, match="no model"),
    ):
        list(evolve(Search(CONFIG), workers))


def test_worker_that_is_killed_is_replaced(
    expected: tuple[Search, list[Admitted]], two: WorkerProcesses
) -> None:
    search = Search(CONFIG)
    records = []
    started = pids(two)
    for report in evolve(search, two):
        records += report.admitted
        if report.number in (2, 5):
            os.kill(pids(two)[report.number % 2], signal.SIGKILL)
    assert_same(search, records, expected)
    assert pids(two) != started


def test_batch_that_kills_every_worker_ends_the_run(two: WorkerProcesses) -> None:
    seed = Search(CONFIG).ask()
    assert seed is not None
    over = threading.Event()

    def kill_whoever_has_it() -> None:
        while not over.wait(0.01):
            for worker in list(two._workers):
                if worker.requests:
                    worker.process.kill()

    killer = threading.Thread(target=kill_whoever_has_it)
    two.submit(seed)
    killer.start()
    try:
        with pytest.raises(WorkerError, match="died 3 times at batch 0"):
            two.results()
    finally:
        over.set()
        killer.join()


def test_seed_that_fails_says_why() -> None:
    config = RunConfig(seed_program="def make_walker():\n    return 5\n", evaluations=8)
    with WorkerProcesses(config, 1) as workers, pytest.raises(SeedFailed, match="return") as raised:
        list(evolve(Search(config), workers))
    assert raised.value.failure.code == "not-a-walker"
