"""Every bad program gets its own clear failure, and the programs around it are unaffected."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from evolution.sandbox import Sandbox
from evolution.types import Stage
from tests.evolution.sandbox.samples import TWO_JOINTS, built, failed, making


@dataclass(frozen=True)
class Bad:
    program: str
    code: str
    line: int | None
    words: str
    stage: Stage = Stage.SANDBOX


def _body(body: str) -> str:
    return making(body)


# `making` puts the first line of a body on line 7.
_BAD: dict[str, Bad] = {
    "loops": Bad(_body("while True:\n    pass"), "time-limit", 7, "too long"),
    "loops in C": Bad(_body("sum(range(10**12))"), "time-limit", None, "too long"),
    "allocates": Bad(
        _body("x = []\nwhile True:\n    x.append(bytes(10**8))"), "memory-limit", 9, "memory"
    ),
    "allocates arrays": Bad(_body("np.ones(10**9)"), "memory-limit", 7, "memory"),
    "forks": Bad(_body("import os\nos.fork()"), "import-refused", 7, "available are math, numpy"),
    "forks anyway": Bad(
        _body("import random\nrandom._os.fork()"), "blocked-system-call", 8, "only calculate"
    ),
    "opens files": Bad(_body("open('/etc/passwd')"), "blocked-system-call", 7, "open()"),
    "opens sockets": Bad(_body("import socket"), "import-refused", 7, "socket cannot be imported"),
    "waits for input": Bad(_body("input()"), "blocked-system-call", 7, "input()"),
    "prints forever": Bad(_body("while True:\n    print('hello')"), "output", 8, "prints too much"),
    "recurses": Bad("def make_walker():\n    return make_walker()", "recursion", 2, "too deeply"),
    "recurses in a method": Bad(
        _body("class A:\n    def __repr__(self):\n        return f'{self!r}'\nrepr(A())"),
        "recursion",
        9,
        "too deeply",
    ),
    "returns nothing": Bad(_body("pass"), "not-a-walker", 2, "returned nothing"),
    "returns the creator": Bad(_body("return wc"), "not-a-walker", 2, "get_walker()"),
    "returns a string": Bad(_body("return 'walker'"), "not-a-walker", 2, "of type str"),
    "returns another module's object": Bad(
        _body("return np.ones(3)"), "not-a-walker", 2, "ndarray"
    ),
    "NaN": Bad(_body("place(float('nan'), 1)"), "non-finite", 6, "finite", Stage.WALKER),
    "infinity": Bad(_body("place(1, -math.inf)"), "non-finite", 6, "finite", Stage.WALKER),
    "too far": Bad(_body("place(1e6, 0)"), "coordinate", 6, "100", Stage.WALKER),
    "an unknown joint": Bad(_body("wc.add_muscle(0, 77)"), "unknown-joint", 7, "77", Stage.WALKER),
    "text for a number": Bad(_body("place('1', 0)"), "type", 6, "number", Stage.WALKER),
    "NaN put into the draft": Bad(
        _body("d = wc.get_walker()\nd.joints = [(math.nan, 0.0)]\nreturn d"),
        "non-finite",
        None,
        "finite",
        Stage.WALKER,
    ),
    "a number beyond floats in the draft": Bad(
        _body("d = wc.get_walker()\nd.joints = [(10**400, 0.0)]\nreturn d"),
        "non-finite",
        None,
        "too large",
        Stage.WALKER,
    ),
    "a million joints": Bad(
        _body("for i in range(10**6):\n    wc.add_joint(i % 99, i // 99 % 99)"),
        "time-limit",
        8,
        "too long",
    ),
    "a hundred thousand joints in the draft": Bad(
        _body("d = wc.get_walker()\nd.joints = [(0.0, 0.0)] * 10**5\nreturn d"),
        "output",
        None,
        "large",
    ),
    "empty": Bad("", "empty-program", None, "make_walker"),
    "blank": Bad(" \n\t\n", "empty-program", None, "make_walker"),
    "only a comment": Bad("# nothing", "no-entry-point", None, "make_walker"),
    "a megabyte": Bad("#" * 1_000_000, "too-long", None, "1,000,000 bytes"),
    "invalid UTF-8": Bad("a = 1\nb = '\udcff'", "invalid-utf8", 2, "UTF-8"),
    "a null character": Bad("a = 1\n\nb = '\0'", "null-byte", 3, "null character"),
    "hostile markup": Bad("<script>alert(1)</script>", "syntax-error", 1, "invalid syntax"),
    "broken syntax": Bad("def make_walker():\n    return (", "syntax-error", 2, "never closed"),
    "endless nesting": Bad("(" * 9_000, "syntax-error", 1, "nested"),
    "endless signs": Bad("x = " + "-" * 90_000 + "1", "syntax-error", None, "nested"),
    "raises": Bad(_body("1 / 0"), "exception", 7, "ZeroDivisionError: division by zero"),
    "raises in a helper": Bad(
        making("f()", "def f():\n    raise ValueError('legs')"), "exception", 2, "ValueError: legs"
    ),
    "raises markup": Bad(_body("raise ValueError('<b>')"), "exception", 7, "<b>"),
    "raises what cannot be shown": Bad(
        _body("class E(Exception):\n    def __str__(self):\n        return 1 / 0\nraise E"),
        "exception",
        10,
        "cannot be shown",
    ),
    "exits": Bad(_body("raise SystemExit"), "exception", 7, "ended itself"),
    "reads nowhere": Bad(
        _body("import dataclasses\ndataclasses.sys.modules['ctypes'].string_at(0)"),
        "crashed",
        None,
        "crash",
    ),
    "calls the kernel": Bad(
        _body("import dataclasses\ndataclasses.sys.modules['ctypes'].CDLL(None).unshare(0)"),
        "blocked-system-call",
        None,
        "only calculate",
    ),
    "needs an argument": Bad(
        "def make_walker(x):\n    pass", "no-entry-point", None, "without arguments"
    ),
}


@pytest.mark.parametrize("batched", [True, False], ids=["in a batch", "alone"])
@pytest.mark.parametrize("name", _BAD)
def test_a_clear_failure_and_nobody_else_suffers(
    sandbox: Sandbox, name: str, batched: bool
) -> None:
    bad = _BAD[name]
    before, result, after = sandbox.build([TWO_JOINTS, bad.program, TWO_JOINTS], batched=batched)
    failure = failed(result)
    assert (failure.stage, failure.code, failure.line) == (bad.stage, bad.code, bad.line)
    assert bad.words in failure.reason
    assert built(before) == built(after)
    assert len(built(after).walker.joints) == 2


def test_a_whole_batch_of_the_worst(sandbox: Sandbox) -> None:
    """Order and length hold when processes die again and again."""
    quick = ["forks", "allocates arrays", "empty", "reads nowhere", "calls the kernel", "raises"]
    programs = [text for name in quick for text in (_BAD[name].program, TWO_JOINTS)] * 5
    results = sandbox.build(programs)
    assert [failed(result).code for result in results[::2]] == [
        _BAD[name].code for name in quick
    ] * 5
    assert len({built(result).walker for result in results[1::2]}) == 1


def test_reasons_are_bounded_lines_without_control_characters(sandbox: Sandbox) -> None:
    (result,) = sandbox.build([_body("raise ValueError('a\\n\\x1b[31m\\u202e' + 'b' * 10**6)")])
    reason = failed(result).reason
    assert len(reason) <= 400
    assert reason.isprintable()


def test_nothing_to_build(sandbox: Sandbox) -> None:
    assert sandbox.build([]) == []
