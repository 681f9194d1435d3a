"""The scene of an attack: things that it may touch, and what became of them."""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from evolution.sandbox import Built
from evolution.types import Failure
from tests.attacks.corpus.attack import BOAST

# Uses everything that a forger may have changed: classes, closures, numpy, math, random, the grid.
HONEST = """
import random
from walk_creator import walker_creator as Creator

class Leg:
    def __init__(self, x):
        self.x = abs(x) * 1.5

def make_walker():
    creator = Creator()
    legs = [Leg(-i) for i in range(2, 5)]
    joints = [creator.add_joint(leg.x, math.cos(leg.x) + 2) for leg in legs]
    joints.append(creator.add_joint(30 + math.pi, float(np.linspace(0, 1, 3)[1])))
    joints.append(creator.add_joint(40 + random.random(), np.random.rand()))
    joints.append(creator.add_joint(50, float(np.random.default_rng(len(legs)).random())))
    for i in range(len(joints) - 1):
        creator.add_muscle(joints[i], joints[i + 1], i % 2 == 0, 0.1, i / 7)
    creator.add_muscle(joints[0], joints[-1])
    creator.add_muscle(joints[-1], creator.add_joint(0, 0))
    query_cppn(creator, 2, 2, 1.5, lambda *p: True, lambda *p: 0.2, lambda *p: 0.5)
    return creator.get_walker()
"""

Answer = Built | Failure


class Scene:
    """Files, sockets and a process within an attack's reach; a context manager."""

    def __init__(self) -> None:
        self.token = f"leak-{secrets.token_hex(8)}"
        self._root = Path(tempfile.mkdtemp(prefix="scene-"))
        self._root.chmod(0o755)
        self.marks = self._root / "marks"
        self._secret = self._root / "secret.txt"
        self._secret.write_text(self.token)
        self._secret.chmod(0o644)
        self._listeners = _listeners(self._root)
        self._victim = _victim()
        self.lay()

    def __enter__(self) -> Scene:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for listener in self._listeners.values():
            listener.close()
        self._victim.kill()
        self._victim.wait()
        shutil.rmtree(self._root)

    @property
    def places(self) -> dict[str, object]:
        """The names that an attack's body uses."""
        return {
            "MARKS": str(self.marks),
            "SECRET": str(self._secret),
            "PORT": self._listeners["tcp"].getsockname()[1],
            "UDP_PORT": self._listeners["udp"].getsockname()[1],
            "SOCKET": str(self._root / "socket"),
            "ABSTRACT": self._listeners["abstract"].getsockname()[1:].decode(),
            "VICTIM": self._victim.pid,
            "MACHINE": platform.machine(),
        }

    def lay(self) -> None:
        """Put everything back to its start."""
        shutil.rmtree(self.marks, ignore_errors=True)
        self.marks.mkdir()
        self.marks.chmod(0o777)
        (self.marks / "empty").mkdir()
        (self.marks / "empty").chmod(0o777)
        (self.marks / "keep.txt").write_text("keep")
        (self.marks / "keep.txt").chmod(0o666)
        if self._victim.poll() is not None or is_stopped(self._victim.pid):
            self._victim.kill()
            self._victim.wait()
            self._victim = _victim()
        self._files = self._look()

    def effects(self) -> set[str]:
        """What has happened to the scene since `lay`."""
        found = set()
        if self._look() != self._files:
            found.add("files")
        if any(_was_called(listener) for listener in self._listeners.values()):
            found.add("network")
        if self._victim.poll() is not None or is_stopped(self._victim.pid):
            found.add("victim")
        return found

    def effects_in(self, attack: Answer | None) -> set[str]:
        """What an attack's answer gives away."""
        if isinstance(attack, Failure):
            return {"leak"} if self.token in attack.reason else set()
        if attack is not None and BOAST in attack.walker.joints:
            return {"boast"}
        return set()

    def _look(self) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for path in sorted(self.marks.rglob("*")):
            facts = path.lstat()
            seen[str(path)] = (facts.st_mode, facts.st_size, facts.st_mtime_ns, facts.st_nlink)
        return seen


def _listeners(root: Path) -> dict[str, socket.socket]:
    sockets = {
        "tcp": socket.create_server(("127.0.0.1", 0)),
        "udp": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "unix": socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "abstract": socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    }
    sockets["udp"].bind(("127.0.0.1", 0))
    sockets["unix"].bind(str(root / "socket"))
    (root / "socket").chmod(0o777)
    sockets["abstract"].bind(b"\0scene-" + secrets.token_hex(6).encode())
    for name in ("unix", "abstract"):
        sockets[name].listen()
    for listener in sockets.values():
        listener.setblocking(False)
    return sockets


def _was_called(listener: socket.socket) -> bool:
    called = False
    with contextlib.suppress(BlockingIOError):
        while True:
            if listener.type == socket.SOCK_DGRAM:
                listener.recv(64)
            else:
                listener.accept()[0].close()
            called = True
    return called


def _victim() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "3600"], start_new_session=True)


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped by a signal or a tracer."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "Tt"


def session_of(leader: int) -> set[int]:
    """The living processes of a session, without its leader."""
    members = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != leader:
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                state = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                if int(state[3]) == leader and state[0] != "Z":
                    members.add(int(entry))
    return members


def end_session(leader: int) -> None:
    """Kill what an attack has left behind."""
    for pid in session_of(leader):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
