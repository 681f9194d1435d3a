"""Batches on their way: the same search as the library's, whatever workers do."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from elmweb.archives.models import Cell
from elmweb.runs import evaluators, pipeline, selectors, services
from elmweb.runs.models import Batch, Run
from elmweb.walkers.models import Walker
from evolution.config import RunConfig
from evolution.evaluation import Evaluator
from evolution.operators.registry import MakeOperator, operators_of
from evolution.search import Search, run_batch
from tests.elmweb.runs.driving import drive, open_batches, step
from tests.evolution.search_parts import MIX, cheap_operator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def evaluator() -> Iterator[Evaluator]:
    with Evaluator() as evaluator:
        yield evaluator


@pytest.fixture
def cheap_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mix whose operators need no model."""
    monkeypatch.setattr(evaluators, "_operators", OrderedDict())
    monkeypatch.setattr(evaluators, "operator_named", lambda name, config: cheap_operator(name))


def search(config: RunConfig, evaluator: Evaluator, make: MakeOperator | None = None) -> Search:
    """The library's run of a config."""
    found = Search(config)
    operators = operators_of(config, make)
    while not found.finished:
        request = found.ask()
        assert request is not None
        found.tell(run_batch(request, operators, evaluator))
    return found


def assert_equals(run: Run, expected: Search) -> None:
    """The run found and counted what the library's did."""
    run.refresh_from_db()
    assert run.status == "finished"
    assert elites_of(run) == [
        (niche, entry.program, entry.objective, entry.robust_objective)
        for niche, entry in expected.archive.elites()
    ]
    shown = selectors.statistics(run).model_dump(exclude={"rate"})
    wanted = expected.statistics()
    assert shown == {**asdict(wanted), "operators": [asdict(o) for o in wanted.operators]}
    assert expected.admitted == Walker.objects.filter(run=run).count()


def elites_of(run: Run) -> list[tuple[int, str, float, float]]:
    rows = Cell.objects.filter(archive__run=run).order_by("niche")
    return list(rows.values_list("niche", "walker__program", "objective", "robust"))


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_run_equals_the_librarys_run(
    make_config: Callable[..., RunConfig], evaluator: Evaluator, workers: int | None
) -> None:
    config = make_config(evaluations=60, random_seed=5)
    expected = search(config, evaluator)
    run = services.create_run(config, "equal")
    drive(run, random.Random(workers) if workers else None)
    assert_equals(run, expected)


@pytest.mark.usefixtures("cheap_operators")
@pytest.mark.parametrize("children_per_parent", [1, 3])
def test_a_mix_equals_the_librarys_mix(
    make_config: Callable[..., RunConfig], evaluator: Evaluator, children_per_parent: int
) -> None:
    config = make_config(evaluations=60, children_per_parent=children_per_parent, **MIX)
    expected = search(config, evaluator, cheap_operator)
    run = drive(services.create_run(config, "mixed"), random.Random(1))
    assert_equals(run, expected)
    assert run.mix == expected.mix.to_json()
    assert all(operator.tried for operator in selectors.statistics(run).operators)


@pytest.mark.usefixtures("cheap_operators")
def test_events_of_a_mix_show_its_shares(make_config: Callable[..., RunConfig]) -> None:
    run = drive(services.create_run(make_config(**MIX), "shown"))
    batches = run.events.filter(kind="batch").order_by("number")
    shown = [event.payload["statistics"]["operators"] for event in batches]
    assert all([operator["name"] for operator in one] == list(MIX["mix"]) for one in shown)
    assert all(sum(o["share"] for o in one) == pytest.approx(1.0) for one in shown)
    assert [sum(o["tried"] for o in one) for one in shown] == [0, 8, 16, 24, 32, 40]
    assert shown[-1] == run.statistics["operators"]


def test_a_run_from_before_there_were_mixes_goes_on(make_config: Callable[..., RunConfig]) -> None:
    run = drive(services.create_run(make_config(), "old"), steps=6)
    for batch in open_batches(run):
        for stored in (batch.request, batch.results):
            if isinstance(stored, dict):
                stored.pop("operators", None)
                stored.pop("unmade", None)
        batch.save()
    for name in ("mix", "model", "instruct", "children_per_parent"):
        del run.config[name]
    run.save()
    straight = drive(services.create_run(make_config(), "new"))
    assert elites_of(drive(run)) == elites_of(straight)
    assert run.statistics["operators"] == straight.statistics["operators"]


def test_lineage_is_kept_with_every_admitted_walker(make_config: Callable[..., RunConfig]) -> None:
    run = drive(services.create_run(make_config(), "lineage"))
    walkers = list(Walker.objects.filter(run=run).select_related("lineage__parent"))
    seed, *descendants = walkers
    assert seed.parent is None
    assert seed.operator == "seed"
    assert descendants
    for walker in descendants:
        assert walker.parent is not None
        assert walker.depth == walker.parent.depth + 1
        assert walker.parent.run_id == run.pk
        assert walker.message
        assert walker.diff.startswith("--- parent\n+++ child\n")
        assert bytes(walker.motion.data)


def test_a_step_done_twice_changes_nothing(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "twice")
    for _ in range(60):
        run.refresh_from_db()
        for batch in open_batches(run)[:1]:
            step(batch)
            step(batch)  # a message that came twice
    drive(run)
    once = drive(services.create_run(make_config(), "once"))
    run.refresh_from_db()
    assert elites_of(run) == elites_of(once)
    assert run.event_number == once.event_number


def test_a_batch_that_somebody_holds_is_left_alone(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "held")
    seed = run.batches.get()
    until = timezone.now() + timedelta(minutes=1)
    Batch.objects.filter(pk=seed.pk).update(lease_until=until)
    step(seed)
    seed.refresh_from_db()
    assert seed.state == Batch.State.PLANNED
    Batch.objects.filter(pk=seed.pk).update(lease_until=timezone.now())
    step(seed)
    seed.refresh_from_db()
    assert seed.state == Batch.State.MUTATED


def test_at_most_so_many_batches_are_open(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "bounded")
    most = 0
    order = random.Random(3)
    while run.is_open:
        batches = open_batches(run)
        most = max(most, len(batches))
        step(order.choice(batches))
        run.refresh_from_db()
    assert most == 3


def test_events_are_numbered_without_gaps(make_config: Callable[..., RunConfig]) -> None:
    run = drive(services.create_run(make_config(), "numbers"), random.Random(1))
    numbers = list(run.events.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, run.event_number + 1))
    batches = [event.payload["batch"] for event in run.events.all() if event.kind == "batch"]
    assert batches == sorted(batches)


def test_applied_batches_carry_nothing_any_more(make_config: Callable[..., RunConfig]) -> None:
    run = drive(services.create_run(make_config(), "light"))
    for batch in run.batches.all():
        assert (batch.request, bytes(batch.thresholds), batch.children) == ({}, b"", [])


def test_a_seed_that_makes_no_walker_fails_the_run(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(seed_program="def make_walker():\n    return 7\n"), "bad")
    drive(run)
    run.refresh_from_db()
    assert run.status == "failed"
    assert run.reason.startswith("The seed program failed: ")
    assert not Walker.objects.filter(run=run).exists()


def test_paused_run_keeps_its_work_and_resumes(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "pause")
    drive(run, steps=5)
    services.pause(run)
    before = {batch.pk: batch.state for batch in open_batches(run)}
    drive(run, random.Random(2), steps=20)
    assert {batch.pk: batch.state for batch in open_batches(run)} == before
    services.resume(run)
    drive(run)
    assert elites_of(run) == elites_of(drive(services.create_run(make_config(), "straight")))


def test_the_rate_leaves_pauses_out(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "rate")
    drive(run, steps=9)
    services.pause(run)
    hour = timedelta(hours=1)
    run.batches.exclude(applied_at=None).update(applied_at=F("applied_at") - hour)
    run.refresh_from_db()
    assert run.statistics["rate"] > 0
    services.resume(run)
    drive(run, steps=2)
    assert run.statistics["rate"] == 0.0  # one batch since it runs again: not known yet
    drive(run)
    assert run.statistics["rate"] > 1  # with the hour in between it would be far below


def test_pause_while_a_batch_is_evaluated_stores_but_does_not_apply(
    make_config: Callable[..., RunConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = services.create_run(make_config(), "midway")
    seed = run.batches.get()
    step(seed)

    def evaluate_and_pause(*arguments: object) -> object:
        services.pause(run)
        return evaluate(*arguments)

    evaluate = pipeline.evaluate
    monkeypatch.setattr(pipeline, "evaluate", evaluate_and_pause)
    pipeline.evaluate_step(seed.pk)
    seed.refresh_from_db()
    run.refresh_from_db()
    assert seed.state == Batch.State.EVALUATED
    assert (run.status, run.applied_batches) == ("paused", 0)
    monkeypatch.undo()
    assert services.resume(run).status == "queued"
    assert drive(run).status == "finished"


def test_cancelled_run_stays_as_it_was(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "cancel")
    drive(run, steps=6)
    services.cancel(run)
    found = elites_of(run)
    drive(run, steps=20)
    assert elites_of(run) == found
    with pytest.raises(services.RunRefused, match="cancelled"):
        services.resume(run)


def test_batch_that_kills_its_workers_is_counted_as_failed(
    make_config: Callable[..., RunConfig],
) -> None:
    run = services.create_run(make_config(), "deadly")
    drive(run, steps=2)
    deadly = run.batches.get(number=1)
    Batch.objects.filter(pk=deadly.pk).update(
        attempts=5, lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert pipeline.sweep()
    drive(run)
    statistics = selectors.statistics(run)
    assert run.status == "finished"
    assert statistics.evaluations == 40
    assert statistics.failures["batch-lost"] == 8


def test_sweep_sends_again_what_nobody_holds(make_config: Callable[..., RunConfig]) -> None:
    run = services.create_run(make_config(), "forgotten")
    drive(run, steps=2)
    long_ago = timezone.now() - timedelta(hours=1)
    run.batches.update(dispatched_at=long_ago)
    Batch.objects.filter(run=run, number=2).update(
        lease_until=timezone.now() + timedelta(minutes=1)
    )
    pipeline.sweep()
    sent = set(run.batches.filter(dispatched_at__gt=long_ago).values_list("number", flat=True))
    assert sent == {1, 3}
