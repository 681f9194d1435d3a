"""``python -m evolution benchmarks``: the figures that the library claims, measured here."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from evolution.benchmarks.report import Report, table
from evolution.cli.bug_repair import (
    BUG_REPAIR_OPTIONS,
    add_bug_repair_options,
    bug_repair_arguments,
)
from evolution.cli.errors import CommandError, describe
from evolution.operators import OperatorUnavailable
from evolution.sandbox import SandboxUnavailable
from evolution.walkers.seeds import SEEDS

NAMES = {
    "simulation": "evaluations a second a core, against pymunk's plain interface and Box2D",
    "sandbox": "what running a program safely costs, against running it unsafely",
    "search": "a whole search: where the time goes, how fast it is, what it finds",
    "replay": "size of recorded motions on the wire",
    "generation": "edits sampled a second, against transformers' generate",
    "bug-repair": "which operator mends a function in one mutation (the paper's appendix A)",
}

# Option -> the benchmarks that it belongs to.
_OPTIONS = {
    "evaluations": ("search",),
    "seeds": ("search",),
    "random_seeds": ("search", "bug-repair"),
    "model": ("generation",),
    **dict.fromkeys(BUG_REPAIR_OPTIONS, ("bug-repair",)),
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
    command.add_argument(
        "--random-seeds", type=int, metavar="N", help="of search and bug-repair (default: 3)"
    )
    search = command.add_argument_group("for a quicker look at search")
    search.add_argument("--evaluations", type=int, metavar="N", help="a run (default: 20000)")
    search.add_argument(
        "--seeds", nargs="+", choices=list(SEEDS), metavar="NAME", help="seed programs"
    )
    command.add_argument(
        "--model",
        metavar="NAME",
        help="of generation: a registered name or a folder (default: random weights)",
    )
    add_bug_repair_options(command)


def _run(options: argparse.Namespace) -> int:
    chosen: dict[str, Any] = {}
    for name, benchmarks in _OPTIONS.items():
        if (value := getattr(options, name)) is None:
            continue
        if options.name not in benchmarks:
            option = name.replace("_", "-")
            raise CommandError(f"--{option} belongs to {' and '.join(benchmarks)} only.")
        chosen[name] = value
    if options.name == "bug-repair":
        chosen = bug_repair_arguments(chosen)
    run = import_module(f"evolution.benchmarks.{options.name.replace('-', '_')}").run
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(options.name, total=1.0)
        try:
            report: Report = run(
                lambda done, what: bar.update(task, completed=done, description=what), **chosen
            )
        except OperatorUnavailable as error:
            raise CommandError(describe(error.failure)) from error
        except SandboxUnavailable as error:
            raise CommandError(str(error)) from error
    if options.json:
        report.dump(sys.stdout)
    else:
        print(table(report))
    return 0
