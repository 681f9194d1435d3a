"""Progress of commands where no terminal shows a bar."""

from __future__ import annotations

import pytest

from evolution.cli import progress as module
from evolution.cli.progress import progress


def test_without_a_terminal_lines_tell_what_is_done_and_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr(module, "monotonic", lambda: float(next(seconds)))
    with progress("counting", 20) as (advance, console):
        for done in range(1, 11):
            advance(done, "counting on" if done > 5 else None)
        console.print("a line that stays")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("counting: 15.0%")
    assert lines[1].startswith("counting on: 30.0%")
    assert lines[-1] == "a line that stays"
    assert len(lines) < 6


def test_short_work_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("counting", 3) as (advance, _):
        for done in range(3):
            advance(done + 1)
    assert capsys.readouterr().err == ""
