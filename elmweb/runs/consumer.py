"""The live socket of a run: what came after the client's last event, then what comes.

The client speaks once (`protocol.ResumeMessage`). Events are read from the database;
announcements only say that there are more, so a lost one delays and never loses.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from pydantic import ValidationError
from redis.exceptions import RedisError

from elmweb.runs.announcements import group_of
from elmweb.runs.models import Run
from elmweb.runs.protocol import CLIENT_MESSAGE, RefusedMessage
from elmweb.runs.selectors import MAX_EVENTS, events_after, run_by_id

logger = logging.getLogger(__name__)

PAUSE = 0.1  # seconds between two messages to one client: at most ten a second
LOOK = 3.0  # seconds after which the socket looks by itself, should an announcement be lost
MAX_MESSAGE = 1_000  # characters a client may send

# Close codes of our own (4000 to 4999 are free for applications).
MALFORMED = 4400
UNKNOWN_RUN = 4404
TRY_AGAIN = 1013


class RunConsumer(AsyncWebsocketConsumer):
    """One client watching one run."""

    run: Run | None = None
    feeder: asyncio.Task[None] | None = None
    group: str | None = None

    async def connect(self) -> None:
        self.news = asyncio.Event()
        public_id = self.scope["url_route"]["kwargs"]["run"]
        self.run = await database_sync_to_async(run_by_id)(public_id)
        await self.accept()
        if self.run is None:
            await self.refuse(UNKNOWN_RUN, "There is no such run.")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.run is None:
            return
        if self.feeder is not None:
            await self.refuse(MALFORMED, "One resume message is all that is expected.")
            return
        if text_data is None or len(text_data) > MAX_MESSAGE:
            await self.refuse(MALFORMED, "Expected one short JSON text message.")
            return
        try:
            message = CLIENT_MESSAGE.validate_json(text_data)
        except ValidationError as error:
            await self.refuse(MALFORMED, f"Not a resume message: {_first_problem(error)}")
            return
        await self._subscribe(self.run)
        self.feeder = asyncio.create_task(self._feed(self.run, message.after))

    async def _subscribe(self, run: Run) -> None:
        try:
            await self.channel_layer.group_add(group_of(run.public_id), self.channel_name)
            self.group = group_of(run.public_id)
        except (RedisError, OSError) as error:
            logger.warning("No announcements for a socket, it looks by itself: %s", error)

    async def run_events(self, message: dict[str, Any]) -> None:
        """The channel layer says that there are new events."""
        self.news.set()

    async def _feed(self, run: Run, after: int) -> None:
        """Send what came after event ``after``, for as long as the socket lives."""
        read = database_sync_to_async(events_after)
        try:
            while True:
                self.news.clear()
                events = await read(run, after)
                if events:
                    await self.send(json.dumps({"kind": "events", "events": events}))
                    after = events[-1]["number"]
                await asyncio.sleep(PAUSE)
                if len(events) < MAX_EVENTS:
                    await self._wait_for_news()
        except DatabaseError as error:
            logger.warning("A socket of run %s lost the database: %s", run.public_id, error)
            await self.close(code=TRY_AGAIN, reason="The database does not answer; try again.")

    async def _wait_for_news(self) -> None:
        try:
            async with asyncio.timeout(LOOK):
                await self.news.wait()
        except TimeoutError:
            pass

    async def refuse(self, code: int, reason: str) -> None:
        """Say why, then close."""
        await self.send(RefusedMessage(reason=reason).model_dump_json())
        await self.close(code=code, reason=reason[:120])

    async def disconnect(self, code: int) -> None:
        if self.feeder is not None:
            self.feeder.cancel()
        if self.group is not None:
            try:
                await self.channel_layer.group_discard(self.group, self.channel_name)
            except (RedisError, OSError) as error:
                logger.info("The broker was away when a socket closed: %s", error)


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "message"
    return f"{place}: {first['msg']}"
