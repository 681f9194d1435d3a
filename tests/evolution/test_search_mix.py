"""Several operators in one search: who makes what, what it earns, and failing ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from evolution.archive import Admission
from evolution.operators import Child, Operator, OperatorUnavailable
from evolution.search import (
    BatchReport,
    BatchRequest,
    Search,
    choose_operators,
    choose_parents,
    mutate,
    tally,
    unmade,
)
from evolution.types import Failure
from tests.evolution.search_parts import (
    MIX,
    REFUSED,
    Broken,
    Letters,
    answer,
    comparable,
    config,
    elites,
)

NAMES = MIX["mix"]
SHARES = {"diff-model": 0.75, "syntax-tree": 0.25}


def letters(first: Sequence[str] = "ab", second: Sequence[str] = "c") -> dict[str, Operator]:
    return {
        "diff-model": Letters("diff-model", first),
        "syntax-tree": Letters("syntax-tree", second),
    }


def run(
    search: Search, operators: Mapping[str, Operator], in_flight: bool = False
) -> list[BatchReport]:
    """Drive a search, one batch at a time or with as many open as it allows."""
    reports, done = [], {}
    while not search.finished:
        while (request := search.ask()) is not None:
            done[request.number] = answer(request, mutate(request, operators))
            if not in_flight:
                break
        reports.append(search.tell(done.pop(search.applied + 1)))
    return reports


def request_for(operators: tuple[str, ...]) -> BatchRequest:
    size = len(operators)
    programs = tuple(f"parent {position} " for position in range(size))
    return BatchRequest(1, (0,) * size, programs, ("",) * size, operators, 7, np.zeros(1))


def programs(children: list[Child | Failure]) -> list[str]:
    return [child.program if isinstance(child, Child) else child.code for child in children]


def test_outcome_does_not_depend_on_how_many_batches_are_open() -> None:
    settings = config(evaluations=160, **MIX)
    one, many = Search(settings), Search(settings)
    first, second = run(one, letters()), run(many, letters(), in_flight=True)
    assert elites(one) == elites(many)
    assert one.statistics() == many.statistics()
    for report, again in zip(first, second, strict=True):
        assert comparable(report.admitted) == comparable(again.admitted)
        assert (report.tallies, report.statistics) == (again.tallies, again.statistics)


def test_shares_are_those_of_so_many_batches_before() -> None:
    search = Search(config(evaluations=160, batches_in_flight=3, **MIX))
    shares, dealt = {}, {}
    while not search.finished:
        while (request := search.ask()) is not None:
            dealt[request.number] = answer(request, mutate(request, letters())), request.operators
        search.tell(dealt[search.applied + 1][0])
        shares[search.applied] = search.mix.shares()
    for number in range(1, 21):
        seen = shares[max(number - 3, 0)]
        assert dealt[number][1] == tuple(choose_operators(seen, search.config, number))


def test_tallies_say_who_made_and_earned_what() -> None:
    settings = config(evaluations=160, **MIX)
    search = Search(settings)
    reports = run(search, letters())
    tried: Counter[str] = Counter()
    admitted: Counter[str] = Counter()
    for report in reports:
        assert sum(made.tried for made in report.tallies.values()) == report.tried
        for name, made in report.tallies.items():
            tried[name] += made.tried
            assert made.admitted == sum(r.operator == name for r in report.admitted)
        admitted.update(record.operator for record in report.admitted if record.parent is not None)
    shown = search.statistics().operators
    assert [(o.name, o.tried, o.admitted) for o in shown] == [
        (name, tried[name], admitted[name]) for name in NAMES
    ]
    assert sum(operator.share for operator in shown) == pytest.approx(1.0)
    assert all(count > 0 for count in tried.values())


def test_effort_goes_to_the_operator_that_earns() -> None:
    settings = config(evaluations=2_000, batch_size=40, **MIX)
    search = Search(settings)
    run(search, letters(("aa", "bbbb"), "i"))  # two metres wider or higher; longer text only
    earns, does_not = search.statistics().operators
    assert earns.admitted > 100
    assert does_not.admitted == 0
    assert earns.share > 0.9
    assert earns.tried > 4 * does_not.tried


def test_new_niches_count_more_than_improvements() -> None:
    admissions = {0: Admission.NEW, 1: Admission.IMPROVED, 3: Admission.SHORTER}
    tallies = tally(("b", "a", "b", "a", "a"), [4], admissions)
    assert list(tallies) == ["a", "b"]
    assert (tallies["a"].tried, tallies["a"].made, tallies["a"].admitted) == (3, 2, 2)
    assert (tallies["b"].tried, tallies["b"].made, tallies["b"].admitted) == (2, 2, 1)
    assert (tallies["a"].credit, tallies["b"].credit) == (0.5, 1.0)


def test_operators_get_their_share_of_every_batch() -> None:
    settings = config(evaluations=40 * 50, batch_size=40, **MIX)
    orders = set()
    for number in range(1, 51):
        operators = choose_operators(SHARES, settings, number)
        assert len(operators) == 40
        assert operators.count("diff-model") == 30
        orders.add(tuple(operators))
    assert len(orders) == 50
    assert choose_operators(SHARES, settings, 7) == choose_operators(SHARES, settings, 7)


def test_shares_that_a_batch_cannot_show_are_kept_over_many() -> None:
    settings = config(evaluations=4_000, batch_size=8, children_per_parent=8, **MIX)
    given = [choose_operators(SHARES, settings, number) for number in range(1, 401)]
    assert all(len(set(operators)) == 1 for operators in given)  # one parent, one operator
    assert 270 < sum(operators[0] == "diff-model" for operators in given) < 330


def test_children_of_a_parent_come_in_a_row_and_from_one_operator() -> None:
    settings = config(evaluations=50, batch_size=20, children_per_parent=8, **MIX)
    for number, groups in ((1, [8, 8, 4]), (3, [8, 2])):
        parents = choose_parents(range(1_000), settings, number)
        operators = choose_operators(dict.fromkeys(NAMES, 0.5), settings, number)
        assert len(parents) == len(operators) == sum(groups)
        start = 0
        for size in groups:
            assert len(set(parents[start : start + size])) == 1
            assert len(set(operators[start : start + size])) == 1
            start += size
        assert len(set(parents)) == len(groups)


def test_a_run_of_one_operator_draws_as_ever() -> None:
    """The numbers that versions without mixes drew, so that their runs repeat."""
    settings = config(random_seed=3)
    rng = np.random.default_rng([3, 2, 1])
    assert choose_parents(range(1_000), settings, 2) == rng.integers(1_000, size=8).tolist()
    assert choose_operators({"syntax-tree": 1.0}, settings, 2) == ["syntax-tree"] * 8
    request = request_for(("syntax-tree",) * 8)
    alone = Letters("syntax-tree", "abcd").propose(
        request.programs, request.messages, np.random.default_rng([7, 1, 2])
    )
    operator = Letters("syntax-tree", "abcd")
    assert mutate(request, operator) == mutate(request, {"syntax-tree": operator}) == alone


def test_each_operator_is_asked_once_and_draws_for_itself() -> None:
    request = request_for(("diff-model", "syntax-tree", "diff-model", "syntax-tree") * 5)
    operators = letters("abcdefgh", "abcdefgh")
    first = programs(mutate(request, operators))
    for offset, operator in enumerate(operators.values()):
        assert isinstance(operator, Letters)
        assert operator.calls == [list(request.programs[offset::2])]
    assert [text[-1] for text in first[0::2]] != [text[-1] for text in first[1::2]]
    # what one draws does not change what the other does
    other = programs(mutate(request, {**operators, "diff-model": Letters("diff-model", "xy")}))
    assert first[1::2] == other[1::2]
    assert first[0::2] != other[0::2]


def test_an_operator_without_a_part_in_the_batch_is_not_asked() -> None:
    operators = letters()
    mutate(request_for(("syntax-tree",) * 3), operators)
    idle = operators["diff-model"]
    assert isinstance(idle, Letters)
    assert idle.calls == []


def test_a_twin_from_another_operator_is_a_duplicate() -> None:
    request = BatchRequest(
        1,
        (0,) * 3,
        ("p",) * 3,
        ("",) * 3,
        ("diff-model", "syntax-tree", "diff-model"),
        0,
        np.ones(1),
    )
    children = mutate(request, letters("a", "a"))
    assert programs(children) == ["pa", "duplicate", "duplicate"]
    assert unmade([*children, REFUSED]) == [3]


def test_an_unavailable_operator_is_counted_and_the_others_go_on() -> None:
    broken = Broken()
    search = Search(config(evaluations=800, **MIX))
    reports = run(search, {**letters(), "diff-model": broken})
    fails, works = search.statistics().operators
    assert search.finished
    assert search.failures["model-missing"] == fails.tried
    assert fails.admitted == 0
    assert works.admitted > 0
    assert fails.share < 0.05
    late = sum(report.tallies.get("diff-model") is not None for report in reports[20:])
    assert 1 <= late < 30  # of 81: now and then


def test_a_mended_operator_gets_its_share_back() -> None:
    broken = Broken()
    search = Search(config(evaluations=2_400, **MIX))
    while not search.finished:
        request = search.ask()
        assert request is not None
        if request.number == 100:
            broken.mended = Letters("diff-model", "ab")
        search.tell(answer(request, mutate(request, {**letters(), "diff-model": broken})))
    assert search.statistics().operators[0].share >= 0.05
    assert search.statistics().operators[0].admitted > 0


def test_when_no_operator_is_available_the_batch_is_not_made() -> None:
    request = request_for(("diff-model", "syntax-tree") * 2)
    with pytest.raises(OperatorUnavailable, match="no model") as raised:
        mutate(request, {"diff-model": Broken(), "syntax-tree": Broken()})
    assert raised.value.failure.code == "model-missing"
    with pytest.raises(OperatorUnavailable):
        mutate(request_for(("syntax-tree",)), {"syntax-tree": Broken()})


def test_replay_brings_shares_back() -> None:
    settings = config(evaluations=160, **MIX)
    whole = Search(settings)
    reports = run(whole, letters())
    half = Search(settings)
    for report in reports[:12]:
        half.ask()
        half.replay(report.number, report.tried, report.failures, report.admitted, report.tallies)
    assert half.statistics() == reports[11].statistics
    run(half, letters())
    assert half.statistics() == whole.statistics()
    assert half.mix.standings == whole.mix.standings
