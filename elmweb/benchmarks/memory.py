"""Memory of the whole `manage.py up` while its first run evolves.

Counted as proportional set size, where pages that processes share count once; where the
system does not tell it (macOS), as resident set size, which counts them again and again.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import OperationalError

from elmweb.benchmarks import stack
from elmweb.environment import ROOT
from elmweb.launch.options import UpOptions, usable_cores
from elmweb.runs.models import Run
from evolution.benchmarks.report import Figure, Progress, Report, at_most

TARGET = 1024.0  # MB
SECONDS = 40.0
SAMPLE_SECONDS = 2.0
START_SECONDS = 90.0


def run(progress: Progress, scale: float = 1.0) -> Report:
    """Start the real command and look at its processes for a while, which ``scale`` changes."""
    seconds = SECONDS * scale
    chosen = stack.options(usable_cores(), demo_run=True)
    samples: list[dict[int, float]] = []
    with started(chosen) as up:
        wait_for_evaluations(up, progress)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            progress(1 - left / seconds, "the run evolves")
            samples.append({pid: memory_of(pid) for pid in family(up.pid)})
            time.sleep(SAMPLE_SECONDS)
        names = {pid: name_of(pid) for pid in samples[-1]}
    most = max(samples, key=lambda sample: sum(sample.values()))
    figures = [at_most("memory of `up`, most", sum(most.values()), "MB", TARGET)]
    figures += [
        Figure(names.get(pid, "ended meanwhile"), size, "MB")
        for pid, size in sorted(most.items(), key=lambda item: -item[1])
    ]
    measure = "proportional set size" if has_proportional() else "resident set size"
    conditions = {
        "measure": measure,
        "simulating processes": chosen.workers,
        "processes": len(most),
        "seconds": seconds,
    }
    return Report("memory", conditions, figures)


@contextmanager
def started(chosen: UpOptions) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py up` as a person starts it."""
    command = [
        *(sys.executable, str(ROOT / "manage.py"), "up", "--no-browser"),
        *("--port", str(chosen.port), "--workers", str(chosen.workers)),
        *("--data-dir", str(chosen.data_dir)),
    ]
    up = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield up
    finally:
        up.terminate()
        up.wait()


def wait_for_evaluations(up: subprocess.Popen[bytes], progress: Progress) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        progress(0.0, "starting")
        if has_evaluations():
            return
        if up.poll() is not None or time.monotonic() > deadline:
            raise stack.RunStopped("`manage.py up` did not get its first run going.")
        time.sleep(0.5)


def has_evaluations() -> bool:
    if not (Path(settings.DATA_DIR) / "elmweb.sqlite3").exists():
        return False
    try:
        return any(run.statistics["evaluations"] > 500 for run in Run.objects.all())
    except OperationalError:  # not migrated yet
        return False


def family(root: int) -> list[int]:
    """A process and its descendants."""
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    children: dict[int, list[int]] = {}
    for line in table.splitlines():
        pid, parent = map(int, line.split())
        children.setdefault(parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def has_proportional() -> bool:
    return Path("/proc/self/smaps_rollup").exists()


def memory_of(pid: int) -> float:
    """MB; 0 for a process that has just ended."""
    if has_proportional():
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            return 0.0
        sizes = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
        return sum(sizes) / 1024
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True)
    return int(told.stdout.strip() or 0) / 1024


def name_of(pid: int) -> str:
    """What a process is, in a few words."""
    told = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True
    )
    command = told.stdout.strip()
    words = {
        "valkey-server": "broker",
        "redis-server": "broker",
        "uvicorn": "web",
        "interactive,simulation": "simulation worker",
        "--queues mutation": "mutation worker",
        " beat": "scheduler",
        "manage.py up": "supervisor",
        "guard": "guard",
        "zygote": "sandbox",
    }
    return next((name for sign, name in words.items() if sign in command), command[:40] or "?")
