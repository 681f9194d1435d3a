"""Progress of a command on standard error: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_SECONDS = 5.0  # between plain lines
PERCENT = TextColumn("{task.percentage:.0f}%")


class Advance(Protocol):
    """Tells how far the work is; ``what`` it does now, and fields that a column shows."""

    def __call__(self, done: float, what: str | None = None, **fields: Any) -> None: ...


@contextmanager
def progress(
    what: str,
    total: float,
    *columns: ProgressColumn,
    transient: bool = False,
    **fields: Any,
) -> Iterator[tuple[Advance, Console]]:
    """A bar with elapsed and remaining time.

    Args:
        what: is done, in few words.
        total: of whatever ``done`` is counted in.
        columns: more of them, right of the bar.
        transient: whether a finished bar vanishes.
        fields: first values of what the columns show besides.

    Yields:
        What is told how far it is, and the console for lines that are to stay.
    """
    console = Console(stderr=True)
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    first = (TextColumn("{task.description}"), BarColumn())
    live = console.is_terminal
    with Progress(
        *first, *columns, *times, console=console, transient=transient, disable=not live
    ) as bar:
        task = bar.add_task(what, total=total, **fields)
        line = monotonic()

        def advance(done: float, what: str | None = None, **fields: Any) -> None:
            nonlocal line
            bar.update(task, completed=done, description=what, **fields)
            if not live and monotonic() - line > LINE_SECONDS:
                line = monotonic()
                console.print(_line(bar.tasks[0]), soft_wrap=True, highlight=False, markup=False)

        yield advance, console


def _line(task: Task) -> str:
    left = f", {task.time_remaining:.0f} s left" if task.time_remaining else ""
    return f"{task.description}: {task.percentage:.1f}%{left}"
