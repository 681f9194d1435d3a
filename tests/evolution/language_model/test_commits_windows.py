"""Windows: parent and child cut around the change, and changes that are left out."""

from __future__ import annotations

import pytest

from evolution.diffs.line_edits import line_edits
from evolution.language_model.mining.filters import Filter, Limits
from evolution.language_model.mining.windows import window_pair
from tests.evolution.language_model.repositories import RUN, WALK

BALLAST = "".join(f"ballast_{number} = {number}\n" for number in range(150))


def method(name: str, lines: int = 4) -> str:
    body = "".join(f"        self.joint_{number} = {number}\n" for number in range(lines))
    return f"    @property\n    def {name}(self):\n{body}        return self\n\n"


def pair(parent: str, child: str, limits: Limits | None = None) -> tuple[str, str]:
    result = window_pair(parent, child, limits or Limits())
    assert isinstance(result, tuple), result
    return result


def test_a_small_file_is_taken_whole() -> None:
    assert pair(WALK, RUN) == (WALK, RUN)


def test_the_enclosing_function_with_lines_around_it() -> None:
    old, new = pair(BALLAST + WALK + BALLAST, BALLAST + RUN + BALLAST)
    above = "".join(BALLAST.splitlines(keepends=True)[-3:])
    below = "".join(BALLAST.splitlines(keepends=True)[:3])
    assert old == above + WALK + below
    assert new == above + RUN + below


def test_the_largest_enclosing_block_that_fits_with_its_decorator() -> None:
    small = "class Walker:\n" + method("first") + method("second")
    parent = BALLAST + small + BALLAST
    old, _ = pair(parent, parent.replace("joint_2 = 2", "joint_2 = 7", 1))
    assert "class Walker:" in old
    assert "def second" in old

    large = "class Walker:\n" + "".join(method(f"m{n}", lines=20) for n in range(12))
    at = large.index("def m6")
    child = large[:at] + large[at:].replace("joint_9 = 9", "joint_9 = 7", 1)
    old, _ = pair(large, child)
    assert "class Walker:" not in old
    assert "    @property\n    def m6(self):\n" in old
    assert old.count("return self") == 2  # its own, and one of the lines above


def test_without_a_block_that_fits_as_many_lines_as_fit() -> None:
    parent = BALLAST * 3
    child = parent.replace("ballast_75 = 75", "ballast_75 = 0", 1)
    old, new = pair(parent, child)
    assert 2_300 <= len(old) <= 2_400
    above, below = old.split("ballast_75 = 75\n")
    assert abs(above.count("\n") - below.count("\n")) <= 1
    assert len(line_edits(old, new)) == 1


@pytest.mark.parametrize("grown", ["parent", "child"])
def test_both_stay_within_the_limit_where_one_is_longer(grown: str) -> None:
    long = WALK.replace(
        "    return", "    again = speed  # and some words more\n" * 20 + "    return"
    )
    texts = BALLAST + WALK + BALLAST, BALLAST + long + BALLAST
    old, new = pair(*(texts if grown == "child" else texts[::-1]))
    assert max(len(old), len(new)) <= Limits().characters
    assert "def walk" in old
    assert "def walk" in new


def test_the_window_holds_the_same_edit() -> None:
    parent = BALLAST + WALK + BALLAST
    child = BALLAST + WALK.replace("    return", "    speed += 1\n    return") + BALLAST
    (whole,) = line_edits(parent, child)
    (edit,) = line_edits(*pair(parent, child))
    assert edit.lines == whole.lines
    assert edit == whole.moved(edit.first - whole.first)


def test_additions_at_the_end_and_changes_of_blank_lines_between() -> None:
    old, new = pair(BALLAST, BALLAST + "\n\n" + WALK)
    assert new.endswith(WALK)
    assert new.startswith(old)


LONG = "".join(f"    step_{number} = {number}\n" for number in range(13))


@pytest.mark.parametrize(
    ("parent", "child", "why"),
    [
        ("def f():\n" + LONG, "def f():\n" + LONG.replace("_", "__"), Filter.LARGE_CHANGE),
        (WALK + BALLAST + WALK, RUN + BALLAST + RUN, Filter.LARGE_CHANGE),
        (WALK, WALK.replace("1\n", "1  \n"), Filter.NO_CODE_CHANGE),
        (WALK, WALK.replace("    return", "\n    # quickly\n    return"), Filter.NO_CODE_CHANGE),
        (WALK, WALK.replace("step = 1", "step  =  1"), Filter.NO_CODE_CHANGE),
        (WALK + "__version__ = 1\n", WALK + "__version__ = 2\n", Filter.VERSION_BUMP),
        ("", WALK, Filter.OTHER_STYLE),
        (WALK, "", Filter.OTHER_STYLE),
        (WALK, RUN.replace("    ", "\t"), Filter.OTHER_STYLE),
        (WALK, WALK + f"name = '{'w' * 200}'\n", Filter.OTHER_STYLE),
        (WALK, WALK + "print 'walking'\n", Filter.PYTHON_2),
        (WALK, WALK + "try:\n    walk(1)\nexcept OSError, e:\n    pass\n", Filter.PYTHON_2),
        (WALK, WALK + "mode = 0755\n", Filter.PYTHON_2),
        (WALK, WALK + "raise ValueError, 'no'\n", Filter.PYTHON_2),
    ],
)
def test_changes_that_are_left_out(parent: str, child: str, why: Filter) -> None:
    assert window_pair(parent, child, Limits()) is why


@pytest.mark.parametrize(
    "added",
    [
        "print('walking')\n",
        "print (1)\n",
        "mode = 0o755\n",
        "try:\n    pass\nexcept (OSError, ValueError) as error:\n    pass\n",
        "low = 10.0\n",
    ],
)
def test_python_3_is_not_mistaken_for_python_2(added: str) -> None:
    assert pair(WALK, WALK + added) == (WALK, WALK + added)


def test_indentation_is_code() -> None:
    parent = "for n in range(3):\n    a = n\n    b = n\n"
    child = "for n in range(3):\n    a = n\nb = n\n"
    assert pair(parent, child) == (parent, child)
