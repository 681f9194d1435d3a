"""``model repairs``: bugs planted in general functions, as examples for the diff model."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evolution.cli.corpus import shown
from evolution.cli.errors import CommandError

if TYPE_CHECKING:
    from evolution.language_model.examples import EditExample

# Of the examples, where there are commits: in functions of theirs with a docstring, and without.
_DOCUMENTED, _PLAIN = 1 / 12, 1 / 6
_WINDOWS = 40_000  # commits that functions are cut from


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    repairs = commands.add_parser(
        "repairs",
        help="plant bugs in general functions and ask to fix them",
        description="Write small functions, and cut others out of mined commits, plant one to "
        "six bugs in each, and ask to fix them. The functions of the bug-repair benchmark and "
        "their close variants are kept out.",
    )
    repairs.set_defaults(command=_repairs)
    repairs.add_argument("--examples", type=int, default=60_000, metavar="N")
    repairs.add_argument("--commits", type=Path, metavar="FILE", help="what `model mine` wrote")
    repairs.add_argument("--seed", type=int, default=0, metavar="S", help="random seed")
    repairs.add_argument("--out", type=Path, required=True, metavar="OUT", help="a Parquet file")


def _repairs(options: argparse.Namespace) -> int:
    from evolution.language_model.examples import ExamplesError, write_examples

    try:
        count = write_examples(options.out, shown(_examples(options), options.examples))
    except ExamplesError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{options.out} cannot be written: {error.strerror}.") from error
    print(f"{options.out}: {count:,} examples")
    return 0


def _examples(options: argparse.Namespace) -> Iterator[EditExample]:
    from evolution.language_model.corpus.functions import small_functions
    from evolution.language_model.corpus.planted_bugs import INFERABLE
    from evolution.language_model.corpus.repairs import cut_functions, repair_examples
    from evolution.language_model.examples import read_examples

    rng = np.random.default_rng(options.seed)
    left = options.examples
    if options.commits:
        texts = [example.child for example in read_examples(options.commits)]
        chosen = rng.permutation(len(texts))[:_WINDOWS]
        functions = list(dict.fromkeys(f for at in chosen for f in cut_functions(texts[int(at)])))
        documented = [f for f in functions if '"""' in f or "'''" in f]
        plain = [f for f in functions if '"""' not in f and "'''" not in f]
        for share, cut, kinds in ((_DOCUMENTED, documented, None), (_PLAIN, plain, INFERABLE)):
            for example in islice(repair_examples(rng, cut, kinds), int(options.examples * share)):
                yield example
                left -= 1
    yield from islice(repair_examples(rng, small_functions(rng)), left)
