"""Charts as SVG: round ticks, every point in the picture."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elmweb.training.charts import HEIGHT, WIDTH, Line, chart, label, ticks

numbers = st.floats(0, 1e7, allow_nan=False)


@given(numbers, numbers)
def test_ticks_cover_the_values_in_equal_steps(low: float, high: float) -> None:
    low, high = sorted((low, high))
    found = ticks(low, high)
    assert found[0] <= low + 1e-9
    assert found[-1] >= high - max(high, 1) * 1e-6
    assert 2 <= len(found) <= 8
    steps = {round(b - a, 6) for a, b in itertools.pairwise(found)}
    assert max(steps) - min(steps) <= max(high, 1) * 1e-6


@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=30))
def test_every_point_lies_in_the_picture(points: list[tuple[float, float]]) -> None:
    drawn = chart("any", [Line("a", "before", sorted(points))])
    assert drawn is not None
    for pair in drawn.lines[0].points.split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


def test_a_line_needs_two_points() -> None:
    assert chart("none", [Line("a", "before", [(1, 1)]), Line("b", "after", [])]) is None


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.25, "0.25"), (1500.0, "1,500"), (20_000.0, "20k")]
)
def test_labels_are_short(value: float, text: str) -> None:
    assert label(value) == text
