"""Which programs are practised on: the parents that the training's examples have."""

from __future__ import annotations

from collections.abc import Sequence

from evolution.language_model.corpus.chance import Rng, sample
from evolution.language_model.examples import EditExample
from evolution.language_model.mixture import Part

_SOURCES = ("domain", "accepted")  # commits change other programs than walkers
_BROKEN = "fix-bugs"  # its parents may make no walker


def programs_of(parts: Sequence[Part], rng: Rng) -> list[str]:
    """Walker programs of the parts, as many of each part as the smallest has.

    Parents that are held out for validation are left out here too.

    Raises:
        ValueError: if no part has walker programs.
    """
    found = [[group[0].parent for group in part.groups if _is_usable(group[0])] for part in parts]
    usable = [programs for programs in found if programs]
    if not usable:
        raise ValueError(
            "There is no walker program to practise on: name runs, or a file of `model corpus`."
        )
    count = min(map(len, usable))
    return [program for programs in usable for program in sample(rng, programs, count)]


def _is_usable(example: EditExample) -> bool:
    return example.source in _SOURCES and example.intention != _BROKEN
