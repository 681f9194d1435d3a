"""Line charts as plain SVG: the server computes the points, styles give the colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 560, 230  # of the picture, in its own units
LEFT, RIGHT, TOP, BOTTOM = 48, 10, 10, 26  # margins for the labels


@dataclass(frozen=True, slots=True)
class Line:
    """One curve.

    Attributes:
        name: for the legend.
        kind: the suffix of its style, ``plot__line--KIND``.
        points: x and y, x rising.
    """

    name: str
    kind: str
    points: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Tick:
    at: float  # units of the picture
    label: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A curve in units of the picture."""

    name: str
    kind: str
    points: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template needs of a chart."""

    title: str
    lines: list[Drawn]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def chart(title: str, lines: Sequence[Line], *, from_zero: bool = True) -> Chart | None:
    """The lines on common scales; None where no line has two points."""
    drawable = [line for line in lines if len(line.points) > 1]
    if not drawable:
        return None
    xs = [x for line in drawable for x, _ in line.points]
    ys = [y for line in drawable for _, y in line.points]
    x_ticks = ticks(0.0, max(xs))
    y_ticks = ticks(0.0 if from_zero else min(ys), max(ys))
    x_scale = _Scale(0.0, max(xs), LEFT, WIDTH - RIGHT)
    y_scale = _Scale(min(y_ticks[0], min(ys)), max(y_ticks[-1], max(ys)), HEIGHT - BOTTOM, TOP)
    return Chart(
        title,
        [
            Drawn(
                line.name,
                line.kind,
                " ".join(f"{x_scale.at(x):.1f},{y_scale.at(y):.1f}" for x, y in line.points),
            )
            for line in drawable
        ],
        [Tick(round(x_scale.at(x), 1), label(x)) for x in x_ticks],
        [Tick(round(y_scale.at(y), 1), label(y)) for y in y_ticks],
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round values that cover ``low`` to about ``high``: steps of 1, 2 or 5 times a power of 10."""
    span = max(high - low, 1e-9)
    raw = span / most
    power = 10.0 ** floor(log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw)
    first = floor(low / step)
    last = max(ceil(high / step - 1e-9), first + 1)
    return [round(index * step, 10) for index in range(first, last + 1)]


def label(value: float) -> str:
    """12000 -> "12k", 0.25 -> "0.25"."""
    if abs(value) >= 10_000:
        return f"{value / 1000:g}k"
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
