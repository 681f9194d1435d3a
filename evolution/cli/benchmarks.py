"""``python -m evolution benchmarks``: the figures that the library claims, measured here."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Any

from evolution.benchmarks.report import Report, table
from evolution.cli.bug_repair import (
    BUG_REPAIR_OPTIONS,
    add_bug_repair_options,
    bug_repair_arguments,
)
from evolution.cli.errors import CommandError, describe
from evolution.cli.model_benchmarks import (
    MODEL_OPTIONS,
    add_model_options,
    model_arguments,
    positive,
)
from evolution.cli.progress import progress
from evolution.operators import OperatorUnavailable
from evolution.sandbox import SandboxUnavailable
from evolution.walkers.seeds import SEEDS
from evolution.workers import WorkerError

NAMES = {
    "simulation": "evaluations a second a core, against pymunk's plain interface and Box2D",
    "sandbox": "what running a program safely costs, against running it unsafely",
    "search": "a whole search: where the time goes, how fast it is, what it finds",
    "replay": "size of recorded motions on the wire",
    "edits": "share of a model's edits that apply, run and give another valid walker",
    "obedience": "share of a model's edits that do what their message asks for",
    "operators": "searches with each operator and model, at equal evaluations or time",
    "generation": "edits sampled a second, against transformers' generate",
    "gpu-generation": "the same on a GPU, 512 side by side",
    "bug-repair": "which operator mends a function in one mutation (the paper's appendix A)",
}

# Option -> the benchmarks that it belongs to.
_OPTIONS = {
    "evaluations": ("search", "edits", "operators"),
    "seeds": ("search", "operators"),
    "random_seeds": ("search", "edits", "obedience", "operators", "bug-repair"),
    **MODEL_OPTIONS,
    **dict.fromkeys(BUG_REPAIR_OPTIONS, ("bug-repair",)),
}


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    names = "\n".join(f"  {name:16}{about}" for name, about in NAMES.items())
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
        "--random-seeds",
        type=positive,
        metavar="N",
        help="for the spread of what is drawn at random (default: 3)",
    )
    searches = command.add_argument_group("searches")
    searches.add_argument(
        "--evaluations",
        type=positive,
        metavar="N",
        help="of each search (default: 20000; of edits, whose searches make programs, 750)",
    )
    searches.add_argument(
        "--seeds", nargs="+", choices=list(SEEDS), metavar="NAME", help="seed programs"
    )
    add_model_options(command)
    add_bug_repair_options(command)


def _run(options: argparse.Namespace) -> int:
    chosen: dict[str, Any] = {}
    for name, benchmarks in _OPTIONS.items():
        if (value := getattr(options, name)) is None:
            continue
        if options.name not in benchmarks:
            option = name.replace("_", "-")
            raise CommandError(f"--{option} belongs to {', '.join(benchmarks)} only.")
        chosen[name] = value
    if options.name == "bug-repair":
        chosen = bug_repair_arguments(chosen)
    elif options.name in MODEL_OPTIONS["models"]:
        chosen = model_arguments(options.name, chosen)
    run = import_module(f"evolution.benchmarks.{options.name.replace('-', '_')}").run
    with progress(options.name, 1.0, transient=True) as (advance, _):
        try:
            report: Report = run(advance, **chosen)
        except OperatorUnavailable as error:
            raise CommandError(describe(error.failure)) from error
        except (SandboxUnavailable, WorkerError) as error:
            raise CommandError(str(error)) from error
    if options.json:
        report.dump(sys.stdout)
    else:
        print(table(report))
    return 0
