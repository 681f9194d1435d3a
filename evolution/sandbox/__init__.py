"""Runs program text in a locked process: text -> Built (a Walker) or a named Failure."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evolution.sandbox.pool import Sandbox, SandboxUnavailable
    from evolution.sandbox.protocol import Built

__all__ = ["Built", "Sandbox", "SandboxUnavailable"]


def __getattr__(name: str) -> Any:
    # On demand: the zygote imports this package too, and every module that it
    # does not load makes each of its forks cheaper.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from evolution.sandbox import pool

    return getattr(pool, name)
