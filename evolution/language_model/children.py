"""Children while they are sampled: what is drawn of each, who has ended, who begins anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from evolution.language_model.decoder import Rows
from evolution.language_model.sampling import Grammar, Sampled, State


@dataclass(frozen=True, slots=True)
class Start:
    """Prefixes and their different suffixes, before anything is drawn.

    Attributes:
        rows: one a suffix.
        logits: [suffixes, vocabulary], of what follows.
        places: [children]: which suffix each has.
        grammars: of each suffix.
    """

    rows: Rows
    logits: Tensor
    places: NDArray[np.int64]
    grammars: list[Grammar | None]

    def states(self) -> list[State | None]:
        return [_started(grammar) for grammar in self.grammars]


class Children:
    """What has been drawn of each child, and which of them the rows are.

    Attributes:
        rows: [rows]: which child a row is.
        going: [rows]: whether its child still wants tokens.
    """

    def __init__(
        self,
        start: Start,
        shares: NDArray[np.float32],
        limits: NDArray[np.int64],
        floors: NDArray[np.float64],
    ) -> None:
        """Args:
        shares: [suffixes]: of the model's probability, what the grammars leave at the start.
        limits: tokens of each child at most.
        floors: what has to be allowed in each attempt.
        """
        count = len(limits)
        self.rows = np.arange(count)
        self.going = np.ones(count, dtype=bool)
        self._start, self._limits, self._floors = start, limits, floors
        self._written = np.zeros((count, int(limits.max())), dtype=np.int64)
        self._lengths = np.zeros(count, dtype=np.int64)
        # Who is stuck before the first token will always be: it is at its last attempt.
        hopeless = shares[start.places] < floors[0]
        self._attempts = np.where(hopeless, len(floors) - 1, 0)
        self._states = [_started(start.grammars[place]) for place in start.places]
        self._useless = np.zeros(count, dtype=bool)  # they have ended and will begin anew

    def states(self) -> list[State | None]:
        """Of each row; None where nothing is ruled out, or nothing wanted any more."""
        wanted = self.going & ~self._useless[self.rows]
        return [self._states[c] if on else None for c, on in zip(self.rows, wanted, strict=True)]

    def take(self, tokens: NDArray[np.int64], end: int) -> None:
        """Go on with one token a row."""
        going = self.rows[self.going]
        self._written[going, self._lengths[going]] = tokens[self.going]
        self._lengths[going] += 1
        for row in np.flatnonzero(self.going):
            child, is_end = self.rows[row], tokens[row] == end
            state = self._states[child]
            if is_end or self._lengths[child] == self._limits[child]:
                is_last = self._attempts[child] == len(self._floors) - 1
                is_of_use = state is None or (is_end and state.holds())
                self._useless[child] = not (is_last or is_of_use)
                self.going[row] = self._useless[child]
            elif state is not None:
                state.advance(int(tokens[row]))

    def drop_ended(self) -> NDArray[np.int64]:
        """Which rows are left."""
        kept = np.flatnonzero(self.going)
        self.rows, self.going = self.rows[kept], self.going[kept]
        return kept

    def begin_anew(
        self, shares: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Forget what was drawn where too little is allowed to go on, or it is of no use.

        Returns:
            The rows, and which suffix each has.
        """
        is_stuck = shares < self._floors[self._attempts[self.rows]]
        rows = np.flatnonzero(self.going & (is_stuck | self._useless[self.rows]))
        lost = self.rows[rows]
        places = self._start.places[lost]
        self._attempts[lost] += 1
        self._lengths[lost] = 0
        self._useless[lost] = False
        for child, place in zip(lost, places, strict=True):
            self._states[child] = _started(self._start.grammars[place])
        return rows, places

    def results(self, end: int) -> list[Sampled]:
        found: list[Sampled] = []
        for line, length in zip(self._written.tolist(), self._lengths.tolist(), strict=True):
            tokens = line[:length]
            ended = tokens[-1] == end
            found.append(Sampled(tokens[:-1] if ended else tokens, ended))
        return found


def _started(grammar: Grammar | None) -> State | None:
    return None if grammar is None else grammar.start()
