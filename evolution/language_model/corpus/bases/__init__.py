"""Base programs: an endless stream of varied walker programs to edit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evolution.language_model.corpus.bases import (
    grids,
    helpers,
    lists,
    loops,
    mixtures,
    rounds,
    straight,
    trees,
)
from evolution.language_model.corpus.bases.writing import Pen
from evolution.language_model.corpus.chance import Rng, weighted

BENCHMARKS = 2**31
"""Corpora are made from generators seeded with smaller numbers, benchmarks with (this, n)."""

MOST_LINES = 45
MOST_CHARACTERS = 1_800

# How a walker is laid out and coded -> how often.
FAMILIES: tuple[tuple[Callable[[Pen], None], float], ...] = (
    (straight.named_joints, 4.0),
    (straight.numbered_joints, 2.0),
    (straight.listed_joints, 4.0),
    (straight.sized_joints, 2.0),
    (straight.grouped_joints, 1.5),
    (lists.points_and_edges, 3.0),
    (lists.full_tuples, 2.5),
    (lists.bones_and_muscles, 2.5),
    (lists.zipped_values, 2.0),
    (lists.named_places, 1.0),
    (lists.tied_by_distance, 1.5),
    (helpers.boxes, 3.5),
    (helpers.centred_frame, 3.5),
    (helpers.legs, 3.0),
    (helpers.triangles, 2.0),
    (helpers.meshes, 2.0),
    (loops.worm, 2.0),
    (loops.ladder, 2.5),
    (loops.growing_chain, 2.0),
    (loops.tower, 2.0),
    (loops.curve, 2.0),
    (loops.comb, 2.0),
    (rounds.star, 2.5),
    (rounds.two_rings, 2.5),
    (rounds.spoked, 2.5),
    (rounds.fan, 1.5),
    (trees.recursive_tree, 1.5),
    (trees.spine, 2.5),
    (trees.tentacles, 1.5),
    (trees.hydra, 2.0),
    (trees.built_by_class, 0.5),
    (grids.library_grid, 3.5),
    (grids.own_grid, 3.0),
    (grids.nested_rows, 2.0),
    (grids.net, 1.5),
    (mixtures.mirrored, 2.0),
    (mixtures.sided_loop, 1.5),
    (mixtures.body_and_tail, 2.0),
    (mixtures.two_bodies, 2.0),
    (mixtures.soup, 3.0),
)


def base_program(rng: Rng) -> str:
    """One walker program; almost always valid, at most 45 lines and 1,800 characters.

    None is close to a shipped seed: a search starts from those, and what a model does
    with them must not come from having seen them.
    """
    while True:
        pen = Pen(rng)
        weighted(rng, FAMILIES)(pen)
        text = pen.program()
        if text.count("\n") <= MOST_LINES and len(text) <= MOST_CHARACTERS:
            return text


def numbered_program(number: int) -> str:
    """A base program that has a name: the same version makes the same for a number.

    Raises:
        ValueError: if the number is not from 0 to below `BENCHMARKS`.
    """
    if not 0 <= number < BENCHMARKS:
        raise ValueError(f"Generated programs have numbers from 0 to {BENCHMARKS - 1:,}.")
    return base_program(np.random.default_rng(number))
