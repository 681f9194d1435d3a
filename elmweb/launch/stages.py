"""What `manage.py test` runs: every stage is one command with one outcome."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from elmweb.launch.frontend import Frontend
from elmweb.launch.guard import Guard, send
from elmweb.launch.options import ROOT


@dataclass(frozen=True)
class Stage:
    """One command; `counts` says how to read the number of tests, None: one check."""

    title: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path = ROOT
    counts: str | None = None  # "pytest" or "vitest"


@dataclass(frozen=True)
class Counts:
    total: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    now: str = ""  # the test that runs


@dataclass(frozen=True)
class Outcome:
    """How a stage ended."""

    stage: Stage
    counts: Counts
    seconds: float
    output: str  # of a stage that failed; empty otherwise


class Execution:
    """A stage that runs: its process, its output and its counts so far."""

    def __init__(self, stage: Stage, workspace: Path, guard: Guard) -> None:
        name = "".join(c if c.isalnum() else "-" for c in stage.title.lower())
        self.stage = stage
        self.started = time.monotonic()
        self._output = workspace / f"{name}.txt"
        self._counts = workspace / f"{name}.json"
        self._guard = guard
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [word.format(counts=self._counts) for word in stage.command],
                cwd=stage.directory,
                env=os.environ
                | dict(stage.environment)
                | {"ELMWEB_TEST_PROGRESS": str(self._counts)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        guard.watch(self.process.pid)

    def counts(self) -> Counts:
        try:
            data = json.loads(self._counts.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return Counts()
        if self.stage.counts == "vitest":
            return Counts(data["numTotalTests"], data["numPassedTests"], data["numFailedTests"])
        return Counts(**data)

    def wait(self, deadline: float) -> Outcome:
        """Until the command ends, or is ended because the time (monotonic) is up."""
        try:
            self.process.wait(max(1.0, deadline - time.monotonic()))
            late = ""
        except subprocess.TimeoutExpired:
            late = f"\nStopped: it had not ended after {time.monotonic() - self.started:.0f} s."
            self.end()
        send(self.process.pid, signal.SIGKILL)  # what the command may have left behind
        self._guard.forget(self.process.pid)
        return self._outcome(late)

    def end(self) -> None:
        """End the command and everything in its group."""
        send(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _outcome(self, late: str) -> Outcome:
        seconds = time.monotonic() - self.started
        failed = self.process.returncode != 0
        counts = self.counts() if self.stage.counts else Counts(1, int(not failed), int(failed))
        if failed and counts.failed == 0:  # it broke before or after its tests
            counts = Counts(counts.total, counts.passed, 1, counts.skipped)
        text = self._output.read_text(errors="replace") + late if failed else ""
        return Outcome(self.stage, counts, seconds, text)


def static_stages(frontend: Frontend, data_dir: Path) -> list[Stage]:
    """Lint, format, types, layers, and the front-end's own checks.

    `data_dir` is for mypy's Django plugin, which reads the settings.
    """
    tool = str(Path(sys.executable).parent) + "/"
    node = frontend.environment()
    npm = frontend.node.npm
    report = ["--reporter=default", "--reporter=json", "--outputFile={counts}"]
    return [
        Stage("Lint (ruff)", [tool + "ruff", "check"]),
        Stage("Format (ruff)", [tool + "ruff", "format", "--check"]),
        Stage("Layers (import-linter)", [tool + "lint-imports"]),
        Stage("Types (mypy)", [tool + "mypy"], {"ELMWEB_DATA_DIR": str(data_dir)}),
        Stage("Front-end lint and types", [*npm, "run", "check"], node, frontend.directory),
        Stage(
            "Front-end tests (vitest)",
            [*npm, "run", "test", "--", *report],
            node,
            frontend.directory,
            counts="vitest",
        ),
    ]


def pytest_stage(title: str, arguments: Sequence[str], **environment: str) -> Stage:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "elmweb.launch.pytest_progress"]
    command.append("--continue-on-collection-errors")
    return Stage(title, [*command, *arguments], environment, counts="pytest")
