"""Ends the children of a supervisor that died without a word (`kill -9`, out of memory).

The supervisor holds the writing end of this process's standard input and tells it the
process groups of its children: `+123` started, `-123` ended. When the pipe closes, the
supervisor is gone, and every group still on the list is ended. The guard also inherits
the lock of the data directory, so nobody starts on that data before the last child is gone.

Runs as a script on its own; standard library only, to stay small.
"""

from __future__ import annotations

import os
import signal
import sys
import time

PATIENCE = ((signal.SIGTERM, 4.0), (signal.SIGKILL, 2.0))  # signal, seconds to wait after it


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def end(groups: set[int]) -> None:
    """End process groups: politely, then surely."""
    for sent, patience in PATIENCE:
        for group in groups:
            if is_alive(group):
                os.killpg(group, sent)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not any(is_alive(group) for group in groups):
                return
            time.sleep(0.05)


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
