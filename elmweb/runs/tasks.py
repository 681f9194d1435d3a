"""Celery's entrance: thin, idempotent, may be called any number of times."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="elmweb.runs.tasks.mutate_batch")
def mutate_batch(batch: int) -> None:
    """Make the children of a planned batch (key), unless somebody else does."""
    from elmweb.runs import pipeline

    pipeline.mutate_step(batch)


@shared_task(name="elmweb.runs.tasks.evaluate_batch")
def evaluate_batch(batch: int) -> None:
    """Evaluate the children of a mutated batch (key), then apply what is due."""
    from elmweb.runs import pipeline

    pipeline.evaluate_step(batch)


@shared_task(name="elmweb.runs.tasks.sweep")
def sweep() -> None:
    """Look after what lost workers, brokers and messages left behind."""
    from elmweb.runs import pipeline
    from elmweb.training import services as trainings
    from elmweb.walkers import previews

    if pipeline.sweep():
        previews.sweep()
        trainings.sweep()
