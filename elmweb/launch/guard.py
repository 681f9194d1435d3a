"""Ends the children of a process that died without a word (`kill -9`, out of memory).

The owner holds the writing end of the guard process's standard input and tells it the
process groups of its children: `+123` started, `-123` ended. When the pipe closes, the
owner is gone, and every group still on the list is ended. The guard also inherits the
owner's locks, so nobody starts on the same data before the last child is gone.

This file is both: `Guard` for the owner, and the guard process itself when run as a
script. Standard library only, to stay small.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

PATIENCE = ((signal.SIGTERM, 4.0), (signal.SIGKILL, 2.0))  # signal, seconds to wait after it


class Guard:
    """The owner's end: tell the guard process which process groups to end after us."""

    def __init__(self, keep_open: Sequence[int] = ()) -> None:
        self._keep_open = tuple(keep_open)  # descriptors of locks, held until the last child ended
        self._groups: set[int] = set()
        self._process = self._launch()

    def watch(self, group: int) -> None:
        self._groups.add(group)
        self._tell(f"+{group}")

    def forget(self, group: int) -> None:
        self._groups.discard(group)
        self._tell(f"-{group}")

    def ensure_alive(self) -> None:
        """A guard that was killed is replaced; the new one learns of every group."""
        if self._process.poll() is not None:
            self._process = self._launch()
            for group in self._groups:
                self._tell(f"+{group}")

    def close(self) -> None:
        """Let the guard go; what it still watches is ended first."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _launch(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,
            pass_fds=self._keep_open,
        )

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
        except BrokenPipeError:
            self.ensure_alive()


def send(group: int, signal_number: int) -> bool:
    """Signal a process group (0: only ask); False when nothing of it lives any more."""
    try:
        os.killpg(group, signal_number)
    except (ProcessLookupError, PermissionError):  # macOS answers so for what is only a zombie
        return False
    return True


def end(groups: set[int]) -> None:
    """End process groups: politely, then surely."""
    for sent, patience in PATIENCE:
        alive = [group for group in groups if send(group, sent)]
        deadline = time.monotonic() + patience
        while alive and time.monotonic() < deadline:
            time.sleep(0.05)
            alive = [group for group in alive if send(group, 0)]
        if not alive:
            return


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: set[int] = set()
    for line in iter(sys.stdin.readline, ""):
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    end(groups)


if __name__ == "__main__":
    main()
