"""Celery's entrance: thin, idempotent, may be called any number of times."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="elmweb.training.tasks.train")
def train(training: int) -> None:
    """Work on a training (key), unless somebody else does."""
    from elmweb.training import work

    work.train_step(training)
