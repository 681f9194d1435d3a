"""``python -m evolution model critic``: fit a critic to what becomes of a model's edits."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
from rich.progress import MofNCompleteColumn

from evolution.cli.errors import CommandError
from evolution.cli.progress import progress
from evolution.cli.training import add_data, data_parts, run_walkers
from evolution.language_model.registry import UnknownModel, find_model

_DESCRIPTION = """\
Let a model write edits of the programs of finished runs and of generated data, try them, and
fit a critic that foretells which make another walker. The new model has the same weights; what
its critic doubts is written anew. Whoever changes the weights needs another critic.
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    critic = commands.add_parser("critic", help="fit a model's critic", description=_DESCRIPTION)
    critic.set_defaults(command=_critic)
    critic.add_argument("--model", default="", metavar="NAME", help="(default: the shipped one)")
    critic.add_argument(
        "--runs",
        nargs="+",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="finished runs, whose walkers are edited; may be given several times: each gets "
        "as many of the edits, and so does each of --data",
    )
    add_data(critic)
    critic.add_argument("--edits", type=int, metavar="N", help="to write and try (default: 40000)")
    critic.add_argument("--seed", type=int, default=0)
    critic.add_argument(
        "--processes",
        type=int,
        default=1,
        metavar="N",
        help="that try edits (default: 1); the critic is the same for any number",
    )
    critic.add_argument("--out", required=True, type=Path, metavar="DIR", help="the new model")


def _critic(options: argparse.Namespace) -> int:
    from evolution.language_model.critic_fitting import FittingSettings
    from evolution.language_model.making import WORK, add_critic
    from evolution.practice.criticism import CriticFitting, CriticSettings
    from evolution.practice.trials import TrialSettings, trials_in_processes
    from evolution.sandbox import SandboxUnavailable

    given = {"edits": options.edits} if options.edits is not None else {}
    programs = _programs(options)
    try:
        settings = CriticSettings(
            trials=TrialSettings(seed=options.seed),
            fitting=FittingSettings(seed=options.seed),
            **given,
        )
        model = find_model(options.model)
        named = model.exact_name
        fitting = CriticFitting(settings)
        with (
            trials_in_processes(
                model.folder, programs, settings.trials, options.processes
            ) as batches,
            progress("trying edits", settings.edits, MofNCompleteColumn()) as (advance, _),
        ):
            for edits in fitting.run(batches):
                advance(edits)
        critic, report = fitting.fit()
        if model.folder.resolve() != options.out.resolve():
            shutil.copytree(model.folder, options.out, ignore=shutil.ignore_patterns(WORK))
        command = "python -m evolution " + shlex.join(sys.argv[1:])
        add_critic(options.out, critic, report | {"of": named}, command)
    except BrokenProcessPool as error:
        raise CommandError(
            "A process that tried edits was killed, perhaps for want of memory: try fewer "
            "--processes."
        ) from error
    except (UnknownModel, ValueError, OSError, SandboxUnavailable) as error:
        raise CommandError(str(error)) from error
    print(f"The model is in {options.out}.")
    return 0


def _programs(options: argparse.Namespace) -> list[list[str]]:
    """What is edited: what the runs admitted, and the parents in files of data, each by itself.

    Raises:
        CommandError: if there is nothing, or it cannot be read.
    """
    from evolution.practice.programs import programs_of

    if not (options.runs or options.data):
        raise CommandError("There is nothing to try edits on: name --runs, --data or both.")
    rng = np.random.default_rng([options.seed, 2])
    found = [
        [walker.program for run in runs for walker in run_walkers(run)] for runs in options.runs
    ]
    try:
        found += [programs_of([part], rng) for part in data_parts(options.data)]
    except ValueError as error:
        raise CommandError(str(error)) from error
    return [list(dict.fromkeys(programs)) for programs in found]
