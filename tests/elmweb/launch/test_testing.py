"""The test command itself: what it counts, what it shows, and that nothing is forgotten."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from elmweb.launch import testing
from elmweb.launch.frontend import Frontend, system_node, wheel_node
from elmweb.launch.guard import Guard
from elmweb.launch.options import ROOT
from elmweb.launch.postgres import Postgres
from elmweb.launch.stages import Counts, Outcome, Stage, pytest_stage
from elmweb.launch.testing import Board, conclude, divide

MIXED = """
import pytest

def test_good(): pass

@pytest.mark.parametrize("n", range(3))
def test_each(n): assert n != 1

@pytest.fixture
def broken(): raise ValueError("no set-up")

def test_with(broken): pass

@pytest.fixture
def untidy():
    yield
    raise ValueError("no tear-down")

def test_leaving(untidy): pass

@pytest.mark.skip(reason="to be seen")
def test_skipped(): pass
"""


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.close()


def python(title: str, program: str) -> Stage:
    return Stage(title, [sys.executable, "-c", program])


def by_title(outcomes: list[Outcome]) -> dict[str, Outcome]:
    return {outcome.stage.title: outcome for outcome in outcomes}


def test_tests_are_counted_as_pytest_sees_them(tmp_path: Path, guard: Guard) -> None:
    file = tmp_path / "test_mixed.py"
    file.write_text(MIXED)
    stage = pytest_stage("Mixed", [str(file), "--rootdir", str(tmp_path)])
    (outcome,) = Board([[stage]], tmp_path, guard).run()
    # A failing set-up or tear-down is a failed test, once.
    assert outcome.counts == Counts(7, passed=3, failed=3, skipped=1)
    assert "no set-up" in outcome.output


def test_a_module_that_does_not_import_is_a_failure(tmp_path: Path, guard: Guard) -> None:
    (tmp_path / "test_broken.py").write_text("import nothing_of_that_name")
    (tmp_path / "test_fine.py").write_text("def test_fine(): pass")
    stage = pytest_stage("Broken", [str(tmp_path), "--rootdir", str(tmp_path)])
    (outcome,) = Board([[stage]], tmp_path, guard).run()
    assert (outcome.counts.passed, outcome.counts.failed) == (1, 1)


def test_checks_count_one_and_the_rest_goes_on(
    tmp_path: Path, guard: Guard, capsys: pytest.CaptureFixture[str]
) -> None:
    lanes = [
        [python("bad", "print('what is wrong'); raise SystemExit(3)"), python("after", "")],
        [python("beside", "print('never shown')")],
    ]
    outcomes = Board(lanes, tmp_path, guard).run()
    found = {title: outcome.counts for title, outcome in by_title(outcomes).items()}
    assert found == {"bad": Counts(1, 0, 1), "after": Counts(1, 1, 0), "beside": Counts(1, 1, 0)}
    shown = capsys.readouterr().out
    assert "what is wrong" in shown
    assert "never shown" not in shown


def test_a_stage_that_does_not_end_is_ended(
    tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testing, "LONGEST_SECONDS", 1.0)
    (outcome,) = Board([[python("endless", "import time; time.sleep(600)")]], tmp_path, guard).run()
    assert outcome.counts.failed == 1
    assert "had not ended" in outcome.output


@pytest.mark.parametrize(("failed", "code"), [(0, 0), (2, 1)])
def test_the_closing_line(failed: int, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    stage = python("any", "")
    outcomes = [
        Outcome(stage, Counts(5, 5, 0), 1.0, ""),
        Outcome(stage, Counts(2, 2 - failed, failed), 1.0, ""),
    ]
    assert conclude(outcomes, []) == code
    assert capsys.readouterr().out.splitlines()[-1] == f"{7 - failed} passed, {failed} failed"


def test_everything_is_checked(tmp_path: Path) -> None:
    """Lint, types, layers, front-end, tests on both databases, browser."""
    frontend = Frontend(ROOT, system_node() or wheel_node(ROOT / ".venv"))
    with Postgres() as postgres:
        stages = [stage for lane in divide(frontend, postgres, tmp_path) for stage in lane]
        commands = [" ".join(stage.command) for stage in stages]
        for needed in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
            assert any(needed in command for command in commands), needed
        assert any("run check" in command for command in commands)
        assert any("run test" in command for command in commands)
        databases = [stage.environment.get("ELMWEB_DATABASE_URL") for stage in stages]
        assert postgres.url() in databases
    selections = [c.split(" -m ")[-1] for c in commands if "-m pytest" in c]
    assert {"not browser", "browser"} <= set(selections)
