"""Accepted diffs: what archives admitted, as examples that a diff model learns from.

The self-improvement of the paper (stage 1): a model fine-tuned on the diffs that a map
accepted in earlier runs reaches more niches, and more of its diffs apply and run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from evolution.config import PAPER_MESSAGES
from evolution.language_model.corpus.exclusion import check_example
from evolution.language_model.examples import EditExample
from evolution.operators.messages import BLIND, without_notes

# What is true of any change; said of those by operators that read no message.
GENERAL_MESSAGE = PAPER_MESSAGES[0][0]


class AcceptedWalker(Protocol):
    """What is read of a walker that entered an archive (`evolution.search.Admitted`)."""

    @property
    def number(self) -> int: ...
    @property
    def parent(self) -> int | None: ...
    @property
    def operator(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def program(self) -> str: ...


def accepted_examples(walkers: Iterable[AcceptedWalker], run: str) -> Iterator[EditExample]:
    """One example for each admitted child, in order of admission; a seed has none.

    Args:
        walkers: all that a run admitted, parents before children.
        run: its name, for the examples' origin.
    """
    programs: dict[int, str] = {}
    for walker in walkers:
        programs[walker.number] = walker.program
        if walker.parent is None:
            continue
        example = accepted_example(
            programs[walker.parent],
            walker.program,
            walker.operator,
            walker.message,
            f"{run}/{walker.number}",
        )
        if example:
            yield example


def accepted_example(
    parent: str, child: str, operator: str, message: str, origin: str
) -> EditExample | None:
    """The example that an accepted child is; None where it is near a benchmark's task.

    Args:
        message: as the child carries it, with notes.
        origin: run and walker.
    """
    asked = GENERAL_MESSAGE if operator in BLIND else without_notes(message)
    example = EditExample(parent, child, asked, "accepted", origin=origin)
    return None if check_example(example) else example
