"""Operators by the name that a run's config gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from evolution.config import RunConfig
from evolution.language_model.registry import UnknownModel, find_model
from evolution.operators.base import Operator
from evolution.operators.syntax_tree import SyntaxTreeOperator

MANIFEST = "manifest.json"
MakeOperator = Callable[[str], Operator]


def _diff_model(config: RunConfig) -> Operator:
    if _is_public(config.model):
        from evolution.operators.causal_model import CausalModelOperator

        return CausalModelOperator(config.model)
    from evolution.operators.diff_model import DiffModelOperator

    return DiffModelOperator(config.model)


def _is_public(model: str) -> bool:
    """Whether a name means a model in the public diff format: a hub's, or a folder of one.

    The project's own models have a manifest, and names without a slash are theirs.
    """
    name = model.partition("@")[0]
    try:
        return not find_model(name).manifest
    except UnknownModel:
        return "/" in name and not (Path(name) / MANIFEST).is_file()


def _instruct(config: RunConfig) -> Operator:
    from evolution.operators.instruct import InstructOperator

    assert config.instruct is not None  # the config has checked it
    return InstructOperator(config.instruct)


# Name -> how to make one from a run's config. Models are loaded in the first `propose`.
OPERATORS: dict[str, Callable[[RunConfig], Operator]] = {
    "diff-model": _diff_model,
    "instruct": _instruct,
    SyntaxTreeOperator.name: lambda config: SyntaxTreeOperator(),
}
_WITHOUT_CONFIG: dict[str, Callable[[], Operator]] = {SyntaxTreeOperator.name: SyntaxTreeOperator}


def operator_named(name: str, config: RunConfig | None = None) -> Operator:
    """A fresh operator.

    Args:
        config: of a run that uses it; needed by operators with a model.

    Raises:
        ValueError: for an unknown name (it lists the known ones), or for an operator
            whose model no config names.
    """
    if name not in OPERATORS:
        raise ValueError(f"There is no operator {name!r}. Known operators: {', '.join(OPERATORS)}.")
    if config is not None and name in config.operators:
        return OPERATORS[name](config)
    if name in _WITHOUT_CONFIG:
        return _WITHOUT_CONFIG[name]()
    raise ValueError(f"The operator {name!r} needs a run's config that says which model it uses.")


def operators_of(config: RunConfig, make: MakeOperator | None = None) -> dict[str, Operator]:
    """The operators of a run, fresh, in the config's order.

    Args:
        make: how to make one from its name; the registry's own way by default.
    """
    make = make or partial(operator_named, config=config)
    return {name: make(name) for name in config.operators}
