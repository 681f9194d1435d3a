"""`manage.py up`: start everything, say where the page is, stop everything on Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from elmweb.launch import broker, services
from elmweb.launch.console import Trouble, duration, is_interactive, say
from elmweb.launch.environment import last_line
from elmweb.launch.options import ROOT, UpOptions
from elmweb.launch.supervisor import Child, Supervisor

READY_SECONDS = 120.0  # a slow disk reads the packages for the first time
LOCK_SECONDS = 10.0  # the children of a killed predecessor need a moment to end


def run(options: UpOptions) -> None:
    """Start everything and keep it alive until Ctrl-C or SIGTERM."""
    began = time.monotonic()
    with sole_user(options.data_dir) as lock:
        supervisor = Supervisor(options.data_dir / "logs", report, keep_open=[lock])
        stop_on_signals(supervisor)
        try:
            start(supervisor, options)
            if supervisor.is_stopping:
                return
            welcome(options, time.monotonic() - began)
            supervisor.watch()
        finally:
            say("Stopping ...")
            supervisor.stop()
            say("Everything is stopped; `manage.py up` continues where it stood.")


def start(supervisor: Supervisor, options: UpOptions) -> None:
    """Bring up broker, database, web and workers, and the first run."""
    service = services.broker_service(options)
    if service:
        path = broker.socket_path(options.data_dir)
        child = supervisor.add(service)
        wait(supervisor, child, lambda: broker.answers(path))
    if supervisor.is_stopping:
        return
    django(options, "migrate", "--verbosity", "0")
    web = supervisor.add(services.web_service(options))
    for worker in services.worker_services(options):
        supervisor.add(worker)
    wait(supervisor, web, lambda: is_healthy(options))
    if options.demo_run and not supervisor.is_stopping:
        django(options, "create_demo_run")


def wait(supervisor: Supervisor, child: Child, is_ready: Callable[[], bool]) -> None:
    """Watch until `is_ready()` holds; give up when the child keeps dying."""
    deadline = time.monotonic() + READY_SECONDS

    def decided() -> bool:
        return is_ready() or child.deaths >= 3 or time.monotonic() > deadline

    if supervisor.watch(decided) and not is_ready():
        log = supervisor.log_of(child.service)
        raise Trouble(
            f"The {child.service.name} did not start: {last_line(log.read_text(errors='replace'))} "
            f"(all of it is in {log})."
        )


def is_healthy(options: UpOptions) -> bool:
    try:
        with urllib.request.urlopen(address(options) + "healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def address(options: UpOptions) -> str:
    """Where this machine's own browser finds the page."""
    host = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host
    return f"http://{f'[{host}]' if ':' in host else host}:{options.port}/"


def django(options: UpOptions, *arguments: str) -> None:
    """Run one of Django's commands; its last line is the reason if it fails."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=os.environ | services.environment(options),
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    if done.returncode:
        raise Trouble(f"`manage.py {arguments[0]}` failed: {last_line(done.stderr)}")


def welcome(options: UpOptions, seconds: float) -> None:
    page = address(options)
    frame = "─" * (len(page) + 4)
    say(f"\n  ┌{frame}┐\n  │  {page}  │\n  └{frame}┘")
    say(f"  ready after {duration(seconds)}; Ctrl-C stops everything\n")
    if options.browser and is_interactive() and has_desktop():
        webbrowser.open(page)


def has_desktop() -> bool:
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def report(name: str, text: str) -> None:
    say(f"  {name:<11}{text}")


def stop_on_signals(supervisor: Supervisor) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        supervisor.request_stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


@contextmanager
def sole_user(data_dir: Path) -> Iterator[int]:
    """Hold the data directory's lock, so that two starts never share one database.

    The lock outlives a supervisor that was killed until the last of its children ended:
    then it is worth waiting for. Its file names the process that holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "up.lock").open("a+") as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        while not try_lock(lock.fileno()):
            lock.seek(0)
            if is_alive(lock.read()) or time.monotonic() > deadline:
                raise Trouble(
                    f"`manage.py up` already runs on {data_dir}: stop it there with Ctrl-C, "
                    "or choose another directory with --data-dir."
                )
            time.sleep(0.1)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock.fileno()


def is_alive(process: str) -> bool:
    """Whether a process, given as the number in a file, still runs."""
    if not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, as somebody else
        return True
    return True


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
