"""Edits that may be anything: small changes, and several changes at once."""

from __future__ import annotations

from evolution.language_model.corpus.chance import Rng, chance, weighted, whole
from evolution.language_model.corpus.intentions.base import Edit, Intention
from evolution.language_model.corpus.intentions.bracing import BRACING
from evolution.language_model.corpus.intentions.functions import FUNCTIONS
from evolution.language_model.corpus.intentions.gaits import GAITS
from evolution.language_model.corpus.intentions.joints import JOINTS
from evolution.language_model.corpus.intentions.muscles import MUSCLES
from evolution.language_model.corpus.intentions.numbers import NUMBERS
from evolution.language_model.corpus.intentions.parts import PARTS
from evolution.language_model.corpus.intentions.repetition import REPETITION
from evolution.language_model.corpus.intentions.sizes import SIZES
from evolution.language_model.corpus.intentions.wordings import wordings
from evolution.language_model.corpus.source import Source, read

_SMALL = tuple(
    (intention, intention.weight)
    for intention in (*NUMBERS, *GAITS, *MUSCLES, *JOINTS, *SIZES, *FUNCTIONS)
    if intention.name
    in {
        "change-number", "move-joint", "make-active", "make-passive", "add-muscle", "remove-muscle",
        "reconnect-muscle", "more-repetitions", "fewer-repetitions", "scale-amplitude", "taller",
        "wider", "change-phase-function", "change-amplitude-function", "slant", "add-joint",
    }
)  # fmt: skip
_LARGE = tuple(
    (intention, intention.weight)
    for intention in (
        *NUMBERS,
        *SIZES,
        *JOINTS,
        *MUSCLES,
        *BRACING,
        *GAITS,
        *REPETITION,
        *PARTS,
        *FUNCTIONS,
    )
    if not intention.keeps_walker
)


def small(source: Source, rng: Rng) -> Edit | None:
    """One edit of at most three lines."""
    edit = weighted(rng, _SMALL).make(source, rng)
    if edit is None or abs(edit.child.count("\n") - source.text.count("\n")) > 3:
        return None
    return Edit(edit.child)


def several(source: Source, rng: Rng) -> Edit | None:
    """Two or three edits one after the other."""
    text = source.text
    for _ in range(2 if chance(rng, 0.7) else whole(rng, 2, 3)):
        current = read(text)
        if current is None:
            return None
        edit = weighted(rng, _LARGE).make(current, rng)
        text = edit.child if edit is not None else text
    return Edit(text) if text != source.text else None


MIXED = (
    Intention(
        "small-change",
        wordings(
            "[Small|Minor|Tiny|Slight] [change|tweak|edit|modification][| to the "
            "walker|| to make_walker]",
            "[Tweak|Adjust] [a detail|one detail|something]",
            "[A small|One small] [change|tweak]",
            "[Change|Modify] [it|the walker] [slightly|a little]",
        ),
        small,
        lambda c: not c.same_walker,
        lambda c: c.lines <= 6,
        weight=3.0,
        generic=0.75,
    ),
    Intention(
        "several-changes",
        wordings(
            "[Change|Changed|Rework|Update|Redesign|Modify] [the "
            "walker|make_walker|the body|the design]",
            "[Another|A different|A new] [design|walker|body|gait]",
            "[Improve|Try to improve] [the walker|the gait|it]",
            "[Several|Various|Some] changes[| to the walker|| to make_walker]",
            "[Evolve|Vary] [the walker|it|the body]",
            "[Let it go further|Walk further|Move faster|Make it faster]",
        ),
        several,
        lambda c: not c.same_walker,
        weight=5.0,
        generic=0.7,
    ),
)
