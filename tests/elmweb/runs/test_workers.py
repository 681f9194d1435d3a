"""Real workers, killed without warning: nothing is lost and nothing counts twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest

from evolution.config import RunConfig
from evolution.evaluation import Evaluator
from evolution.operators.registry import operator_named
from evolution.search import Search, run_batch
from tests.infrastructure.stack import LiveStack, wait_until

pytestmark = pytest.mark.live

START = """
import sys
from elmweb.runs.services import create_run
from evolution.config import RunConfig
print(create_run(RunConfig.model_validate_json({config!r}), "killed").public_id)
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[LiveStack]:
    settings = {"ELMWEB_BATCH_LEASE": "3", "ELMWEB_SWEEP_SECONDS": "1"}
    with LiveStack(workers=2, settings=settings) as stack:
        yield stack


def started(stack: LiveStack, config: RunConfig) -> str:
    code = START.format(config=config.model_dump_json())
    return stack.django("shell", "--no-imports", "-c", code).strip().splitlines()[-1]


def state(stack: LiveStack, run: str) -> dict[str, Any]:
    return json.loads(stack.get(f"/r/{run}/state.json"))


def tried(stack: LiveStack, run: str) -> int:
    return int(state(stack, run)["statistics"]["evaluations"])


def finished(stack: LiveStack, run: str) -> dict[str, Any]:
    wait_until(lambda: state(stack, run)["status"] == "finished", "the end of the run", 120)
    return state(stack, run)


def expected(config: RunConfig) -> tuple[dict[str, Any], list[tuple[int, float, float]]]:
    """Counters and elites of the library's run."""
    search = Search(config)
    with Evaluator() as evaluator:
        while (request := search.ask()) is not None:
            search.tell(run_batch(request, operator_named(config.operator), evaluator))
    statistics = search.statistics()
    elites = [
        (niche, entry.objective, entry.robust_objective) for niche, entry in search.archive.elites()
    ]
    return {**asdict(statistics), "operators": [asdict(o) for o in statistics.operators]}, elites


def assert_equal(shown: dict[str, Any], config: RunConfig) -> None:
    statistics, elites = expected(config)
    shown["statistics"].pop("rate")
    assert shown["statistics"] == statistics
    assert [(e["niche"], e["objective"], e["robust"]) for e in shown["elites"]] == elites
    # One event a batch, seed and status changes included, none twice.
    batches = -(-config.evaluations // config.batch_size) + 1
    assert len(shown["history"]) == batches
    assert shown["number"] == batches + 2


def children_of(parent: int) -> list[int]:
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = [tuple(map(int, line.split())) for line in table.splitlines()]
    return [pid for pid, ppid in pairs if ppid == parent]


def kill_a_pool_process(stack: LiveStack) -> None:
    worker = stack.child("simulation").process
    assert worker is not None
    os.kill(children_of(worker.pid)[-1], signal.SIGKILL)


def test_killed_workers_and_broker_lose_nothing(
    stack: LiveStack, make_config: Callable[..., RunConfig]
) -> None:
    config = make_config(evaluations=288, batch_size=16, batches_in_flight=4, random_seed=11)
    run = started(stack, config)
    kills = [
        (32, lambda: kill_a_pool_process(stack)),
        (80, lambda: (stack.kill("simulation"), stack.kill("mutation"))),
        (160, lambda: (stack.kill("broker"), stack.kill("web"))),
    ]
    for evaluations, kill in kills:
        wait_until(
            lambda least=evaluations: tried(stack, run) >= least,
            f"{evaluations} evaluations",
        )
        kill()
        wait_until(lambda: stack.child("web").is_alive, "the page to come back")
        wait_until(lambda: answers(stack, run), "an answer")
    assert_equal(finished(stack, run), config)


def answers(stack: LiveStack, run: str) -> bool:
    try:
        return bool(state(stack, run))
    except OSError:
        return False


def test_two_runs_share_the_workers(
    stack: LiveStack, make_config: Callable[..., RunConfig]
) -> None:
    configs = [make_config(evaluations=64, batch_size=16, random_seed=seed) for seed in (1, 2)]
    runs = [started(stack, config) for config in configs]
    for run, config in zip(runs, configs, strict=True):
        assert_equal(finished(stack, run), config)
