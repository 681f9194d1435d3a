"""Programs of a held-out lineage: as evolution leaves them, and in no model's training data.

Short syntax-tree searches start from the CPPN-Mutable seed and from generated base
programs of a random stream that no corpus is made from; programs close to a seed are
kept out of every corpus (`language_model.corpus.kinship`). The same version makes the
same programs. Only a model that was fine-tuned on accepted edits of runs that started
from CPPN-Mutable knows relatives of that lineage; so figures are given by lineage too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from evolution.config import RunConfig
from evolution.language_model.corpus.bases import BENCHMARKS, base_program
from evolution.sandbox import Built, Sandbox
from evolution.search import Admitted, Search
from evolution.walkers import Walker
from evolution.walkers.seeds import seed_program
from evolution.workers import LocalWorker, evolve

SEED = "cppn-mutable"
GENERATED = 3  # lineages of generated programs
EVALUATIONS = 750  # of each lineage
PROGRAMS = 48  # of all lineages
_LINEAGE_SEED = 31
_FIRST_BASE = 1_000_000  # numbers in the stream; those below are other benchmarks'


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A program and how many mutations made it from its lineage's first."""

    lineage: str
    depth: int
    program: str
    walker: Walker


def held_out_programs(
    tell: Callable[[float], None], count: int = PROGRAMS, evaluations: int = EVALUATIONS
) -> list[HeldOut]:
    """``count`` different programs, equally many of each lineage, of all depths but 0.

    Args:
        tell: told the share done, 0 to 1.
        evaluations: of each lineage's search.

    Raises:
        SandboxUnavailable: if programs cannot be run safely on this machine.
        ValueError: if the searches found fewer programs.
    """
    starts = {SEED: seed_program(SEED)}
    with Sandbox() as sandbox:
        bases = fresh_bases(sandbox, _FIRST_BASE)
        starts |= {f"generated {n + 1}": next(bases)[1] for n in range(GENERATED)}
    found: list[HeldOut] = []
    for number, (name, start) in enumerate(starts.items()):
        wanted = count * (number + 1) // len(starts) - count * number // len(starts)
        walkers = _admitted(start, evaluations, partial(_tell, tell, number, len(starts)))
        found += [HeldOut(name, w.depth, w.program, w.walker) for w in _spread(walkers, wanted)]
    return found


def _tell(tell: Callable[[float], None], number: int, parts: int, share: float) -> None:
    tell((number + share) / parts)


def fresh_bases(sandbox: Sandbox, first: int = 0) -> Iterator[tuple[int, str, Walker]]:
    """Endless generated programs that make active walkers: their number, text, walker."""
    number = first
    while True:
        texts = [base_program(np.random.default_rng([BENCHMARKS, number + at])) for at in range(16)]
        for at, built in enumerate(sandbox.build(texts)):
            if isinstance(built, Built) and built.walker.is_active:
                yield number + at, texts[at], built.walker
        number += len(texts)


def _admitted(start: str, evaluations: int, tell: Callable[[float], None]) -> list[Admitted]:
    """All that a search admits. Small batches, one at a time, make long lineages."""
    config = RunConfig(
        seed_program=start,
        operator="syntax-tree",
        evaluations=evaluations,
        batch_size=16,
        batches_in_flight=1,
        random_seed=_LINEAGE_SEED,
    )
    walkers: list[Admitted] = []
    with LocalWorker(config) as worker:
        for report in evolve(Search(config), worker):
            walkers += report.admitted
            tell(report.statistics.evaluations / evaluations)
    return walkers


def _spread(walkers: list[Admitted], count: int) -> list[Admitted]:
    """``count`` walkers at equal steps through all, ordered by depth; texts differ."""
    known: dict[str, Admitted] = {}
    for walker in walkers:
        if walker.depth:
            known.setdefault(walker.program, walker)
    ordered = sorted(known.values(), key=lambda w: (w.depth, w.number))
    if len(ordered) < count:
        raise ValueError(f"A lineage has only {len(ordered)} programs, {count} were wanted.")
    return [ordered[len(ordered) * step // count] for step in range(count)]
