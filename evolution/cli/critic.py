"""``python -m evolution model critic``: fit a critic to what becomes of a model's edits."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from evolution.cli.errors import CommandError
from evolution.cli.training import add_data, walker_parts
from evolution.language_model.registry import UnknownModel, find_model

_DESCRIPTION = """\
Let a model write edits of the programs of finished runs and of generated data, try them, and
fit a critic that foretells which make another walker. The new model has the same weights; what
its critic doubts is written anew. Whoever changes the weights needs another critic.
"""
_COLUMNS = (
    TextColumn("trying edits"),
    BarColumn(),
    MofNCompleteColumn(),
    TimeElapsedColumn(),
    TimeRemainingColumn(),
)


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    critic = commands.add_parser("critic", help="fit a model's critic", description=_DESCRIPTION)
    critic.set_defaults(command=_critic)
    critic.add_argument("--model", default="", metavar="NAME", help="(default: the shipped one)")
    add_data(critic)
    critic.add_argument("--edits", type=int, metavar="N", help="to write and try (default: 40000)")
    critic.add_argument("--seed", type=int, default=0)
    critic.add_argument("--out", required=True, type=Path, metavar="DIR", help="the new model")


def _critic(options: argparse.Namespace) -> int:
    from evolution.language_model.making import WORK, add_critic
    from evolution.language_model.model import load_model
    from evolution.practice.criticism import CriticFitting, CriticSettings
    from evolution.practice.programs import programs_of
    from evolution.sandbox import Sandbox, SandboxUnavailable

    given = {"edits": options.edits} if options.edits is not None else {}
    parts = walker_parts(options)
    try:
        settings = CriticSettings(seed=options.seed, **given)
        model = find_model(options.model)
        named = model.exact_name
        programs = programs_of(parts, np.random.default_rng([options.seed, 2]))
        with Sandbox() as sandbox:
            fitting = CriticFitting(load_model(model.folder), programs, sandbox, settings)
            with Progress(*_COLUMNS, console=Console(stderr=True)) as bar:
                task = bar.add_task("edits", total=settings.edits)
                for edits in fitting.run():
                    bar.update(task, completed=edits)
        critic, report = fitting.fit()
        if model.folder.resolve() != options.out.resolve():
            shutil.copytree(model.folder, options.out, ignore=shutil.ignore_patterns(WORK))
        command = "python -m evolution " + shlex.join(sys.argv[1:])
        add_critic(options.out, critic, report | {"of": named}, command)
    except (UnknownModel, ValueError, OSError, SandboxUnavailable) as error:
        raise CommandError(str(error)) from error
    print(f"The model is in {options.out}.")
    return 0
