"""Trouble that stops a run without being its fault: a full disk, a locked database."""

from __future__ import annotations

import logging
import shutil

from django.conf import settings
from django.db import OperationalError, transaction

from elmweb.runs import services
from elmweb.runs.models import Batch, Run

logger = logging.getLogger(__name__)

REPORT_ATTEMPTS = 3

_LOCKED = "The database is locked by another program; the run goes on when it is free again."
_FULL = "The disk is full; free some space and the run goes on by itself."


def explain(error: OperationalError) -> str:
    """One sentence about a database's refusal."""
    text = str(error).lower()
    if "lock" in text or "busy" in text:
        return _LOCKED
    if "full" in text or "no space" in text:
        return _FULL
    return f"The database does not answer ({error}); the run goes on when it does."[:300]


def storage_trouble() -> str:
    """What is wrong with storage now, in one sentence; empty if all is well.

    Looks at the free space first: a disk that is really full cannot even store the
    message, so runs pause while there is some room left.
    """
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < settings.MIN_FREE_DISK:
        return f"Only {free // 2**20} MB are free on the disk. {_FULL}"
    try:
        # A conditional write that changes nothing still needs the writer's lock.
        with transaction.atomic():
            Run.objects.filter(pk=0).update(reason="")
    except OperationalError as error:
        return explain(error)
    return ""


def report(batch: int, reason: str, *, mends_itself: bool) -> None:
    """Pause the run of a batch (key), say why, and let go of the batch.

    A locked database cannot store that either, so it is tried a few times, each as
    long as the database waits for a lock; then the sweep and the lease have to do.
    """
    for _ in range(REPORT_ATTEMPTS):
        try:
            with transaction.atomic():
                Batch.objects.filter(pk=batch).update(lease_until=None)
                run = Run.objects.filter(batches__pk=batch).first()
                if run is not None and run.status in services.ACTIVE:
                    (services.pause_for_trouble if mends_itself else services.pause)(run, reason)
            return
        except OperationalError as error:
            logger.warning("The pause of batch %s's run could not be stored: %s", batch, error)


def pause_all(reason: str) -> None:
    """Pause every active run, as far as that can be stored."""
    try:
        for run in Run.objects.filter(status__in=services.ACTIVE):
            services.pause_for_trouble(run, reason)
    except OperationalError as error:
        logger.warning("%s The pause could not be stored: %s", reason, error)
