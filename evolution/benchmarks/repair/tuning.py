"""Tuning the node mutation's rate, openly: every rate that was tried is reported."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evolution.benchmarks.repair.node_mutation import NodeMutation
from evolution.benchmarks.repair.problems import PROBLEMS
from evolution.benchmarks.repair.trials import Judge, point_name

RATES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
TRIALS = 4_000  # of each rate at each point

Sweep = dict[tuple[str, int], dict[float, float]]
"""(problem, bugs) -> rate -> share of successes."""


def sweep(
    judge: Judge, rng: np.random.Generator, tell: Callable[[float], None], trials: int = TRIALS
) -> Sweep:
    """The success of each rate at each point; ``tell`` hears the share done."""
    points = [(problem, bugs) for problem in PROBLEMS for bugs in range(1, problem.most_bugs + 1)]
    shares: Sweep = {}
    for number, (problem, bugs) in enumerate(points):
        mutation = NodeMutation(problem.programs[bugs], problem.names)
        of_rates = shares[problem.name, bugs] = {}
        for at, rate in enumerate(RATES):
            tell((number + at / len(RATES)) / len(points))
            children = mutation.children(trials, rate, rng)
            of_rates[rate] = judge.successes(problem, children) / trials
    return shares


def best_rates(shares: Sweep) -> dict[tuple[str, int], float]:
    """For each point the rate that did best there.

    Where none succeeded it is the best rate with one bug less, which is the most that can
    be known: the mutation is given every advantage.
    """
    rates: dict[tuple[str, int], float] = {}
    for (problem, bugs), of_rates in shares.items():
        best = max(of_rates, key=lambda rate: of_rates[rate])
        if not of_rates[best]:
            best = rates.get((problem, bugs - 1), best)
        rates[problem, bugs] = best
    return rates


def described(shares: Sweep, rates: dict[tuple[str, int], float]) -> dict[str, str]:
    """The sweep in words, a line for each point."""
    lines = {}
    for (problem, bugs), of_rates in shares.items():
        tried = ", ".join(f"{rate:g}: {100 * share:.3g}%" for rate, share in of_rates.items())
        lines[point_name(problem, bugs)] = f"{tried}; chosen {rates[problem, bugs]:g}"
    return lines
