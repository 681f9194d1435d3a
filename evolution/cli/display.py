"""How a running search is shown: live on a terminal, in plain lines elsewhere."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from evolution.cli.progress import LINE_SECONDS
from evolution.search import BatchReport, OperatorShare, Search, Statistics

Show = Callable[[BatchReport], None]

_RATE_SECONDS = 30.0  # the rate is that of this last while
_FAILURES_SHOWN = 6


@contextmanager
def display(search: Search, out: Path) -> Iterator[Show]:
    """Shows each report that it is given, on standard error."""
    console = Console(stderr=True)
    pace = Pace(search.config.evaluations, search.evaluations)
    if not console.is_terminal:
        yield _plain(pace)
        return
    title = f"{search.config.operator} on {search.config.terrain}, into {out}"
    first = _picture(title, search.statistics(), pace)
    with Live(first, console=console, refresh_per_second=8, transient=True) as live:

        def show(report: BatchReport) -> None:
            pace.note(report.statistics.evaluations)
            live.update(_picture(title, report.statistics, pace))

        yield show


class Pace:
    """How fast the search is and when it ends."""

    def __init__(self, budget: int, done: int, clock: Callable[[], float] = monotonic) -> None:
        self.budget = budget
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque([(clock(), done)])

    def note(self, evaluations: int) -> None:
        now = self._clock()
        self._seen.append((now, evaluations))
        while len(self._seen) > 2 and now - self._seen[1][0] > _RATE_SECONDS:
            self._seen.popleft()

    @property
    def rate(self) -> float:
        """Evaluations a second lately; 0 while unknown."""
        (start, before), (end, after) = self._seen[0], self._seen[-1]
        return (after - before) / (end - start) if end > start else 0.0

    @property
    def remaining(self) -> str:
        """Time to the end, as people say it."""
        if not self.rate:
            return "-"
        seconds = round((self.budget - self._seen[-1][1]) / self.rate)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _plain(pace: Pace) -> Show:
    shown = -LINE_SECONDS

    def show(report: BatchReport) -> None:
        nonlocal shown
        statistics = report.statistics
        pace.note(statistics.evaluations)
        if monotonic() - shown < LINE_SECONDS and statistics.evaluations < pace.budget:
            return
        shown = monotonic()
        print(
            f"{statistics.evaluations}/{pace.budget} evaluations, {pace.rate:.0f}/s, "
            f"{pace.remaining} left, coverage {statistics.coverage:.1%}, "
            f"QD score {statistics.qd_score:.0f} m, best {statistics.best:.1f} m, "
            f"{sum(statistics.failures.values())} failures{_plain_shares(statistics)}",
            file=sys.stderr,
            flush=True,
        )

    return show


def _plain_shares(statistics: Statistics) -> str:
    if len(statistics.operators) < 2:
        return ""
    shares = [f"{operator.name} {operator.share:.0%}" for operator in statistics.operators]
    return ", " + " ".join(shares)


def _picture(title: str, statistics: Statistics, pace: Pace) -> Group:
    done = statistics.evaluations
    head = Table.grid(padding=(0, 2))
    head.add_row(
        ProgressBar(total=pace.budget, completed=done, width=40),
        f"{done:,} / {pace.budget:,}",
        f"{pace.rate:.0f}/s",
        f"{pace.remaining} left",
    )
    figures = Table.grid(padding=(0, 3))
    figures.add_row(
        _figure("best", f"{statistics.best:.1f} m"),
        _figure("coverage", f"{statistics.coverage:.1%}"),
        _figure("QD score", f"{statistics.qd_score:,.0f} m"),
        _figure("admitted", f"{statistics.admitted:,}"),
    )
    failures = sorted(statistics.failures.items(), key=lambda item: -item[1])
    words = [f"{code} {count / done:.1%}" for code, count in failures[:_FAILURES_SHOWN] if done]
    text = Text("not walkers: " + ", ".join(words) if words else "", style="dim")
    parts: list[RenderableType] = [Text(title, style="bold"), head, figures]
    if len(statistics.operators) > 1:
        parts.append(_shares(statistics.operators))
    return Group(*parts, text)


def _shares(operators: tuple[OperatorShare, ...]) -> Table:
    """Who makes the children now, and what each has earned so far."""
    most = max(operator.share for operator in operators)
    table = Table.grid(padding=(0, 2))
    for operator in operators:
        style = "bold" if operator.share == most else ""
        earned = f"{operator.admitted / operator.tried:.1%}" if operator.tried else "-"
        table.add_row(
            Text(operator.name, style=style),
            ProgressBar(total=1.0, completed=operator.share, width=20),
            Text(f"{operator.share:.0%} of children", style=style),
            Text(f"{operator.admitted:,} of {operator.tried:,} admitted ({earned})", style="dim"),
        )
    return table


def _figure(name: str, value: str) -> Text:
    return Text.assemble((f"{name} ", "dim"), (value, "bold cyan"))
