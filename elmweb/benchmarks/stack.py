"""The whole application on this process's throwaway data, as `manage.py up` starts it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from elmweb.launch import up
from elmweb.launch.options import UpOptions
from elmweb.launch.supervisor import Supervisor
from elmweb.runs.models import Batch, Run
from elmweb.runs.protocol import RunStatus


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def options(workers: int, *, demo_run: bool = False) -> UpOptions:
    """What `up` is told for throwaway data."""
    return UpOptions(
        host="127.0.0.1",
        port=free_port(),
        workers=workers,
        data_dir=Path(settings.DATA_DIR),
        demo_run=demo_run,
        browser=False,
    )


@contextmanager
def running(chosen: UpOptions) -> Iterator[Supervisor]:
    """Broker, database, web and workers, kept alive until the block ends."""
    supervisor = Supervisor(chosen.data_dir / "logs", lambda name, text: None)
    watcher = threading.Thread(target=supervisor.watch, daemon=True)
    try:
        up.start(supervisor, chosen)
        watcher.start()
        yield supervisor
    finally:
        supervisor.request_stop()
        if watcher.is_alive():
            watcher.join()
        supervisor.stop()


class RunStopped(RuntimeError):
    """A benchmark's run did not finish; the message says why."""


def follow(run: Run) -> Iterator[int]:
    """Yield the evaluations applied so far, a few times a second, until the run is over.

    Raises:
        RunStopped: if it ends in another way than by finishing.
    """
    while True:
        run.refresh_from_db()
        yield int(run.statistics["evaluations"])
        if run.status == RunStatus.FINISHED:
            return
        if run.status not in (RunStatus.QUEUED, RunStatus.RUNNING):
            raise RunStopped(f"The benchmark's run is {run.status}: {run.reason}")
        time.sleep(0.25)


def marks(run: Run) -> list[tuple[float, int]]:
    """(seconds since the epoch, evaluations) when each batch was applied, in order."""
    rows = Batch.objects.filter(run=run, applied_at__isnull=False).order_by("number")
    return [
        (applied.timestamp(), evaluations)
        for applied, evaluations in rows.values_list("applied_at", "evaluations")
        if applied is not None and evaluations is not None
    ]
