"""Diff models that benchmarks compare: their labels, and each sample of them as one trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evolution.config import RunConfig
from evolution.language_model.registry import UnknownModel, find_model
from evolution.operators import Operator
from evolution.operators.diff_model import DiffModelOperator
from evolution.operators.registry import operator_named


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """A model under its name in a report.

    Attributes:
        name: registered or exact name, folder or hub's name.
        label: its short name, different from the other models' labels.
        parent: exact name of the model that it was fine-tuned from; "" for others.
        is_ours: whether it is one of the project's, with a manifest.
    """

    name: str
    label: str
    parent: str = ""
    is_ours: bool = True


def compared_models(names: Sequence[str]) -> list[ComparedModel]:
    """The models of ``names``; two with one short name are told apart by their hashes.

    A model that is named twice is compared once.
    """
    names = list({content_hash(name) or name: name for name in names}.values())
    shorts = [_short(name) for name in names]
    found = []
    for name, short in zip(names, shorts, strict=True):
        label = short
        if shorts.count(short) > 1:
            label = f"{short}@{content_hash(name)[:4]}" if content_hash(name) else name
        try:
            manifest = find_model(name).manifest
        except UnknownModel:  # a hub's; the operator finds it, or says what is wrong
            manifest = {}
        found.append(ComparedModel(name, label, manifest.get("parent") or "", bool(manifest)))
    return found


def sampled_once(name: str) -> Operator:
    """The operator diff-model with this model; each child is one sample, good or bad."""
    config = RunConfig(seed_program="", operator="diff-model", model=name)
    operator = operator_named("diff-model", config)
    return (
        DiffModelOperator(name, spares=0) if isinstance(operator, DiffModelOperator) else operator
    )


def content_hash(name: str) -> str:
    """The hash in an exact name; "" where there is none."""
    return name.partition("@")[2]


def _short(name: str) -> str:
    return name.partition("@")[0].rstrip("/").rpartition("/")[2]
