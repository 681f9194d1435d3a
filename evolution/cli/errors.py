"""What goes wrong on a command line, and how programs are read for it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from evolution.language_model.corpus.bases import numbered_program
from evolution.types import Failure
from evolution.walkers.seeds import SEEDS, seed_program

_GENERATED = re.compile(r"generated:(\d{1,12})")


class CommandError(Exception):
    """The command cannot be done; the message says why and what to do."""


def read_program(source: str) -> str:
    """Program text from a seed's name, ``generated:N``, a file, or ``-`` for standard input.

    Raises:
        CommandError: if there is no such program or file, or it is not UTF-8 text.
    """
    if source in SEEDS:
        return seed_program(source)
    if number := _GENERATED.fullmatch(source):
        try:
            return numbered_program(int(number[1]))
        except ValueError as error:
            raise CommandError(str(error)) from None
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except FileNotFoundError:
        raise CommandError(
            f"There is no file {source!r}, and no seed of that name. Seeds: {', '.join(SEEDS)}, "
            "and generated:N with any number."
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
