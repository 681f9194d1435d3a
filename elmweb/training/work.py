"""The work on a training, as Celery's task calls it. Loads torch: workers only.

A training is claimed by one conditional UPDATE with a lease. Killed at any moment, it
goes on from its last checkpoint: in the same folder, from the same examples. The new
model appears among the others by one rename, when it is whole.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from celery.worker import state as worker
from django.conf import settings
from django.db import OperationalError
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from elmweb import leases
from elmweb.training import services
from elmweb.training.models import OPEN, WORKING, Training
from evolution.language_model.registry import CRITIC, RegisteredModel, find_model
from evolution.sandbox import Sandbox, SandboxUnavailable

if TYPE_CHECKING:
    from evolution.language_model.mixture import Part

logger = logging.getLogger(__name__)

State = Training.State
UNFINISHED = ".unfinished"  # folder among the models, for those on the way
TELL_SECONDS = 1.0  # between two reports of progress
REHEARSAL = "rehearsal.jsonl"


class _Lost(Exception):
    """The training was cancelled, or somebody else took it over."""


class _Stopped(Exception):
    """The worker is asked to end."""


def train_step(key: int) -> None:
    """Work on a training until it is over, lost, or the worker ends."""
    training = _claim(key)
    if training is None:
        return
    mine = Training.objects.filter(pk=key, claim=training.claim, state__in=WORKING)
    try:
        with leases.kept(mine):
            _tidy()
            exact = _train(training, _Reporter(mine, training))
        mine.update(
            state=State.FINISHED, model=exact, finished_at=timezone.now(), seconds_left=None
        )
    except _Lost:
        training.refresh_from_db()
        if training.state == State.CANCELLED:
            shutil.rmtree(folder_of(training).parent, ignore_errors=True)
    except _Stopped:
        mine.update(lease_until=None, claim="", attempts=0, dispatched_at=None)
    except (ImportError, ValueError, MemoryError, OSError, SandboxUnavailable) as error:
        logger.exception("Training %s failed", training)
        mine.update(
            state=State.FAILED, reason=_explain(error)[:300], finished_at=timezone.now(),
            seconds_left=None,
        )  # fmt: skip


def _claim(key: int) -> Training | None:
    """Take the lease of an open training; None if it is taken or over."""
    now = timezone.now()
    claim = uuid4().hex
    free = Training.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=key)
    claimed = free.filter(state__in=OPEN).update(
        state=State.PREPARING,
        claim=claim,
        lease_until=now + settings.BATCH_LEASE,
        attempts=F("attempts") + 1,
    )
    if not claimed:
        return None
    Training.objects.filter(pk=key, started_at=None).update(started_at=now)
    return Training.objects.get(pk=key)


def folder_of(training: Training) -> Path:
    """Where the model grows; in a folder of the training's own, under its final name."""
    return Path(settings.MODELS_DIR) / UNFINISHED / training.public_id / training.name


def _tidy() -> None:
    """Remove what trainings left that ended while nobody worked on them."""
    unfinished = Path(settings.MODELS_DIR) / UNFINISHED
    kept = Q(state__in=OPEN) | Q(state=State.FAILED)  # a failed one can be tried again
    wanted = set(Training.objects.filter(kept).values_list("public_id", flat=True))
    for folder in unfinished.iterdir() if unfinished.is_dir() else ():
        if folder.name not in wanted:
            shutil.rmtree(folder, ignore_errors=True)


def _is_ending() -> bool:
    """Whether the worker was asked to end; Celery keeps an exit code then, which may be 0."""
    asked = (worker.should_stop, worker.should_terminate)
    return any(code is not None and code is not False for code in asked)


class _Reporter:
    """Stores progress, at most once a second, and learns whether to go on."""

    def __init__(self, mine: QuerySet, training: Training) -> None:
        self._mine = mine
        self._furthest = training.step
        self._curve: list[dict[str, Any]] = list(training.curve)
        self._next = 0.0
        self._first: tuple[int, float] | None = None

    def tell(self, *, now: bool = False, **fields: Any) -> None:
        """
        Raises:
            _Lost, _Stopped: if the work is to end here.
        """
        if _is_ending():
            raise _Stopped
        if not now and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + TELL_SECONDS
        try:
            if not (self._mine.update(**fields) if fields else self._mine.exists()):
                raise _Lost
        except OperationalError as error:  # the next report stands in for this one
            logger.warning("Progress of a training was not stored: %s", error)

    def progress(self, step: int, steps: int, loss: float, held_out: dict[str, float],
                 seconds: float) -> None:  # fmt: skip
        first = self._first = self._first or (step, seconds)
        done, took = step - first[0], seconds - first[1]
        fields: dict[str, Any] = {
            "state": State.TRAINING,
            "step": step,
            "seconds_left": (steps - step) * took / done if done else None,
        }
        if step > self._furthest:
            fields["attempts"] = 0
        if held_out or step == steps:
            point = {"step": step, "loss": round(loss, 4)}
            point |= {name: round(value, 4) for name, value in held_out.items()}
            self._curve = [old for old in self._curve if old["step"] < step] + [point]
            fields["curve"] = self._curve
        self.tell(now="curve" in fields or first == (step, seconds), **fields)

    def tried(self, edits: int, wanted: int, seconds: float) -> None:
        left = seconds * max(wanted - edits, 0) / edits
        self.tell(state=State.JUDGING, seconds_left=left, tried=edits)


def _train(training: Training, reporter: _Reporter) -> str:
    """Train, put the model among the others, and return its exact name.

    Raises:
        ValueError: UnknownModel or ModelError, if the parent cannot be used.
    """
    from elmweb.training import material
    from evolution.language_model.making import is_made, make_model
    from evolution.language_model.training import TrainingSettings

    final = Path(settings.MODELS_DIR) / training.name
    if final.is_dir():  # whole; only the news of it was lost
        return find_model(training.name).exact_name
    folder = folder_of(training)
    folder.mkdir(parents=True, exist_ok=True)
    parent: RegisteredModel = find_model(training.parent)
    examples = list(material.accepted(training))
    counted = {"accepted": len(examples), "rehearsal": 0}
    reporter.tell(now=True, examples=counted)

    def tell(count: int) -> None:
        reporter.tell(examples=counted | {"rehearsal": count})

    rehearsal = material.rehearsal(folder.parent / REHEARSAL, training.pk, tell)
    reporter.tell(now=True, examples=counted | {"rehearsal": len(rehearsal)})
    parts = [material.part("accepted", examples), material.part("rehearsal", rehearsal)]
    chosen = TrainingSettings.model_validate(training.settings)
    runs = ", ".join(training.runs.values_list("public_id", flat=True))
    command = f"# tuned in the application on what the runs {runs} accepted"
    if not is_made(folder):
        for now in make_model(parts, chosen, folder, parent=parent, command=command):
            reporter.progress(now.step, now.steps, now.loss, now.validation, now.seconds)
    if (parent.folder / CRITIC).is_file():
        _criticise(training, folder, parts, reporter)
    reporter.tell(now=True)  # cancelled at the last moment: no model
    os.replace(folder, final)
    shutil.rmtree(folder.parent, ignore_errors=True)
    return find_model(training.name).exact_name


def _criticise(training: Training, folder: Path, parts: list[Part], reporter: _Reporter) -> None:
    """Give a tuned model a critic of its own, as its parent had one of other weights.

    Raises:
        SandboxUnavailable: if programs cannot be run safely on this machine.
    """
    from evolution.language_model.making import add_critic
    from evolution.language_model.model import load_model
    from evolution.practice.criticism import CriticFitting, CriticSettings
    from evolution.practice.programs import programs_of
    from evolution.practice.trials import Trials

    chosen = CriticSettings(edits=services.TRIED)
    programs = programs_of(parts, np.random.default_rng(training.pk))
    started = time.monotonic()
    with Sandbox() as sandbox:
        trials = Trials(load_model(folder), [programs], sandbox, chosen.trials)
        fitting = CriticFitting(chosen)
        for edits in fitting.run(trials.batches()):
            reporter.tried(edits, services.TRIED, time.monotonic() - started)
    try:
        critic, report = fitting.fit()
    except ValueError as error:  # the model does without
        logger.warning("The model %s has no critic: %s", training.name, error)
        return
    add_critic(folder, critic, report, "# fitted in the application, after the training")


def _explain(error: Exception) -> str:
    """One sentence for people."""
    if isinstance(error, ImportError):
        return f"Training needs the extra `model` to be installed: {error}."
    if isinstance(error, MemoryError):
        return "There is too little memory for this training; try again when less is running."
    if isinstance(error, OSError):
        return f"The model could not be written: {error.strerror or error}."
    return str(error)
