"""The walker language: what a program may say, and the value it makes."""

from evolution.walkers.walker import Muscle, Walker, WalkerError

__all__ = ["Muscle", "Walker", "WalkerError"]
