"""What a change is: in numbers, in names, in joints and muscles."""

from __future__ import annotations

import pytest

from evolution.language_model.corpus.change import Change, masked
from tests.evolution.language_model.corpus.walker_programs import SMALL, walkers_of


def change(old: str, new: str) -> Change:
    return Change(SMALL, SMALL.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("-1, 4", "-1, 5.25", 1),
        ("-1, 4", "1, 4", 1),
        ("-1, 4", "2.5, -4", 2),
        ("(2, 0)", "(-2e1, .5)", 2),
        ("1.0, 0.0", "1.0, 1 + 2", 0),
        ("False", "True", 0),
        ("hip = ", "hip2 = ", 0),
    ],
)
def test_numbers_only(old: str, new: str, changed: int) -> None:
    assert change(old, new).changed_numbers == changed
    assert change(old, new).numbers_only == bool(changed)


def test_a_difference_is_not_a_sign() -> None:
    assert masked("a - 3") != masked("a + 3")
    assert masked("f(-3)") == masked("f(3)") == masked("f(3.5)")


def test_lines_and_words() -> None:
    added = change(
        "    wc.add_muscle(foot", "    knee = wc.add_joint(0, 2)\n    wc.add_muscle(foot"
    )
    assert (added.lines, added.growth, added.count("add_joint")) == (1, 1, 1)
    assert added.written == len("knee = wc.add_joint(0, 2)")


def test_walkers_are_compared_by_places() -> None:
    renamed = SMALL.replace("hip", "top")
    swapped = SMALL.replace(
        "    hip = wc.add_joint(-1, 4)\n    foot = wc.add_joint(-1, 0)\n",
        "    foot = wc.add_joint(-1, 0)\n    hip = wc.add_joint(-1, 4)\n",
    )
    moved = SMALL.replace("(2, 0)", "(3, 0)")
    timed = SMALL.replace("1.6", "2.6")
    parent, *children = walkers_of(SMALL, renamed, swapped, moved, timed)
    same = [Change("", "", (parent, child)).same_walker for child in children]
    assert same == [True, True, False, False]
    shifted = Change("", "", (parent, children[2]))
    assert (shifted.moved_joints, shifted.joints_added, shifted.kept_muscles) == (1, 0, 1)
    assert shifted.wider == pytest.approx(4 / 3)
    retimed = Change("", "", (parent, children[3]))
    assert (retimed.same_joints, retimed.same_pairs, retimed.changed_phases) == (True, True, 1)


def test_without_walkers_a_check_of_them_says_so() -> None:
    with pytest.raises(AssertionError, match="needs the built walkers"):
        _ = change("4", "5").joints_added
