"""``python -m evolution evolve``: run a search, or go on with one."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evolution.cli.display import display
from evolution.cli.errors import CommandError, describe, read_program
from evolution.cli.operators import add_operator_options, complete, default_of, operator_fields
from evolution.config import RunConfig
from evolution.operators import OperatorUnavailable
from evolution.run_folder import RunFolder, RunFolderError, read_config
from evolution.sandbox import SandboxUnavailable
from evolution.search import Search, SeedFailed
from evolution.simulation import TERRAINS
from evolution.walkers.seeds import SEEDS, seed_program
from evolution.workers import LocalWorker, WorkerError, WorkerProcesses, evolve

_DESCRIPTION = """\
Run a MAP-Elites search from one seed program.

Everything is written to a run folder as it happens: manifest.json (config and versions),
walkers.jsonl (every walker that was ever admitted, with its parent, its diff and its
recorded motion) and batches.jsonl. Stop it whenever you like, Ctrl-C or worse; --resume
goes on, and ends exactly as if it had not been stopped. The outcome depends on the
options below, not on --workers.
"""
_EXAMPLES = """\
examples:
  python -m evolution evolve --seed square --evaluations 20000 --out square-run
  python -m evolution evolve --seed mine.py --random-seed 7 --terrain bumpy --out mine-run
  python -m evolution evolve --operator mix --out mix-run
  python -m evolution evolve --operator diff-model --out legs-run \\
      --message "Added a leg." --message "Changed parameters in `make_walker` function." 0.5
  python -m evolution evolve --operator instruct --endpoint http://localhost:8080/v1 \\
      --endpoint-model qwen2.5-coder --out instruct-run
  python -m evolution evolve --out square-run --resume
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "evolve",
        help="run a search, or go on with one",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(command=run)
    command.add_argument("--out", required=True, type=Path, metavar="DIR", help="the run folder")
    command.add_argument("--resume", action="store_true", help="go on with the run in DIR")
    command.add_argument(
        "--workers",
        type=_positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="worker processes (default: one a core, %(default)s here)",
    )
    options = command.add_argument_group("what to search (decides the outcome)")
    options.add_argument(
        "--seed",
        metavar="NAME|FILE",
        help=f"the program to start from: {', '.join(SEEDS)}, generated:N (program number N of "
        "the generator of training data), a file, or - (default: square)",
    )
    options.add_argument(
        "--evaluations",
        type=_positive,
        metavar="N",
        help="children to try " + default_of("evaluations"),
    )
    options.add_argument(
        "--terrain", choices=[terrain.name for terrain in TERRAINS], help=default_of("terrain")
    )
    options.add_argument("--random-seed", type=int, metavar="N", help=default_of("random_seed"))
    options.add_argument(
        "--batch-size",
        type=_positive,
        metavar="N",
        help="children a batch " + default_of("batch_size"),
    )
    options.add_argument(
        "--batches-in-flight",
        type=_positive,
        metavar="N",
        help="batches made before the first of them is applied " + default_of("batches_in_flight"),
    )
    add_operator_options(command)


def run(options: argparse.Namespace) -> int:
    try:
        folder, search = _open(options)
    except (RunFolderError, OSError) as error:
        raise CommandError(str(error)) from error
    for warning in folder.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    try:
        with (
            folder,
            _workers(options.workers, search.config) as workers,
            display(search, options.out) as show,
        ):
            for report in evolve(search, workers, folder):
                show(report)
    except KeyboardInterrupt:
        print(
            f"\nStopped after {search.evaluations:,} evaluations. Go on with:\n"
            f"  python -m evolution evolve --out {options.out} --resume",
            file=sys.stderr,
        )
        raise
    except SeedFailed as error:
        raise CommandError(f"The seed program failed: {describe(error.failure)}") from error
    except OperatorUnavailable as error:
        raise CommandError(
            f"{describe(error.failure)} What was found is kept; add --resume when this is mended."
        ) from error
    except (SandboxUnavailable, WorkerError) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(
            f"Writing to {options.out} failed: {error.strerror}. What was written is kept; "
            "mend this and add --resume."
        ) from error
    _summary(search, options.out)
    return 0


def _open(options: argparse.Namespace) -> tuple[RunFolder, Search]:
    names = ("evaluations", "terrain", "random_seed", "batch_size", "batches_in_flight")
    given: dict[str, Any] = {
        name: getattr(options, name) for name in names if getattr(options, name) is not None
    }
    given |= operator_fields(options)
    if options.seed is not None:
        given["seed_program"] = read_program(options.seed)
    if options.resume:
        _require_same(given, read_config(options.out))
        return RunFolder.resume(options.out)
    complete(given)
    given.setdefault("seed_program", seed_program("square"))
    try:
        config = RunConfig(**given)
    except ValidationError as error:
        problem = error.errors()[0]
        option = f"--{_option(str(problem['loc'][0]))}: " if problem["loc"] else ""
        raise CommandError(f"{option}{problem['msg']}") from error
    return RunFolder.create(options.out, config), Search(config)


def _require_same(given: dict[str, Any], config: RunConfig) -> None:
    """A resumed run keeps its own options; giving the same ones again does no harm."""
    for name, value in given.items():
        if value != getattr(config, name):
            raise CommandError(
                f"--{_option(name)} differs from that of the run; --resume goes on with the run's "
                "own options, so leave it out, or start a new run in another folder."
            )


def _option(field: str) -> str:
    """The option that gives a field of RunConfig."""
    named = {"messages": "message", "instruct": "endpoint", "seed_program": "seed"}
    return named.get(field, field.replace("_", "-"))


def _workers(count: int, config: RunConfig) -> LocalWorker | WorkerProcesses:
    return LocalWorker(config) if count == 1 else WorkerProcesses(config, count)


def _summary(search: Search, out: Path) -> None:
    statistics = search.statistics()
    elites = [elite for _, elite in search.archive.elites()]
    best = max(elites, key=lambda elite: elite.robust_objective)
    print(
        f"{statistics.evaluations:,} evaluations, {statistics.admitted:,} walkers admitted, "
        f"{statistics.filled:,} of {search.archive.grid.cells:,} niches filled "
        f"(coverage {statistics.coverage:.1%}), QD score {statistics.qd_score:,.0f} m.\n"
        f"Walker {best.walker} goes furthest, {best.robust_objective:.1f} m. Look at it:\n"
        f"  python -m evolution render {out} --gif best.gif"
    )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
