"""Trouble that stops a run without being its fault: a full disk, a locked database."""

from __future__ import annotations

import logging
import shutil

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction

from elmweb.runs import services
from elmweb.runs.models import Run

logger = logging.getLogger(__name__)

_LOCKED = "The database is locked by another program; the run goes on when it is free again."
_FULL = "The disk is full; free some space and the run goes on by itself."


def explain(error: OperationalError) -> str:
    """One sentence about a database's refusal."""
    text = str(error).lower()
    if "locked" in text or "busy" in text:
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
    """Pause the run of a batch (key) and say why; log it where even that cannot be stored."""
    try:
        run = Run.objects.filter(batches__pk=batch).first()
        if run is not None and run.status in services.ACTIVE:
            (services.pause_for_trouble if mends_itself else services.pause)(run, reason)
    except DatabaseError as error:
        logger.warning("The pause could not be stored (%s); the sweep tries again.", error)


def pause_all(reason: str) -> None:
    """Pause every active run, as far as that can be stored."""
    try:
        for run in Run.objects.filter(status__in=services.ACTIVE):
            services.pause_for_trouble(run, reason)
    except DatabaseError as error:
        logger.warning("%s The pause could not be stored: %s", reason, error)
