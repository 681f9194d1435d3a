"""The command line for researchers: evolve, simulate, render, seeds, benchmarks.

Exit status: 0 done; 1 it could not be done, the message says why; 2 wrong usage;
130 stopped with Ctrl-C.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from evolution.cli import benchmarks, evolve, model, walkers
from evolution.cli.errors import CommandError

STOPPED = 130

_DESCRIPTION = """\
Evolve walkers: small Python programs that build a body of joints and muscles.

A search mutates programs, runs them in a sandbox, simulates their walkers for ten
seconds and keeps, for every height, width and mass, the one that goes furthest.
"""
_EXAMPLES = """\
a first quarter of an hour:
  python -m evolution seeds                        the four programs to start from
  python -m evolution seeds square > mine.py       one of them, to edit
  python -m evolution simulate mine.py             how far does it go?
  python -m evolution evolve --seed mine.py --evaluations 5000 --out my-run
  python -m evolution render my-run --gif best.gif

`python -m evolution COMMAND --help` says more about each command.
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="python -m evolution",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    evolve.add_command(commands)
    walkers.add_commands(commands)
    model.add_command(commands)
    benchmarks.add_command(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.command(options)
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # `... | head` has read enough
        sys.stderr.close()
        return 0
    return status
