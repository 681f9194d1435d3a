"""The control: runs programs with the sandbox's own `child`, and without any lock.

A process that reads one request a line, ``[attack, honest]``, forks, builds
both one after the other as a batch would, and answers with what they built.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import time
from typing import Any, NoReturn

from evolution.sandbox import lean

lean.shrink()  # before anything loads `random`, as in the zygote

from evolution.sandbox import child, modules  # noqa: E402

PATIENCE = 1.5
"""Seconds after which an attack counts as never ending."""


def main() -> None:
    modules.preload()
    child.reset()
    gc.collect()
    for line in sys.__stdin__:  # type: ignore[union-attr]
        reply = _fork(json.loads(line))
        sys.__stdout__.write(json.dumps(reply) + "\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]


def _fork(programs: list[str]) -> list[Any]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _build(programs, writing)
    os.close(writing)
    text, ended = b"", False
    while not ended and select.select([reading], [], [], PATIENCE)[0]:
        chunk = os.read(reading, 1 << 20)
        text, ended = text + chunk, not chunk
    os.close(reading)
    deadline = time.monotonic() + (PATIENCE if ended else 0)
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            break
        time.sleep(0.005)
    answers = [json.loads(answer) for answer in text.split(b"\n")[:-1]]
    return [*answers, *["hang" if not ended else "ended"] * (2 - len(answers))]


def _build(programs: list[str], writing: int) -> NoReturn:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    write, leave, dumps, reset = os.write, os._exit, json.dumps, child.reset
    for program in programs:
        try:
            answer: Any = child.build(program)
        except BaseException as fault:  # noqa: BLE001 - whatever an attack raises
            answer = {"failure": child.describe(fault)}
        write(writing, dumps(answer).encode() + b"\n")
        reset()
    leave(0)


if __name__ == "__main__":
    main()
