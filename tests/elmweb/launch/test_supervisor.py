"""Children come back when they die and end when their supervisor does, however it ends."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from elmweb.launch.options import ROOT
from elmweb.launch.supervisor import LARGEST_LOG, Service, Supervisor
from tests.infrastructure.stack import wait_until

# Writes its own process id and that of a child of its own, both deaf to polite requests.
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = os.fork()
if grandchild:
    with open(sys.argv[1] + ".new", "w") as file:
        file.write(f"{os.getpid()} {grandchild}")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    time.sleep(1)
"""
POLITE = """
import os, sys, time
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(os.getpid()))
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(60)
"""
# A supervisor in a process of its own, which says the process id of its guard.
OWNER = """
import fcntl, sys
from pathlib import Path
from elmweb.launch.supervisor import Service, Supervisor
directory = Path(sys.argv[1])
lock = (directory / "lock").open("w")
fcntl.flock(lock, fcntl.LOCK_EX)
supervisor = Supervisor(directory / "logs", lambda name, text: None, keep_open=[lock.fileno()])
for name in ("one", "two"):
    supervisor.add(Service(name, [sys.executable, "-c", sys.argv[2], str(directory / name)]))
supervisor.watch()
"""


def is_alive(process: int) -> bool:
    """Runs, and is not only waiting to be reaped by whoever inherited it."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def processes(*files: Path) -> list[int]:
    wait_until(lambda: all(file.exists() for file in files), "the children have started")
    return [int(word) for file in files for word in file.read_text().split()]


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elmweb.launch.supervisor.STOP_SECONDS", 0.5)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "logs", lambda name, text: None)
    yield supervisor
    supervisor.stop()


def stubborn(file: Path) -> Service:
    return Service(file.name, [sys.executable, "-c", STUBBORN, str(file)])


def test_a_killed_child_comes_back_and_leaves_nothing(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    file = tmp_path / "child"
    supervisor.add(stubborn(file))
    first, grandchild = processes(file)
    file.unlink()
    os.kill(first, signal.SIGKILL)
    assert supervisor.watch(file.exists)
    assert processes(file)[0] != first
    wait_until(lambda: not is_alive(grandchild), "the first child's child has ended")


def test_a_child_that_keeps_dying_is_started_less_often(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path / "logs", lambda name, text: said.append(text))
    child = supervisor.add(Service("doomed", [sys.executable, "-c", "raise SystemExit(3)"]))
    assert supervisor.watch(lambda: child.deaths == 3)
    supervisor.stop()
    deaths = [text.split(";")[0] for text in said if text.startswith("ended")]
    assert deaths == [
        f"ended with code 3, starts again in {delay} s" for delay in ("0.5", "1", "2")
    ]


def test_stopping_ends_children_that_do_not_want_to(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "logs", lambda name, text: None)
    supervisor.add(stubborn(tmp_path / "child"))
    alive = processes(tmp_path / "child")
    supervisor.stop()
    wait_until(lambda: not any(map(is_alive, alive)), "both have ended")


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", OWNER, str(tmp_path), STUBBORN]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}) as process:
        yield process
        process.kill()


def guard_of(owner: int) -> int | None:
    found = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True
    )
    rows = [line.split(None, 2) for line in found.stdout.splitlines()]
    guards = [int(p) for p, parent, args in rows if int(parent) == owner and "guard.py" in args]
    return guards[0] if guards else None


def is_locked(file: Path) -> bool:
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_children_end_with_a_supervisor_that_is_killed(
    owner: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    alive = processes(tmp_path / "one", tmp_path / "two")
    assert len(alive) == 4
    owner.kill()
    owner.wait()
    assert is_locked(tmp_path / "lock"), "held while children live"
    wait_until(lambda: not any(map(is_alive, alive)), "all children have ended")
    wait_until(lambda: not is_locked(tmp_path / "lock"), "the guard has gone")


def test_a_guard_that_is_killed_is_replaced(owner: subprocess.Popen[bytes], tmp_path: Path) -> None:
    alive = processes(tmp_path / "one", tmp_path / "two")
    first = guard_of(owner.pid)
    assert first
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: guard_of(owner.pid) not in (None, first), "a new guard")
    owner.kill()
    owner.wait()
    wait_until(lambda: not any(map(is_alive, alive)), "all children have ended")


def test_a_large_log_is_set_aside(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "chatty.log"
    log.write_bytes(b"x" * (LARGEST_LOG + 1))
    assert supervisor.watch(lambda: True)
    assert log.stat().st_size == 0
    assert log.with_suffix(".log.1").stat().st_size == LARGEST_LOG + 1


def test_a_child_runs_only_while_it_is_wanted(supervisor: Supervisor, tmp_path: Path) -> None:
    wanted, file = tmp_path / "wanted", tmp_path / "child"
    command = [sys.executable, "-c", POLITE, str(file)]
    child = supervisor.add(Service("child", command, wanted=wanted))
    assert child.process is None
    wanted.touch()
    assert supervisor.watch(file.exists)
    (process,) = processes(file)
    wanted.unlink()
    assert supervisor.watch(lambda: child.process is None)
    assert not is_alive(process)
    file.unlink()
    wanted.touch()
    assert supervisor.watch(file.exists), "it is wanted again"
    assert child.deaths == 0
