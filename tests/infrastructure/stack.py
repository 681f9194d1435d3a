"""The whole application, started as `manage.py up` starts it, on throwaway data."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import psycopg

from elmweb.launch import services, up
from elmweb.launch.options import ROOT, UpOptions
from elmweb.launch.supervisor import Child, Supervisor


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], what: str, seconds: float = 150.0) -> None:
    """Wait for something that will happen; the time is only there so that a test ends."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.05)


def throwaway_database(directory: Path) -> dict[str, str]:
    """A database of its own: a file, or one in the PostgreSQL that these tests run on."""
    url = os.environ.get("ELMWEB_DATABASE_URL", "")
    if not url:
        return {}
    name = directory.name.replace("-", "_").lower()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return {"ELMWEB_DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}


class LiveStack:
    """Broker, web, workers and scheduler as real processes, for as long as the `with` lasts.

    Dead processes are started again by the same supervisor as in `manage.py up`.
    """

    def __init__(self, *, workers: int = 1, settings: Mapping[str, str] | None = None) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="elmweb-live-"))
        self.options = UpOptions(
            host="127.0.0.1",
            port=free_port(),
            workers=workers,
            data_dir=self.directory,
            demo_run=False,
            browser=False,
            settings={**throwaway_database(self.directory), **(settings or {})},
        )
        self.url = up.address(self.options).rstrip("/")
        self.supervisor = Supervisor(self.directory / "logs", up.report)
        self._watcher = threading.Thread(target=self.supervisor.watch, daemon=True)

    def child(self, name: str) -> Child:
        """One of the processes: broker, web, simulation, mutation, scheduler."""
        return next(c for c in self.supervisor.children if c.service.name == name)

    def kill(self, name: str) -> int:
        """End a process as a crash would; the process id that is gone."""
        process = self.child(name).process
        assert process is not None
        process.send_signal(signal.SIGKILL)
        return process.pid

    def django(self, *arguments: str) -> str:
        """Run a Django command on this stack's data; what it printed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=os.environ | services.environment(self.options),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def get(self, path: str) -> str:
        """The body of a page."""
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return str(answer.read().decode())

    def logs(self) -> str:
        """The end of every process's log, for a test that failed."""
        files = sorted((self.directory / "logs").glob("*.log"))
        return "\n".join(f"--- {f.name}\n{f.read_text(errors='replace')[-3000:]}" for f in files)

    def __enter__(self) -> Self:
        try:
            up.start(self.supervisor, self.options)
        except BaseException:
            self.stop()
            raise
        self._watcher.start()
        return self

    def stop(self) -> None:
        self.supervisor.request_stop()
        if self._watcher.is_alive():
            self._watcher.join()
        self.supervisor.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __exit__(self, *raised: object) -> None:
        self.stop()
