"""Confidence intervals: against published values, and by how often they hold the truth."""

from __future__ import annotations

from statistics import mean

import numpy as np
import pytest

from evolution.benchmarks.intervals import clustered, mean_interval, ratio_interval, wilson


def test_like_trials_widen_an_interval_and_independent_ones_do_not() -> None:
    alike = [(10, 10), (0, 10)] * 10
    low, high = clustered(alike)
    assert (low, high) == pytest.approx(wilson(10, 20), abs=0.02)
    independent = [(5, 10)] * 20
    assert clustered(independent) == pytest.approx(wilson(100, 200))
    assert clustered([(3, 3), (0, 0), (5, 5)]) == wilson(8, 8)


def test_clustered_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    held = plain = 0
    for _ in range(400):
        shares = rng.beta(4, 1, 48)  # mean 0.8
        groups = [(int(rng.binomial(21, share)), 21) for share in shares]
        low, high = clustered(groups)
        held += low <= 0.8 <= high
        low, high = wilson(sum(won for won, _ in groups), 48 * 21)
        plain += low <= 0.8 <= high
    assert held >= 0.91 * 400
    assert plain < 0.85 * 400


def test_the_mean_of_three_has_students_interval() -> None:
    assert mean_interval([1.0, 2.0, 3.0]) == pytest.approx((-0.484, 4.484), abs=1e-3)
    assert mean_interval([1.0]) is None


def test_ratio_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(1_000):
        ours, theirs = rng.normal(130, 13, 3).tolist(), rng.normal(100, 10, 3).tolist()
        interval = ratio_interval(ours, theirs)
        assert interval is not None
        assert interval[0] < mean(ours) / mean(theirs) < interval[1]
        held += interval[0] <= 1.3 <= interval[1]
    assert 930 <= held <= 990


def test_ratios_without_a_spread_or_a_meaning() -> None:
    assert ratio_interval([2.0, 2.0], [1.0, 1.0]) == (2.0, 2.0)
    assert ratio_interval([2.0], [1.0, 1.0]) is None
    assert ratio_interval([2.0, 2.0], [0.0, 0.0]) is None
