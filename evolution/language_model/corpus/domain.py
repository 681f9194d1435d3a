"""Groups of edits: several different edits of each program, and what people say about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evolution.language_model.corpus.bases import MOST_CHARACTERS, MOST_LINES
from evolution.language_model.corpus.chance import Rng, chance, weighted
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.intentions import INTENTIONS, Edit, Intention
from evolution.language_model.corpus.requests import CHANGED, PARAMETERS, SMALL
from evolution.language_model.examples import EditExample

FIXED = "Fixed bugs."
MOST_JOINTS = 64  # of a parent
MOST_DEPTH = 10  # edits between a base program and the last of its line

_WEIGHTS = tuple((intention, intention.weight) for intention in INTENTIONS)
_SMALL_LINES = 2
# How much more, and less, often a liked and another edit get a general message.
_LIKED, _NOT_LIKED = 1.4, 0.35
# Characters: a search waits for what a model writes, so longer edits get them less often.
_USUAL_LENGTH = 90
_TRIES = 3  # draws for each wanted edit


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit that was made but not yet tried in the sandbox."""

    intention: Intention
    parent: str
    edit: Edit

    @property
    def is_planted(self) -> bool:
        """Whether the edit made its own parent, e.g. a program with bugs."""
        return bool(self.edit.parent)

    def example(self, rng: Rng, liked: bool | None = None) -> EditExample:
        """The example; an edit that is not ``liked`` seldom gets a general message."""
        change = Change(self.parent, self.edit.child)
        message = message_for(rng, self.intention, change, self.edit, liked)
        return EditExample(
            self.parent, self.edit.child, message, source="domain", intention=self.intention.name
        )


def candidates(
    base: str, rng: Rng, count: int, intentions: Sequence[tuple[Intention, float]] = _WEIGHTS
) -> list[Candidate]:
    """At most ``count`` edits of ``base`` with different children, drawn by weight."""
    found: dict[tuple[str, str], Candidate] = {}
    for _ in range(count * _TRIES):
        intention = weighted(rng, intentions)
        edit = intention.apply(base, rng)
        if edit is not None:
            parent = edit.parent or base
            found.setdefault((parent, edit.child), Candidate(intention, parent, edit))
        if len(found) == count:
            break
    return list(found.values())


def message_for(
    rng: Rng, intention: Intention, change: Change, edit: Edit, liked: bool | None = None
) -> str:
    """One of the intention's wordings, or the paper's message that fits the change."""
    factor = 1.0 if liked is None else _LIKED if liked else _NOT_LIKED
    factor *= min(1.3, max(0.25, _USUAL_LENGTH / max(change.written, 1)))
    if not chance(rng, min(intention.generic * factor, 0.95)):
        return intention.message(rng, edit.values)
    if intention.name == "fix-bugs":
        return FIXED
    small = change.lines <= _SMALL_LINES
    if change.numbers_only:
        little = 0.4 if change.changed_numbers <= 2 else 0.05
        return weighted(
            rng, ((PARAMETERS, 0.75 - little), (SMALL, little), (CHANGED, 0.25 * small))
        )
    if small:
        return weighted(rng, ((SMALL, 0.35), (CHANGED, 0.65)))
    return weighted(rng, ((SMALL, 0.04), (CHANGED, 0.96)))


def fits(text: str) -> bool:
    """Whether a program is short enough to be a parent."""
    return text.count("\n") <= MOST_LINES and len(text) <= MOST_CHARACTERS
