"""Programs of one batch share a process; what a program may do to the next is bounded."""

from __future__ import annotations

import pytest

from evolution.sandbox import Sandbox
from tests.evolution.sandbox.samples import TWO_JOINTS, built, making

SENSITIVE = making(
    """
    place(2 + math.cos(1), np.pi)
    place(5, 1 + random.random() + np.random.rand())
    place(7, float(decimal.Decimal(1) / 3) + len(str(np.ones(9) / 3)) / 50)
    def deep(n):
        return deep(n - 1) + 1 if n else 0
    place(9, deep(500) / 100)
    return wc.get_walker()
    """,
    "import random, decimal",
)

# What careless or mutated programs may well do; none of it may reach the next program.
_CARELESS = {
    "draws random numbers": "import random\nrandom.random(), np.random.rand(7)",
    "seeds": "import random\nrandom.seed(5)\nnp.random.seed(5)",
    "sets numpy's errors and printing": "np.seterr(all='raise')\nnp.set_printoptions(precision=2)",
    "sets decimal's precision": "import decimal\ndecimal.getcontext().prec = 2",
    "overwrites numpy's constant": "np.pi = 3",
    "overwrites a function of math": "math.cos = math.sin",
    "overwrites the creator's method": "walker_creator.add_joint = lambda self, x, y: 0",
    "deletes a function": "del math.cos",
    "sets an attribute by name": "setattr(math, 'cos', math.sin)",
    "changes a builtin": (
        "import dataclasses\ndataclasses.sys.modules['builtins'].len = lambda x: 1"
    ),
    "changes its own builtins": "__builtins__['len'] = lambda x: 1",
    "lowers the recursion limit": "import dataclasses\ndataclasses.sys.setrecursionlimit(150)",
    "replaces standard output": "import dataclasses\ndataclasses.sys.stdout = None",
    "leaves garbage": "class A: pass\na = A()\na.me = a",
    "recurses": "def f(): f()\nf()",
    "runs out of memory": "bytearray(10**10)",
}


@pytest.mark.parametrize("name", _CARELESS)
def test_carelessness_does_not_reach_the_next_program(sandbox: Sandbox, name: str) -> None:
    (alone,) = sandbox.build([SENSITIVE], batched=False)
    careless = making(f"{_CARELESS[name]}\nreturn wc.get_walker()")
    *_, after = sandbox.build([TWO_JOINTS, careless, SENSITIVE])
    assert built(after) == built(alone)


def test_a_forged_answer_shows_when_the_program_is_run_alone(sandbox: Sandbox) -> None:
    """What the caller does before it keeps a walker from a batch."""
    forger = making(
        """
        import dataclasses
        text = b'{"joints": [[0, 0], [7, 7]], "muscles": [], "repairs": {}}'
        libc = dataclasses.sys.modules["ctypes"].CDLL(None)
        for _ in range(2):
            libc.write(3, len(text).to_bytes(4, "big") + text, len(text) + 4)
        """
    )
    _, forged = sandbox.build([forger, SENSITIVE])
    (alone,) = sandbox.build([SENSITIVE], batched=False)
    assert built(forged).walker.joints == ((0.0, 0.0), (7.0, 7.0))
    assert len(built(alone).walker.joints) == 6
