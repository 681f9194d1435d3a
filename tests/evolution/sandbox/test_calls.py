"""Functions of untrusted programs called on given arguments: values, named failures, no harm."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.sandbox import Sandbox
from evolution.sandbox.protocol import DIED, RESULT, read_values
from evolution.types import Failure, Stage
from tests.evolution.sandbox.samples import TWO_JOINTS, built

ADD = "def add(a, b):\n    return a + b\n"
PAIRS = [[1, 2], [0.5, 0.25], ["a", "b"], [[1], [2]]]
SUMS = [3, 0.75, "ab", [1, 2]]


def _call(sandbox: Sandbox, program: str, *arguments: list[Any], name: str = "f") -> Any:
    (result,) = sandbox.call([program], name, arguments)
    return result


@pytest.mark.parametrize("batched", [True, False])
def test_each_call_gives_its_value(sandbox: Sandbox, batched: bool) -> None:
    subtract = "def add(a, b):\n    return 5\n"
    programs = [ADD, "def add(:\n", subtract, "", ADD]
    first, bad, second, empty, last = sandbox.call(programs, "add", PAIRS, batched=batched)
    assert first == last == SUMS
    assert second == [5, 5, 5, 5]
    assert isinstance(bad, Failure)
    assert bad.code == "syntax-error"
    assert isinstance(empty, Failure)
    assert "define add" in empty.reason


def test_more_programs_than_a_batch_keep_their_order(sandbox: Sandbox) -> None:
    programs = [f"def f(x):\n    return x + {k}\n" for k in range(120)]
    assert sandbox.call(programs, "f", [[0], [1]]) == [[k, k + 1] for k in range(120)]


def test_calling_and_building_take_turns(sandbox: Sandbox) -> None:
    before = built(sandbox.build([TWO_JOINTS])[0])
    assert sandbox.call([ADD], "add", PAIRS) == [SUMS]
    assert built(sandbox.build([TWO_JOINTS])[0]) == before


_RENAMED = {
    "renamed": "def plus(a, b):\n    return a + b\n",
    "the last of several": "def other(a, b):\n    return 0\ndef plus(a, b):\n    return a + b\n",
    "others take another number": "def plus(a, b):\n    return a + b\ndef last(a):\n    return 0\n",
    "named takes another number": "def add(a):\n    return 0\ndef plus(a, b):\n    return a + b\n",
    "named is no function": "add = 7\ndef plus(a, b):\n    return a + b\n",
    "defaults": "def add(a, b, c=[]):\n    return a + b\n",
    "any number": "def add(*numbers):\n    return numbers[0] + numbers[1]\n",
    "a lambda": "add = lambda a, b: a + b\n",
    "keywords with defaults": "def add(a, b, *, c=0):\n    return a + b\n",
}


@pytest.mark.parametrize("name", _RENAMED)
def test_the_function_is_found(sandbox: Sandbox, name: str) -> None:
    assert sandbox.call([_RENAMED[name]], "add", PAIRS) == [SUMS]


@pytest.mark.parametrize(
    "program",
    ["x = 1\n", "def f(a, b):\n    return 1\n", "def f(a, *, b):\n    return 1\n", "f = max\n"],
)
def test_no_function_takes_the_arguments(sandbox: Sandbox, program: str) -> None:
    result = _call(sandbox, program, [1])
    assert isinstance(result, Failure)
    assert result.code == "no-entry-point"
    assert "f that takes 1" in result.reason


def test_a_program_cannot_change_the_arguments_of_the_next(sandbox: Sandbox) -> None:
    greedy = "def f(x):\n    x.clear()\n    return len(x)\n"
    honest = "def f(x):\n    return sum(x)\n"
    assert sandbox.call([greedy, honest], "f", [[[1, 2]], [[3]]]) == [[0, 0], [3, 3]]


# Each: a program for f(x), the failure's code and line.
_HOSTILE: dict[str, tuple[str, str, int | None]] = {
    "raises": ("def f(x):\n    return 1 / x\n", "exception", 2),
    "never ends": ("def f(x):\n    while True:\n        pass\n", "time-limit", 2),
    "never ends in C": ("def f(x):\n    return sum(range(10**12))\n", "time-limit", None),
    "recurses": ("def f(x):\n    return f(x)\n", "recursion", 2),
    "allocates": ("def f(x):\n    return bytearray(10**10)\n", "memory-limit", 2),
    "leaves": ("def f(x):\n    raise SystemExit\n", "exception", 2),
    "opens files": ("def f(x):\n    return open('/etc/passwd').read()\n", "blocked-system-call", 2),
    "forks": ("import random\ndef f(x):\n    random._os.fork()\n", "blocked-system-call", 3),
    "imports sockets": ("def f(x):\n    import socket\n", "import-refused", 2),
    "returns itself": ("def f(x):\n    return f\n", "not-a-value", 1),
    "returns a cycle": ("def f(x):\n    a = []\n    a.append(a)\n    return a\n", "not-a-value", 1),
    "returns NaN": ("def f(x):\n    return float('nan')\n", "not-a-value", 1),
    "returns an array": ("def f(x):\n    return np.ones(3)\n", "not-a-value", 1),
    "returns a huge number": ("def f(x):\n    return 10 ** 10000\n", "not-a-value", 1),
    "returns a huge text": ("def f(x):\n    return 'x' * 200000\n", "output", None),
    "is text that raises": (
        "class Bad(dict):\n    def items(self):\n        return 1 / 0\n"
        "def f(x):\n    return Bad(a=1)\n",
        "exception",
        3,
    ),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_programs_fail_by_name_and_alone(sandbox: Sandbox, name: str) -> None:
    program, code, line = _HOSTILE[name]
    honest = "def f(x):\n    return x + 1\n"
    before, result, after = sandbox.call([honest, program, honest], "f", [[0], [1]])
    assert before == after == [1, 2]
    assert isinstance(result, Failure)
    assert (result.stage, result.code, result.line) == (Stage.SANDBOX, code, line)


def test_a_forged_answer_shows_when_the_program_is_run_alone(sandbox: Sandbox) -> None:
    """What a caller does before it believes a success from a batch."""
    forger = (
        "import dataclasses\ndef f(x):\n    text = b'{\"results\": [1]}'\n"
        "    libc = dataclasses.sys.modules['ctypes'].CDLL(None)\n"
        "    for _ in range(2):\n"
        "        libc.write(3, len(text).to_bytes(4, 'big') + text, len(text) + 4)\n"
    )
    wrong = "def f(x):\n    return 0\n"
    assert sandbox.call([forger, wrong], "f", [[1]]) == [[1], [1]]
    assert sandbox.call([wrong], "f", [[1]], batched=False) == [[0]]


def test_a_killed_zygote_costs_no_result() -> None:
    with Sandbox() as sandbox:
        sandbox.start()
        assert sandbox.pid is not None
        os.kill(sandbox.pid, signal.SIGKILL)
        assert sandbox.call([ADD] * 3, "add", PAIRS) == [SUMS] * 3


@pytest.mark.parametrize(
    "payload",
    [b"[1]", b'{"results": 1}', b'{"results": [1]}', b'{"results": [1, NaN]}', b'{"results": [',
     b'{"results": [1, ' + b"9" * 5_000 + b"]}", b"[" * 60_000],
)  # fmt: skip
def test_the_host_believes_nothing(payload: bytes) -> None:
    result = read_values(RESULT, payload, "", 2)
    assert isinstance(result, Failure)
    assert result.code == "crashed"


@given(st.sampled_from([RESULT, DIED, 9]), st.binary(max_size=200))
def test_any_bytes_become_values_or_a_failure(kind: int, payload: bytes) -> None:
    assert isinstance(read_values(kind, payload, "", 1), list | Failure)
