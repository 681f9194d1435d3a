"""Loaded by pytest before Django's settings: tests write to a throwaway data directory.

What a developer or a deployment set for the application must not leak into the tests,
except the database that the test command chose (`ELMWEB_DATABASE_URL`).
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

KEPT = {"ELMWEB_DATABASE_URL", "ELMWEB_TEST_PROGRESS"}


def isolate() -> None:
    for name in list(os.environ):
        if name.startswith("ELMWEB_") and name not in KEPT:
            del os.environ[name]
    os.environ.pop("REDIS_URL", None)
    # Short, because a Unix socket's path may have about 100 bytes.
    directory = tempfile.mkdtemp(prefix="elmweb-test-")
    owner = os.getpid()
    os.environ["ELMWEB_DATA_DIR"] = directory

    def remove() -> None:
        if os.getpid() == owner:  # not in a forked child
            shutil.rmtree(directory, ignore_errors=True)

    atexit.register(remove)


isolate()
