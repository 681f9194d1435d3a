"""`manage.py up` with real processes: starts, survives, stops, continues."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from elmweb.launch.options import ROOT
from tests.infrastructure.stack import free_port, wait_until

pytestmark = pytest.mark.live


class Up:
    """One `manage.py up` and what it printed."""

    def __init__(self, directory: Path, *options: str) -> None:
        directory.mkdir(exist_ok=True)
        self.directory = directory
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._output = (directory / "output").open("w+b")
        command = [sys.executable, "manage.py", "up", "--no-browser", "--port", str(port)]
        command += ["--data-dir", str(directory), "--workers", "1", *options]
        outside = {n: v for n, v in os.environ.items() if n != "ELMWEB_DATABASE_URL"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=outside, stdout=self._output, stderr=subprocess.STDOUT
        )

    def output(self) -> str:
        return (self.directory / "output").read_text()

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.output()
        return "Ctrl-C stops everything" in self.output()

    def started(self, name: str) -> list[int]:
        """Process ids of a service, one a start."""
        found = re.findall(rf"{name} +running, process (\d+)", self.output())
        return [int(process) for process in found]

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return str(answer.read().decode())

    def state(self) -> dict[str, Any]:
        """The state of the first run on the home page."""
        runs = re.findall(r"/r/(\w+)/", self.get("/"))
        state: dict[str, Any] = json.loads(self.get(f"/r/{runs[0]}/state.json"))
        return state

    def evaluations(self) -> int:
        return int(self.state()["statistics"]["evaluations"])

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def __enter__(self) -> Up:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._output.close()


def is_gone(process: int) -> bool:
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True)
    return not found.stdout.strip() or found.stdout.startswith(b"Z")


def test_it_starts_evolves_survives_stops_and_continues(tmp_path: Path) -> None:
    with Up(tmp_path) as first:
        wait_until(first.is_ready, "ready")
        wait_until(lambda: first.evaluations() > 0, "the first run evolves")
        for name in ("broker", "simulation", "web"):
            os.kill(first.started(name)[-1], signal.SIGKILL)
            wait_until(lambda name=name: len(first.started(name)) == 2, f"{name} again")  # type: ignore[misc]
        wait_until(lambda: can(first.state), "the page is back")
        before = first.evaluations()
        wait_until(lambda: first.evaluations() > before, "the run goes on")
        run, done = first.state()["id"], first.evaluations()
        assert first.interrupt() == 0
        for name in ("broker", "web", "simulation", "mutation", "scheduler"):
            assert is_gone(first.started(name)[-1]), name
    with Up(tmp_path) as second:
        wait_until(second.is_ready, "ready again")
        assert second.state()["id"] == run, "the same run, and no second first run"
        wait_until(lambda: second.evaluations() > done, "it continues where it stood")
        assert second.interrupt() == 0


def can(ask: Any) -> bool:
    try:
        ask()
    except OSError:  # nothing listens yet
        return False
    return True


def test_a_data_directory_serves_one_at_a_time(tmp_path: Path) -> None:
    with Up(tmp_path, "--no-demo-run") as first:
        wait_until(first.is_ready, "ready")
        assert "/r/" not in first.get("/")
        command = [sys.executable, "manage.py", "up", "--port", str(free_port())]
        second = subprocess.run(
            [*command, "--data-dir", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
        )
        assert second.returncode == 1
        assert second.stderr.startswith("`manage.py up` already runs on")
        assert first.interrupt() == 0


def test_killed_without_a_word_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with Up(tmp_path, "--no-demo-run") as up:
        wait_until(up.is_ready, "ready")
        services = ("broker", "web", "simulation", "mutation", "scheduler")
        children = [up.started(name)[-1] for name in services]
        up.process.kill()
        wait_until(lambda: all(map(is_gone, children)), "every child has ended")
