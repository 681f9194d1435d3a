"""Accepted diffs: what the archives of runs admitted, as examples to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from evolution.language_model.examples import EditExample


class AcceptedWalker(Protocol):
    """What is read of a walker that entered an archive (`evolution.search.Admitted`)."""

    @property
    def number(self) -> int: ...
    @property
    def parent(self) -> int | None: ...
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
        if walker.parent is not None:
            yield EditExample(
                parent=programs[walker.parent],
                child=walker.program,
                message=walker.message,
                source="accepted",
                origin=f"{run}/{walker.number}",
            )
