"""Evaluation: program text -> objective and measures, or a named failure.

Each program is built in the sandbox and simulated once at the coarse setting
(*screening*). A walker that reaches the bar of its niche is a candidate for an elite
and is *confirmed*: it is simulated at the fine setting, once as it is and once for each of
a few small nudges of its start. ``robust_objective`` is the minimum of these, so a
walker in the archive goes at least that far, and luck in a chaotic motion is worth
nothing. Confirming stops as soon as a walker falls below the bar. At last its program
is built again, alone, and must make the identical walker.
"""

from __future__ import annotations

import math
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import process_time
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from evolution.archive import EMPTY, niche_count, niche_of
from evolution.config import ArchiveConfig
from evolution.sandbox import Built, Sandbox
from evolution.simulation import (
    CONFIRMING,
    FLAT,
    SCREENING,
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
# Trials that an evaluator remembers; with their motions 5 to 20 MB.
REMEMBERED = 4_000


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
        self.cpu: defaultdict[str, float] = defaultdict(float)
        self._sandbox = Sandbox()
        self._trials = _Trials(terrain)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
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
        with self._timed("simulation"):
            made = [item.walker for item in built if isinstance(item, Built)]
            trials = iter(self._trials.run(made, _SCREENING))
        results: list[Evaluation | Failure] = []
        candidates = []
        for position, item in enumerate(built):
            if isinstance(item, Failure):
                results.append(item)
                continue
            trial = next(trials)
            if isinstance(trial, Failure):
                results.append(trial)
                continue
            evaluation = Evaluation(item.walker, item.repairs, trial.distance)
            results.append(evaluation)
            bar = float(thresholds[niche_of(item.walker.measures, self.archive)])
            if trial.distance >= bar:
                candidates.append(_Candidate(position, evaluation, bar))
        self._confirm(candidates, programs)
        for candidate in candidates:
            results[candidate.position] = candidate.result()
        return results

    def _confirm(self, candidates: list[_Candidate], programs: Sequence[str]) -> None:
        with self._timed("simulation"):
            for setting in _CONFIRMING:
                standing = [candidate for candidate in candidates if candidate.stands]
                walkers = [candidate.evaluation.walker for candidate in standing]
                for candidate, trial in zip(
                    standing, self._trials.run(walkers, setting), strict=True
                ):
                    candidate.take(trial)
        with self._timed("sandbox"):
            standing = [candidate for candidate in candidates if candidate.stands]
            texts = [programs[candidate.position] for candidate in standing]
            rebuilt = self._sandbox.build(texts, batched=False)
            for candidate, item in zip(standing, rebuilt, strict=True):
                if isinstance(item, Failure) or item.walker != candidate.evaluation.walker:
                    candidate.failure = _NOT_REPEATABLE

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
    evaluation: Evaluation
    bar: float
    robust: float = math.inf
    motion: bytes | None = None
    failure: Failure | None = None

    @property
    def stands(self) -> bool:
        return self.failure is None and self.robust >= self.bar

    def take(self, trial: _Trial | Failure) -> None:
        if isinstance(trial, Failure):
            self.failure = trial
            return
        self.robust = min(self.robust, trial.distance)
        self.motion = self.motion or trial.motion

    def result(self) -> Evaluation | Failure:
        motion = self.motion if self.stands else None
        return self.failure or replace(self.evaluation, robust_objective=self.robust, motion=motion)


class _Setting(NamedTuple):
    """One of the ways in which every walker is simulated."""

    settings: Settings
    nudge: Nudge | None
    record: bool


_SCREENING = _Setting(SCREENING, None, False)
_CONFIRMING = (
    _Setting(CONFIRMING, None, True),
    *(_Setting(CONFIRMING, nudge, False) for nudge in NUDGES),
)


class _Trial(NamedTuple):
    """What one simulation of a walker said."""

    distance: float
    motion: bytes | None  # encoded


class _Trials:
    """Simulates walkers, each at most once a setting as long as it is remembered.

    A third of all children are their parent's twin, or another's: their edit changed the
    text and not the walker. A simulation is exact to the last bit, so remembering changes
    no result.
    """

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._known: OrderedDict[tuple[str, _Setting], _Trial | Failure] = OrderedDict()

    def run(self, walkers: Sequence[Walker], setting: _Setting) -> list[_Trial | Failure]:
        """One trial for each walker, in order."""
        known = {}
        unknown: dict[str, Walker] = {}
        for walker in walkers:
            trial = self._known.get((walker.digest, setting))
            if trial is None:
                unknown[walker.digest] = walker
            else:
                self._known.move_to_end((walker.digest, setting))
                known[walker.digest] = trial
        # Walkers of like size keep step best.
        fresh = sorted(unknown.values(), key=lambda w: (len(w.joints), len(w.muscles)))
        outcomes = simulate(
            fresh,
            self._terrain,
            setting.settings,
            nudges=[setting.nudge] * len(fresh),
            record=setting.record,
        )
        for walker, outcome in zip(fresh, outcomes, strict=True):
            known[walker.digest] = self._remember(walker, setting, outcome)
        return [known[walker.digest] for walker in walkers]

    def _remember(
        self, walker: Walker, setting: _Setting, outcome: Outcome | Failure
    ) -> _Trial | Failure:
        trial: _Trial | Failure
        if isinstance(outcome, Failure):
            trial = outcome
        else:
            motion = outcome.motion.encode() if outcome.motion else None
            trial = _Trial(outcome.distance, motion)
        self._known[walker.digest, setting] = trial
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return trial
