"""What a search leaves behind: admitted walkers, reports of batches, statistics."""

from __future__ import annotations

from dataclasses import dataclass

from evolution.archive import Admission, Entry
from evolution.operators.mix import Mix, Tally
from evolution.walkers import Walker


@dataclass(frozen=True, slots=True)
class Admitted:
    """A walker that entered the archive, with its lineage; kept forever.

    Attributes:
        number: in order of admission, from 0 (the seed).
        parent: number of the walker it descends from; None for the seed.
        operator: name of the operator that made it.
        message: what the operator was asked for.
        diff: unified diff from the parent's program; empty for the seed.
        depth: generations since the seed.
        batch: the batch that it came with.
        program: its genotype.
        walker: its phenotype.
        repairs: what its program was forgiven, code -> count.
        objective: distance at the screening setting, metres.
        robust_objective: what the archive ranks by, metres.
        niche: flat index of its niche.
        admission: how it got in.
        motion: its recorded motion, encoded.
    """

    number: int
    parent: int | None
    operator: str
    message: str
    diff: str
    depth: int
    batch: int
    program: str
    walker: Walker
    repairs: dict[str, int]
    objective: float
    robust_objective: float
    niche: int
    admission: Admission
    motion: bytes

    def entry(self) -> Entry:
        return Entry(
            self.number, self.program, self.objective, self.robust_objective, self.walker.measures
        )


@dataclass(frozen=True, slots=True)
class OperatorShare:
    """One operator of a run after a batch."""

    name: str
    share: float  # of the children in the batches that are prepared now, 0 to 1
    tried: int  # children so far, failures included
    admitted: int  # walkers so far


@dataclass(frozen=True, slots=True)
class Statistics:
    """The archive and the counters after a batch; distances in metres."""

    evaluations: int  # children tried so far, failures included, the seed not
    failures: dict[str, int]  # failure code -> count so far
    admitted: int  # walkers ever admitted, the seed included
    filled: int
    coverage: float
    qd_score: float
    best: float
    operators: tuple[OperatorShare, ...]  # in the config's order


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What applying one batch changed."""

    number: int
    tried: int  # children in this batch; 0 for the seed's
    failures: dict[str, int]  # failure code -> count in this batch
    admitted: list[Admitted]
    tallies: dict[str, Tally]  # operator -> what became of its children; empty for the seed's
    statistics: Statistics


def shares_of(mix: Mix) -> tuple[OperatorShare, ...]:
    """A mix as it is shown."""
    shares = mix.shares()
    return tuple(
        OperatorShare(name, shares[name], standing.tried, standing.admitted)
        for name, standing in mix.standings.items()
    )
