"""Names and calls that cannot work, told without running anything."""

from __future__ import annotations

import pytest

from evolution.operators.static_checks import static_problems
from evolution.walkers.seeds import SEEDS

HONEST = """
import math as m
from collections import namedtuple
from walk_creator import walker_creator

SIZE: float = 2.0
Leg = namedtuple("Leg", "top foot")

class Body:
    height = 3
    low = height - 1

    def __init__(self, creator, *, wide=1):
        self.creator = creator
        self.wide = wide

    def joint(self, x, y=0, *rest, **more):
        return self.creator.add_joint(x * self.wide, y)

def grow(creator, count, step=SIZE, /, turn=0.0, *, lift):
    global total
    total = count
    points = [creator.add_joint(i * step, lift + m.sin(turn)) for i in range(count)]
    for a, b in zip(points, points[1:]):
        creator.add_muscle(a, b, False, phase=abs(a - b))
    try:
        pass
    except ValueError as problem:
        print(problem)
    return points

def make_walker():
    wc = walker_creator()
    more = {"lift": 1}
    grow(wc, 3, lift=2)
    grow(wc, 3, 1.0, 0.5, **more)
    grow(*[wc, 3], lift=np.pi)
    Body(wc, wide=2).joint(4)
    later = lambda x: x + total
    wc.add_joint(later(9), query_cppn)
    return wc.get_walker()
"""


@pytest.mark.parametrize("program", [HONEST, *(seed.program for seed in SEEDS.values())])
def test_honest_programs_have_no_problem(program: str) -> None:
    assert static_problems(program) == {}


@pytest.mark.parametrize(
    ("program", "problem", "line"),
    [
        ("x = 1\ny = x + z\n", "there is no z", 2),
        ("def f():\n    return [a + b for a in range(3)]\n", "there is no b", 2),
        ("class A:\n    b = 1\n    def f(self):\n        return b\n", "there is no b", 4),
        ("def f():\n    inner = 1\n\ny = inner\n", "there is no inner", 4),
        ("x = 1\nx += width\n", "there is no width", 2),
    ],
)
def test_names_that_nothing_gives_a_value(program: str, problem: str, line: int) -> None:
    assert static_problems(program) == {problem: line}


@pytest.mark.parametrize(
    "call",
    ["f()", "f(1, 2, 3)", "f(1, c=2)", "f(1, a=2)", "f(1, b=2, **{}, d=1) if f(b=1) else 0"],
)
def test_calls_with_other_arguments(call: str) -> None:
    program = f"def f(a, b=0):\n    return a\n\n{call}\n"
    assert static_problems(program) == {"f takes other arguments": 4}


@pytest.mark.parametrize("call", ["add_joint(1)", "add_joint(1, 2, 3)", "add_muscle(0)"])
def test_calls_of_a_creator(call: str) -> None:
    program = f"wc = walker_creator()\nwc.{call}\n"
    assert static_problems(program) == {f"{call.split('(')[0]} takes other arguments": 2}


@pytest.mark.parametrize(
    "program",
    [
        "from math import *\ny = sin(cos(x))\n",
        "def f(a):\n    return a\n\nf = max\nf(1, 2)\n",  # another f
        "def f(a):\n    return a\n\ndef g(f):\n    return f(1, 2)\n",  # an argument
        "class A:\n    def f(self, a):\n        return a\n\ndef g(f):\n    return f(1, 2, 3)\n",
        "import functools\n\n@functools.partial\ndef f(a):\n    return a\n\nf()\n",
        "class A:\n    def add_joint(self, x):\n        return x\n\nA().add_joint(1)\n",
    ],
)
def test_where_only_running_tells_nothing_is_said(program: str) -> None:
    assert static_problems(program) == {}
