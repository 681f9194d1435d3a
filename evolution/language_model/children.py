"""Children while they are sampled: what is drawn of each, who has ended, who begins anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from evolution.language_model.decoder import Rows
from evolution.language_model.sampling import Grammar, Sampled, Sampling, State


@dataclass(frozen=True, slots=True)
class Start:
    """Prefixes and their different suffixes, before anything is drawn.

    Attributes:
        rows: one a suffix.
        logits, states: [suffixes, vocabulary] and [suffixes, width], of what follows.
        places: [children]: which suffix each has.
        grammars: of each suffix.
    """

    rows: Rows
    logits: Tensor
    states: Tensor
    places: NDArray[np.int64]
    grammars: list[Grammar | None]

    def grammar_states(self) -> list[State | None]:
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
        sampling: Sampling,
    ) -> None:
        """Args:
        shares: [suffixes]: of the model's probability, what the grammars leave at the start.
        limits: tokens of each child at most.
        """
        count, floors = len(limits), np.array(sampling.floors())
        self.rows = np.arange(count)
        self.going = np.ones(count, dtype=bool)
        self._start, self._limits, self._floors = start, limits, floors
        self._least_approved, self._judgements = sampling.least_approved, sampling.judgements
        self._written = np.zeros((count, int(limits.max())), dtype=np.int64)
        self._lengths = np.zeros(count, dtype=np.int64)
        # Who is stuck before the first token will always be: it is at its last attempt.
        hopeless = shares[start.places] < floors[0]
        self._attempts = np.where(hopeless, len(floors) - 1, 0)
        self._states = [_started(start.grammars[place]) for place in start.places]
        self._useless = np.zeros(count, dtype=bool)  # they have ended and will begin anew
        self._disapprovals = np.zeros(count, dtype=np.int64)
        # Of each that was disapproved of: the best approval so far, and what got it.
        self._best: dict[int, tuple[float, NDArray[np.int64]]] = {}

    def grammar_states(self) -> list[State | None]:
        """Of each row; None where nothing is ruled out, or nothing wanted any more."""
        wanted = self.going & ~self._useless[self.rows]
        return [self._states[c] if on else None for c, on in zip(self.rows, wanted, strict=True)]

    def take(self, tokens: NDArray[np.int64], end: int) -> NDArray[np.int64]:
        """Go on with one token a row.

        Returns:
            The rows of those that have now ended and may be judged.
        """
        going = self.rows[self.going]
        self._written[going, self._lengths[going]] = tokens[self.going]
        self._lengths[going] += 1
        ended: list[int] = []
        for row in np.flatnonzero(self.going):
            child, is_end = self.rows[row], tokens[row] == end
            state = self._states[child]
            if is_end or self._lengths[child] == self._limits[child]:
                if self._end(row, is_end):
                    ended.append(int(row))
            elif state is not None:
                state.advance(int(tokens[row]))
        return np.array(ended, dtype=np.int64)

    def _end(self, row: np.int64, is_end: bool) -> bool:
        """Decide on a child that has drawn its last token: whether a critic may judge it."""
        child = self.rows[row]
        self.going[row] = False
        state, grammar = self._states[child], self._start.grammars[self._start.places[child]]
        if state is None or grammar is None or self._attempts[child] == len(self._floors) - 1:
            return False
        is_of_use = is_end and state.holds()
        self._useless[child] = self.going[row] = not is_of_use
        return is_of_use and grammar.is_judged

    def lengths(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Tokens drawn so far, the end included."""
        return self._lengths[self.rows[rows]]

    def judge(self, rows: NDArray[np.int64], approvals: NDArray[np.float32]) -> None:
        """Let those that have ended, but are not approved of, begin anew."""
        for row, approval in zip(rows, approvals.tolist(), strict=True):
            if approval < self._least_approved:
                self._disapprove(self.rows[row], approval)
                self._useless[self.rows[row]] = self.going[row] = True

    def drop_ended(self) -> NDArray[np.int64]:
        """Which rows are left."""
        kept = np.flatnonzero(self.going)
        self.rows, self.going = self.rows[kept], self.going[kept]
        return kept

    def begin_anew(
        self, shares: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Forget what was drawn where too little is allowed to go on, or it is of no use.

        Args:
            shares: [rows]: of the model's probability, what `states` leave.

        Returns:
            The rows, and which suffix each has.
        """
        floors = self._floors[self._attempts[self.rows]]
        rows = np.flatnonzero(self.going & ((shares < floors) | self._useless[self.rows]))
        self._attempts[self.rows[rows]] += 1
        done = np.array([self._settle(child) for child in self.rows[rows]], dtype=bool)
        self.going[rows[done]] = False
        rows = rows[~done]
        lost = self.rows[rows]
        places = self._start.places[lost]
        self._lengths[lost] = 0
        self._useless[lost] = False
        for child, place in zip(lost, places, strict=True):
            self._states[child] = _started(self._start.grammars[place])
        return rows, places

    def _disapprove(self, child: int, approval: float) -> None:
        self._disapprovals[child] += 1
        if child not in self._best or approval > self._best[child][0]:
            drawn = self._written[child, : self._lengths[child]].copy()
            self._best[child] = approval, drawn

    def _settle(self, child: int) -> bool:
        """Take the best of a child's endings, if it has one and has had all of its chances."""
        is_out = self._disapprovals[child] >= self._judgements
        is_out |= self._attempts[child] == len(self._floors) - 1
        if not is_out or child not in self._best:
            return False
        drawn = self._best[child][1]
        self._written[child, : len(drawn)] = drawn
        self._lengths[child] = len(drawn)
        return True

    def results(self, end: int) -> list[Sampled]:
        found: list[Sampled] = []
        for line, length in zip(self._written.tolist(), self._lengths.tolist(), strict=True):
            tokens = line[:length]
            ended = tokens[-1] == end
            found.append(Sampled(tokens[:-1] if ended else tokens, ended))
        return found


def _started(grammar: Grammar | None) -> State | None:
    return None if grammar is None else grammar.start()
