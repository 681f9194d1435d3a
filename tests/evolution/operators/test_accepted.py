"""What archives accepted becomes examples: whose messages, and what is kept out."""

from __future__ import annotations

from dataclasses import dataclass

from evolution.operators.accepted import GENERAL_MESSAGE, accepted_examples
from evolution.operators.messages import Message
from evolution.walkers.seeds import seed_program

SQUARE = seed_program("square")
PARITY = "def parity(b1, b2, b3, b4):\n    return (b1 + b2 + b3 + b4) % 2\n"


@dataclass
class Walker:
    number: int
    parent: int | None
    operator: str
    message: str
    program: str


SEED = Walker(0, None, "seed", "", SQUARE)


def test_each_child_is_an_example_that_leads_from_its_parent() -> None:
    child = Walker(1, 0, "diff-model", "Make it wider.", SQUARE.replace("10)", "12)"))
    grandchild = Walker(2, 1, "diff-model", "Make it taller.", SQUARE.replace("10)", "14)"))
    first, second = accepted_examples([SEED, child, grandchild], "run")
    assert (first.parent, first.child, first.message) == (SQUARE, child.program, child.message)
    assert (second.parent, second.child) == (child.program, grandchild.program)
    assert (first.source, first.origin, second.origin) == ("accepted", "run/1", "run/2")


def test_a_message_is_learnt_as_a_model_read_it() -> None:
    noted = Message("Add a leg.").label("only lines 1 to 9 were shown")
    child = Walker(1, 0, "diff-model", noted, SQUARE + "# leg\n")
    (example,) = accepted_examples([SEED, child], "run")
    assert noted != example.message == "Add a leg."


def test_an_operator_that_read_no_message_teaches_a_general_one() -> None:
    child = Walker(1, 0, "syntax-tree", "Add a leg.", SQUARE + "# leg\n")
    (example,) = accepted_examples([SEED, child], "run")
    assert example.message == GENERAL_MESSAGE


def test_programs_near_a_benchmarks_task_are_kept_out() -> None:
    child = Walker(1, 0, "diff-model", "Add a helper.", PARITY + SQUARE)
    grandchild = Walker(2, 1, "diff-model", "Small change.", SQUARE)
    assert list(accepted_examples([SEED, child, grandchild], "run")) == []
