"""Honest programs have all of Python and numpy that calculating needs, and repeat exactly."""

from __future__ import annotations

import pytest

from evolution.sandbox import Sandbox
from evolution.walkers import Muscle
from evolution.walkers.seeds import SEEDS
from tests.evolution.sandbox.samples import TWO_JOINTS, built, failed, making


@pytest.mark.parametrize("batched", [True, False])
def test_the_seeds_build(sandbox: Sandbox, batched: bool) -> None:
    results = sandbox.build([seed.program for seed in SEEDS.values()], batched=batched)
    assert [len(built(result).walker.joints) for result in results] == [5, 9, 24, 24]


def test_a_walker_is_what_the_program_says(sandbox: Sandbox) -> None:
    program = """
from walk_creator import walker_creator

def make_walker():
    wc = walker_creator()
    a, b, c = wc.add_joint(0, 0), wc.add_joint(0, 4), wc.add_joint(3, 4)
    wc.add_muscle(a, b)
    wc.add_muscle(c, a, False, 0.5, 1.25)
    return wc.get_walker()
"""
    (result,) = sandbox.build([program])
    walker = built(result).walker
    assert walker.joints == ((0.0, 0.0), (0.0, 4.0), (3.0, 4.0))
    assert walker.muscles == (Muscle(0, 1, True, 0.0, 0.0), Muscle(0, 2, False, 0.5, 1.25))


def test_repairs_are_counted(sandbox: Sandbox) -> None:
    (result,) = sandbox.build(
        [making("wc.add_muscle(0, 0)\nwc.add_muscle(1, 0)\nreturn wc.get_walker()")]
    )
    assert built(result).repairs == {"self-muscle": 1, "duplicate-muscle": 1}


# Name -> a program's head and body; `place` must be its third joint's place.
_FEATURES: dict[str, tuple[str, str, tuple[float, float]]] = {
    "classes with inheritance": (
        """
        from abc import ABC, abstractmethod
        class Base(ABC):
            def __init__(self, x): self.x = x
            @abstractmethod
            def place(self): ...
        class Leg(Base):
            def __init__(self, x):
                super().__init__(x)
                self.y = 2 * x
            def place(self): return self.x, self.y
        """,
        "place(*Leg(2).place())",
        (2.0, 4.0),
    ),
    "dataclasses with delayed annotations": (
        """
        from __future__ import annotations
        import dataclasses, typing
        @dataclasses.dataclass(order=True)
        class Place:
            x: float = 3.0
            y: typing.ClassVar[float] = 5.0
        """,
        "place(Place().x, Place.y)",
        (3.0, 5.0),
    ),
    "enums and named tuples": (
        """
        import enum, collections, typing
        class Side(enum.Enum):
            LEFT = 4
        Pair = collections.namedtuple("Pair", "x y")
        class Other(typing.NamedTuple):
            x: int
        """,
        "place(*Pair(Side.LEFT.value, Other(6).x))",
        (4.0, 6.0),
    ),
    "closures, generators and comprehensions": (
        """
        def shifted(by):
            def places():
                yield from (i + by for i in range(3))
            return places
        """,
        "place(*[p for p in shifted(5)() if p != 6])",
        (5.0, 7.0),
    ),
    "the rest of the import list": (
        """
        import itertools, functools, operator, statistics, fractions, decimal, copy, string
        import bisect, heapq, cmath
        from collections import Counter, defaultdict, deque
        """,
        """
        x = functools.reduce(operator.add, itertools.islice(itertools.count(), 4))
        y = statistics.mean([1, 2]) + fractions.Fraction(1, 2) + bisect.bisect([1, 2], 1)
        y += heapq.nsmallest(1, [decimal.Decimal(3)])[0] == 3
        y += abs(cmath.rect(1, 0)) + Counter("aab")["a"] + len(string.digits) - 10
        copy.deepcopy(deque([1]))
        place(x, float(y))
        """,
        (6.0, 7.0),
    ),
    "numpy, its linear algebra and its parts": (
        "from numpy import linalg\nimport numpy.fft as fft",
        """
        a = np.eye(3) * 2
        x = linalg.solve(a, np.ones(3)).sum() + linalg.svd(a)[1][0] + linalg.eigvals(a)[0].real
        y = np.polynomial.Polynomial([1, 2])(1.0) + fft.fft([1.0, 0.0])[0].real
        y += np.ma.array([1, 9], mask=[False, True]).sum()
        y += np.einsum("i,i", [1.0, 1], [1, 1]) + len(np.unique([1, 1]))
        str(np.arange(3)), np.strings.upper("a"), np.array2string(a), repr(np.float64(1))
        place(np.float64(x), y)
        """,
        (5.5, 8.0),
    ),
    "numpy's warnings and division by zero": (
        "",
        "np.seterr(all='warn')\nplace(6 + 0 * np.isinf(np.ones(1) / 0)[0], np.int64(2))",
        (6.0, 2.0),
    ),
    "an optional import": (
        """
        try:
            import scipy
        except ImportError:
            scipy = None
        """,
        "place(2, 3 if scipy is None else 4)",
        (2.0, 3.0),
    ),
    "printing": (
        "import random",
        "print('hello', random.random(), flush=True)\nplace(2, 2)",
        (2.0, 2.0),
    ),
    "a character by its name": ("", r"place(len('\N{BULLET}'), 2)", (1.0, 2.0)),
    "eval, exec and vars": (
        "exec('deep = 3')",
        "place(eval('deep'), len(vars()))",
        (3.0, 2.0),
    ),
    "warnings of the compiler": ("if 1 is 1: pass", r"place(2, len('\d'))", (2.0, 2.0)),
}


@pytest.mark.parametrize("name", _FEATURES)
def test_python_is_all_there(sandbox: Sandbox, name: str) -> None:
    head, body, place = _FEATURES[name]
    program = making(f"{_dedented(body)}\nreturn wc.get_walker()", head)
    for result in sandbox.build([program, program]):
        assert built(result).walker.joints[2] == pytest.approx(place)


def _dedented(body: str) -> str:
    import textwrap

    return textwrap.dedent(body)


_ENTRY_POINTS: dict[str, tuple[str, int]] = {
    "make_walker wins": ("def make_walker():\n    return of(2)\ndef later():\n    return of(3)", 2),
    "the last function after a renaming": (
        "def first():\n    return of(2)\ndef last():\n    return of(3)",
        3,
    ),
    "the last that needs no arguments": (
        "def first():\n    return of(2)\ndef last(x):\n    return of(3)",
        2,
    ),
    "defaults are no arguments": ("def f(x=4, *rest, y=0, **more):\n    return of(x)", 4),
    "one that fails is passed over": (
        "def first():\n    return of(2)\ndef last():\n    return 1 / 0",
        2,
    ),
    "one that returns none is passed over": (
        "def first():\n    return of(2)\ndef last():\n    pass",
        2,
    ),
    "make_walker with arguments": (
        "def first():\n    return of(2)\ndef make_walker(x):\n    return of(3)",
        2,
    ),
    "a lambda": ("make_walker = lambda: of(5)", 5),
    "a callable object": (
        "class M:\n    def __call__(self):\n        return of(6)\nmake_walker = M()",
        6,
    ),
}


@pytest.mark.parametrize("name", _ENTRY_POINTS)
def test_the_entry_point(sandbox: Sandbox, name: str) -> None:
    text, joints = _ENTRY_POINTS[name]
    head = """
def of(count):
    creator = walker_creator()
    for i in range(count):
        creator.add_joint(i, 0)
    for i in range(1, count):
        creator.add_muscle(i - 1, i)
    return creator.get_walker()
"""
    # `of` needs an argument, so it is no entry point itself.
    (result,) = sandbox.build([head + text])
    assert len(built(result).walker.joints) == joints


RANDOM = making(
    """
    place(2 + random.random(), 2 + np.random.rand())
    place(4 + np.random.default_rng().random(), 2 + random.Random().random())
    place(6 + np.random.RandomState().rand(), 2 + list({"a", "b", "c", "d"}).index("c"))
    random.seed()
    np.random.seed()
    place(9 + random.random() + np.random.rand(), hash("walker") % 7)
    return wc.get_walker()
    """,
    "import random",
)


def test_randomness_repeats_in_every_process_and_place(sandbox: Sandbox) -> None:
    """In a batch, alone, after others, and in another zygote."""
    draws = making("[random.random() for _ in range(7)]\nreturn wc.get_walker()", "import random")
    results = [
        *sandbox.build([RANDOM, TWO_JOINTS, RANDOM, draws, RANDOM]),
        *sandbox.build([RANDOM, RANDOM], batched=False),
    ]
    with Sandbox() as other:
        results += other.build([RANDOM])
    walkers = {built(result).walker for result in results if len(built(result).walker.joints) > 2}
    assert len(results) == 8
    assert len(walkers) == 1


def test_machine_randomness_is_refused(sandbox: Sandbox) -> None:
    (result,) = sandbox.build([making("random.SystemRandom().random()", "import random")])
    assert failed(result).code in {"exception", "blocked-system-call"}
