"""Options of the benchmarks that compare models and operators."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evolution.cli.errors import CommandError
from evolution.cli.operators import exact_model
from evolution.language_model.registry import UnknownModel, find_model

OPERATORS = ("syntax-tree", "diff-model", "mix")  # of the benchmark operators
MODEL_OPTIONS = {
    "models": ("generation", "gpu-generation", "bug-repair", "edits", "obedience", "operators"),
    "operators": ("bug-repair", "operators"),
    "programs": ("edits", "obedience"),
    "samples": ("edits",),
    "minutes": ("operators",),
    "out": ("operators",),
}
"""Option -> the benchmarks that it belongs to."""


def add_model_options(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("which models are measured, and on what")
    group.add_argument(
        "--models",
        "--model",
        nargs="+",
        metavar="NAME",
        help="diff models: registered names, folders or hub names, one column each; of generation "
        "one only (default: the one that ships with the package; of generation random weights)",
    )
    group.add_argument(
        "--operators",
        nargs="*",
        metavar="NAME",
        help=f"of operators: {', '.join(OPERATORS)}; of bug-repair those without a model: "
        "node-mutation, syntax-tree (default: all)",
    )
    group.add_argument(
        "--programs",
        type=positive,
        metavar="N",
        help="held-out programs of edits (default: 48) and obedience (default: 200)",
    )
    group.add_argument(
        "--samples",
        type=positive,
        metavar="N",
        help="edits of each model in edits, over all programs and random seeds (default: 1008)",
    )
    group.add_argument(
        "--minutes",
        type=_minutes,
        metavar="M",
        help="of each search in operators: compare at equal wall-clock, not at equal evaluations",
    )
    group.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="keep each finished search of operators there; those that are there are not run again",
    )


def model_arguments(benchmark: str, options: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments of edits, obedience, operators or generation.

    Raises:
        CommandError: if there is no such model, or an operator that cannot be compared.
    """
    arguments = dict(options)
    names = arguments.pop("models", None)
    if benchmark in ("generation", "gpu-generation"):
        if names and len(names) > 1:
            raise CommandError(f"{benchmark} measures one model; name one.")
        return arguments | ({"model": names[0]} if names else {})
    if benchmark == "operators":
        chosen = arguments["operators"] = arguments.get("operators") or list(OPERATORS)
        require_operators(chosen, OPERATORS, benchmark)
        if "minutes" in arguments and "evaluations" in arguments:
            raise CommandError("--minutes and --evaluations each end a search; give one of them.")
        if set(chosen) <= {"syntax-tree"}:
            if names:
                raise CommandError("--models belong to diff-model and mix; add one of them.")
            return arguments
        return arguments | {"models": [_registered(name) for name in names or [""]]}
    if benchmark == "edits" and not names:
        return arguments | {"models": shipped_model()}
    return arguments | {"models": [exact_model(name) for name in names or [""]]}


def shipped_model() -> list[str]:
    """The exact name of the model that ships with the package; empty if none does."""
    try:
        return [exact_model("")]
    except CommandError:
        return []


def require_operators(chosen: Sequence[str], known: Sequence[str], benchmark: str) -> None:
    """Refuse names that the benchmark does not know.

    Raises:
        CommandError: if there is one.
    """
    if not set(chosen) <= set(known):
        raise CommandError(f"--operators of {benchmark} are some of {', '.join(known)}.")


def _registered(name: str) -> str:
    """The exact name of one of the project's models: searches need their speed."""
    try:
        return find_model(name).exact_name
    except UnknownModel as error:
        raise CommandError(str(error)) from error


def positive(text: str) -> int:
    """An argument's whole number above 0."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give a number above 0")
    return value


def _minutes(text: str) -> float:
    value = float(text)
    if not 0 < value < 100_000:
        raise argparse.ArgumentTypeError("give a number of minutes above 0")
    return value
