"""`manage.py test`: everything that must hold, in a few minutes, with one closing line."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from elmweb.launch import chromium
from elmweb.launch.console import Trouble, duration, is_interactive, say
from elmweb.launch.frontend import Frontend, system_node, wheel_node
from elmweb.launch.guard import Guard
from elmweb.launch.options import ROOT, TestOptions, usable_cores
from elmweb.launch.postgres import Postgres
from elmweb.launch.stages import Execution, Outcome, Stage, pytest_stage, static_stages

LONGEST_SECONDS = 18 * 60.0  # of everything together
HEARTBEAT_SECONDS = 30.0  # between lines in a log where nothing can be redrawn
LONGEST_OUTPUT = 60_000  # characters shown of a stage that failed


def run(options: TestOptions) -> int:
    """Run what was asked for; the exit code."""
    if options.pytest:
        return only_pytest(options.pytest)
    problems = []
    try:
        chromium.ensure()
    except Trouble as trouble:
        problems.append(str(trouble))  # the browser's tests will fail; the rest still counts
    frontend = Frontend(ROOT, system_node() or wheel_node(ROOT / ".venv"))
    frontend.install()
    workspace = Path(tempfile.mkdtemp(prefix="elmweb-tests-"))
    guard = Guard()
    try:
        with Postgres() as postgres:
            lanes = divide(frontend, postgres, workspace)
            outcomes = Board(lanes, workspace, guard).run()
    finally:
        guard.close()
        shutil.rmtree(workspace, ignore_errors=True)
    return conclude(outcomes, problems)


def only_pytest(arguments: Sequence[str]) -> int:
    """For developers: `manage.py test tests/evolution -k archive`."""
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT).returncode


def divide(frontend: Frontend, postgres: Postgres, workspace: Path) -> list[list[Stage]]:
    """Lanes of stages: a lane runs in order, lanes run side by side."""
    everything = pytest_stage("Tests on SQLite", ["tests", "-m", "not browser"])
    database = pytest_stage(
        "Tests on PostgreSQL",
        ["tests/elmweb", "tests/contracts", "-m", "not browser", "--ignore=tests/elmweb/launch"],
        ELMWEB_DATABASE_URL=postgres.url(),
    )
    browser = pytest_stage("Browser tests", ["tests", "-m", "browser"])
    static = static_stages(frontend, workspace)
    if usable_cores() < 2:
        return [[*static, everything, database, browser]]
    return [[everything], [*static, database, browser]]


class Board:
    """Runs the lanes and shows where they are."""

    def __init__(self, lanes: list[list[Stage]], workspace: Path, guard: Guard) -> None:
        self._lanes = lanes
        self._workspace = workspace
        self._guard = guard
        self._started = time.monotonic()
        self._running: list[Execution] = []
        self._outcomes: list[Outcome] = []
        self._lock = threading.Lock()

    def run(self) -> list[Outcome]:
        threads = [threading.Thread(target=self._run_lane, args=(lane,)) for lane in self._lanes]
        for thread in threads:
            thread.start()
        try:
            self._show_until_done(threads)
        except KeyboardInterrupt:
            self._lanes.clear()
            for execution in list(self._running):
                execution.end()
            raise
        return self._outcomes

    def _run_lane(self, lane: list[Stage]) -> None:
        for stage in lane:
            with self._lock:
                if not self._lanes:  # interrupted
                    return
                execution = Execution(stage, self._workspace, self._guard)
                self._running.append(execution)
            outcome = execution.wait(self._started + LONGEST_SECONDS)
            with self._lock:
                self._running.remove(execution)
                self._outcomes.append(outcome)
                self._announce(outcome)

    def _announce(self, outcome: Outcome) -> None:
        clear = "\r\033[K" if is_interactive() else ""
        counts = outcome.counts
        mark = "✗" if counts.failed else "✓"
        tests = f"{counts.passed} passed, {counts.failed} failed" if outcome.stage.counts else ""
        say(f"{clear}{mark} {outcome.stage.title:<28}{duration(outcome.seconds):>12}   {tests}")
        if outcome.output:
            say(indent(outcome.output[-LONGEST_OUTPUT:]))

    def _show_until_done(self, threads: Sequence[threading.Thread]) -> None:
        next_line = self._started + HEARTBEAT_SECONDS
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.2)
            with self._lock:
                if is_interactive():
                    width = shutil.get_terminal_size().columns - 1
                    sys.stdout.write("\r\033[K" + self._status()[:width])
                    sys.stdout.flush()
                elif time.monotonic() >= next_line:
                    next_line += HEARTBEAT_SECONDS
                    say("  " + self._status())
        if is_interactive():
            sys.stdout.write("\r\033[K\n")  # the closing line stands alone

    def _status(self) -> str:
        """One line: elapsed time, and for each running stage how far it is."""
        parts = [describe(execution) for execution in self._running]
        return " · ".join([duration(time.monotonic() - self._started), *parts])


def describe(execution: Execution) -> str:
    """A running stage with its progress and what is left, where that can be known."""
    counts = execution.counts() if execution.stage.counts == "pytest" else None
    if counts is None or not counts.total:
        return execution.stage.title
    done = counts.passed + counts.failed + counts.skipped
    text = f"{execution.stage.title} {done}/{counts.total}"
    if counts.failed:
        text += f", {counts.failed} failed"
    if done >= 20:
        left = (time.monotonic() - execution.started) / done * (counts.total - done)
        text += f", about {duration(left)} left"
    return text


def indent(text: str) -> str:
    return "\n".join("    " + line for line in text.rstrip().splitlines())


def conclude(outcomes: list[Outcome], problems: list[str]) -> int:
    """The closing lines; the exit code."""
    for problem in problems:
        say(problem)
    skipped = sum(outcome.counts.skipped for outcome in outcomes)
    if skipped:
        say(f"{skipped} tests were skipped; the stages' output says why.")
    passed = sum(outcome.counts.passed for outcome in outcomes)
    failed = sum(outcome.counts.failed for outcome in outcomes)
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
