"""A full disk, a locked database, a sandbox that cannot run: runs wait and say why."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections

from elmweb.runs import evaluators, pipeline, services, trouble
from elmweb.runs.models import Batch, Run
from evolution.config import RunConfig
from evolution.operators.syntax_tree import SyntaxTreeOperator
from evolution.sandbox import SandboxUnavailable
from tests.elmweb.runs.driving import drive, open_batches, step
from tests.evolution.search_parts import MIX, Broken

pytestmark = pytest.mark.django_db(transaction=True)

# How this database is locked by somebody else, and how we are told not to wait for long.
LOCK = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "BEGIN; LOCK runs_run, runs_batch IN EXCLUSIVE MODE",
}
IMPATIENCE = {"sqlite": "PRAGMA busy_timeout=50", "postgresql": "SET lock_timeout='50ms'"}


@pytest.fixture
def impatient() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(IMPATIENCE[connection.vendor])
    yield
    connection.close()  # the next test waits as usual


@pytest.fixture(autouse=True)
def _fresh_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluators, "_operators", OrderedDict())


@contextmanager
def locked_by_somebody() -> Iterator[Callable[[], None]]:
    """Yields how to release it early."""
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute(LOCK[other.vendor])
    try:
        yield other.close
    finally:
        other.close()


def walkers_of(run: Run) -> list[tuple[str, float]]:
    return list(run.walkers.order_by("pk").values_list("program", "robust"))


@pytest.mark.usefixtures("impatient")
def test_locked_database_delays_and_loses_nothing(make_config: Callable[..., RunConfig]) -> None:
    run = drive(services.create_run(make_config(), "locked"), steps=6)
    with locked_by_somebody():
        step(open_batches(run)[0])
        assert not pipeline.sweep()
    assert pipeline.sweep()
    assert drive(run).status == "finished"
    straight = drive(services.create_run(make_config(), "straight"))
    assert walkers_of(run) == walkers_of(straight)


@pytest.mark.usefixtures("impatient")
def test_run_says_that_the_database_was_locked_and_goes_on(
    make_config: Callable[..., RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = drive(services.create_run(make_config(), "locked"), steps=2)
    batch = open_batches(run)[0]
    report = trouble.report
    with locked_by_somebody() as release:

        def report_later(*arguments: int | str, mends_itself: bool) -> None:
            release()
            report(*arguments, mends_itself=mends_itself)  # type: ignore[arg-type]

        monkeypatch.setattr(trouble, "report", report_later)
        step(batch)
    run.refresh_from_db()
    batch.refresh_from_db()
    assert run.status == "paused"
    assert "locked by another program" in run.reason
    assert batch.lease_until is None
    assert pipeline.sweep()
    run.refresh_from_db()
    assert (run.status, run.reason) == ("running", "")
    assert drive(run).status == "finished"


def test_full_disk_pauses_the_run_and_it_resumes(
    make_config: Callable[..., RunConfig], settings: pytest.FixtureRequest
) -> None:
    run = services.create_run(make_config(), "full")
    drive(run, steps=4)
    settings.MIN_FREE_DISK = 2**62  # no disk has so much
    assert not pipeline.sweep()
    run.refresh_from_db()
    assert run.status == "paused"
    assert "disk is full" in run.reason
    settings.MIN_FREE_DISK = 0
    assert pipeline.sweep()
    run.refresh_from_db()
    assert (run.status, run.reason) == ("running", "")
    assert drive(run).status == "finished"


def test_missing_sandbox_pauses_until_a_person_resumes(
    make_config: Callable[..., RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = services.create_run(make_config(), "unsafe")
    drive(run, steps=1)

    def unavailable(*arguments: object) -> None:
        raise SandboxUnavailable("Programs cannot be run safely here: use Linux.")

    monkeypatch.setattr(pipeline, "evaluate", unavailable)
    step(open_batches(run)[0])
    run.refresh_from_db()
    assert run.status == "paused"
    assert "safely" in run.reason
    pipeline.sweep()
    run.refresh_from_db()
    assert run.status == "paused"
    monkeypatch.undo()
    services.resume(run)
    assert drive(run).status == "finished"


def test_unavailable_operator_pauses_until_a_person_resumes(
    make_config: Callable[..., RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = services.create_run(make_config(operator="diff-model", model="none"), "no model")
    operator = Broken()
    monkeypatch.setattr(evaluators, "operator_named", lambda name, config: operator)
    drive(run, steps=3)
    run.refresh_from_db()
    assert run.status == "paused"
    assert run.reason == "There is no model; name another one."
    assert run.statistics["evaluations"] == 0
    pipeline.sweep()
    run.refresh_from_db()
    assert run.status == "paused"
    operator.mended = SyntaxTreeOperator()
    services.resume(run)
    drive(run)
    assert run.status == "finished"
    assert run.statistics["failures"].get("model-missing") is None


def test_unavailable_operator_of_a_mix_is_counted_and_the_run_goes_on(
    make_config: Callable[..., RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    operators = {"diff-model": Broken(), "syntax-tree": SyntaxTreeOperator()}
    monkeypatch.setattr(evaluators, "operator_named", lambda name, config: operators[name])
    run = drive(services.create_run(make_config(evaluations=80, **MIX), "half"))
    broken, works = run.statistics["operators"]
    assert run.status == "finished"
    assert run.statistics["failures"]["model-missing"] == broken["tried"] > 0
    assert broken["share"] < 0.05
    assert works["admitted"] > 0


def test_a_person_s_pause_outlasts_the_sweep(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "mine")
    services.pause(run)
    pipeline.sweep()
    run.refresh_from_db()
    assert run.status == "paused"


def test_batches_of_a_waiting_run_are_not_claimed(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "waits")
    services.pause_for_trouble(run, "The disk is full.")
    step(open_batches(run)[0])
    assert open_batches(run)[0].state == Batch.State.PLANNED


@pytest.mark.parametrize(
    ("said", "explained"),
    [
        ("database is locked", "locked by another program"),
        ("canceling statement due to lock timeout", "locked by another program"),
        ("database or disk is full", "disk is full"),
        ("could not extend file: No space left on device", "disk is full"),
        ("connection refused", "connection refused"),
    ],
)
def test_trouble_is_explained(said: str, explained: str) -> None:
    assert explained in trouble.explain(OperationalError(said))
