"""Writing runs: create, pause, resume, cancel. What happens to batches: `runs.pipeline`.

Light on purpose: the web process imports this, and neither physics nor sandbox.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from elmweb.archives.services import create_archive
from elmweb.runs.announcements import announce
from elmweb.runs.models import Batch, Event, Run
from elmweb.runs.protocol import BatchEvent, RunStatus, StatusEvent
from elmweb.runs.selectors import NO_STATISTICS
from evolution.config import RunConfig

logger = logging.getLogger(__name__)

ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING)
TERMINAL = (RunStatus.FINISHED, RunStatus.CANCELLED, RunStatus.FAILED)


class RunRefused(ValueError):
    """The run cannot be started or controlled; the message is one sentence for people."""


@transaction.atomic
def create_run(config: RunConfig, name: str, owner_key: str = "") -> Run:
    """Store a run and send its seed on the way.

    Raises:
        RunRefused: for more evaluations than this installation allows.
    """
    if config.evaluations > settings.MAX_EVALUATIONS:
        raise RunRefused(
            f"A run here has at most {settings.MAX_EVALUATIONS:,} evaluations; ask for fewer."
        )
    run = Run.objects.create(
        name=name.strip()[:120] or "Untitled run",
        config=config.model_dump(mode="json"),
        owner_key=owner_key,
        statistics=NO_STATISTICS.model_dump(mode="json"),
        planned_batches=1,
    )
    create_archive(run, config.archive)
    seed = Batch.objects.create(run=run, number=0, size=1)
    dispatch_after_commit([seed])
    return run


def pause(run: Run, reason: str = "Paused by a person.") -> Run:
    """Stop applying and starting batches; what is under way is kept.

    Raises:
        RunRefused: if the run is over.
    """
    return _control(run, RunStatus.PAUSED, reason, Run.PausedBy.PERSON)


def pause_for_trouble(run: Run, reason: str) -> Run:
    """Pause until the trouble is over; `pipeline.sweep` resumes the run."""
    return _control(run, RunStatus.PAUSED, reason, Run.PausedBy.TROUBLE)


def resume(run: Run, reason: str = "") -> Run:
    """Go on where the run stood.

    Raises:
        RunRefused: if the run is over.
    """
    return _control(run, RunStatus.RUNNING, reason, Run.PausedBy.NOBODY)


def cancel(run: Run, reason: str = "Cancelled by a person.") -> Run:
    """End the run; what it found stays.

    Raises:
        RunRefused: if the run is over.
    """
    return _control(run, RunStatus.CANCELLED, reason, Run.PausedBy.NOBODY)


@transaction.atomic
def _control(run: Run, status: RunStatus, reason: str, paused_by: Run.PausedBy) -> Run:
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.status == status:
        return run
    if run.status in TERMINAL:
        raise RunRefused(f"This run is {run.status} and cannot change any more.")
    if status == RunStatus.RUNNING:
        if run.status in ACTIVE:
            return run  # queued: it runs as soon as its seed is evaluated
        if run.started_at is None:
            status = RunStatus.QUEUED
    set_status(run, status, reason, paused_by)
    run.save()
    if status in ACTIVE:
        # Evaluated ones too: the task finds nothing to evaluate and applies what waits.
        dispatch_after_commit(list(waiting_batches(run)))
    return run


def set_status(
    run: Run, status: RunStatus, reason: str = "", paused_by: Run.PausedBy = Run.PausedBy.NOBODY
) -> None:
    """Change a locked run's status and store the event; the caller saves the run."""
    run.status, run.reason, run.paused_by = status.value, reason[:300], paused_by
    now = timezone.now()
    if status == RunStatus.RUNNING:
        run.started_at = run.started_at or now
        run.resumed_at = now
    if status in TERMINAL:
        run.finished_at = now
    store_event(run, StatusEvent(number=run.event_number + 1, status=status, reason=run.reason))


def store_event(run: Run, event: BatchEvent | StatusEvent) -> None:
    """Store the next event of a locked run and announce it after commit; the caller saves it."""
    assert event.number == run.event_number + 1, "events are numbered without gaps"
    payload: dict[str, Any] = event.model_dump(mode="json")
    Event.objects.create(run=run, number=event.number, kind=event.kind, payload=payload)
    run.event_number = event.number
    transaction.on_commit(lambda: announce(run.public_id, event.number))


def waiting_batches(run: Run) -> Any:
    """Batches that somebody could work on, or that wait to be applied."""
    return run.batches.exclude(state=Batch.State.APPLIED).order_by("number")


def dispatch_after_commit(batches: list[Batch]) -> None:
    """Send batches to their queues once the transaction is through."""
    if not batches:
        return
    Batch.objects.filter(pk__in=[batch.pk for batch in batches]).update(
        dispatched_at=timezone.now()
    )
    transaction.on_commit(lambda: _dispatch(batches))


def _dispatch(batches: list[Batch]) -> None:
    from elmweb.runs import tasks

    for batch in batches:
        mutates = batch.state == Batch.State.PLANNED
        task = tasks.mutate_batch if mutates else tasks.evaluate_batch
        try:
            task.apply_async(args=(batch.pk,), retry=False)
        except BrokerError as error:  # the sweep sends it again
            logger.warning("Batch %s could not be sent, the broker is away: %s", batch, error)
            return
