"""Confidence intervals: of shares, of means, and of ratios of means; all at 95%."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt
from statistics import mean, variance

Interval = tuple[float, float]

_Z = 1.959964  # 95% of a normal distribution lie within so many deviations
# The same of Student's t distribution for 1, 2, ... degrees of freedom; from 31 on as for 30.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


def wilson(successes: float, trials: float) -> Interval:
    """Of a share of independent trials: Wilson's score interval."""
    share, square = successes / trials, _Z * _Z / trials
    middle = (share + square / 2) / (1 + square)
    half = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    low = middle - half if successes else 0.0  # without rounding
    high = middle + half if successes < trials else 1.0
    return low, high


def clustered(groups: Sequence[tuple[int, int]]) -> Interval:
    """Of a share of trials that come in groups of like ones, e.g. edits of one program.

    Wilson's interval for the effective number of trials: fewer than there are, by the
    design effect (the variance between groups against that of independent trials).

    Args:
        groups: (successes, trials) of each group; groups without trials do not count.
    """
    groups = [group for group in groups if group[1]]
    successes, trials = (sum(part) for part in zip(*groups, strict=True))
    share, count = successes / trials, len(groups)
    if count < 2 or not 0 < share < 1:
        return wilson(successes, trials)
    residuals = sum((won - share * tried) ** 2 for won, tried in groups)
    between = residuals * count / (count - 1) / trials**2
    effect = max(1.0, between / (share * (1 - share) / trials))
    return wilson(successes / effect, trials / effect)


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Of the mean of independent measurements, by Student's t; None for a single one."""
    if len(values) < 2:
        return None
    half = _quantile(len(values) - 1) * sqrt(variance(values) / len(values))
    return mean(values) - half, mean(values) + half


def ratio_interval(values: Sequence[float], baseline: Sequence[float]) -> Interval | None:
    """Of the ratio of two means of independent measurements, by Welch's t on its logarithm.

    None where one of them was measured once, or a mean is not above 0.
    """
    if min(len(values), len(baseline)) < 2 or min(mean(values), mean(baseline)) <= 0:
        return None
    # The relative variance of a mean is, nearly, the variance of its logarithm.
    parts = [(variance(v) / len(v) / mean(v) ** 2, len(v) - 1) for v in (values, baseline)]
    total = sum(part for part, _ in parts)
    ratio = mean(values) / mean(baseline)
    if total == 0:
        return ratio, ratio
    freedom = total**2 / sum(part**2 / degrees for part, degrees in parts)
    factor = exp(_quantile(freedom) * sqrt(total))
    return ratio / factor, ratio * factor


def _quantile(freedom: float) -> float:
    """Student's t; degrees of freedom are rounded down, which widens the interval."""
    return _T[min(max(int(freedom + 1e-9), 1), len(_T)) - 1]
