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


class Operator(Protocol):
    """A mutation operator.

    Contract, checked by one suite for every operator: the result has the
    length of ``parents``, entry i descends from ``parents[i]`` under
    ``messages[i]``; a child differs from its parent; equal arguments and an
    equally seeded generator give equal results; nothing is executed.
    """

    name: str

    def propose(
        self, parents: Sequence[str], messages: Sequence[str], rng: np.random.Generator
    ) -> list[Child | Failure]:
        """Mutate each parent once."""
        ...
