"""`manage.py benchmark NAME [--json]`: measure the application on throwaway data."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from elmweb.environment import ROOT
from evolution.benchmarks.report import Progress, Report, table

NAMES = ("pipeline", "live", "memory")
_INSIDE = "ELMWEB_BENCHMARK"  # set in the process whose settings point at throwaway data


class Command(BaseCommand):
    help = "Measure: pipeline (rate against the library), live (socket latency), memory."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=NAMES)
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument(
            "--scale", type=float, default=1.0, help="length of the measurement (%(default)g)"
        )

    def handle(self, *args: Any, name: str, json: bool, scale: float, **options: Any) -> None:
        if _INSIDE not in os.environ:
            sys.exit(on_throwaway_data(sys.argv[1:]))
        run: Callable[[Progress, float], Report] = import_module(f"elmweb.benchmarks.{name}").run
        report = run(self.show_progress, scale)
        if sys.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        if json:
            report.dump(sys.stdout)
        else:
            self.stdout.write(table(report))
        if not report.holds:
            sys.exit(1)

    def show_progress(self, done: float, what: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r\033[K{done:4.0%}  {what}", ending="")
            self.stderr.flush()


def on_throwaway_data(arguments: list[str]) -> int:
    """Run a command of ours in a process that has a data directory of its own."""
    with tempfile.TemporaryDirectory(prefix="elmweb-bench-") as directory:
        told = {name: value for name, value in os.environ.items() if not _of_ours(name)}
        told |= {_INSIDE: "1", "ELMWEB_DATA_DIR": directory, "ELMWEB_LOG_LEVEL": "WARNING"}
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments], env=told
        ).returncode


def _of_ours(name: str) -> bool:
    return name.startswith("ELMWEB_") or name in ("REDIS_URL", "DJANGO_SETTINGS_MODULE")
