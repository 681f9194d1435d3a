"""Reading models and trainings: cards with their descent, progress, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from elmweb.identifiers import can_be_public_id
from elmweb.runs import selectors as runs
from elmweb.runs.models import Run
from elmweb.runs.operators import models
from elmweb.runs.protocol import HistoryPoint
from elmweb.runs.services import TERMINAL
from elmweb.training.models import Training
from elmweb.training.services import accepted_diffs
from evolution.language_model.registry import SHIPPED, RegisteredModel

CHOICES = 40  # runs in the form, those that began last


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model as its card shows it.

    Attributes:
        depth: generations from a model whose parent is not here.
        parent: exact name, empty for one trained from random weights.
        data: name and number of examples of each part that it was trained on.
        losses: of held-out examples at the end, nats a token, by part.
        practice: what its edits earned at the end of practice, by measure; empty without.
        averaged: exact name and share, 0 to 1, of the models that it is the mean of. The
            losses and practice that such a manifest tells are of one of them, and left out.
    """

    name: str
    exact: str
    is_shipped: bool
    depth: int
    parent: str
    parent_is_here: bool
    parameters: int
    steps: int
    tokens: int
    data: list[tuple[str, int]]
    losses: list[tuple[str, float]]
    practice: list[tuple[str, float]]
    averaged: list[tuple[str, float]]
    run_count: int
    training: Training | None

    @property
    def millions(self) -> float:
        return self.parameters / 1e6


def model_cards() -> list[ModelCard]:
    """Every model of the project's own kind, children right below their parents."""
    found = {model.exact_name: model for model in models()}
    trainings = {row.model: row for row in Training.objects.exclude(model="")}
    cards: list[ModelCard] = []

    def add(exact: str, depth: int) -> None:
        cards.append(_card(found, exact, depth, trainings.get(exact)))
        for child, model in found.items():
            if model.manifest.get("parent") == exact:
                add(child, depth + 1)

    for exact, model in found.items():
        if model.manifest.get("parent") not in found:
            add(exact, 0)
    return cards


def _card(
    found: dict[str, RegisteredModel], exact: str, depth: int, training: Training | None
) -> ModelCard:
    model = found[exact]
    told: dict[str, Any] = model.manifest
    averaged: dict[str, float] = told.get("averaged") or {}
    parts = [part["name"] for part in told.get("data", [])]
    measured = {} if averaged else _last_measured(told)
    parent = told.get("parent") or ""
    return ModelCard(
        name=model.name,
        exact=exact,
        is_shipped=SHIPPED in model.folder.parents,
        depth=depth,
        parent=parent,
        parent_is_here=parent in found,
        parameters=told.get("parameters", 0),
        steps=told.get("training", {}).get("steps", 0),
        tokens=told.get("tokens", 0),
        data=[(part["name"], part["examples"]) for part in told.get("data", [])],
        losses=[(name, value) for name, value in measured.items() if name in parts],
        practice=[(name, value) for name, value in measured.items() if name not in parts],
        averaged=sorted(averaged.items(), key=lambda item: -item[1]),
        run_count=Run.objects.filter(config__model=exact).count(),
        training=training,
    )


def _last_measured(manifest: dict[str, Any]) -> dict[str, float]:
    """Held-out losses and figures of practice at the end of training."""
    last: dict[str, Any] = (manifest.get("curve") or [{}])[-1]
    return {name: last[name] for name in last if name not in ("step", "tokens", "loss")}


def training_by_id(public_id: str) -> Training | None:
    if not can_be_public_id(public_id):
        return None
    found = Training.objects.select_related("before", "after").filter(public_id=public_id)
    return found.first()


def recent_trainings(limit: int = 20) -> list[Training]:
    return list(Training.objects.prefetch_related("runs")[:limit])


def runs_to_learn_from(wanted: str = "") -> list[tuple[Run, int]]:
    """Runs that are over and accepted something, newest first, with how many diffs.

    Args:
        wanted: public id of one that must be among them if it can be.
    """
    over = Run.objects.filter(status__in=TERMINAL)
    listed = list(over[:CHOICES])
    if wanted and wanted not in {run.public_id for run in listed}:
        listed += list(over.filter(public_id=wanted))
    counted = [(run, accepted_diffs(run)) for run in listed]
    return [(run, count) for run, count in counted if count]


# --- Before and after --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """A run as the comparison reads it, at the evaluations that both have done."""

    run: Run
    niches: int
    qd_score: float
    best: float
    valid: float  # share of all its children that could be measured
    history: list[HistoryPoint] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The run before a training and the one after, at equal evaluations."""

    evaluations: int
    before: Side
    after: Side


def comparison(training: Training) -> Comparison | None:
    """None until both runs have applied a batch."""
    if training.before is None or training.after is None:
        return None
    histories = [runs.history(training.before), runs.history(training.after)]
    if not all(histories):
        return None
    evaluations = min(history[-1].evaluations for history in histories)
    before, after = (
        _side(run, history, evaluations)
        for run, history in zip((training.before, training.after), histories, strict=True)
    )
    return Comparison(evaluations, before, after)


def _side(run: Run, history: list[HistoryPoint], evaluations: int) -> Side:
    point = point_at(history, evaluations)
    counted = runs.statistics(run)
    failed = sum(counted.failures.values())
    cells = run.run_config.archive.cells
    return Side(
        run=run,
        niches=round(point.coverage * cells[0] * cells[1] * cells[2]),
        qd_score=point.qd_score,
        best=point.best,
        valid=1 - failed / counted.evaluations if counted.evaluations else 1.0,
        history=history,
    )


def point_at(history: Sequence[HistoryPoint], evaluations: int) -> HistoryPoint:
    """The last point at or before so many evaluations; the first one at least."""
    return next((p for p in reversed(history) if p.evaluations <= evaluations), history[0])
