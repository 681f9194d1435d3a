"""Intentions: the ways of changing a walker program that a diff model is taught.

Each makes edits and can tell whether a change is one of its own, which is what the
benchmark of obedience asks.
"""

from __future__ import annotations

from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.bracing import BRACING
from evolution.language_model.corpus.intentions.bugs import BUGS
from evolution.language_model.corpus.intentions.functions import FUNCTIONS
from evolution.language_model.corpus.intentions.gaits import GAITS
from evolution.language_model.corpus.intentions.joints import JOINTS
from evolution.language_model.corpus.intentions.mixed import MIXED
from evolution.language_model.corpus.intentions.muscles import MUSCLES
from evolution.language_model.corpus.intentions.naming import NAMING
from evolution.language_model.corpus.intentions.numbers import NUMBERS
from evolution.language_model.corpus.intentions.parts import PARTS
from evolution.language_model.corpus.intentions.repetition import REPETITION
from evolution.language_model.corpus.intentions.sizes import SIZES
from evolution.language_model.corpus.intentions.tidy import TIDY

__all__ = ["INTENTIONS", "Edit", "Intention", "intention_named"]

INTENTIONS: tuple[Intention, ...] = (
    *NUMBERS, *SIZES, *JOINTS, *MUSCLES, *BRACING, *GAITS, *REPETITION, *PARTS, *FUNCTIONS,
    *NAMING, *TIDY, *BUGS, *MIXED,
)  # fmt: skip
_BY_NAME = {intention.name: intention for intention in INTENTIONS}


def intention_named(name: str) -> Intention:
    """The intention of a name.

    Raises:
        ValueError: for an unknown name; it lists the known ones.
    """
    if name not in _BY_NAME:
        raise ValueError(f"There is no intention {name!r}. Known: {', '.join(_BY_NAME)}.")
    return _BY_NAME[name]
