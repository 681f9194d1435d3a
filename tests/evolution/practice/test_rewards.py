"""Rewards: what becomes of an edit, what it is worth, and the advantages that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from evolution.language_model.corpus.intentions import intention_named
from evolution.language_model.corpus.judging import Judge
from evolution.language_model.corpus.requests import PAPER, Request
from evolution.practice.rewards import (
    ASTRAY,
    FURTHER,
    NEW_NICHE,
    Attempt,
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
    attempts = [Attempt(0, request, program) for request, program in tried]
    return judge([task], attempts, sandbox, Likes(liked))


BIGGER = PARENT.replace("0, 0, 10", "0, 0, 16")
RENAMED = PARENT.replace("center", "middle")
WITH_JOINT = PARENT.replace(
    "    return wc", "    top = wc.add_joint(5, 12)\n    wc.add_muscle(top, center)\n    return wc"
)
RAISES = PARENT.replace("corners[0])", "corners[9])", 1)


def test_an_edit_that_makes_no_walker_is_worth_nothing(sandbox: Sandbox) -> None:
    broken, refused = verdicts(sandbox, [(CHANGED, RAISES), (CHANGED, FAILED)])
    assert broken == refused == Verdict()


def test_the_same_walker_is_worth_nothing_unless_that_was_asked_for(sandbox: Sandbox) -> None:
    naming = intention_named("rename-variable")
    rename = Request(naming.name, "Rename a variable", naming.holds)
    changed, renamed = verdicts(sandbox, [(CHANGED, RENAMED), (rename, RENAMED)])
    assert changed == Verdict()
    assert renamed == Verdict(obeyed=True, reward=1)


def test_what_was_asked_for_is_worth_more_than_another_change(sandbox: Sandbox) -> None:
    asked, other = verdicts(sandbox, [(PARAMETERS, PHASE), (PARAMETERS, WITH_JOINT)])
    assert asked == Verdict(different=True, obeyed=True, reward=1)
    assert other == Verdict(different=True, reward=ASTRAY)


def test_numbers_alone_are_not_what_a_free_hand_is_given_for(sandbox: Sandbox) -> None:
    numbers, joint = verdicts(sandbox, [(CHANGED, PHASE), (CHANGED, WITH_JOINT)])
    assert numbers == Verdict(different=True, reward=ASTRAY)
    assert joint == Verdict(different=True, obeyed=True, reward=1)


def test_what_a_search_likes_is_worth_more_and_another_niche_most(sandbox: Sandbox) -> None:
    tried = [(PARAMETERS, PHASE), (PARAMETERS, BIGGER)]
    further, bigger = verdicts(sandbox, tried, liked=True)
    assert further == Verdict(different=True, obeyed=True, reward=1 + FURTHER)
    assert bigger == Verdict(True, True, new_niche=True, reward=1 + NEW_NICHE)
    assert [v.reward for v in verdicts(sandbox, tried)] == [1, 1]


def test_only_general_messages_are_about_searches(sandbox: Sandbox) -> None:
    taller = Request("any", "Make it bigger", lambda parent, child, walkers: True)
    (verdict,) = verdicts(sandbox, [(taller, BIGGER)], liked=True)
    assert verdict == Verdict(different=True, obeyed=True, reward=1)


def test_siblings_share_the_reward_of_what_several_made(sandbox: Sandbox) -> None:
    commented = BIGGER.replace("# the frame", "# its frame")  # another text, the same walker
    tried = [(SMALL, BIGGER), (SMALL, commented), (SMALL, PHASE)]
    one, other, alone = verdicts(sandbox, tried, liked=True)
    assert one.reward == other.reward == (1 + NEW_NICHE) / 2
    assert alone.reward == 1 + FURTHER


def test_an_advantage_is_over_the_others_that_were_asked_the_same() -> None:
    joint = Request("add-joint", "Add a joint", CHANGED.holds)
    attempts = [Attempt(0, CHANGED, FAILED)] * 3 + [Attempt(0, joint, FAILED)] * 2
    attempts += [Attempt(1, CHANGED, FAILED)]
    rewards = [1.0, 0.0, 0.5, 2.0, 0.0, 1.0]
    result = advantages(attempts, [Verdict(reward=reward) for reward in rewards])
    assert result == [0.75, -0.75, 0.0, 2.0, -2.0, 0.0]
