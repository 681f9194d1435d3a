"""What is asked of a sampler, and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn.

    Attributes:
        temperature: divides the logits; 0 takes the likeliest token. With less, single edits
            are valid and new more often (before the model practised 63% at 0.6, 55% at 0.9),
            but searches find less: at 0.6 more children are siblings' doubles (QD score 23%
            lower from Radial).
        top_p: the likeliest tokens with this much mass are kept (nucleus sampling).
        longest: new tokens of a child at most; fewer where the model's context ends.
        least_allowed: a child begins anew where what its grammar allows has less than this
            of the model's probability; also where it has ended and is of no use, or is too long.
        least_approved: also where it has ended and the model's critic, if it has one, gives
            less than this for its being of use. At 0.8 that is 1.3 endings an edit, at 0.95
            twice as many for 2 more valid edits in a hundred.
        judgements: how many of its endings the critic judges; if it approves of none, the
            child is the best of them.
        attempts: how often it begins at most; at the last all of this is let through, but for
            a child that has an ending already, which is that.
    """

    temperature: float = 0.9
    top_p: float = 0.95
    longest: int = 112
    least_allowed: float = 0.1
    least_approved: float = 0.8
    judgements: int = 4
    attempts: int = 16

    def __post_init__(self) -> None:
        if not (self.temperature >= 0 and 0 < self.top_p <= 1 and self.longest >= 1):
            raise ValueError(
                "Sampling needs temperature >= 0, 0 < top_p <= 1 and longest >= 1, not "
                f"{self.temperature}, {self.top_p} and {self.longest}."
            )
        shares = (self.least_allowed, self.least_approved)
        counts = (self.judgements, self.attempts)
        if not (all(0 <= share <= 1 for share in shares) and min(counts) >= 1):
            raise ValueError(
                "Sampling needs least_allowed and least_approved from 0 to 1 and judgements and "
                f"attempts >= 1, not {shares} and {counts}."
            )

    def floors(self) -> list[float]:
        """What has to be allowed in each attempt; the likeliest tokens come the same again."""
        attempts = self.attempts if self.temperature > 0 else 1
        return [self.least_allowed] * (attempts - 1) + [0.0]


class State(Protocol):
    """Which tokens a child may get next."""

    def allow(self, mask: NDArray[np.bool_]) -> None:
        """Set to True what may come next; ``mask`` [vocabulary] is False before."""

    def advance(self, token: int) -> None:
        """Go on behind an allowed token."""

    def holds(self) -> bool:
        """Whether a child that ends here is of use."""


class Grammar(Protocol):
    """What the children of a parent may be; see `language_model.grammar`.

    Attributes:
        is_judged: whether a critic is asked about children that have ended.
    """

    @property
    def is_judged(self) -> bool: ...

    def start(self) -> State: ...


@dataclass(frozen=True, slots=True)
class Group:
    """Children of one parent: a shared prefix (the program), one suffix (a message) a child.

    Neither may be empty. Without a grammar children may be anything.
    """

    prefix: Sequence[int]
    suffixes: Sequence[Sequence[int]]
    grammar: Grammar | None = None


@dataclass(frozen=True, slots=True)
class Sampled:
    """One child's new tokens, without the end token.

    Attributes:
        ended: False if it reached the longest allowed length before its end.
    """

    tokens: list[int]
    ended: bool


def allowed_along(grammar: Grammar, tokens: Sequence[int], vocabulary: int) -> NDArray[np.bool_]:
    """Among which tokens each of a child's was chosen: [tokens, vocabulary]."""
    allowed = np.zeros((len(tokens), vocabulary), dtype=bool)
    state = grammar.start()
    for mask, token in zip(allowed, tokens, strict=True):
        state.allow(mask)
        state.advance(token)
    return allowed
