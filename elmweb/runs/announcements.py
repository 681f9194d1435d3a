"""Telling the sockets that a run has new events: after commit, and never in the way.

The announcement carries only the number of the newest event; sockets read events from
the database. One that gets lost is made up for by the next, or by the socket's own
look after a few seconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}  # process id -> loop: a fork needs its own


def group_of(public_id: str) -> str:
    """The channel layer's group of a run."""
    return f"run.{public_id}"


def announce(public_id: str, number: int) -> None:
    """Say that events up to ``number`` are stored; returns at once."""
    asyncio.run_coroutine_threadsafe(_send(public_id, number), _loop())


async def _send(public_id: str, number: int) -> None:
    layer = get_channel_layer()
    assert layer is not None  # the settings always name one
    try:
        await layer.group_send(group_of(public_id), {"type": "run.events", "number": number})
    except (RedisError, OSError) as error:
        logger.warning("Announcement of run %s got lost: %s", public_id, error)


def _loop() -> asyncio.AbstractEventLoop:
    """This process's loop in a thread of its own: 2 ms an announcement, async_to_sync takes 5."""
    with _lock:
        loop = _loops.get(os.getpid())
        if loop is None:
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="announcements", daemon=True).start()
        return loop
