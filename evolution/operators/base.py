"""The operator contract: parents and messages in, children or named failures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evolution.types import Failure


@dataclass(frozen=True, slots=True)
class Child:
    """A mutated genotype: ``program`` is the whole new program text."""

    program: str
    operator: str
    message: str


class OperatorUnavailable(Exception):
    """The operator can make no child now; ``failure`` says why and what to do.

    For a model that is missing, an endpoint that is down, a budget that is spent. In a
    mix every child of the batch counts as this failure and the others go on; a run of
    this operator alone stops, and goes on when the trouble is mended.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class Operator(Protocol):
    """A mutation operator. One that needs a model loads it in its first `propose`.

    Contract, checked by one suite for every operator: the result has the
    length of ``parents``, entry i descends from ``parents[i]`` under
    ``messages[i]``; a child differs from its parent; equal arguments and an
    equally seeded generator give equal results; nothing is executed.
    """

    name: str

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        """Mutate each parent once.

        Raises:
            OperatorUnavailable: if there can be no child for a reason outside the parents.
        """
        ...
