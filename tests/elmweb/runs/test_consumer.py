"""The live socket: resume, deltas, pace, refusals; through the real channel layer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from channels.db import database_sync_to_async
from django.db import connections
from websockets import ClientConnection, ConnectionClosed, InvalidStatus, connect

from elmweb.asgi import application
from elmweb.runs import consumer, selectors, services
from elmweb.runs.models import Run
from elmweb.runs.protocol import SERVER_MESSAGE, EventsMessage, HistoryPoint
from evolution.config import RunConfig
from tests.elmweb.runs.driving import drive

pytestmark = pytest.mark.django_db(transaction=True)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[str]:
    """The application behind a real web server in this process; its address."""
    config = uvicorn.Config(application, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"ws://localhost:{port}"
    server.should_exit = True
    await serving
    await database_sync_to_async(connections.close_all)()


@asynccontextmanager
async def socket(server: str, public_id: str) -> AsyncIterator[ClientConnection]:
    origin = server.replace("ws:", "http:")
    async with asyncio.timeout(60), connect(f"{server}/ws/r/{public_id}/", origin=origin) as client:
        yield client


async def resume(client: ClientConnection, after: int) -> None:
    await client.send(json.dumps({"kind": "resume", "after": after}))


async def next_events(client: ClientConnection) -> list[Any]:
    message = SERVER_MESSAGE.validate_json(await client.recv())
    assert isinstance(message, EventsMessage)
    return message.events


async def events_up_to(client: ClientConnection, number: int) -> list[Any]:
    events: list[Any] = []
    while not events or events[-1].number < number:
        events += await next_events(client)
    return events


async def refusal(client: ClientConnection) -> tuple[str, int]:
    """The reason and the close code."""
    message = json.loads(await client.recv())
    assert message["kind"] == "refused"
    with pytest.raises(ConnectionClosed) as closed:
        await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.reason
    return message["reason"], closed.value.rcvd.code


@pytest.fixture
def run(make_config: Callable[..., RunConfig]) -> Run:
    """A run in the middle of its search."""
    return drive(services.create_run(make_config(), "live"), steps=7)


async def test_client_gets_what_came_after_its_number(server: str, run: Run) -> None:
    async with socket(server, run.public_id) as client:
        await resume(client, 1)
        events = await events_up_to(client, run.event_number)
    assert [event.number for event in events] == list(range(2, run.event_number + 1))


async def test_client_gets_what_comes_live(server: str, run: Run) -> None:
    async with socket(server, run.public_id) as client:
        before = run.event_number
        await resume(client, before)
        finished = await database_sync_to_async(drive)(run)
        events = await events_up_to(client, finished.event_number)
    numbers = [event.number for event in events]
    assert numbers == list(range(before + 1, finished.event_number + 1))
    assert events[-1].status == "finished"


async def test_lost_announcement_only_delays(
    server: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "announce", lambda public_id, number: None)
    monkeypatch.setattr(consumer, "LOOK", 0.2)
    async with socket(server, run.public_id) as client:
        await resume(client, run.event_number)
        await database_sync_to_async(services.pause)(run)
        (event,) = await next_events(client)
    assert event.status == "paused"


async def test_many_events_are_told_in_few_messages(server: str, run: Run) -> None:
    """While one pause between messages lasts, twenty changes make one message."""
    async with socket(server, run.public_id) as client:
        await resume(client, run.event_number - 1)
        await next_events(client)
        began = asyncio.get_running_loop().time()
        for _ in range(10):
            await database_sync_to_async(services.pause)(run)
            await database_sync_to_async(services.resume)(run)
        messages, last = 0, 0
        while last < run.event_number + 20:
            last = (await next_events(client))[-1].number
            messages += 1
        lasted = asyncio.get_running_loop().time() - began
    assert messages <= 2 + lasted / consumer.PAUSE


async def test_unknown_run_is_refused(server: str) -> None:
    async with socket(server, "nobody") as client:
        reason, code = await refusal(client)
    assert code == consumer.UNKNOWN_RUN
    assert "no such run" in reason


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{", "{}", '{"kind": "resume"}', '{"kind": "resume", "after": -1}',
        '{"kind": "resume", "after": "x"}', '{"kind": "resume", "after": 1, "more": 2}',
        '{"kind": "shout", "after": 1}', '{"kind": "resume", "after": 1e400}',
        '{"kind": "resume", "after": ' + "9" * 30 + "}", "x" * 2_000, "[" * 900,
    ],
)  # fmt: skip
async def test_malformed_message_is_refused_with_a_reason(server: str, run: Run, text: str) -> None:
    async with socket(server, run.public_id) as client:
        await client.send(text)
        reason, code = await refusal(client)
    assert code == consumer.MALFORMED
    assert reason


async def test_bytes_are_refused(server: str, run: Run) -> None:
    async with socket(server, run.public_id) as client:
        await client.send(b"\xff\x00")
        _, code = await refusal(client)
    assert code == consumer.MALFORMED


async def test_second_message_is_refused(server: str, run: Run) -> None:
    async with socket(server, run.public_id) as client:
        await resume(client, run.event_number)
        await resume(client, run.event_number)
        _, code = await refusal(client)
    assert code == consumer.MALFORMED


async def test_foreign_page_cannot_connect(server: str, run: Run) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{server}/ws/r/{run.public_id}/", origin="http://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_state_and_events_equal_a_fresh_state(
    server: str, make_config: Callable[..., RunConfig]
) -> None:
    run = await database_sync_to_async(services.create_run)(make_config(), "fold")
    await database_sync_to_async(drive)(run, steps=5)
    read = database_sync_to_async(selectors.run_state)
    state = await read(run, True)
    async with socket(server, run.public_id) as client:
        await resume(client, state.number)
        finished = await database_sync_to_async(drive)(run)
        events = await events_up_to(client, finished.event_number)
    for event in events:
        state = folded(state, event)
    assert state == await read(finished, True)


def folded(state: Any, event: Any) -> Any:
    """The state after an event, as the protocol promises."""
    assert event.number == state.number + 1
    if event.kind == "status":
        changes = {"status": event.status, "reason": event.reason}
    else:
        elites = {elite.niche: elite for elite in state.elites}
        elites |= {elite.niche: elite for elite in event.elites}
        newest = [elite.walker for elite in reversed(event.elites)] + state.newest
        point = event.statistics.model_dump(include={"evaluations", "coverage", "qd_score", "best"})
        changes = {
            "statistics": event.statistics,
            "elites": [elites[niche] for niche in sorted(elites)],
            "newest": newest[: selectors.NEWEST],
            "history": [*state.history, HistoryPoint(**point)],
        }
    return state.model_copy(update={**changes, "number": event.number})
