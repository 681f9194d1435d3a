"""Leases: who works on a row keeps it from others, and loses it by dying."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils import timezone

logger = logging.getLogger(__name__)


@contextmanager
def kept(rows: QuerySet) -> Iterator[None]:
    """Renew the field ``lease_until`` of ``rows`` while the block works: slow is not lost."""
    done = threading.Event()

    def renew() -> None:
        try:
            while not done.wait(settings.BATCH_LEASE.total_seconds() / 3):
                rows.update(lease_until=timezone.now() + settings.BATCH_LEASE)
        except OperationalError as error:  # then the lease runs out and the work is done twice
            logger.warning("A lease was not renewed: %s", error)
        finally:
            connection.close()

    keeper = threading.Thread(target=renew, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
