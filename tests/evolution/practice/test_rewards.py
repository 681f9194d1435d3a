"""Rewards: what becomes of an edit, what it is worth, and the advantages that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from evolution.language_model.corpus.intentions import intention_named
from evolution.language_model.corpus.judging import Judge
from evolution.language_model.corpus.requests import PAPER, Request
from evolution.practice.attempts import Attempt
from evolution.practice.rewards import (
    ALIKE,
    ASTRAY,
    FURTHER,
    NEW_NICHE,
    TOKEN,
    Verdict,
    advantages,
    judge,
)
from evolution.practice.tasks import Task
from evolution.sandbox import Built, Sandbox
from evolution.types import Failure, Stage
from evolution.walkers.seeds import seed_program

CHANGED, PARAMETERS, SMALL = PAPER
PARENT = seed_program("square")
PHASE = PARENT.replace("2.0, 0.0", "2.0, 0.5")
LENGTH = 20  # tokens of every edit
PRICE = LENGTH * TOKEN
FAILED = Failure(Stage.DIFF, "bad-edit", "It is no edit.")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


class Likes(Judge):
    """A judge whose answer is given."""

    def __init__(self, answer: bool) -> None:
        super().__init__()
        self._answer = answer

    def likes(self, parent: object, child: object) -> bool:
        return self._answer


def verdicts(
    sandbox: Sandbox,
    tried: Sequence[tuple[Request, str | Failure]],
    *,
    parent: str = PARENT,
    liked: bool = False,
) -> list[Verdict]:
    (built,) = sandbox.build([parent])
    assert isinstance(built, Built)
    task = Task(parent, built.walker, tuple(request for request, _ in tried))
    attempts = [Attempt(0, request, program, LENGTH) for request, program in tried]
    return judge([task], attempts, sandbox, Likes(liked))


BIGGER = PARENT.replace("0, 0, 10", "0, 0, 16")
RENAMED = PARENT.replace("center", "middle")
WITH_JOINT = PARENT.replace(
    "    return wc", "    top = wc.add_joint(5, 12)\n    wc.add_muscle(top, center)\n    return wc"
)
RAISES = PARENT.replace("corners[0])", "corners[9])", 1)


def test_an_edit_that_makes_no_walker_costs_what_it_is_long(sandbox: Sandbox) -> None:
    broken, refused = verdicts(sandbox, [(CHANGED, RAISES), (CHANGED, FAILED)])
    assert broken == refused == Verdict(reward=-PRICE)


def test_the_same_walker_is_worth_no_more_unless_that_was_asked_for(sandbox: Sandbox) -> None:
    naming = intention_named("rename-variable")
    rename = Request(naming.name, "Rename a variable", naming.holds)
    changed, renamed = verdicts(sandbox, [(CHANGED, RENAMED), (rename, RENAMED)])
    assert changed == Verdict(reward=-PRICE)
    assert renamed == Verdict(obeyed=True, reward=1 - PRICE)


def test_what_was_asked_for_is_worth_more_than_another_change(sandbox: Sandbox) -> None:
    asked, other = verdicts(sandbox, [(PARAMETERS, PHASE), (PARAMETERS, WITH_JOINT)])
    assert asked == Verdict(different=True, obeyed=True, reward=1 - PRICE)
    assert other == Verdict(different=True, reward=ASTRAY - PRICE)


def test_numbers_alone_are_not_what_a_free_hand_is_given_for(sandbox: Sandbox) -> None:
    numbers, joint = verdicts(sandbox, [(CHANGED, PHASE), (CHANGED, WITH_JOINT)])
    assert numbers == Verdict(different=True, reward=ASTRAY - PRICE)
    assert joint == Verdict(different=True, obeyed=True, reward=1 - PRICE)


def test_an_edit_is_of_use_if_it_makes_another_walker_or_does_what_was_asked(
    sandbox: Sandbox,
) -> None:
    naming = intention_named("rename-variable")
    rename = Request(naming.name, "Rename a variable", naming.holds)
    tried = [(CHANGED, PHASE), (CHANGED, RENAMED), (rename, RENAMED), (rename, PHASE)]
    of_use = [verdict.is_of_use for verdict in verdicts(sandbox, tried)]
    assert of_use == [True, False, True, True]


def test_what_a_search_likes_is_worth_more(sandbox: Sandbox) -> None:
    (further,) = verdicts(sandbox, [(PARAMETERS, PHASE)], liked=True)
    (bigger,) = verdicts(sandbox, [(PARAMETERS, BIGGER)], liked=True)
    assert further == Verdict(different=True, obeyed=True, reward=1 + FURTHER - PRICE)
    assert bigger == Verdict(True, True, new_niche=True, reward=1 + NEW_NICHE - PRICE)
    for program in (PHASE, BIGGER):
        (verdict,) = verdicts(sandbox, [(PARAMETERS, program)])
        assert verdict.reward == 1 - PRICE


def test_siblings_that_all_add_joints_are_worth_less(sandbox: Sandbox) -> None:
    wider = WITH_JOINT.replace("5, 12", "6, 12")
    tried = [(SMALL, WITH_JOINT), (SMALL, wider), (SMALL, PHASE), (SMALL, FAILED)]
    one, other, alone, _ = verdicts(sandbox, tried)
    assert one.reward == other.reward == pytest.approx(1 - ALIKE / 2 - PRICE)
    assert alone.reward == 1 - PRICE


def test_only_general_messages_are_about_searches(sandbox: Sandbox) -> None:
    taller = Request("any", "Make it bigger", lambda parent, child, walkers: True)
    (verdict,) = verdicts(sandbox, [(taller, BIGGER)], liked=True)
    assert verdict == Verdict(different=True, obeyed=True, reward=1 - PRICE)


def test_siblings_share_the_reward_of_what_several_made(sandbox: Sandbox) -> None:
    commented = BIGGER.replace("# the frame", "# its frame")  # another text, the same walker
    tried = [(SMALL, BIGGER), (SMALL, commented), (SMALL, PHASE)]
    one, other, alone = verdicts(sandbox, tried, liked=True)
    # None of the three adds joints.
    worth = (1 - ALIKE) * (1 + NEW_NICHE) / 2 - PRICE
    assert one.reward == other.reward == pytest.approx(worth)
    assert alone.reward == pytest.approx((1 - ALIKE) * (1 + FURTHER) - PRICE)


def test_an_advantage_is_over_the_others_that_were_asked_the_same() -> None:
    joint = Request("add-joint", "Add a joint", CHANGED.holds)
    attempts = [Attempt(0, CHANGED, FAILED, 9)] * 3 + [Attempt(0, joint, FAILED, 9)] * 2
    attempts += [Attempt(1, CHANGED, FAILED, 9)]
    rewards = [1.0, 0.0, 0.5, 2.0, 0.0, 1.0]
    result = advantages(attempts, [Verdict(reward=reward) for reward in rewards])
    assert result == [0.75, -0.75, 0.0, 2.0, -2.0, 0.0]
