"""What a new run takes where nobody says otherwise: its operator, and what suits it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evolution.language_model.registry import (
    DEFAULT,
    RegisteredModel,
    find_model,
    registered_models,
)

# A model reads a parent once for all of its children; fewer children read more parents.
# Large batches keep its matrices full; fewer of them in flight keep the archive fresh.
_FOR_A_MODEL = {"children_per_parent": 16, "batch_size": 256, "batches_in_flight": 3}
# An endpoint is asked once a child: small batches, so that the archive moves on.
_FOR_AN_ENDPOINT = {"batch_size": 16}


def default_model() -> RegisteredModel | None:
    """The shipped model, or the first that is registered here; None if there is none."""
    known = [model for model in registered_models() if model.manifest]
    return next((model for model in known if model.name == DEFAULT), known[0] if known else None)


def recommended(operators: Sequence[str] = (), model: str = "") -> dict[str, Any]:
    """Fields of `RunConfig` for a new run.

    Args:
        operators: who shall make the children, several for a mix; by default the diff
            model where one is registered, else syntax-tree mutation.
        model: of the operator ``diff-model``; `default_model` for "". The config names it
            exactly, with its hash.

    Raises:
        UnknownModel: if the operator ``diff-model`` is wanted and there is no such model.
    """
    chosen = default_model() if not model else None
    members = tuple(operators) or (("diff-model",) if model or chosen else ("syntax-tree",))
    fields: dict[str, Any] = {"operator": members[0]}
    if len(members) > 1:
        fields = {"operator": "mix", "mix": members}
    if "diff-model" in members:
        fields["model"] = (chosen or find_model(model)).exact_name
    return fields | suited_to(members)


def suited_to(operators: Sequence[str]) -> dict[str, Any]:
    """Fields of `RunConfig` that let these operators work at their best."""
    fields: dict[str, Any] = {}
    if "diff-model" in operators:
        fields |= _FOR_A_MODEL
    if "instruct" in operators:
        fields |= _FOR_AN_ENDPOINT
    return fields
