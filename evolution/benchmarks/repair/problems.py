"""The functions to repair, their bugs and their unit tests (the paper's appendix A).

The texts are our own; what they compute and how they are broken is the paper's.
`evolution.language_model.corpus.exclusion` keeps them out of training data.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """A function to repair.

    Attributes:
        name: as in the paper.
        function: its name in the program.
        programs: the correct text, then with one bug, with two, ...
        names: variable names that its bugs are about, beside those that the program has.
        arguments: of each unit test.
        expected: the result of each.
    """

    name: str
    function: str
    programs: tuple[str, ...]
    names: tuple[str, ...]
    arguments: tuple[tuple[int, ...], ...]
    expected: tuple[int, ...]

    @property
    def most_bugs(self) -> int:
        return len(self.programs) - 1

    def is_solved_by(self, results: list[Any]) -> bool:
        """Whether a program that gave these results passes all unit tests."""
        return all(
            isinstance(result, int | float) and result == wanted
            for result, wanted in zip(results, self.expected, strict=True)
        )


_PARITY = '''\
def parity(b1, b2, b3, b4):
    """Return the parity of four bits: 0 if the number of ones is even, 1 if it is odd."""
    ones = sum([{bits}])
    return ones % {modulus}
'''
_QUADRATIC = '''\
def quadratic(a, b, c, x):
    """Return the value of the quadratic function with coefficients a, b and c at x."""
    return a * x ** 2 {first} b * x {second} c
'''


def _parity() -> Problem:
    """Bugs 1 to 4 misname an input each (b to c), bug 5 takes the sum modulo 3."""
    bits = [f"b{k}" for k in range(1, 5)]
    wrong = [f"c{k}" for k in range(1, 5)]
    programs = [
        _PARITY.format(bits=", ".join([*wrong[:count], *bits[count:]]), modulus=2)
        for count in range(5)
    ]
    programs.append(_PARITY.format(bits=", ".join(wrong), modulus=3))
    inputs = tuple(product((0, 1), repeat=4))
    expected = tuple(sum(each) % 2 for each in inputs)
    return Problem("4-Parity", "parity", tuple(programs), (*bits, *wrong), inputs, expected)


def _quadratic() -> Problem:
    """Bugs 1 and 2 put a minus in place of a plus, from left to right."""
    signs = (("+", "+"), ("-", "+"), ("-", "-"))
    programs = tuple(_QUADRATIC.format(first=first, second=second) for first, second in signs)
    inputs = tuple(product((-2, 1, 3), (-1, 2), (-3, 4), (-2, 0, 1, 3)))
    expected = tuple(a * x * x + b * x + c for a, b, c, x in inputs)
    return Problem("Quadratic", "quadratic", programs, ("a", "b", "c", "x"), inputs, expected)


PROBLEMS = (_parity(), _quadratic())
