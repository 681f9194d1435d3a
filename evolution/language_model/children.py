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

    A child is drawn and then, if its model judges, judged: the row reads the end, and the
    model says what it thinks.

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
        self._judged = np.zeros(count, dtype=bool)  # they have ended; is it approved of?
        self._disapprovals = np.zeros(count, dtype=np.int64)
        # Of each that was disapproved of: the best approval so far, and what got it.
        self._best: dict[int, tuple[float, NDArray[np.int64]]] = {}

    def states(self) -> list[State | None]:
        """Of each row; None where nothing is ruled out, or nothing wanted any more."""
        wanted = self.going & ~self._useless[self.rows]
        return [self._states[c] if on else None for c, on in zip(self.rows, wanted, strict=True)]

    def take(self, tokens: NDArray[np.int64], end: int) -> None:
        """Go on with one token a row."""
        self.going &= ~self._judged[self.rows]  # who is still here was approved of
        going = self.rows[self.going]
        self._written[going, self._lengths[going]] = tokens[self.going]
        self._lengths[going] += 1
        for row in np.flatnonzero(self.going):
            child, is_end = self.rows[row], tokens[row] == end
            state = self._states[child]
            if is_end or self._lengths[child] == self._limits[child]:
                self.going[row] = self._end(child, is_end)
            elif state is not None:
                state.advance(int(tokens[row]))

    def _end(self, child: int, is_end: bool) -> bool:
        """Decide on a child that has drawn its last token: whether it is not done with that."""
        state, grammar = self._states[child], self._start.grammars[self._start.places[child]]
        if state is None or grammar is None or self._attempts[child] == len(self._floors) - 1:
            return False
        if not (is_end and state.holds()):
            self._useless[child] = True
        elif grammar.approval is not None:
            self._judged[child] = True
            self._states[child] = _Judgement(grammar.approval)
        return bool(self._useless[child] or self._judged[child])

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
        judged = self._judged[self.rows]
        floors = np.where(judged, self._least_approved, self._floors[self._attempts[self.rows]])
        rows = np.flatnonzero(self.going & ((shares < floors) | self._useless[self.rows]))
        for row in rows[judged[rows]]:
            self._disapprove(self.rows[row], float(shares[row]))
        self._attempts[self.rows[rows]] += 1
        done = np.array([self._settle(child) for child in self.rows[rows]], dtype=bool)
        self.going[rows[done]] = False
        rows = rows[~done]
        lost = self.rows[rows]
        places = self._start.places[lost]
        self._lengths[lost] = 0
        self._useless[lost] = self._judged[lost] = False
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


@dataclass(frozen=True, slots=True)
class _Judgement:
    """The state behind the end: nothing but approval may come."""

    approval: int

    def allow(self, mask: NDArray[np.bool_]) -> None:
        mask[self.approval] = True

    def advance(self, token: int) -> None:
        pass

    def holds(self) -> bool:
        return True


def _started(grammar: Grammar | None) -> State | None:
    return None if grammar is None else grammar.start()
