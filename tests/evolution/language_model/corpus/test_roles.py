"""Roles of numbers: followed from the calls back to the literals."""

from __future__ import annotations

import pytest

from evolution.language_model.corpus.roles import function_roles, numbers
from evolution.language_model.corpus.source import Source, read
from evolution.walkers.seeds import seed_program
from tests.evolution.language_model.corpus.walker_programs import LISTED, SMALL


def parsed(text: str) -> Source:
    source = read(text)
    assert source is not None
    return source


def roles(text: str) -> list[tuple[str, str]]:
    source = parsed(text)
    return [(text[n.start : n.end], n.role) for n in numbers(source)]


def test_arguments_of_calls() -> None:
    assert roles(SMALL)[:4] == [("-1", "x"), ("4", "y"), ("-1", "x"), ("0", "y")]
    assert roles(SMALL)[-4:] == [
        ("1.0", "amplitude"), ("0.0", "phase"), ("1.0", "amplitude"), ("1.6", "phase"),
    ]  # fmt: skip


def test_elements_of_lists_that_loops_go_through() -> None:
    found = roles(LISTED)
    assert found[:3] == [("0", "x"), ("0", "y"), ("4", "x")]
    assert found[6:9] == [("0", "index"), ("1", "index"), ("0.5", "amplitude")]
    assert found[-1] == ("1.5", "phase")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def leg(x, length=3):\n    wc.add_joint(x, length)\nleg(5)\n", ["y", "x"]),
        ("n = 8\nfor k in range(n):\n    wc.add_joint(k * 2.5, 1)\n", ["count", "x", "y"]),
        ("size = 4\nwc.add_joint(size, size)\n", ["size"]),
        ("xs = [1, 2]\nfor x in xs:\n    wc.add_joint(x, 0)\n", ["x", "x", "y"]),
        (
            "points = [(1, 2)]\nwc.add_joint(points[0][0], points[0][1])\n",
            ["x", "y"] + ["index"] * 4,
        ),
        ("for k in range(len(j) - 1):\n    wc.add_muscle(j[k], j[k + 1])\n", ["index", "index"]),
        ("wc.add_muscle(a, b, False, phase=0.5, amplitude=2)\n", ["phase", "amplitude"]),
    ],
)
def test_ways_of_a_number(body: str, expected: list[str]) -> None:
    assert [role for _, role in roles(body)] == expected


def test_functions_of_a_grid() -> None:
    for seed in ("cppn-fixed", "cppn-mutable"):
        source = parsed(seed_program(seed))
        assert function_roles(source)["amplitude"] == "amplitude"
        assert function_roles(source)["phase"] == "phase"
        assert [n.role for n in numbers(source)][-3:] == ["count", "count", "size"]


def test_a_program_that_assigns_in_circles_ends() -> None:
    assert roles("a = b\nb = a\nwc.add_joint(a, f(b))\ndef f(c):\n    return f(c) + 1\n")
