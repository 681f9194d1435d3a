"""What a program can be asked for, and how to see whether an edit did it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evolution.config import PAPER_MESSAGES
from evolution.language_model.corpus.change import Change, Walkers
from evolution.language_model.corpus.intentions import intention_named

CHANGED, PARAMETERS, SMALL = (message for message, _ in PAPER_MESSAGES)

_PAPER = "paper: "

Holds = Callable[[str, str, Walkers], bool]


@dataclass(frozen=True, slots=True)
class Request:
    """A message and how to see whether it was obeyed.

    Attributes:
        name: of the intention, or ``paper: ...`` for one of the paper's messages.
        holds: from parent, child and their walkers, whether the change is what was asked for.
    """

    name: str
    message: str
    holds: Holds

    @property
    def is_general(self) -> bool:
        """Whether it is one of the paper's, which leave to the model what to change."""
        return self.name.startswith(_PAPER)


def _only_numbers(parent: str, child: str, walkers: Walkers) -> bool:
    return Change(parent, child).numbers_only


PAPER = (
    Request(_PAPER + "changed", CHANGED, intention_named("several-changes").holds),
    Request(_PAPER + "parameters", PARAMETERS, _only_numbers),
    Request(_PAPER + "small change", SMALL, intention_named("small-change").holds),
)
