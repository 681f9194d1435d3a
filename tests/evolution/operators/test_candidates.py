"""Which parents no model is asked about, and which of its programs are not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from evolution.operators.candidates import child_failure, parent_failure
from evolution.types import Failure, Stage
from evolution.walkers.seeds import SEEDS


def code_of(failure: Failure | None) -> str:
    if failure is None:
        return ""
    assert failure.stage is Stage.OPERATOR
    assert failure.reason.endswith(".")
    return failure.code


@pytest.mark.parametrize("program", [*(seed.program for seed in SEEDS.values()), "x = 1", "1 is 1"])
def test_programs_are_fit_to_be_changed(program: str) -> None:
    assert parent_failure(program) is None
    assert child_failure(program, program + "y = 2\n" if program[-1] == "\n" else "y = 2") is None


def test_what_python_cannot_read_is_refused_with_its_line() -> None:
    for program in ("x = 1\ndef f(:\n", "x = 1\n  y = 2\n", "x = 1\nreturn x\n"):
        failure = parent_failure(program)
        assert (code_of(failure), failure and failure.line) == ("unparseable-parent", 2)
        assert code_of(child_failure("x = 1", program)) == "not-python"
    for program in ("a = '\0'", "(" * 1_000, "-" * 30_000 + "1", "x = '\ud800'"):
        assert code_of(parent_failure(program)) == "unparseable-parent"
    assert code_of(child_failure("x = 1", "x = '\ud800'")) == "not-python"


@pytest.mark.parametrize("program", ["", "\n\n", "# only a comment\n"])
def test_nothing_to_change(program: str) -> None:
    assert code_of(parent_failure(program)) == "nothing-to-change"


def test_lengths_are_limited() -> None:
    assert code_of(parent_failure("x = 1\n" * 11_000)) == "parent-too-long"
    assert code_of(child_failure("x = 1", "x = 1\n" * 1_500)) == "program-too-long"
    assert child_failure("x = 1\n" * 1_500, "x = 2\n" * 1_500) is None  # no longer than its parent


def test_blank_lines_at_the_end_are_no_change() -> None:
    assert code_of(child_failure("x = 1\n", "x = 1")) == "unchanged-program"
    assert code_of(child_failure("x = 1", "x = 1 \n\n")) == "unchanged-program"


def test_what_cannot_work_is_refused_unless_the_parent_could_not_either() -> None:
    assert code_of(child_failure("x = 1\n", "x = 1\ny = x + z\n")) == "cannot-work"
    assert child_failure("y = z\n", "y = z + 1\n") is None


def test_nothing_is_executed(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    program = f"from pathlib import Path\nPath({str(trace)!r}).write_text('ran')\n"
    assert parent_failure(program) is None
    assert child_failure("x = 1", program) is None
    assert not trace.exists()
