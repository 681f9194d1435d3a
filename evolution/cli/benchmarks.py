"""``python -m evolution benchmarks``: the figures that the library claims, measured here."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from evolution.benchmarks.report import Report, table
from evolution.cli.errors import CommandError
from evolution.walkers.seeds import SEEDS

NAMES = {
    "simulation": "evaluations a second a core, against pymunk's plain interface and Box2D",
    "sandbox": "what running a program safely costs, against running it unsafely",
    "search": "a whole search: where the time goes, how fast it is, what it finds",
    "replay": "size of recorded motions on the wire",
}


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    names = "\n".join(f"  {name:12}{about}" for name, about in NAMES.items())
    command = commands.add_parser(
        "benchmarks",
        help="measure the library's figures on this machine",
        description="Measure one group of figures and compare them with their targets. Ratios "
        "travel between machines;\nabsolute rates are this machine's.\n\n" + names,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(command=_run)
    command.add_argument("name", choices=list(NAMES), metavar="NAME", help=", ".join(NAMES))
    command.add_argument("--json", action="store_true", help="print one JSON object, no table")
    search = command.add_argument_group("for a quicker look at search")
    search.add_argument("--evaluations", type=int, metavar="N", help="a run (default: 20000)")
    search.add_argument(
        "--random-seeds", type=int, metavar="N", help="runs of each seed program (default: 3)"
    )
    search.add_argument(
        "--seeds", nargs="+", choices=list(SEEDS), metavar="NAME", help="seed programs"
    )


def _run(options: argparse.Namespace) -> int:
    names = ("evaluations", "random_seeds", "seeds")
    chosen: dict[str, Any] = {n: v for n in names if (v := getattr(options, n)) is not None}
    if chosen and options.name != "search":
        raise CommandError(f"--{next(iter(chosen)).replace('_', '-')} belongs to search only.")
    run = import_module(f"evolution.benchmarks.{options.name}").run
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(options.name, total=1.0)
        report: Report = run(
            lambda done, what: bar.update(task, completed=done, description=what), **chosen
        )
    if options.json:
        report.dump(sys.stdout)
    else:
        print(table(report))
    return 0
