"""The MAP-Elites archive: niches, who is admitted, coverage and QD score.

A niche is a cell of a grid over the measures (height, width, mass), as in Mouret
& Clune 2015 (https://arxiv.org/abs/1504.04909) and in the ELM paper. The rules
are plain functions, so that an archive kept elsewhere (in SQL) follows the same
ones; `Archive` keeps them over pyribs' `GridArchive`. pyribs is imported when the
first `Archive` is made: it takes two seconds and 200 MB, which processes that only
need the rules do not pay.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evolution.config import ArchiveConfig

if TYPE_CHECKING:
    from ribs.archives import GridArchive

# pyribs adds this before it rounds a measure down to its cell; ours must agree.
_EPSILON = 1e-6

EMPTY = -math.inf
"""The bar of an empty niche."""


class Admission(StrEnum):
    """What became of a candidate."""

    NEW = "new"  # its niche was empty
    IMPROVED = "improved"  # it goes further than the elite
    SHORTER = "shorter"  # as far as the elite, with a shorter program
    REJECTED = "rejected"

    @property
    def is_admitted(self) -> bool:
        return self is not Admission.REJECTED


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate for its niche, and then the elite there.

    Attributes:
        walker: the walker's number in its run.
        program: its genotype.
        objective: distance at the screening setting, metres.
        robust_objective: what the archive ranks by, metres.
        measures: height (m), width (m), mass (kg).
    """

    walker: int
    program: str
    objective: float
    robust_objective: float
    measures: tuple[float, float, float]

    @property
    def length(self) -> int:
        """Length of the program in characters, for parsimony."""
        return len(self.program)


def niche_of(measures: Sequence[float], config: ArchiveConfig) -> int:
    """The flat index of the niche, height-major: ``(h * cells[1] + w) * cells[2] + m``.

    Measures beyond a range fall into the outermost cell. Agrees with pyribs'
    ``GridArchive.index_of`` on whatever measures a walker can have.

    Raises:
        ValueError: if a measure is not finite.
    """
    flat = 0
    ranges = (config.height, config.width, config.mass)
    for value, cells, (low, high) in zip(measures, config.cells, ranges, strict=True):
        if not math.isfinite(value):
            raise ValueError(f"A measure must be finite, got {value!r}.")
        cell = int((cells * (value - low) + _EPSILON) / (high - low))
        flat = flat * cells + min(max(cell, 0), cells - 1)
    return flat


def niche_count(config: ArchiveConfig) -> int:
    return math.prod(config.cells)


def admits(
    incumbent_robust: float | None, incumbent_length: int | None, robust: float, length: int
) -> Admission:
    """The rule of admission: further wins; equally far, the shorter program wins.

    Args:
        incumbent_robust: robust objective of the elite; None for an empty niche.
        incumbent_length: length of its program; None for an empty niche.
        robust: robust objective of the candidate.
        length: length of its program.
    """
    if incumbent_robust is None or incumbent_length is None:
        return Admission.NEW
    if robust > incumbent_robust:
        return Admission.IMPROVED
    if robust == incumbent_robust and length < incumbent_length:
        return Admission.SHORTER
    return Admission.REJECTED


def bar_of(objective: float, robust_objective: float) -> float:
    """What a child's screening must reach before it is confirmed against this elite."""
    return min(objective, robust_objective)


def coverage(filled: int, niches: int) -> float:
    """Share of the niches that are occupied."""
    return filled / niches


def qd_score(robust_objectives: Iterable[float]) -> float:
    """Sum of the elites' robust objectives, metres; exact, so their order is free."""
    return math.fsum(robust_objectives)


def best(robust_objectives: Iterable[float]) -> float:
    """The highest robust objective, metres; 0 for an empty archive."""
    return max(robust_objectives, default=0.0)


class Archive:
    """The elites of one run, over pyribs' `GridArchive`.

    pyribs decides which cell a candidate falls into and keeps the objectives; it
    knows no parsimony, so the entry behind each cell is kept here. When a shorter
    program takes a cell at a tie, the objective in pyribs stays as it is.
    """

    def __init__(self, config: ArchiveConfig) -> None:
        from ribs.archives import GridArchive

        self.config = config
        self.grid: GridArchive = GridArchive(
            solution_dim=(),  # the number of the walker that reached this objective first
            dims=config.cells,
            ranges=(config.height, config.width, config.mass),
            solution_dtype=np.int64,
            objective_dtype=np.float64,
            measures_dtype=np.float64,
        )
        self._elites: dict[int, Entry] = {}

    def add(self, entry: Entry) -> Admission:
        """Offer one candidate.

        Raises:
            ValueError: if a measure or an objective is not finite.
        """
        niche = int(self.grid.index_of_single(entry.measures))
        elite = self._elites.get(niche)
        admission = admits(
            elite.robust_objective if elite else None,
            elite.length if elite else None,
            entry.robust_objective,
            entry.length,
        )
        if admission in (Admission.NEW, Admission.IMPROVED):
            self.grid.add_single(entry.walker, entry.robust_objective, entry.measures)
        if admission.is_admitted:
            self._elites[niche] = entry
        return admission

    def __len__(self) -> int:
        return len(self._elites)

    def __getitem__(self, niche: int) -> Entry:
        """The elite of a niche; KeyError if it is empty."""
        return self._elites[niche]

    def elites(self) -> list[tuple[int, Entry]]:
        """(niche, elite) of every occupied niche, sorted by niche."""
        return sorted(self._elites.items())

    def thresholds(self) -> NDArray[np.float64]:
        """The bar of each niche, shape (niches,), metres; ``-inf`` where empty."""
        bars = np.full(niche_count(self.config), EMPTY)
        for niche, elite in self._elites.items():
            bars[niche] = bar_of(elite.objective, elite.robust_objective)
        return bars

    @property
    def coverage(self) -> float:
        return coverage(len(self._elites), niche_count(self.config))

    @property
    def qd_score(self) -> float:
        return qd_score(elite.robust_objective for elite in self._elites.values())

    @property
    def best(self) -> float:
        return best(elite.robust_objective for elite in self._elites.values())
