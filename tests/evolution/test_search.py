"""The search's loop: order, lineage, counting, and what decides its outcome."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from evolution.config import PAPER_MESSAGES
from evolution.diffs import apply_unified
from evolution.operators import Child
from evolution.search import (
    Admitted,
    BatchReport,
    BatchRequest,
    BatchResult,
    Search,
    SeedFailed,
    batch_count,
    choose_messages,
    choose_parents,
    mutate,
    size_of_batch,
)
from evolution.types import Failure
from tests.evolution.search_parts import (
    REFUSED,
    Suffixes,
    answer,
    comparable,
    config,
    elites,
)


def run(search: Search) -> list[BatchReport]:
    """Drive a search one batch at a time."""
    reports = []
    while not search.finished:
        request = search.ask()
        assert request is not None
        reports.append(search.tell(answer(request, mutate(request, Suffixes()))))
    return reports


def run_with_everything_in_flight(search: Search) -> list[BatchReport]:
    """Drive a search with as many batches open as it allows, finished in reverse."""
    reports, done = [], {}
    while not search.finished:
        while (request := search.ask()) is not None:
            done[request.number] = answer(request, mutate(request, Suffixes()))
        reports.append(search.tell(done.pop(search.applied + 1)))
    return reports


def admitted(reports: list[BatchReport]) -> list[Admitted]:
    return [record for report in reports for record in report.admitted]


def test_evaluations_are_exactly_those_asked_for() -> None:
    settings = config(evaluations=21, batch_size=8)
    assert batch_count(settings) == 3
    assert [size_of_batch(settings, number) for number in (1, 2, 3)] == [8, 8, 5]
    reports = run(Search(settings))
    assert [report.tried for report in reports] == [0, 8, 8, 5]
    assert reports[-1].statistics.evaluations == 21


def test_outcome_does_not_depend_on_how_many_batches_are_open() -> None:
    one, many = Search(config()), Search(config())
    assert comparable(admitted(run(one))) == comparable(
        admitted(run_with_everything_in_flight(many))
    )
    assert elites(one) == elites(many)
    assert one.statistics() == many.statistics()


def test_another_random_seed_is_another_run() -> None:
    one, other = Search(config()), Search(config(random_seed=1))
    assert comparable(admitted(run(one))) != comparable(admitted(run(other)))


def test_batch_sees_the_archive_of_so_many_batches_before() -> None:
    search = Search(config(evaluations=64, batches_in_flight=2))
    bars = {}
    requests: dict[int, BatchRequest] = {}
    while not search.finished:
        while (request := search.ask()) is not None:
            requests[request.number] = request
        request = requests[search.applied + 1]
        search.tell(answer(request, mutate(request, Suffixes())))
        bars[search.applied] = search.archive.thresholds()
    for number in range(1, batch_count(search.config) + 1):
        seen = bars[max(number - 2, 0)]
        assert np.array_equal(requests[number].thresholds, seen)


def test_nothing_can_be_asked_before_the_seed_is_applied() -> None:
    search = Search(config())
    seed = search.ask()
    assert seed is not None
    assert seed.programs == ("seed",)
    assert search.ask() is None
    search.tell(answer(seed, mutate(seed, Suffixes())))
    numbers = [request.number for _ in range(3) if (request := search.ask()) is not None]
    assert numbers == [1, 2, 3]
    assert search.ask() is None


def test_batches_are_applied_in_order_only() -> None:
    search = Search(config())
    seed = search.ask()
    assert seed is not None
    search.tell(answer(seed, mutate(seed, Suffixes())))
    search.ask()
    second = search.ask()
    assert second is not None
    with pytest.raises(ValueError, match="batch 1's turn"):
        search.tell(answer(second, mutate(second, Suffixes())))


def test_seed_that_fails_ends_the_run_with_its_reason() -> None:
    search = Search(config())
    request = search.ask()
    assert request is not None
    children = mutate(request, Suffixes())
    with pytest.raises(SeedFailed, match="ran too long"):
        search.tell(BatchResult(0, children, [REFUSED]))


def test_lineage_is_complete() -> None:
    walkers = admitted(run(Search(config(evaluations=200))))
    assert [walker.number for walker in walkers] == list(range(len(walkers)))
    seed, *children = walkers
    assert (seed.parent, seed.depth, seed.batch, seed.diff) == (None, 0, 0, "")
    assert len(children) > 5
    for child in children:
        assert child.parent is not None
        parent = walkers[child.parent]
        assert parent.batch < child.batch
        assert child.depth == parent.depth + 1
        assert child.program.startswith(parent.program)
        assert apply_unified(parent.program, child.diff) == child.program
        assert child.operator == "suffixes"
        assert child.message in dict(PAPER_MESSAGES)
    assert max(child.depth for child in children) > 1


def test_every_child_is_counted_once() -> None:
    search = Search(config(evaluations=200))
    reports = run(search)
    failures: Counter[str] = Counter()
    for report in reports:
        failures.update(report.failures)
    statistics = search.statistics()
    assert statistics.evaluations == 200
    assert dict(failures) == statistics.failures
    assert set(failures) == {"duplicate", "time-limit"}
    assert statistics.admitted == len(admitted(reports))
    assert statistics.filled == len(search.archive)


def test_repeated_text_is_a_failure_with_a_name() -> None:
    class Same:
        name = "same"

        def propose(
            self, parents: tuple[str, ...], messages: tuple[str, ...], rng: np.random.Generator
        ) -> list[Child | Failure]:
            return [Child(text, "same", "") for text in ("parent", "new", "new", "newer")]

    request = BatchRequest(1, (0,) * 4, ("parent",) * 4, ("",) * 4, ("same",) * 4, 0, np.zeros(1))
    codes = [
        child.code if isinstance(child, Failure) else child.program
        for child in mutate(request, Same())
    ]
    assert codes == ["duplicate", "new", "duplicate", "newer"]


def test_unconfirmed_child_is_not_admitted() -> None:
    search = Search(config())
    seed = search.ask()
    assert seed is not None
    result = answer(seed, mutate(seed, Suffixes()))
    search.tell(result)
    request = search.ask()
    assert request is not None
    children = mutate(request, Suffixes())
    evaluations = [
        evaluation
        if isinstance(evaluation, Failure)
        else replace(evaluation, robust_objective=None, motion=None)
        for evaluation in answer(request, children).evaluations
    ]
    report = search.tell(BatchResult(1, children, evaluations))
    assert report.admitted == []


def test_replay_brings_a_search_back() -> None:
    whole = Search(config())
    reports = run(whole)
    half = Search(config())
    for report in reports[:3]:
        half.ask()
        half.replay(report.number, report.tried, report.failures, report.admitted)
    assert half.statistics() == reports[2].statistics
    rest = run(half)
    assert comparable(admitted(rest)) == comparable(admitted(reports[3:]))
    assert elites(half) == elites(whole)
    assert half.statistics() == whole.statistics()


def test_replay_refuses_records_that_were_changed() -> None:
    reports = run(Search(config()))
    search = Search(config())
    seed = reports[0]
    with pytest.raises(ValueError, match="does not fit"):
        search.replay(0, 0, {}, [replace(seed.admitted[0], number=5)])


def test_parents_are_chosen_uniformly() -> None:
    settings = config(evaluations=100_000, batch_size=1000)
    counts: Counter[str] = Counter()
    for number in range(1, 21):
        counts.update(choose_parents("abcde", settings, number))
    assert set(counts) == set("abcde")
    assert max(abs(count - 4000) for count in counts.values()) < 300  # 5 standard deviations
    assert choose_parents("abcde", settings, 7) == choose_parents("abcde", settings, 7)
    assert choose_parents("abcde", settings, 7) != choose_parents("abcde", settings, 8)


def test_messages_follow_their_weights() -> None:
    settings = config(
        evaluations=20_000, batch_size=1000, messages=(("rare", 1), ("often", 9), ("never", 0))
    )
    counts: Counter[str] = Counter()
    for number in range(1, 21):
        counts.update(choose_messages(settings, number))
    assert set(counts) == {"rare", "often"}
    assert 1800 < counts["rare"] < 2200
