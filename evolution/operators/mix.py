"""Who makes how many children in a mix: effort goes where new elites are earned now.

Adaptive operator selection as a bandit (Thierens 2005 compares probability matching and
adaptive pursuit). Here it is discounted Thompson sampling (Qi, Wang & Zhu 2023,
arXiv:2305.10718) in its form for whole batches: what an operator earned fades with a
half-life; its rate of earning has a Beta posterior; its share is the probability that
its rate is the highest, on top of a floor. So two operators that cannot be told apart
get equal shares, and a clear winner gets nearly all until it stops to earn.

Shares follow from the tallies of the applied batches alone. Time never enters, as a run
must repeat exactly on a slower machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

HALF_LIFE = 2_000  # children of the run, after which what was earned counts half
FLOOR = 0.05  # share of an operator that earns less: it may become the better one
DRAWS = 2_000  # of each posterior; a share is exact to about 0.01
SILENCE = 16  # children refused in a row that tell an operator which cannot work now
RETRY = 8  # such an operator is tried in about one of so many batches


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one operator's children of one batch.

    Attributes:
        tried: children that it was asked for.
        made: programs that it gave, duplicates included; the others are its failures.
        admitted: walkers that entered the archive.
        credit: what these count for, at most 1 each.
    """

    tried: int
    made: int
    admitted: int
    credit: float


@dataclass(frozen=True, slots=True)
class Standing:
    """One operator's tallies so far; the recent ones are faded sums."""

    tried: int = 0
    admitted: int = 0
    recent_tried: float = 0.0
    recent_credit: float = 0.0
    silent: int = 0  # children asked for since it last made one


class Mix:
    """The standings of a run's operators; `apply` each batch's tallies in order.

    Args:
        names: of the operators, in the config's order.
        groups: parents of a full batch: what is dealt out to operators.
        standings: as `to_json` gave them; empty at the start of a run.
    """

    def __init__(
        self, names: Sequence[str], groups: int, standings: Mapping[str, Any] | None = None
    ) -> None:
        self.groups = groups
        self.standings = {name: Standing(**(standings or {}).get(name, {})) for name in names}

    def to_json(self) -> dict[str, Any]:
        return {name: asdict(standing) for name, standing in self.standings.items()}

    def apply(self, tallies: Mapping[str, Tally]) -> None:
        """Enter one batch; operators that are not in it made no child of it."""
        fade = 0.5 ** (sum(tally.tried for tally in tallies.values()) / HALF_LIFE)
        for name, standing in self.standings.items():
            tally = tallies.get(name, Tally(0, 0, 0, 0.0))
            self.standings[name] = Standing(
                tried=standing.tried + tally.tried,
                admitted=standing.admitted + tally.admitted,
                recent_tried=standing.recent_tried * fade + tally.tried,
                recent_credit=standing.recent_credit * fade + tally.credit,
                silent=0 if tally.made else standing.silent + tally.tried,
            )

    def shares(self) -> dict[str, float]:
        """The part of the next children that each operator makes; they sum to 1."""
        working = {n: s for n, s in self.standings.items() if s.silent < SILENCE}
        working = working or self.standings  # none can: then all are tried
        silent = self.standings.keys() - working.keys()
        rare = min(FLOOR, 1 / (RETRY * self.groups))
        floor = min(FLOOR, 1 / len(working))
        left = 1 - rare * len(silent)
        chances = _chances_to_be_best(list(working.values()))
        shares = {
            name: left * (floor + (1 - floor * len(working)) * chance)
            for name, chance in zip(working, chances, strict=True)
        }
        return {name: shares.get(name, rare) for name in self.standings}


def _chances_to_be_best(standings: Sequence[Standing]) -> list[float]:
    """How probable it is that each earns the most a child.

    All share a prior worth one credit at their common rate: an operator that is hardly
    tried is thought to be like the others, not better.
    """
    if len(standings) == 1:
        return [1.0]
    tried = np.array([standing.recent_tried for standing in standings])
    credit = np.array([standing.recent_credit for standing in standings])
    prior = (tried.sum() + 2.0) / (credit.sum() + 1.0)  # children a credit; 2 where none is known
    rng = np.random.default_rng(0)  # always the same: shares follow from the standings alone
    draws = rng.beta(1.0 + credit, prior - 1.0 + tried - credit, (DRAWS, len(standings)))
    wins = np.bincount(draws.argmax(axis=1), minlength=len(standings))
    chances: list[float] = (wins / DRAWS).tolist()
    return chances
