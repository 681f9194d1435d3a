"""How many bytes a replay of 10 s is on the wire, and what coding it costs."""

from __future__ import annotations

import platform
from time import process_time

from evolution.benchmarks import samples
from evolution.benchmarks.report import Figure, Progress, Report, at_most
from evolution.simulation import CONFIRMING, Motion, simulate
from evolution.simulation.motion import FPS, SCALE
from evolution.types import Failure
from evolution.walkers.walker import Walker

# name, walker, most bytes. Of each size a still one and a lively one: motion costs bytes.
CASES: tuple[tuple[str, Walker, int | None], ...] = (
    ("5 joints, Square seed", samples.square(), 2000),
    ("5 joints, galloping", samples.galloper(), 2000),
    ("24 joints, crawling", samples.grid(8, 3), 8000),
    ("24 joints, thrashing", samples.grid(8, 3, spacing=3.0, row_phase=1.57), 8000),
    ("100 joints, thrashing", samples.grid(10, 10, muscles=300), None),
)
ROUNDS = 20


def run(progress: Progress) -> Report:
    """Record, encode and decode each case."""
    figures: list[Figure] = []
    for i, (name, walker, bound) in enumerate(CASES):
        progress(i / len(CASES), name)
        figures += _figures(name, recorded(walker), bound)
    conditions = {
        "motion": f"10 s, {FPS} frames/s, steps of 1/{SCALE} m",
        "machine": platform.machine(),
        "python": platform.python_version(),
    }
    return Report("replay", conditions, figures)


def recorded(walker: Walker) -> Motion:
    """The walker's motion at the confirming setting.

    Raises:
        RuntimeError: if the walker cannot be simulated.
    """
    (outcome,) = simulate([walker], settings=CONFIRMING, record=True)
    if isinstance(outcome, Failure) or outcome.motion is None:
        raise RuntimeError(f"The benchmark's walker could not be recorded: {outcome}")
    return outcome.motion


def _figures(name: str, motion: Motion, bound: int | None) -> list[Figure]:
    data = motion.encode()
    size = len(data)
    if bound is None:
        wire = Figure(f"{name}: on the wire", size, "bytes")
    else:
        wire = at_most(f"{name}: on the wire", size, "bytes", bound)
    began = process_time()
    for _ in range(ROUNDS):
        motion.encode()
    middle = process_time()
    for _ in range(ROUNDS):
        Motion.decode(data)
    ended = process_time()
    return [
        wire,
        Figure(f"{name}: encode", 1000 * (middle - began) / ROUNDS, "ms"),
        Figure(f"{name}: decode", 1000 * (ended - middle) / ROUNDS, "ms"),
    ]
