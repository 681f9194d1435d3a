"""What goes wrong on a command line, and how programs are read for it."""

from __future__ import annotations

import sys
from pathlib import Path

from evolution.types import Failure
from evolution.walkers.seeds import SEEDS, seed_program


class CommandError(Exception):
    """The command cannot be done; the message says why and what to do."""


def read_program(source: str) -> str:
    """Program text from a seed's name, a file, or ``-`` for standard input.

    Raises:
        CommandError: if there is no such seed or file, or it is not UTF-8 text.
    """
    if source in SEEDS:
        return seed_program(source)
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except FileNotFoundError:
        raise CommandError(
            f"There is no file {source!r}, and no seed of that name. Seeds: {', '.join(SEEDS)}."
        ) from None
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror}.") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CommandError(f"{source} is not UTF-8 text (byte {error.start}).") from None


def describe(failure: Failure) -> str:
    """A failure in one sentence, with its line."""
    line = f"line {failure.line}: " if failure.line else ""
    return f"{line}{failure.reason} [{failure.stage}: {failure.code}]"
