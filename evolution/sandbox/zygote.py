"""The zygote: a locked Python process that forks once for every program or batch.

Started by `pool` with an empty environment. It loads what programs need, locks
itself, and then serves requests from file descriptor 0 until that closes.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import sys
import time
import warnings
from typing import NoReturn

from evolution.sandbox import child, lock, modules, protocol, seccomp
from evolution.sandbox.calls import Calls
from evolution.sandbox.options import LockOptions
from evolution.sandbox.protocol import CPU_HARD, DIED, ITEM, LENGTH, RESULT, WALL_LIMIT, WALL_STEP

HOST = 0
"""File descriptor of the socket to the host."""
_LOCK_FAILED = 97
_LEAST_PROGRESS = 0.01
"""Seconds of calculation in a wall step without which a child counts as asleep."""


def main(options: str) -> NoReturn:
    """Load, lock, say so, serve. ``options`` is the JSON of `LockOptions`."""
    modules.preload()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGVTALRM, child.stop)
    _warm_up()
    inner = seccomp.child_filter()
    try:
        layers = lock.lock(LockOptions(**json.loads(options)))
    except lock.LockError as error:
        _send(json.dumps({"error": str(error)}).encode())
        sys.exit(1)
    os.dup2(1, 2)  # the host gave /dev/null for 1, and 2 only to tell of a failed start
    gc.collect()
    gc.freeze()  # children then do not copy the pages of what is already here
    _send(json.dumps({"layers": layers}).encode())
    while (request := _receive()) is not None:
        asked = json.loads(request)
        use = Calls(**asked["calls"]) if "calls" in asked else child.make_walker
        _send(b"".join(serve(programs, use, inner) for programs in asked["groups"]))
    os._exit(0)


_WARM_UP = """
from walk_creator import walker_creator
def make_walker():
    creator = walker_creator()
    joints = [creator.add_joint(np.cos(i), math.sin(i)) for i in range(5)]
    def pull(i):
        return abs(i) ** 2 % 3
    for i in range(1, 5):
        creator.add_muscle(joints[0], joints[i], i % 2 == 0, pull(i), 0.5)
    return creator.get_walker()
"""


def _warm_up() -> None:
    """Run a program of ours, so that children find memory where they will need it."""
    child.reset()
    for _ in range(3):
        outcome = child.run(_WARM_UP)
    signal.setitimer(signal.ITIMER_PROF, 0)
    child.reset()
    if b"failure" in outcome.payload:
        raise RuntimeError(f"The sandbox's own program failed: {outcome.payload!r}")


def serve(programs: list[str], use: child.Use, inner: seccomp.Filter) -> bytes:
    """The items of one group, run in order, in as few processes as their deaths allow."""
    items: list[bytes] = []
    while len(items) < len(programs):
        results, end = _run_child(programs[len(items) :], use, inner)
        items += [ITEM.pack(RESULT, len(result)) + result for result in results]
        if len(items) < len(programs) and (end is not None or not results):
            word = (end or "crashed").encode()
            items.append(ITEM.pack(DIED, len(word)) + word)
    return b"".join(items)


def _run_child(
    programs: list[str], use: child.Use, inner: seccomp.Filter
) -> tuple[list[bytes], str | None]:
    """The results of one child, and how it ended if that was not of its own will."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be_child(programs, use, writing, inner)
    os.close(writing)
    try:
        results, end = _collect(pid, reading, len(programs))
    finally:
        os.close(reading)
    if end is not None:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return results, end or _end_of(status)


def _collect(pid: int, reading: int, wanted: int) -> tuple[list[bytes], str | None]:
    """Read the child's frames.

    Returns:
        The frames, and why the child must be ended: None if it ended by itself.
    """
    results: list[bytes] = []
    buffer = bytearray()
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    started, calculated = time.monotonic(), 0.0
    while len(results) < wanted:
        spoke = poll.poll(WALL_STEP * 1000)
        if time.monotonic() - started > WALL_LIMIT:
            return results, "time-limit"
        if not spoke:
            used = _cpu_seconds(pid)
            asleep = used - calculated < _LEAST_PROGRESS
            if asleep or used > (len(results) + 1) * CPU_HARD + _LEAST_PROGRESS:
                return results, "time-limit"
            calculated = used
            continue
        chunk = os.read(reading, 65536)
        if not chunk:
            return results, None
        buffer += chunk
        while len(buffer) >= LENGTH.size and len(results) < wanted:
            (size,) = LENGTH.unpack_from(buffer)
            if size > protocol.MAX_RESULT:
                return results, "output"
            if len(buffer) < LENGTH.size + size:
                break
            results.append(bytes(buffer[LENGTH.size : LENGTH.size + size]))
            del buffer[: LENGTH.size + size]
            started = time.monotonic()
    return results, "done"


def _cpu_seconds(pid: int) -> float:
    """CPU time of a child; its clock's id is made of its process id (clock_getres(2))."""
    return time.clock_gettime((~pid << 3) | 2)


def _end_of(status: int) -> str | None:
    """A word of `protocol.DEATHS` for a wait status; None for a child that just ended."""
    if os.WIFEXITED(status):
        return None if os.WEXITSTATUS(status) == 0 else "crashed"
    killed_by = os.WTERMSIG(status)
    if killed_by in (signal.SIGPROF, signal.SIGXCPU, signal.SIGVTALRM):
        return "time-limit"
    if killed_by == signal.SIGSYS:
        return "blocked-system-call"
    return "memory-limit" if killed_by == signal.SIGKILL else "crashed"


def _be_child(programs: list[str], use: child.Use, writing: int, inner: seccomp.Filter) -> NoReturn:
    """Give up the rest, run the programs, write a frame for each, end."""
    os.dup2(writing, seccomp.RESULT_FD)
    os.closerange(HOST, seccomp.RESULT_FD)
    os.closerange(seccomp.RESULT_FD + 1, lock.MAX_FILES)
    seconds = int(len(programs) * CPU_HARD) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    try:
        inner.install()
    except seccomp.SeccompError:
        os._exit(_LOCK_FAILED)
    # Held fast here, where a program that changes builtins or modules does not find them.
    write, leave, run, refresh = os.write, os._exit, child.run, child.refresh
    pack, size = LENGTH.pack, len
    outcome = None
    for program in programs:
        if outcome is not None and not refresh(outcome):
            break
        outcome = run(program, use)
        frame = pack(size(outcome.payload)) + outcome.payload
        while frame:
            frame = frame[write(seccomp.RESULT_FD, frame) :]
    leave(0)


def _send(payload: bytes) -> None:
    frame = memoryview(LENGTH.pack(len(payload)) + payload)
    try:
        while frame:
            frame = frame[os.write(HOST, frame) :]
    except OSError:  # the host is gone
        os._exit(0)


def _receive() -> bytes | None:
    """One request; None when the host is gone or says nothing more."""
    head = _read_exactly(LENGTH.size)
    return None if head is None else _read_exactly(LENGTH.unpack(head)[0])


def _read_exactly(size: int) -> bytes | None:
    parts = []
    while size:
        try:
            part = os.read(HOST, min(size, 1 << 20))
        except OSError:
            return None
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
