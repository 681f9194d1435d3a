"""Evaluations a second on one core: the arena against pymunk's plain interface and Box2D.

An evaluation is 10 s of motion at the screening setting; preparing, building and freeing are
included. The ways take turns within a run, and CPU time is counted, so other work on the machine
falls on all of them alike.

*Outside Chipmunk's step* is the share of the time that is not spent in the C function
``cpSpaceStep``. `arena.advance`, which calls it for every walker of a batch, is timed with two
clock reads a step; what the calls themselves cost (measured with an empty C function of the same
signature) is subtracted, so calling is counted as outside.
"""

from __future__ import annotations

import platform
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from statistics import median
from time import perf_counter, process_time
from typing import Any

import pymunk

from evolution.benchmarks import box2d, samples
from evolution.benchmarks.report import Figure, Progress, Report, at_least, at_most
from evolution.simulation import FLAT, SCREENING, arena, constants, plain, simulate
from evolution.simulation.preparation import Prepared, prepare
from evolution.simulation.settings import Settings
from evolution.types import Failure
from evolution.walkers.walker import Walker

BATCH = 32
ROUNDS = 7
ROUND_SECONDS = 0.25  # CPU time of one turn


@dataclass(frozen=True)
class Case:
    """A walker, and what is aimed at for it."""

    name: str
    walker: Walker
    against_plain: float
    outside: float  # per cent


CASES = (
    Case("5 joints, 8 muscles", samples.square(), 2.2, 30),
    Case("9 joints, 16 muscles", samples.radial(), 2.4, 20),
    Case("24 joints, 91 muscles", samples.grid(8, 3), 4.0, 8),
    Case("100 joints, 300 muscles", samples.grid(10, 10, muscles=300), 3.0, 5),
)
AGAINST_BOX2D = 5.0


def run(progress: Progress) -> Report:
    """Measure every case."""
    figures: list[Figure] = []
    for i, case in enumerate(CASES):
        progress(i / len(CASES), case.name)
        figures += _figures(case)
    conditions = {
        "settings": f"{SCREENING.steps} steps of 1/60 s, {SCREENING.substeps} substep, "
        f"{SCREENING.iterations} iterations; one core; batches of {BATCH}",
        "box2d": f"600 steps, 10 + 10 iterations; {box2d.STATE}",
        "pymunk": f"{pymunk.version}, Chipmunk {pymunk.chipmunk_version}",
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "counted": f"median of {ROUNDS} turns, CPU time",
    }
    return Report("simulation", conditions, figures)


def _figures(case: Case) -> list[Figure]:
    ways: dict[str, Callable[[], int]] = {
        "arena": lambda: len(simulate([case.walker] * BATCH)),
        "plain": lambda: _evaluate_plainly(case.walker),
    }
    if box2d.AVAILABLE:
        ways["box2d"] = lambda: box2d.evaluate(case.walker)
    rate = _rates(ways)
    figures = [
        Figure(f"{case.name}: arena", rate["arena"], "evaluations/s"),
        Figure(f"{case.name}: plain pymunk", rate["plain"], "evaluations/s"),
        at_least(
            f"{case.name}: against plain", rate["arena"] / rate["plain"], "x", case.against_plain
        ),
        at_most(
            f"{case.name}: outside Chipmunk's step", 100 * _outside(case.walker), "%", case.outside
        ),
    ]
    if box2d.AVAILABLE:
        ratio = rate["arena"] / rate["box2d"]
        figures += [
            Figure(f"{case.name}: Box2D", rate["box2d"], "evaluations/s"),
            at_least(f"{case.name}: against Box2D", ratio, "x", AGAINST_BOX2D),
        ]
    return figures


def _prepared(walker: Walker) -> Prepared:
    prepared = prepare(walker, FLAT, None)
    if isinstance(prepared, Failure):
        raise RuntimeError(f"The benchmark's walker cannot start: {prepared.reason}")
    return prepared


def _evaluate_plainly(walker: Walker) -> int:
    plain.run(_prepared(walker), FLAT, SCREENING, record=False)
    return 1


def _rates(ways: dict[str, Callable[[], int]]) -> dict[str, float]:
    """Evaluations a CPU second of each way; they take turns."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, evaluate in ways.items():
            count, began = 0, process_time()
            while (spent := process_time() - began) < ROUND_SECONDS:
                count += evaluate()
            rates[name].append(count / spent)
    return {name: median(values) for name, values in rates.items()}


# --- outside Chipmunk's step --------------------------------------------------------------


@dataclass
class _Clock:
    """Seconds within `arena.advance`, and how often it called Chipmunk."""

    seconds: float = 0.0
    calls: int = 0


@contextmanager
def _clocked() -> Iterator[_Clock]:
    """`arena.advance` with two clock reads around it."""
    clock, advance = _Clock(), arena.advance

    def timed(spaces: Sequence[Any], dt: Iterable[float]) -> None:
        began = perf_counter()
        advance(spaces, dt)
        clock.seconds += perf_counter() - began
        clock.calls += len(spaces)

    arena.advance = timed
    try:
        yield clock
    finally:
        arena.advance = advance


def _outside(walker: Walker) -> float:
    """The share of an evaluation's time that is not within ``cpSpaceStep``."""
    call = _seconds_of_a_call(walker)
    shares = []
    for _ in range(ROUNDS):
        with _clocked() as clock:
            began = perf_counter()
            simulate([walker] * BATCH)
            total = perf_counter() - began
        shares.append(1 - (clock.seconds - clock.calls * call) / total)
    return median(shares)


def _seconds_of_a_call(walker: Walker) -> float:
    """What it costs to call a C function of ``cpSpaceStep``'s signature that does nothing."""
    batch = [_prepared(walker)] * 16
    set_slop, slop = arena._lib.cpSpaceSetCollisionSlop, repeat(constants.COLLISION_SLOP)
    repeats = 2000
    with arena.opened(batch, FLAT, Settings(1, 1)) as opened:
        times = []
        for _ in range(ROUNDS):
            began = perf_counter()
            for _ in range(repeats):
                deque(map(set_slop, opened.spaces, slop), maxlen=0)
            times.append((perf_counter() - began) / (repeats * len(batch)))
    return min(times)
