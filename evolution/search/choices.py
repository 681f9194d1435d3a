"""What is decided about a batch from the archive and from what was applied so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import ceil
from typing import Any, TypeVar

import numpy as np

from evolution.archive import Admission
from evolution.config import RunConfig
from evolution.operators.mix import Mix, Tally

T = TypeVar("T")

# The streams of random numbers of one batch: [random_seed, number, stream].
PARENTS, MUTATION, MESSAGES, OPERATORS = 1, 2, 3, 4

# What an admission counts for in a mix. Shorter programs are welcome, but too easy to earn.
CREDIT = {Admission.NEW: 1.0, Admission.IMPROVED: 0.5, Admission.SHORTER: 0.0}


def batch_count(config: RunConfig) -> int:
    """Batches after the seed's."""
    return ceil(config.evaluations / config.batch_size)


def size_of_batch(config: RunConfig, number: int) -> int:
    """Children in batch ``number`` >= 1; only the last one can be smaller."""
    return min(config.batch_size, config.evaluations - (number - 1) * config.batch_size)


def choose_parents(elites: Sequence[T], config: RunConfig, number: int) -> list[T]:
    """Parents of batch ``number``, uniform among the elites: one entry for each child.

    A parent comes ``children_per_parent`` times in a row.

    Args:
        elites: sorted by niche; the choice is by position.
    """
    rng = np.random.default_rng([config.random_seed, number, PARENTS])
    size = size_of_batch(config, number)
    positions = rng.integers(len(elites), size=_groups(config, size))
    return [elites[position] for position in _each_child(positions, config, size)]


def choose_messages(config: RunConfig, number: int) -> list[str]:
    """One message for each child of batch ``number``, by the config's weights."""
    texts = [text for text, _ in config.messages]
    weights = np.array([weight for _, weight in config.messages], dtype=np.float64)
    rng = np.random.default_rng([config.random_seed, number, MESSAGES])
    picks = rng.choice(len(texts), size=size_of_batch(config, number), p=weights / weights.sum())
    return [texts[pick] for pick in picks]


def choose_operators(shares: Mapping[str, float], config: RunConfig, number: int) -> list[str]:
    """The operator that makes each child of batch ``number``; all children of a parent's turn.

    Each operator gets its share of the parents, rounded down or up by chance (systematic
    sampling), in random order.
    """
    names, size = list(shares), size_of_batch(config, number)
    if len(names) == 1:
        return names * size
    rng = np.random.default_rng([config.random_seed, number, OPERATORS])
    groups = _groups(config, size)
    points = (np.arange(groups) + rng.random()) / groups
    ends = np.cumsum(list(shares.values()))[:-1]
    picks = rng.permutation(np.searchsorted(ends, points, side="right"))
    return [names[pick] for pick in _each_child(picks, config, size)]


def mix_of(config: RunConfig, standings: Mapping[str, Any] | None = None) -> Mix:
    """The run's mix at its start, or as its ``to_json`` was. One operator is a mix too."""
    return Mix(config.operators, _groups(config, config.batch_size), standings)


def tally(
    operators: Sequence[str], unmade: Collection[int], admissions: Mapping[int, Admission]
) -> dict[str, Tally]:
    """What became of each operator's children in a batch.

    Args:
        operators: of each child.
        unmade: positions where the operator gave a failure instead of a child.
        admissions: of the children that were admitted, by position.
    """
    tallies = {}
    for name in sorted(set(operators)):
        positions = [position for position, given in enumerate(operators) if given == name]
        admitted = [admissions[position] for position in positions if position in admissions]
        tallies[name] = Tally(
            tried=len(positions),
            made=sum(position not in unmade for position in positions),
            admitted=len(admitted),
            credit=sum(CREDIT[admission] for admission in admitted),
        )
    return tallies


def _groups(config: RunConfig, size: int) -> int:
    return ceil(size / config.children_per_parent)


def _each_child(picks: np.ndarray, config: RunConfig, size: int) -> list[int]:
    picked: list[int] = np.repeat(picks, config.children_per_parent)[:size].tolist()
    return picked
