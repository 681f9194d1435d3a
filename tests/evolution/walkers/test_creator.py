"""The creator: what it takes, what it repairs and counts, what it refuses."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from evolution.walkers import Walker, limits
from evolution.walkers.creator import REPAIRS, Refusal, WalkerDraft, walker_creator


def pair(distance: float = 10.0) -> walker_creator:
    wc = walker_creator()
    wc.add_joint(0, 0)
    wc.add_joint(distance, 0)
    return wc


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    assert str(caught.value).endswith(".")
    return caught.value.code


def walker(draft: WalkerDraft) -> Walker:
    assert set(draft.repairs) <= set(REPAIRS)
    return Walker.create(draft.joints, draft.muscles)


def test_a_plain_program() -> None:
    wc = walker_creator()
    a, b, c = wc.add_joint(0, 0), wc.add_joint(0, 10.5), wc.add_joint(5, 5)
    wc.add_muscle(a, b)
    wc.add_muscle(c, b, False, 1.0, 0.25)
    draft = wc.get_walker()
    assert draft.joints == [(0.0, 0.0), (0.0, 10.5), (5.0, 5.0)]
    assert draft.muscles == [(0, 1, True, 0.0, 0.0), (1, 2, False, 1.0, 0.25)]
    assert draft.repairs == {}


def test_a_joint_too_near_becomes_its_nearest_neighbour() -> None:
    wc = walker_creator()
    wc.add_joint(0, 0)
    right = wc.add_joint(0.12, 0)
    assert wc.add_joint(0.09, 0) == right
    wc.add_muscle(0, right)
    assert wc.get_walker().repairs == {"joint-merged": 1}
    assert len(wc.get_walker().joints) == 2


def test_programs_that_count_joints_themselves_survive_a_merge() -> None:
    wc = pair()
    wc.add_joint(10.01, 0)  # call 2 becomes joint 1
    assert wc.add_joint(5, 5) == 3
    wc.add_muscle(2, 3)
    wc.add_muscle(0, 2)
    assert wc.get_walker().muscles == [(1, 2, True, 0.0, 0.0), (0, 1, True, 0.0, 0.0)]


def test_joints_at_the_shortest_distance_stay_apart() -> None:
    wc = pair(limits.MIN_JOINT_DISTANCE)
    wc.add_muscle(0, 1)
    draft = wc.get_walker()
    assert (len(draft.joints), draft.repairs) == (2, {})


def test_the_centipede_of_300_joints_lives() -> None:
    wc = walker_creator()
    joints = [wc.add_joint(0.3 * i, i % 2) for i in range(300)]
    for first, second in pairwise(joints):
        wc.add_muscle(first, second, False, 30, 2.5)
    draft = wc.get_walker()
    assert draft.repairs["joint-limit"] == 300 - limits.MAX_JOINTS
    assert draft.repairs["self-muscle"] > 0
    assert walker(draft).mass == limits.MAX_JOINTS


def test_self_and_duplicate_muscles_are_left_out() -> None:
    wc = pair()
    wc.add_muscle(0, 1, False, 1.0)
    wc.add_muscle(1, 0)
    wc.add_muscle(1, 1)
    draft = wc.get_walker()
    assert draft.muscles == [(0, 1, False, 1.0, 0.0)]
    assert draft.repairs == {"duplicate-muscle": 1, "self-muscle": 1}


@pytest.mark.parametrize("sign", [1, -1])
def test_amplitudes_are_clamped_to_a_share_of_the_length(sign: int) -> None:
    wc = pair(10)
    wc.add_muscle(0, 1, False, sign * 30)
    draft = wc.get_walker()
    assert draft.muscles[0][3] == sign * limits.MAX_AMPLITUDE_SHARE * 10
    assert draft.repairs == {"amplitude-clamped": 1}


def test_a_distance_muscle_has_no_amplitude_to_clamp() -> None:
    wc = pair()
    wc.add_muscle(0, 1, True, 30, 0.5)
    assert wc.get_walker().muscles == [(0, 1, True, 0.0, 0.0)]
    assert wc.get_walker().repairs == {}


@pytest.mark.parametrize(
    ("value", "meant", "repairs"),
    [
        (0.0, False, {"number-as-boolean": 1}),
        (2, True, {"number-as-boolean": 1}),
        (np.float32(0), False, {"number-as-boolean": 1}),
        (np.bool_(False), False, {}),
    ],
)
def test_numbers_stand_for_booleans(value: Any, meant: bool, repairs: dict[str, int]) -> None:
    wc = pair()
    wc.add_muscle(0, 1, value)
    assert wc.get_walker().muscles[0][2] is meant
    assert wc.get_walker().repairs == repairs


@pytest.mark.parametrize(
    "three",
    [3, 3.0, np.int64(3), np.float32(3), np.float64(3), np.array(3), Fraction(3), np.uint8(3)],
)
def test_every_sort_of_number_is_a_plain_float(three: Any) -> None:
    wc = walker_creator()
    wc.add_joint(three, three)
    wc.add_joint(0, 0)
    wc.add_muscle(0, 1, False, three, three)
    draft = wc.get_walker()
    values = [*draft.joints[0], *draft.muscles[0][3:]]
    assert {type(value) for value in values} == {float}
    assert draft.joints[0] == (3.0, 3.0)


@pytest.mark.parametrize(
    ("index", "repairs"),
    [
        (1.0, {"float-index": 1}),
        (np.float64(1), {"float-index": 1}),
        (np.int32(1), {}),
        (True, {"boolean-as-number": 1}),
    ],
)
def test_joints_may_be_named_by_other_whole_numbers(index: Any, repairs: dict[str, int]) -> None:
    wc = pair()
    wc.add_muscle(0, index)
    assert wc.get_walker().muscles == [(0, 1, True, 0.0, 0.0)]
    assert type(wc.get_walker().muscles[0][1]) is int
    assert wc.get_walker().repairs == repairs


@pytest.mark.parametrize("value", ["1", None, [1], (1, 2), 1j, np.array([1.0]), object(), math])
def test_what_is_no_number_is_refused(value: Any) -> None:
    assert refusal(lambda: walker_creator().add_joint(value, 0)) == "type"
    assert refusal(lambda: walker_creator().add_joint(0, value)) == "type"
    assert refusal(lambda: pair().add_muscle(value, 1)) == "type"
    assert refusal(lambda: pair().add_muscle(0, 1, value)) == "type"
    assert refusal(lambda: pair().add_muscle(0, 1, False, value)) == "type"
    assert refusal(lambda: pair().add_muscle(0, 1, False, 0.0, value)) == "type"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan"), 10**400])
def test_what_is_not_finite_is_refused(value: Any) -> None:
    assert refusal(lambda: walker_creator().add_joint(value, 0)) == "non-finite"
    assert refusal(lambda: walker_creator().add_joint(0, value)) == "non-finite"
    assert refusal(lambda: pair().add_muscle(0, 1, value)) == "non-finite"
    assert refusal(lambda: pair().add_muscle(0, 1, False, value)) == "non-finite"
    assert refusal(lambda: pair().add_muscle(0, 1, True, 0.0, value)) == "non-finite"


def test_coordinates_have_a_limit_on_both_sides() -> None:
    wc = walker_creator()
    wc.add_joint(100, -100)
    assert refusal(lambda: wc.add_joint(100.001, 0)) == "coordinate"
    assert refusal(lambda: wc.add_joint(0, -1e300)) == "coordinate"


@pytest.mark.parametrize("index", [2, -1, 10**400, 0.5, 1e300])
def test_unknown_joints_are_refused(index: Any) -> None:
    assert refusal(lambda: pair().add_muscle(0, index)) == "unknown-joint"


def test_too_many_muscles_on_one_joint_are_refused() -> None:
    wc = walker_creator()
    hub = wc.add_joint(0, 0)
    for i in range(limits.MAX_MUSCLES_PER_JOINT):
        wc.add_muscle(hub, wc.add_joint(1 + i, 1))
    last = wc.add_joint(50, 50)
    assert refusal(lambda: wc.add_muscle(hub, last)) == "joint-degree"
    walker(wc.get_walker())  # what was built before stays good


def test_too_many_muscles_overall_are_refused() -> None:
    wc = walker_creator()
    joints = [wc.add_joint(i, 0) for i in range(100)]

    def connect_all() -> None:
        for step in range(1, 15):
            for i in joints:
                wc.add_muscle(i, (i + step) % 100)

    assert refusal(connect_all) == "muscle-count"
    assert len(walker(wc.get_walker()).muscles) == limits.MAX_MUSCLES


def test_a_walker_needs_a_joint() -> None:
    assert refusal(walker_creator().get_walker) == "joint-count"


def test_the_draft_is_a_snapshot() -> None:
    wc = pair()
    wc.add_muscle(0, 1)
    draft = wc.get_walker()
    draft.joints.clear()
    wc.add_muscle(1, wc.add_joint(5, 5))
    assert len(wc.get_walker().joints) == 3
    assert draft.joints == []


def test_repairs_are_described_for_people() -> None:
    assert all(sentence.endswith(".") for sentence in REPAIRS.values())


def test_a_walker_is_its_largest_connected_part() -> None:
    wc = walker_creator()
    loose, *body = [wc.add_joint(x, 0) for x in (9, 0, 1, 2)]
    apart = [wc.add_joint(x, 5) for x in (0, 1)]
    wc.add_muscle(*apart)
    wc.add_muscle(body[0], body[1], False, 0.1, 0.5)
    wc.add_muscle(body[2], body[1])
    draft = wc.get_walker()
    assert draft.joints == [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]
    assert draft.muscles == [(0, 1, False, 0.1, 0.5), (1, 2, True, 0.0, 0.0)]
    assert draft.repairs == {"loose-joint": 3}
    wc.add_muscle(loose, apart[0])
    wc.add_muscle(loose, body[0])
    assert len(wc.get_walker().joints) == 6
    assert wc.get_walker().repairs == {}


def test_without_muscles_the_first_joint_is_the_walker() -> None:
    draft = pair().get_walker()
    assert (draft.joints, draft.repairs) == ([(0.0, 0.0)], {"loose-joint": 1})


def test_a_tower_is_refused_and_a_loose_joint_does_not_count_for_it() -> None:
    wc = walker_creator()
    foot, tip = wc.add_joint(0, 0), wc.add_joint(0, limits.MAX_HEIGHT)
    wc.add_muscle(foot, tip)
    wc.add_joint(0, limits.MAX_HEIGHT + 9)
    assert walker(wc.get_walker()).height == limits.MAX_HEIGHT
    wc.add_muscle(tip, 2)
    assert refusal(wc.get_walker) == "too-tall"
