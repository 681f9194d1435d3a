"""``python -m evolution model``: data, training and listing of diff models."""

from __future__ import annotations

import argparse

from evolution.cli import corpus, critic, mine, repairs, training
from evolution.language_model.registry import registered_models


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    model = commands.add_parser(
        "model",
        help="make and list diff models",
        description="The language models that mutate programs: what they learn from, and how.",
    )
    steps = model.add_subparsers(title="commands", metavar="COMMAND", required=True)
    mine.add_command(steps)
    corpus.add_command(steps)
    repairs.add_command(steps)
    training.add_commands(steps)
    training.add_average(steps)
    critic.add_command(steps)
    listing = steps.add_parser("list", help="the models that a run can name")
    listing.set_defaults(command=_list)


def _list(options: argparse.Namespace) -> int:
    for model in registered_models():
        parameters = model.manifest.get("parameters", 0)
        parent = model.manifest.get("parent") or "random weights"
        print(f"{model.exact_name:32}{parameters / 1e6:6.1f} M parameters, from {parent}")
    return 0
