"""Sandbox: the host's side. Starts a zygote, sends programs, checks what comes back."""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import evolution
from evolution.sandbox import protocol
from evolution.sandbox.options import LockOptions
from evolution.sandbox.protocol import LENGTH, MAX_BATCH, Built
from evolution.types import Failure, Stage

T = TypeVar("T")

_START_TIMEOUT = 60.0
_CLOSE_TIMEOUT = 5.0
_ANSWER_TIMEOUT = 10.0
"""Seconds that the host waits beyond the time that the programs themselves may take."""
_MAX_REPLY = MAX_BATCH * (protocol.MAX_RESULT + protocol.ITEM.size)

_BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from evolution.sandbox import lean; lean.shrink(); "
    "from evolution.sandbox import zygote; zygote.main(sys.argv[2])"
)


class SandboxUnavailable(RuntimeError):
    """Programs cannot be run safely on this machine; the message says why."""


class _Lost(Exception):
    """The zygote died, went silent or talked nonsense."""


@dataclass(frozen=True, slots=True)
class _Task(Generic[T]):
    """What programs are run for: the check of a text, its part of the request, the reading."""

    check: Callable[[str], Failure | None]
    request: dict[str, Any]
    read: Callable[[int, bytes, str], T | Failure]


_sandboxes: weakref.WeakSet[Sandbox] = weakref.WeakSet()


class Sandbox:
    """Builds walkers from program text that nobody trusts, or calls its functions.

    Each Sandbox drives one zygote process, which starts with the first
    `build` or `call` and ends with `close`, with the host, or with the block::

        with Sandbox() as sandbox:
            built, = sandbox.build([text], batched=False)

    Safe to share between threads (they take turns); a forked process that
    inherits one starts a zygote of its own.
    """

    def __init__(self, options: LockOptions | None = None) -> None:
        self._options = options or LockOptions()
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._layers: tuple[str, ...] = ()
        _sandboxes.add(self)

    def build(self, programs: Sequence[str], *, batched: bool = True) -> list[Built | Failure]:
        """Run every program and return what it built, in the order of ``programs``.

        Args:
            programs: program texts.
            batched: let up to 50 programs share a process, which is several times
                faster. A program may then have been influenced by one before it:
                before anything is kept, run it with ``batched=False`` and require
                the identical walker.

        Raises:
            SandboxUnavailable: if this machine cannot lock a process.
        """
        return self._run_all(programs, batched, _Task(protocol.check_text, {}, protocol.read_item))

    def call(
        self,
        programs: Sequence[str],
        function: str,
        arguments: Sequence[Sequence[Any]],
        *,
        batched: bool = True,
    ) -> list[list[Any] | Failure]:
        """Run every program and call its function on each of ``arguments``.

        Limits, failures and the rule for ``batched`` are those of `build`; one that concerns
        a call concerns the whole program. All calls of a program share its time.

        Args:
            programs: program texts.
            function: its name; a program without it that accepts these arguments has its last
                function called that does.
            arguments: one sequence of JSON values for each call.
            batched: as for `build`.

        Returns:
            For each program one JSON value a call, in the order of ``arguments``.

        Raises:
            SandboxUnavailable: if this machine cannot lock a process.
        """
        request = {"calls": {"function": function, "arguments": json.dumps(arguments)}}
        check = partial(protocol.check_text, entry_point=function)
        read = partial(protocol.read_values, count=len(arguments))
        return self._run_all(programs, batched, _Task(check, request, read))

    def start(self) -> tuple[str, ...]:
        """Start the zygote now and return the names of the layers of its lock.

        Raises:
            SandboxUnavailable: if this machine cannot lock a process.
        """
        with self._turn:
            if self._process is None:
                self._start()
            return self._layers

    @property
    def pid(self) -> int | None:
        """Process id of the zygote; None while there is none."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the zygote. The next `build` starts another."""
        with self._turn:
            self._stop()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _run_all(self, programs: Sequence[str], batched: bool, task: _Task[T]) -> list[T | Failure]:
        results: list[T | Failure | None] = [task.check(text) for text in programs]
        to_run = [index for index, failure in enumerate(results) if failure is None]
        with self._turn:
            for start in range(0, len(to_run), MAX_BATCH):
                part = to_run[start : start + MAX_BATCH]
                answers = self._run([programs[index] for index in part], batched, task)
                for index, answer in zip(part, answers, strict=True):
                    results[index] = answer
        return [result for result in results if result is not None]

    def _run(self, programs: list[str], batched: bool, task: _Task[T]) -> list[T | Failure]:
        """One request. If the zygote is lost, each program has one more try alone."""
        try:
            return self._ask(programs, batched, task)
        except _Lost:
            self._stop()
        answers: list[T | Failure] = []
        for program in programs:
            try:
                (answer,) = self._ask([program], batched, task)
                answers.append(answer)
            except _Lost:
                self._stop()
                answers.append(Failure(Stage.SANDBOX, *protocol.DEATHS["crashed"]))
        return answers

    def _ask(self, programs: list[str], batched: bool, task: _Task[T]) -> list[T | Failure]:
        if self._process is None:
            self._start()
        allowed = len(programs) * (protocol.WALL_LIMIT + protocol.WALL_STEP) + _ANSWER_TIMEOUT
        deadline = time.monotonic() + allowed
        groups = [programs] if batched else [[program] for program in programs]
        self._send(json.dumps({"groups": groups, **task.request}).encode(), deadline)
        reply = self._receive(deadline)
        try:
            items = list(protocol.split_items(reply))
        except protocol.ProtocolError as error:
            raise _Lost(str(error)) from None
        if len(items) != len(programs):
            raise _Lost("The zygote answered for another number of programs.")
        return [
            task.read(kind, payload, program)
            for (kind, payload), program in zip(items, programs, strict=True)
        ]

    def _start(self) -> None:
        if platform.system() != "Linux":
            raise SandboxUnavailable(
                f"Programs cannot be run safely on {platform.system()}: the sandbox needs "
                "Linux's system-call filter. Use Linux, a Linux container or a virtual machine."
            )
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-s", "-P", "-B", "-c", _BOOTSTRAP]
        command += [str(Path(evolution.__file__).parents[1]), json.dumps(asdict(self._options))]
        with theirs:
            self._process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C ends the host, which ends the zygote
            )
        self._socket = ours
        try:
            hello = json.loads(self._receive(time.monotonic() + _START_TIMEOUT))
        except _Lost:
            raise SandboxUnavailable(
                f"The sandbox's process did not start.{self._last_words()}"
            ) from None
        if "error" in hello:
            self._stop()
            raise SandboxUnavailable(f"Programs cannot be run safely here: {hello['error']}")
        self._layers = tuple(hello["layers"])
        if self._process.stderr:
            self._process.stderr.close()

    def _last_words(self) -> str:
        """End a zygote that did not come up; the last line that it said about it."""
        process = self._process
        if process is None or process.stderr is None:
            return ""
        process.kill()
        lines = process.stderr.read().decode(errors="replace").strip().splitlines()
        process.stderr.close()
        self._stop()
        return f" It said: {lines[-1]}" if lines else ""

    def _stop(self) -> None:
        process, connection = self._process, self._socket
        self._process = self._socket = None
        if connection is not None:
            connection.close()
        if process is None:
            return
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_CLOSE_TIMEOUT)
        if process.stderr:
            process.stderr.close()

    def _send(self, payload: bytes, deadline: float) -> None:
        assert self._socket is not None
        try:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            self._socket.sendall(LENGTH.pack(len(payload)) + payload)
        except OSError as error:
            raise _Lost(str(error)) from None

    def _receive(self, deadline: float) -> bytes:
        (size,) = LENGTH.unpack(self._receive_exactly(LENGTH.size, deadline))
        if size > _MAX_REPLY:
            raise _Lost("The zygote's reply is too large.")
        return self._receive_exactly(size, deadline)

    def _receive_exactly(self, size: int, deadline: float) -> bytes:
        assert self._socket is not None
        parts = bytearray()
        while len(parts) < size:
            try:
                self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
                part = self._socket.recv(min(size - len(parts), 1 << 18))
            except OSError as error:  # includes the timeout
                raise _Lost(str(error)) from None
            if not part:
                raise _Lost("The zygote ended.")
            parts += part
        return bytes(parts)

    def _forget(self) -> None:
        """In a forked process: leave the parent's zygote to the parent."""
        self._turn = threading.Lock()
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for
        self._process = self._socket = None


def _environment() -> dict[str, str]:
    """What a zygote may know of its surroundings: fixed hashing, one thread, plain text."""
    environment = {
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "LC_ALL": "C.UTF-8",
    }
    if "LD_LIBRARY_PATH" in os.environ:  # some installations of Python need it to start
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment


def _after_fork() -> None:
    for sandbox in list(_sandboxes):
        sandbox._forget()


os.register_at_fork(after_in_child=_after_fork)
