"""Shares of a mix: they follow what operators earn, and nothing else."""

from __future__ import annotations

import json

import pytest

from evolution.operators.mix import FLOOR, RETRY, SILENCE, Mix, Tally

GROUPS = 64


def mix(names: str = "ab", groups: int = GROUPS) -> Mix:
    return Mix(tuple(names), groups)


def earn(mix: Mix, batches: int, **rates: float) -> None:
    """Batches in which each operator tries 32 children and earns at its rate."""
    for _ in range(batches):
        mix.apply({name: Tally(32, 32, 0, 32 * rate) for name, rate in rates.items()})


def refuse(mix: Mix, name: str, children: int) -> None:
    mix.apply({name: Tally(children, 0, 0, 0.0)})


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_without_a_difference_shares_are_equal(names: str) -> None:
    found = mix(names)
    assert list(found.shares().values()) == pytest.approx([1 / len(names)] * len(names), abs=0.03)
    earn(found, 50, **dict.fromkeys(names, 0.02))
    assert list(found.shares().values()) == pytest.approx([1 / len(names)] * len(names), abs=0.03)


def test_one_operator_has_everything() -> None:
    found = mix("a")
    assert found.shares() == {"a": 1.0}
    refuse(found, "a", 1000)
    assert found.shares() == {"a": 1.0}


def test_a_clear_winner_gets_all_but_the_floor() -> None:
    found = mix("abc")
    earn(found, 50, a=0.01, b=0.06, c=0.01)
    shares = found.shares()
    assert shares["b"] == pytest.approx(1 - 2 * FLOOR, abs=0.01)
    assert shares["a"] == pytest.approx(FLOOR, abs=0.01)
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_little_evidence_moves_shares_a_little() -> None:
    found = mix()
    earn(found, 2, a=0.03, b=0.06)
    early = found.shares()["b"]
    earn(found, 30, a=0.03, b=0.06)
    assert 0.55 < early < 0.85 < found.shares()["b"]


def test_what_was_earned_long_ago_is_forgotten() -> None:
    found = mix()
    earn(found, 100, a=0.06, b=0.02)
    assert found.shares()["a"] > 0.9
    earn(found, 100, a=0.01, b=0.02)
    assert found.shares()["b"] > 0.7


def test_an_operator_that_was_hardly_tried_is_thought_to_be_like_the_others() -> None:
    found = mix()
    earn(found, 60, a=0.02)
    found.apply({"b": Tally(2, 2, 0, 0.0)})
    assert 0.2 < found.shares()["b"] < 0.5


def test_tallies_add_up() -> None:
    found = mix()
    found.apply({"a": Tally(10, 9, 2, 1.5), "b": Tally(6, 6, 0, 0.0)})
    found.apply({"a": Tally(5, 5, 1, 1.0)})
    standings = found.standings
    assert (standings["a"].tried, standings["a"].admitted) == (15, 3)
    assert (standings["b"].tried, standings["b"].admitted) == (6, 0)
    assert 2.4 < standings["a"].recent_credit < 2.5  # faded a little


def test_an_operator_that_cannot_work_is_tried_now_and_then_and_comes_back() -> None:
    found = mix()
    refuse(found, "a", SILENCE - 1)
    assert found.shares()["a"] > FLOOR
    refuse(found, "a", 1)
    shares = found.shares()
    assert shares["a"] == pytest.approx(1 / (RETRY * GROUPS))  # one parent in RETRY batches
    assert shares["b"] == pytest.approx(1 - shares["a"])
    found.apply({"a": Tally(1, 1, 0, 0.0)})
    assert found.shares()["a"] >= FLOOR


def test_a_batch_that_an_operator_had_no_part_in_says_nothing_of_it() -> None:
    found = mix()
    refuse(found, "a", SILENCE - 1)
    earn(found, 5, b=0.1)
    assert found.standings["a"].silent == SILENCE - 1


def test_retries_stay_below_the_floor_where_a_batch_has_few_parents() -> None:
    found = mix(groups=1)
    refuse(found, "a", SILENCE)
    assert found.shares()["a"] == FLOOR


def test_when_none_can_work_all_are_tried() -> None:
    found = mix()
    for name in "ab":
        refuse(found, name, SILENCE)
    assert list(found.shares().values()) == pytest.approx([0.5, 0.5], abs=0.03)


def test_a_mix_survives_being_stored() -> None:
    found = mix()
    earn(found, 7, a=0.031, b=0.017)
    again = Mix(("a", "b"), GROUPS, json.loads(json.dumps(found.to_json())))
    assert again.standings == found.standings
    earn(found, 3, a=0.01, b=0.02)
    earn(again, 3, a=0.01, b=0.02)
    assert again.shares() == found.shares()
