"""Operators by the name that a run's config gives."""

from __future__ import annotations

from collections.abc import Callable

from evolution.operators.base import Operator
from evolution.operators.syntax_tree import SyntaxTreeOperator

# Name -> how to make one. An operator that needs a model loads it here, on first use.
OPERATORS: dict[str, Callable[[], Operator]] = {
    SyntaxTreeOperator.name: SyntaxTreeOperator,
}


def operator_named(name: str) -> Operator:
    """A fresh operator.

    Raises:
        ValueError: for an unknown name; it lists the known ones.
    """
    if name not in OPERATORS:
        raise ValueError(f"There is no operator {name!r}. Known operators: {', '.join(OPERATORS)}.")
    return OPERATORS[name]()
