"""Run a search on several processes of this machine, or in this one.

Each worker process makes and evaluates whole batches; this process chooses parents and
applies the results in their order, so the number of workers changes the speed of a run
and nothing else. A worker is a plain subprocess behind a socket pair: it works from
notebooks and from any script, and it ends when this process ends, however it ends.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Protocol, Self

from evolution.config import RunConfig
from evolution.evaluation import Evaluator
from evolution.operators import Operator, OperatorUnavailable
from evolution.operators.registry import MakeOperator, operators_of
from evolution.run_folder import RunFolder
from evolution.sandbox import SandboxUnavailable
from evolution.search import BatchReport, BatchRequest, BatchResult, Search, run_batch
from evolution.simulation import terrain_named

# Requests at a worker: one in work and one waiting, so that it never idles.
_REQUESTS_PER_WORKER = 2
# A batch whose worker died this often is what kills them.
_MAX_DEATHS = 3
_STOP_SECONDS = 10.0


class WorkerError(RuntimeError):
    """A worker process failed; the message says how."""


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds: of the worker processes and of their sandboxes, by step."""

    total: float
    sandboxes: float
    steps: dict[str, float]


class Workers(Protocol):
    """Where batches are made and evaluated."""

    def submit(self, request: BatchRequest) -> bool:
        """Take a request, or say False if there is no room now."""
        ...

    def results(self) -> list[BatchResult]:
        """Wait until at least one submitted request is done; in any order."""
        ...

    def close(self) -> None: ...


def evolve(
    search: Search, workers: Workers, folder: RunFolder | None = None
) -> Iterator[BatchReport]:
    """Drive a search to its end; yields a report after each applied batch.

    Args:
        search: new or restored.
        workers: left open.
        folder: where each batch is recorded before its report is yielded.

    Raises:
        SeedFailed: if the seed program makes no walker.
        WorkerError: if a worker process cannot go on.
        OperatorUnavailable: if no operator can make a child (in a process of its own:
            a WorkerError that says the same).
    """
    done: dict[int, BatchResult] = {}
    waiting = search.ask()
    while not search.finished:
        while waiting is not None and workers.submit(waiting):
            waiting = search.ask()
        done.update((result.number, result) for result in workers.results())
        while (result := done.pop(search.applied + 1, None)) is not None:
            report = search.tell(result)
            if folder is not None:
                folder.append(report)
            yield report
        if waiting is None:
            waiting = search.ask()


class LocalWorker:
    """Runs batches in this process, one at a time.

    Args:
        operators: makes an operator from its name; the registry's own way by default.
    """

    def __init__(self, config: RunConfig, operators: MakeOperator | None = None) -> None:
        self._operators, self._evaluator = _tools(config, operators)
        self._request: BatchRequest | None = None
        self.steps: defaultdict[str, float] = defaultdict(float)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def submit(self, request: BatchRequest) -> bool:
        if self._request is not None:
            return False
        self._request = request
        return True

    def results(self) -> list[BatchResult]:
        if self._request is None:
            return []
        result = run_batch(self._request, self._operators, self._evaluator)
        self._request = None
        _add(self.steps, result.cpu)
        return [result]

    def close(self) -> None:
        self._evaluator.close()


class WorkerProcesses:
    """Runs batches in ``count`` processes; a process that dies is replaced.

    Each process has operators, and so models, of its own, and computes on one thread.

    Args:
        operators: as in `LocalWorker`; a function that a new process can import.
    """

    def __init__(
        self, config: RunConfig, count: int, operators: MakeOperator | None = None
    ) -> None:
        if count < 1:
            raise ValueError("At least one worker process is needed.")
        self._tools = (config, operators)
        self._deaths: Counter[int] = Counter()  # batch -> workers that died at it
        self._steps: defaultdict[str, float] = defaultdict(float)
        self._workers = [_Process(self._tools) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def submit(self, request: BatchRequest) -> bool:
        worker = min(self._workers, key=lambda w: len(w.requests))
        if len(worker.requests) >= _REQUESTS_PER_WORKER:
            return False
        worker.send(request)
        return True

    def results(self) -> list[BatchResult]:
        results: list[BatchResult] = []
        while not results and any(worker.requests for worker in self._workers):
            ready = wait([worker.connection for worker in self._workers])
            for position, worker in enumerate(list(self._workers)):
                if worker.connection not in ready:
                    continue
                try:
                    result = worker.receive()
                except (EOFError, OSError):
                    self._replace(position)
                    continue
                _add(self._steps, result.cpu)
                results.append(result)
        return results

    def close(self) -> None:
        """End the workers at once; batches in work are lost (a search asks again)."""
        for worker in self._workers:
            worker.kill()

    def finish(self) -> Usage:
        """End the idle workers and say what CPU time they used."""
        usages = [worker.stop() for worker in self._workers]
        return Usage(
            total=sum(own + sandbox for own, sandbox in usages),
            sandboxes=sum(sandbox for _, sandbox in usages),
            steps=dict(self._steps),
        )

    def _replace(self, position: int) -> None:
        """Start a new process for the requests of one that died."""
        dead = self._workers[position]
        dead.kill()
        if dead.requests:
            culprit = dead.requests[0].number
            self._deaths[culprit] += 1
            if self._deaths[culprit] >= _MAX_DEATHS:
                raise WorkerError(
                    f"Worker processes died {_MAX_DEATHS} times at batch {culprit} (exit status "
                    f"{dead.process.returncode}); perhaps the machine is out of memory. "
                    "What was applied is kept: resume the run when this is mended."
                )
        self._workers[position] = _Process(self._tools)
        for request in dead.requests:
            self._workers[position].send(request)


_Tools = tuple[RunConfig, MakeOperator | None]


class _Process:
    """One worker process and the requests that it has not answered."""

    def __init__(self, tools: _Tools) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from evolution.workers import main; main()"],
                stdin=theirs.fileno(),
                env=_environment(),
            )
        self.connection: Connection = Connection(ours.detach())
        self.requests: list[BatchRequest] = []
        self._say(tools)

    def _say(self, message: _Tools | BatchRequest | None) -> None:
        with suppress(OSError):  # it died; `receive` will tell
            self.connection.send(message)

    def send(self, request: BatchRequest) -> None:
        self.requests.append(request)
        self._say(request)

    def receive(self) -> BatchResult:
        answer = self.connection.recv()
        if not isinstance(answer, BatchResult):
            raise WorkerError(str(answer))
        del self.requests[0]
        return answer

    def stop(self) -> tuple[float, float]:
        """CPU seconds of the process and of its sandbox."""
        self._say(None)
        own, sandbox = self.connection.recv()
        self.process.wait(_STOP_SECONDS)
        self.connection.close()
        return own, sandbox

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


def _environment() -> dict[str, str]:
    """Where the library is found as here, and one thread a process."""
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **one, "PYTHONPATH": os.pathsep.join(paths)}


def _tools(config: RunConfig, make: MakeOperator | None) -> tuple[dict[str, Operator], Evaluator]:
    evaluator = Evaluator(terrain_named(config.terrain), config.archive)
    return operators_of(config, make), evaluator


def main() -> None:
    """A worker process: requests come in and results go out through standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    connection: Connection = Connection(os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        operators, evaluator = _tools(*connection.recv())
        while (request := connection.recv()) is not None:
            connection.send(run_batch(request, operators, evaluator))
        evaluator.close()
        own = _cpu_seconds(resource.RUSAGE_SELF)
        connection.send((own, _cpu_seconds(resource.RUSAGE_CHILDREN)))
    except (SandboxUnavailable, OperatorUnavailable) as error:
        connection.send(str(error))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # the parent is gone


def _add(sums: defaultdict[str, float], more: dict[str, float]) -> None:
    for step, seconds in more.items():
        sums[step] += seconds


def _cpu_seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime
