"""How long an event takes from the database to a browser's socket while a run evolves.

A real web server, real workers; the clients are websockets in this process, on the
same clock. An event counts from the moment before its transaction is committed.
"""

from __future__ import annotations

import asyncio
import json
import time

import numpy as np
from channels.db import database_sync_to_async
from websockets import connect

from elmweb.benchmarks import stack
from elmweb.launch.options import usable_cores
from elmweb.runs.models import Event, Run
from elmweb.runs.services import create_run
from evolution.benchmarks.report import Figure, Progress, Report, at_most
from evolution.config import RunConfig
from evolution.walkers.seeds import SEEDS

CLIENTS = 5
SECONDS = 40.0
TARGET = 250.0  # ms, 95th percentile

Arrivals = dict[int, float]  # number of an event -> seconds since the epoch


def run(progress: Progress, scale: float = 1.0) -> Report:
    """Watch a run with a few clients for a while, which ``scale`` shortens or lengthens."""
    seconds = SECONDS * scale
    config = RunConfig(seed_program=SEEDS["square"].program, evaluations=1_000_000, batch_size=16)
    chosen = stack.options(usable_cores())
    with stack.running(chosen):
        found = create_run(config, "benchmark")
        address = f"127.0.0.1:{chosen.port}"
        clients = asyncio.run(watch(found, address, seconds, progress))
        stored = dict(Event.objects.filter(run=found).values_list("number", "created_at"))
    delays = np.array(
        [
            (arrived - stored[number].timestamp()) * 1000
            for client in clients
            for number, arrived in client.items()
        ]
    )
    figures = [
        at_most("stored to received, 95th percentile", percentile(delays, 95), "ms", TARGET),
        Figure("stored to received, median", percentile(delays, 50), "ms"),
        Figure("stored to received, longest", float(delays.max()), "ms"),
        Figure("events", len(clients[0]) / seconds, "a second"),
    ]
    conditions = {
        "clients": CLIENTS,
        "seconds": seconds,
        "batch size": config.batch_size,
        "simulating processes": chosen.workers,
        "events received": len(delays),
    }
    return Report("live", conditions, figures)


def percentile(values: np.ndarray, share: float) -> float:
    return float(np.percentile(values, share))


async def watch(found: Run, address: str, seconds: float, progress: Progress) -> list[Arrivals]:
    """What each client received once the run was on its way."""
    await database_sync_to_async(wait_for_start)(found)
    until = time.monotonic() + seconds
    clients = [asyncio.create_task(listen(found, address, until)) for _ in range(CLIENTS)]
    while (left := until - time.monotonic()) > 0:
        progress(1 - left / seconds, "watching a run")
        await asyncio.sleep(0.5)
    return await asyncio.gather(*clients)


def wait_for_start(found: Run) -> None:
    for evaluations in stack.follow(found):
        if evaluations:
            return


async def listen(found: Run, address: str, until: float) -> Arrivals:
    """One client: when each event came that was stored while it listened."""
    arrivals: Arrivals = {}
    after = found.event_number
    url = f"ws://{address}/ws/r/{found.public_id}/"
    async with connect(url, origin=f"http://{address}") as client:  # type: ignore[arg-type]
        began = time.time()
        await client.send(json.dumps({"kind": "resume", "after": after}))
        while True:
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    message = json.loads(await client.recv())
            except TimeoutError:
                break
            now = time.time()
            arrivals.update({event["number"]: now for event in message["events"]})
    return await database_sync_to_async(stored_since)(found, began, arrivals)


def stored_since(found: Run, began: float, arrivals: Arrivals) -> Arrivals:
    """Without the events that were there before the client came."""
    times = dict(Event.objects.filter(run=found).values_list("number", "created_at"))
    return {
        number: arrived
        for number, arrived in arrivals.items()
        if times[number].timestamp() >= began
    }
