"""Imported first by the zygote: makes it small, quick to fork and repeatable.

A fork costs CPU time for every page that parent or child then touch, so
whatever a program cannot use is kept out of the process. Not for the host.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType
from typing import Any


def _no_hook(**_hooks: Any) -> None:
    """Stands for `os.register_at_fork`."""


def shrink() -> None:
    """Leave out fork hooks, OpenSSL and the machine's randomness.

    Hooks would reseed `random` after each fork and mend locks that the zygote
    does not use. Without OpenSSL, hashlib falls back to Python's own code.
    """
    vars(os)["register_at_fork"] = _no_hook
    random = importlib.import_module("random")
    secrets = ModuleType("secrets", "For numpy's generators without a seed: repeatable.")
    vars(secrets)["randbits"] = lambda bits: random.getrandbits(bits)
    replaced: dict[str, Any] = {"_hashlib": None, "secrets": secrets}
    sys.modules.update(replaced)
