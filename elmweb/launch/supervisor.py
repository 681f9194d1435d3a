"""Keeps a handful of processes alive, and ends them all when it ends itself.

A child that dies is started again, soon and then a little later each time. Children
run in process groups of their own; a guard process (`guard.py`) ends them should the
supervisor be killed. Standard library only, so the supervisor itself stays small.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from elmweb.launch.guard import Guard, send

FIRST_DELAY, LONGEST_DELAY = 0.5, 4.0  # seconds until a dead child is started again
HEALTHY_SECONDS = 30.0  # after so long a life the next death counts as the first
TICK_SECONDS = 0.1
LARGEST_LOG = 5 * 2**20  # bytes; then it becomes NAME.log.1 and the file starts anew
STOP_SECONDS = 6.0


@dataclass(frozen=True)
class Service:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    outlives_others: bool = False  # the others need it until they have ended
    wanted: Path | None = None  # it runs only while this file is there

    @property
    def is_wanted(self) -> bool:
        return self.wanted is None or self.wanted.exists()


@dataclass
class Child:
    """A service and what became of it so far."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0  # monotonic seconds
    deaths: int = 0  # in a row, each after a short life
    next_start: float = 0.0
    is_leaving: bool = False  # asked to end, as nobody wants it any more

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Starts services, restarts the dead, stops them all.

    `report(name, text)` is called with one line for people whenever something changes.
    `keep_open` are file descriptors (locks) that must be held until the last child ended.
    """

    def __init__(
        self, logs: Path, report: Callable[[str, str], None], keep_open: Sequence[int] = ()
    ) -> None:
        self.logs = logs
        self.report = report
        self.children: list[Child] = []
        self._guard = Guard(keep_open)
        self._stopping = threading.Event()
        self._next_rotation = 0.0
        logs.mkdir(parents=True, exist_ok=True)

    def add(self, service: Service) -> Child:
        """Start a service and keep it alive from now on, while it is wanted."""
        child = Child(service)
        self.children.append(child)
        if service.is_wanted:
            self._start(child)
        return child

    def request_stop(self) -> None:
        """Make `watch` return; may be called from a signal handler."""
        self._stopping.set()

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def watch(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Keep everything alive until asked to stop, or until `until()` holds (then True)."""
        while not self._stopping.is_set():
            self._tend()
            if until():
                return True
            self._stopping.wait(TICK_SECONDS)
        return False

    def stop(self) -> None:
        """End every child, those that others need at the end, and then the guard."""
        for last in (False, True):
            leaving = [c for c in self.children if c.service.outlives_others is last]
            for child in leaving:
                if child.process:
                    child.process.terminate()
            for child in leaving:
                self._await_end(child)
        self._guard.close()

    def log_of(self, service: Service) -> Path:
        return self.logs / f"{service.name}.log"

    def _tend(self) -> None:
        now = time.monotonic()
        self._guard.ensure_alive()
        for child in self.children:
            wanted = child.service.is_wanted
            if child.process is not None and not child.is_alive:
                self._bury(child, now)
            elif child.process is not None and not wanted and not child.is_leaving:
                child.is_leaving = True
                child.process.terminate()
            if child.process is None and wanted and now >= child.next_start:
                self._start(child)
        if now >= self._next_rotation:
            self._next_rotation = now + 30
            self._rotate_logs()

    def _start(self, child: Child) -> None:
        with self.log_of(child.service).open("ab") as log:
            child.process = subprocess.Popen(
                child.service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | dict(child.service.environment),
                start_new_session=True,
            )
        child.started = time.monotonic()
        child.is_leaving = False
        self._guard.watch(child.process.pid)
        self.report(child.service.name, f"running, process {child.process.pid}")

    def _bury(self, child: Child, now: float) -> None:
        """Clean up after a dead child and say when it comes back."""
        assert child.process is not None
        code = child.process.returncode
        send(child.process.pid, signal.SIGKILL)  # what it may have left behind
        self._guard.forget(child.process.pid)
        child.process = None
        if child.is_leaving:
            self.report(child.service.name, "ended, as there is nothing to do")
            return
        lived_well = now - child.started >= HEALTHY_SECONDS
        child.deaths = 1 if lived_well else child.deaths + 1
        delay = min(FIRST_DELAY * 2 ** (child.deaths - 1), LONGEST_DELAY)
        child.next_start = now + delay
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        log = self.log_of(child.service)
        self.report(child.service.name, f"ended {how}, starts again in {delay:g} s; see {log}")

    def _await_end(self, child: Child) -> None:
        """Give a child that was asked to end some time, then end its whole group."""
        if child.process is None:
            return
        try:
            child.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        send(child.process.pid, signal.SIGKILL)
        self._guard.forget(child.process.pid)
        child.process = None

    def _rotate_logs(self) -> None:
        """Children append, so a log can be emptied under them."""
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.with_suffix(".log.1").write_bytes(log.read_bytes())
                os.truncate(log, 0)
