"""Runs program text in a locked process: text -> Built (a Walker) or a named Failure."""

from evolution.sandbox.pool import Sandbox, SandboxUnavailable
from evolution.sandbox.protocol import Built

__all__ = ["Built", "Sandbox", "SandboxUnavailable"]
