"""Options of `manage.py up` and `manage.py test`. Standard library only."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRAINING_WANTED = "training.wanted"  # file in the data directory, there while models are trained


@dataclass(frozen=True)
class UpOptions:
    host: str
    port: int
    workers: int  # processes that simulate
    data_dir: Path  # database, broker, logs: everything that survives a restart
    demo_run: bool
    browser: bool
    settings: Mapping[str, str] = field(default_factory=dict)  # further environment of children


@dataclass(frozen=True)
class TestOptions:
    __test__ = False  # not a test class, whatever pytest thinks of its name

    pytest: tuple[str, ...]  # handed on to pytest; empty means: everything


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _workers(text: str) -> int:
    workers = int(text)
    if workers < 1:
        raise argparse.ArgumentTypeError("at least one worker is needed")
    return workers


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parse_up(arguments: Sequence[str]) -> UpOptions:
    parser = argparse.ArgumentParser(
        prog="manage.py up",
        description="Make ready what is needed and start everything: broker, web and workers.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8000, help="port of the page (%(default)s)")
    parser.add_argument(
        "--workers",
        type=_workers,
        default=min(usable_cores(), 8),
        help="processes that simulate walkers (one a core, at most 8: %(default)s)",
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("ELMWEB_DATA_DIR", ROOT / "data")),
        help="where database, broker and logs are kept (%(default)s)",
    )
    parser.add_argument(
        "--no-demo-run", action="store_true", help="do not start a first run from the Square seed"
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address, open nothing"
    )
    given = parser.parse_args(arguments)
    return UpOptions(
        host=given.host,
        port=given.port,
        workers=given.workers,
        data_dir=given.data_dir.expanduser().resolve(),
        demo_run=not given.no_demo_run,
        browser=not given.no_browser,
    )


def parse_test(arguments: Sequence[str]) -> TestOptions:
    """Everything after `test` is pytest's; alone, `test` runs the whole of what we check."""
    if list(arguments) in (["-h"], ["--help"]):
        argparse.ArgumentParser(
            prog="manage.py test",
            usage="manage.py test [paths and options of pytest]",
            description="Without arguments: lint, types, layers, front-end, every test on SQLite, "
            "the database's tests on PostgreSQL, browser tests. With arguments: only pytest.",
        ).print_help()
        raise SystemExit(0)
    return TestOptions(pytest=tuple(a for a in arguments if a != "--"))
