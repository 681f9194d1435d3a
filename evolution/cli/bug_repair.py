"""Options of ``benchmarks bug-repair``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from evolution.cli.model_benchmarks import positive, require_operators, shipped_model
from evolution.cli.operators import exact_model, instruct_config

BUG_REPAIR_OPTIONS = ("endpoint", "endpoint_model", "trials", "plot")
_OPERATORS = ("node-mutation", "syntax-tree")


def add_bug_repair_options(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("what bug-repair compares")
    group.add_argument("--endpoint", metavar="URL", help="compare a model behind this endpoint")
    group.add_argument("--endpoint-model", metavar="NAME", help="the model that is asked for there")
    group.add_argument(
        "--trials",
        type=positive,
        metavar="N",
        help="of each operator at each point (default: 100000 of node-mutation, 20000 of "
        "syntax-tree, 3000 of a model)",
    )
    group.add_argument("--plot", type=Path, metavar="FILE", help="write the plot there, as an SVG")


def bug_repair_arguments(options: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments of the benchmark for the options that were given.

    Raises:
        CommandError: if there is no such model or operator, or an endpoint without a model.
    """
    arguments = dict(options)
    require_operators(arguments.get("operators", ()), _OPERATORS, "bug-repair")
    endpoint, model = arguments.pop("endpoint", None), arguments.pop("endpoint_model", None)
    if endpoint is not None or model is not None:
        arguments["instruct"] = instruct_config({"endpoint": endpoint, "model": model})
    if "models" in arguments:
        arguments["models"] = [exact_model(name) for name in arguments["models"]]
    elif "operators" not in arguments:
        arguments["models"] = shipped_model()
    return arguments
