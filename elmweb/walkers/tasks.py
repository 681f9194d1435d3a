"""Celery's entrance: thin, idempotent, may be called any number of times."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="elmweb.walkers.tasks.preview_seed")
def preview_seed(submission: int) -> None:
    """Evaluate a submitted seed (key) and store the outcome."""
    from elmweb.walkers import previews

    previews.preview_step(submission)
