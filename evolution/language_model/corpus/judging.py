"""How far walkers go: which edits deserve a message that leaves the choice to the model.

A search asks with three general messages and keeps what goes further or is of a new
size. So general messages are given mostly to edits that a search would like, and the
others are taught under the words that ask for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from evolution.config import ArchiveConfig
from evolution.simulation import FLAT, SCREENING, Outcome, simulate
from evolution.walkers import Walker

_REMEMBERED = 20_000
# Five of the ten seconds: enough to tell who goes further, at half the cost.
_SETTINGS = replace(SCREENING, steps=SCREENING.steps // 2)
_KEPT_SHARE = 0.5  # of its parent's distance that a walker of another niche must reach
_NICHES = ArchiveConfig()


class Judge:
    """Simulates walkers once on flat ground and remembers how far they went."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}

    def watch(self, walkers: Iterable[Walker]) -> None:
        """Simulate those that are not known yet; like sizes together, which is faster."""
        fresh = {w.digest: w for w in walkers if w.digest not in self._known}
        order = sorted(fresh.values(), key=lambda w: (len(w.joints), len(w.muscles)))
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        for walker, outcome in zip(order, simulate(order, FLAT, _SETTINGS), strict=True):
            self._known[walker.digest] = outcome.distance if isinstance(outcome, Outcome) else 0.0

    def distance(self, walker: Walker) -> float:
        """Metres in five seconds; 0 for a walker that was not watched or left the range."""
        return self._known.get(walker.digest, 0.0)

    def likes(self, parent: Walker, child: Walker) -> bool:
        """Whether the child goes further, or is of another size and goes half as far."""
        share = 1.0 if niche(parent) == niche(child) else _KEPT_SHARE
        return self.distance(child) > share * self.distance(parent)


def niche(walker: Walker) -> tuple[int, ...]:
    """The walker's cell of the default archive."""
    ranges = (_NICHES.height, _NICHES.width, _NICHES.mass)
    return tuple(
        min(max(int((value - low) / (high - low) * cells), 0), cells - 1)
        for value, (low, high), cells in zip(walker.measures, ranges, _NICHES.cells, strict=True)
    )
