"""What a person sees in the terminal while things are made ready. Standard library only."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from types import TracebackType

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class Trouble(Exception):
    """Something a person can mend; the text is one plain sentence that says how."""


def is_interactive() -> bool:
    """Whether lines may be redrawn: a terminal, and not a continuous-integration log."""
    return sys.stdout.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


def prepare_output() -> None:
    """Let no terminal's encoding break a message."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace", line_buffering=True)


def say(text: str) -> None:
    print(text, flush=True)


def duration(seconds: float) -> str:
    """Seconds as people say them: 0.4 s, 12 s, 3 min 05 s."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


class Step:
    """A piece of work with a name, a live note and, at the end, how long it took.

    On a terminal it is one line that redraws itself; in a log it is one line when
    it starts and one when it ends.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self._note = ""
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def note(self, text: str) -> None:
        """What is being worked on right now."""
        self._note = text

    def __enter__(self) -> Step:
        if is_interactive():
            self._ticker.start()
        else:
            say(f"{self.title} ...")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        mark = "✓" if kind is None else "✗"
        took = duration(time.monotonic() - self.started)
        if is_interactive():
            self._ticker.join()
            say(f"\r\033[K{mark} {self.title}  {took}")
        else:
            say(f"{self.title}: {'done' if kind is None else 'failed'} after {took}")

    def _tick(self) -> None:
        turn = 0
        while not self._done.wait(0.1):
            took = duration(time.monotonic() - self.started)
            line = f"{SPINNER[turn % len(SPINNER)]} {self.title}  {took}  {self._note}"
            width = shutil.get_terminal_size().columns - 1
            sys.stdout.write("\r\033[K" + line[:width])
            sys.stdout.flush()
            turn += 1
