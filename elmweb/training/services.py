"""Writing trainings: start, cancel, try again, and the runs that show what one brought.

Light on purpose: the web process imports this, and no torch. The work: `training.work`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from elmweb.launch.options import TRAINING_WANTED
from elmweb.runs.models import Run
from elmweb.runs.operators import fields_of
from elmweb.runs.services import create_run
from elmweb.training.models import OPEN, WORKING, Training
from evolution.config import RunConfig
from evolution.language_model.registry import UnknownModel, find_model, registered_models

logger = logging.getLogger(__name__)

State = Training.State
Side = Literal["before", "after"]

LEAST_ACCEPTED = 20  # diffs, of all runs together
REHEARSED = 2_000  # generated edits, so that a model forgets nothing
TRIED = 8_000  # edits of the new model, for its critic
MOST_OPEN = 5  # trainings; they are worked on one after the other
ATTEMPTS = 3  # times that a worker may die without the training getting further
# Of the library's TrainingSettings: gentle steps from where the parent stands, and few rows
# at a time, as they decide the memory.
SETTINGS: dict[str, Any] = {"rows": 2, "learning_rate": 1e-3, "warm_up": 20}
VALIDATIONS = 20  # points of the loss curve
_TUNED = re.compile(r"-tuned-\d+$")


class TrainingRefused(ValueError):
    """The training cannot be started or changed; the message is one sentence for people."""


def accepted_diffs(run: Run) -> int:
    """How many diffs a run accepted; its seed is none."""
    return max(int((run.statistics or {}).get("admitted", 0)) - 1, 0)


@transaction.atomic
def start_training(runs: Sequence[Run], parent: str, steps: int, owner_key: str = "") -> Training:
    """Store a training and send it on its way.

    Args:
        runs: that are over; what they accepted is learnt from.
        parent: exact name of the model to start from.

    Raises:
        TrainingRefused: if the runs or the model cannot be used, or too many wait already.
    """
    _require(runs, parent)
    training = Training.objects.create(
        name=_new_name(parent),
        parent=parent,
        settings={**SETTINGS, "steps": steps, "validate_every": max(steps // VALIDATIONS, 1)},
        owner_key=owner_key,
        before=next((run for run in runs if _is_made_by(run, parent)), None),
    )
    training.runs.set(runs)
    dispatch_after_commit(training)
    return training


def _require(runs: Sequence[Run], parent: str) -> None:
    if not runs:
        raise TrainingRefused("Choose at least one run to learn from.")
    unfinished = next((run for run in runs if run.is_open), None)
    if unfinished:
        raise TrainingRefused(f"The run “{unfinished.name}” is not over yet.")
    accepted = sum(accepted_diffs(run) for run in runs)
    if accepted < LEAST_ACCEPTED:
        raise TrainingRefused(
            f"These runs accepted {accepted} diffs; at least {LEAST_ACCEPTED} are needed."
        )
    try:
        find_model(parent)
    except UnknownModel as error:
        raise TrainingRefused(str(error)) from error
    if Training.objects.filter(state__in=OPEN).count() >= MOST_OPEN:
        raise TrainingRefused(f"{MOST_OPEN} trainings wait already; let one end first.")


def _new_name(parent: str) -> str:
    """``walker-diff@1234`` and its descendants -> ``walker-diff-tuned-N``, the first free N."""
    base = _TUNED.sub("", parent.partition("@")[0])
    taken = {model.name for model in registered_models()}
    taken |= set(Training.objects.filter(name__startswith=base).values_list("name", flat=True))
    number = 1
    while f"{base}-tuned-{number}" in taken:
        number += 1
    return f"{base}-tuned-{number}"


def _is_made_by(run: Run, model: str) -> bool:
    """Whether that model alone made the run's children."""
    config = run.run_config
    return config.operator == "diff-model" and config.model == model


def cancel(training: Training, reason: str = "Cancelled by a person.") -> None:
    """End a training; whoever works on it notices within a step, and clears up.

    Raises:
        TrainingRefused: if it is over.
    """
    changed = Training.objects.filter(pk=training.pk, state__in=OPEN).update(
        state=State.CANCELLED, reason=reason, finished_at=timezone.now(), seconds_left=None
    )
    if not changed:
        raise TrainingRefused("This training is over and cannot be cancelled any more.")


@transaction.atomic
def try_again(training: Training) -> None:
    """Go on with a training that failed, from its last checkpoint.

    Raises:
        TrainingRefused: if it did not fail.
    """
    changed = Training.objects.filter(pk=training.pk, state=State.FAILED).update(
        state=State.QUEUED, reason="", attempts=0, finished_at=None, lease_until=None, claim=""
    )
    if not changed:
        raise TrainingRefused("Only a training that failed can be tried again.")
    dispatch_after_commit(training)


@transaction.atomic
def compare(training: Training, side: Side, owner_key: str = "") -> Run:
    """Start the run that shows the model before or after the training, from the same seed.

    Returns:
        The run; the one that is there already if there is one.

    Raises:
        TrainingRefused: if there is no new model yet, or the model is not here any more.
        RunRefused: as `create_run`.
    """
    training = Training.objects.select_for_update().get(pk=training.pk)
    found: Run | None = getattr(training, side)
    if found is not None:
        return found
    if training.state != State.FINISHED:
        raise TrainingRefused("There is no new model to compare yet.")
    source = reference_run(training)
    try:
        model = find_model(training.parent if side == "before" else training.model).exact_name
        config = config_with(source.run_config, model)
    except UnknownModel as error:
        raise TrainingRefused(str(error)) from error
    name = f"{source.name}, {side} the training of {training.name}"
    run = create_run(config, name, owner_key)
    Training.objects.filter(pk=training.pk).update(**{side: run})
    return run


def reference_run(training: Training) -> Run:
    """The run whose seed and budget the comparison takes: the one before, or the first."""
    run = training.before or training.runs.order_by("pk").first()
    if run is None:
        raise TrainingRefused("The runs that it learnt from are gone.")
    return run


def config_with(config: RunConfig, model: str) -> RunConfig:
    """The same search with that model alone as its operator."""
    if config.operator == "diff-model":
        return config.model_copy(update={"model": model})
    names = ("seed_program", "evaluations", "random_seed", "terrain", "messages", "archive")
    kept = {name: getattr(config, name) for name in names}
    return RunConfig(**kept, **fields_of("diff-model", model))


def dispatch_after_commit(training: Training) -> None:
    """Send a training to its queue once the transaction is through."""
    Training.objects.filter(pk=training.pk).update(dispatched_at=timezone.now())
    transaction.on_commit(lambda: _dispatch(training.pk))


def _dispatch(key: int) -> None:
    from elmweb.training import tasks

    want_worker(True)
    try:
        tasks.train.apply_async(args=(key,), retry=False)
    except BrokerError as error:  # the sweep sends it again
        logger.warning("Training %s could not be sent, the broker is away: %s", key, error)


def want_worker(wanted: bool) -> None:
    """Tell `manage.py up` whether it should keep a worker for trainings."""
    flag = settings.DATA_DIR / TRAINING_WANTED
    try:
        if wanted:
            flag.touch()
        else:
            flag.unlink(missing_ok=True)
    except OSError as error:  # the next sweep tries again
        logger.warning("%s could not be changed: %s", flag, error)


def sweep() -> None:
    """Look after trainings that a lost worker, broker or message left behind.

    They are worked on one at a time, oldest first.
    """
    now = timezone.now()
    unheld = Training.objects.filter(state__in=WORKING, lease_until__lt=now)
    unheld.filter(attempts__gte=ATTEMPTS).update(
        state=State.FAILED,
        finished_at=now,
        seconds_left=None,
        reason="The worker died again and again in this training; perhaps the memory is too small.",
    )
    waiting = Training.objects.filter(state__in=OPEN).order_by("pk")
    want_worker(waiting.exists())
    if waiting.filter(lease_until__gte=now).exists():
        return
    oldest = waiting.first()
    if oldest and (
        oldest.dispatched_at is None or oldest.dispatched_at < now - settings.BATCH_LEASE
    ):
        with transaction.atomic():
            dispatch_after_commit(oldest)
