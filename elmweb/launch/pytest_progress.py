"""Loaded by pytest under `manage.py test`: says how far it is and how it ended.

The counts go to the file named by ELMWEB_TEST_PROGRESS as one JSON object, rewritten
as tests finish: {"total", "passed", "failed", "skipped", "now"}.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest


class ProgressFile:
    """Counts outcomes; a test that fails in its set-up or tear-down failed, once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._total = 0
        self._outcomes: dict[str, str] = {}  # test -> passed, failed or skipped
        self._written = 0.0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._total = len(session.items)
        self._write("")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._outcomes[report.nodeid] = "failed"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._outcomes[report.nodeid] = "failed"
        elif report.when == "call" or report.skipped:
            self._outcomes.setdefault(report.nodeid, "skipped" if report.skipped else "passed")
        if time.monotonic() - self._written > 0.2:
            self._write(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._write("")

    def _write(self, now: str) -> None:
        outcomes = list(self._outcomes.values())
        counts = {name: outcomes.count(name) for name in ("passed", "failed", "skipped")}
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"total": self._total, "now": now, **counts}))
        draft.replace(self._path)
        self._written = time.monotonic()


def pytest_configure(config: pytest.Config) -> None:
    path = os.environ.get("ELMWEB_TEST_PROGRESS")
    if path:
        config.pluginmanager.register(ProgressFile(Path(path)))
