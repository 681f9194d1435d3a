"""Drives the pipeline without Celery: any order of steps that workers could come up with."""

from __future__ import annotations

import random

from elmweb.runs import pipeline
from elmweb.runs.models import Batch, Run


def open_batches(run: Run) -> list[Batch]:
    return list(run.batches.exclude(state=Batch.State.APPLIED).order_by("number"))


def step(batch: Batch) -> None:
    """What the task of a batch in this state does."""
    if batch.state == Batch.State.PLANNED:
        pipeline.mutate_step(batch.pk)
    else:
        pipeline.evaluate_step(batch.pk)


def drive(run: Run, order: random.Random | None = None, steps: int = 10_000) -> Run:
    """Work on open batches, in their order or a random one, until the run is over."""
    for _ in range(steps):
        run.refresh_from_db()
        batches = open_batches(run)
        if not run.is_open or not batches:
            break
        step(order.choice(batches) if order else batches[0])
    run.refresh_from_db()
    return run
