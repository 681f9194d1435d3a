"""Evaluation: program text -> objective and measures, or a named failure.

Each program is built in the sandbox and simulated once at the coarse setting
(*screening*). A walker that reaches the bar of its niche is a candidate for an elite
and is *confirmed*: its program is built again, alone, and must make the identical
walker; the walker is simulated at the fine setting, once as it is and once for each of
a few small nudges of its start. ``robust_objective`` is the minimum of these, so a
walker in the archive goes at least that far, and luck in a chaotic motion is worth
nothing. Confirming stops as soon as a walker falls below the bar.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import process_time
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evolution.archive import EMPTY, niche_count, niche_of
from evolution.config import ArchiveConfig
from evolution.sandbox import Built, Sandbox
from evolution.simulation import (
    CONFIRMING,
    FLAT,
    SCREENING,
    Motion,
    Nudge,
    Outcome,
    Settings,
    Terrain,
    simulate,
)
from evolution.types import Failure, Stage
from evolution.walkers import Walker

# Starts that a confirmed walker must do well from, besides its own. Two centimetres are
# nothing to a gait (joints are 50 cm wide), and enough to undo a lucky chaotic motion.
NUDGES = (Nudge(amplitude=0.02, number=1), Nudge(amplitude=0.02, number=2))
# Walkers simulated in lock step: more gain little, and one short of muscles waits for the rest.
LOCK_STEP = 16


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What became of a program that made a walker.

    Attributes:
        walker: its phenotype.
        repairs: what its program was forgiven, code -> count.
        objective: distance at the screening setting, metres.
        robust_objective: minimum distance at the fine setting over the nominal and
            the nudged starts, metres; None if the screening did not reach the bar.
            Below the bar it is an upper bound, since confirming stopped there.
        motion: the nominal motion at the fine setting, encoded; None unless the
            robust objective reached the bar.
    """

    walker: Walker
    repairs: dict[str, int]
    objective: float
    robust_objective: float | None = None
    motion: bytes | None = None


class Evaluator:
    """Evaluates programs on one terrain; keeps no state that could change a result.

    It owns a sandbox, which starts with the first program; use it as a context
    manager or `close` it. ``cpu`` adds up this process's CPU seconds by step.
    """

    def __init__(self, terrain: Terrain = FLAT, archive: ArchiveConfig | None = None) -> None:
        self.terrain = terrain
        self.archive = archive or ArchiveConfig()
        self.cpu: Counter[str] = Counter()
        self._sandbox = Sandbox()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._sandbox.close()

    def evaluate(
        self, programs: Sequence[str], thresholds: NDArray[np.float64] | None = None
    ) -> list[Evaluation | Failure]:
        """Evaluate each program; the result has the order of ``programs``.

        Args:
            programs: program texts.
            thresholds: shape (niches,), the bar of each niche in metres; None
                confirms every walker.

        Raises:
            SandboxUnavailable: if programs cannot be run safely on this machine.
        """
        if thresholds is None:
            thresholds = np.full(niche_count(self.archive), EMPTY)
        with self._timed("sandbox"):
            built = self._sandbox.build(programs)
        results: list[Evaluation | Failure] = []
        walkers = [item.walker for item in built if isinstance(item, Built)]
        with self._timed("simulation"):
            outcomes = iter(self._simulate(walkers, SCREENING))
        candidates = []
        for position, item in enumerate(built):
            if isinstance(item, Failure):
                results.append(item)
                continue
            outcome = next(outcomes)
            if isinstance(outcome, Failure):
                results.append(outcome)
                continue
            evaluation = Evaluation(item.walker, item.repairs, outcome.distance)
            results.append(evaluation)
            bar = float(thresholds[niche_of(item.walker.measures, self.archive)])
            if outcome.distance >= bar:
                candidates.append(_Candidate(position, programs[position], evaluation, bar))
        self._confirm(candidates)
        for candidate in candidates:
            results[candidate.position] = candidate.result()
        return results

    def _confirm(self, candidates: list[_Candidate]) -> None:
        with self._timed("sandbox"):
            rebuilt = self._sandbox.build([c.program for c in candidates], batched=False)
        for candidate, item in zip(candidates, rebuilt, strict=True):
            if isinstance(item, Failure) or item.walker != candidate.evaluation.walker:
                candidate.failure = _NOT_REPEATABLE
        with self._timed("simulation"):
            for nudge in (None, *NUDGES):
                standing = [candidate for candidate in candidates if candidate.stands]
                walkers = [candidate.evaluation.walker for candidate in standing]
                outcomes = self._simulate(walkers, CONFIRMING, nudge, record=nudge is None)
                for candidate, outcome in zip(standing, outcomes, strict=True):
                    candidate.take(outcome)
            for candidate in candidates:
                candidate.encode_motion()

    def _simulate(
        self,
        walkers: Sequence[Walker],
        settings: Settings,
        nudge: Nudge | None = None,
        record: bool = False,
    ) -> list[Outcome | Failure]:
        """Simulate in lock step, walkers of like size together; keeps the order."""
        order = sorted(
            range(len(walkers)), key=lambda i: (len(walkers[i].joints), len(walkers[i].muscles))
        )
        outcomes: dict[int, Outcome | Failure] = {}
        for start in range(0, len(order), LOCK_STEP):
            group = order[start : start + LOCK_STEP]
            motions = simulate(
                [walkers[i] for i in group],
                self.terrain,
                settings,
                nudges=None if nudge is None else [nudge] * len(group),
                record=record,
            )
            outcomes.update(zip(group, motions, strict=True))
        return [outcomes[i] for i in range(len(walkers))]

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        start = process_time()
        try:
            yield
        finally:
            self.cpu[step] += process_time() - start


_NOT_REPEATABLE = Failure(
    Stage.SANDBOX,
    "not-repeatable",
    "Run again, alone, this program did not make the same walker. A walker must depend on "
    "its program only, not on time, memory addresses or the programs run before it.",
)


@dataclass(slots=True)
class _Candidate:
    """A walker on its way through confirming."""

    position: int
    program: str
    evaluation: Evaluation
    bar: float
    robust: float = math.inf
    motion: Motion | None = None
    encoded: bytes | None = None
    failure: Failure | None = None

    @property
    def stands(self) -> bool:
        return self.failure is None and self.robust >= self.bar

    def take(self, outcome: Outcome | Failure) -> None:
        if isinstance(outcome, Failure):
            self.failure = outcome
            return
        self.robust = min(self.robust, outcome.distance)
        self.motion = self.motion or outcome.motion

    def encode_motion(self) -> None:
        if self.stands and self.motion is not None:
            self.encoded = self.motion.encode()

    def result(self) -> Evaluation | Failure:
        return self.failure or replace(
            self.evaluation, robust_objective=self.robust, motion=self.encoded
        )
