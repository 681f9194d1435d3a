"""The plot of the bug-repair benchmark: success on a log axis, with intervals, as an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10

from evolution.benchmarks.repair.trials import Point
from evolution.rendering.palette import LIGHT

_COLOURS = ("#8c8577", "#2b6f77", "#b8341a", "#6b4c9a", "#c98a1b", "#3d7a3d")
_PANEL_HEIGHT, _COLUMN = 300, 64  # pixels
_LEFT, _TOP, _GAP, _BELOW = 62, 46, 64, 66
_ZERO_ROOM = 30  # between the axis and the row for "never"
_LINE = 20  # of the legend


def plot_svg(points: Sequence[Point]) -> str:
    """Share of repaired programs against the number of bugs, a panel for each problem.

    Whiskers are 95% confidence intervals. An entrant that never succeeded stands hollow in
    the lowest row; its whisker reaches up to what its trials cannot exclude.
    """
    problems = list(dict.fromkeys(point.problem for point in points))
    entrants = list(dict.fromkeys(point.entrant for point in points))
    scale = _Scale(points)
    panels, x = [], float(_LEFT)
    for problem in problems:
        own = [point for point in points if point.problem == problem]
        panels.append(_panel(problem, own, entrants, scale, x))
        x += _width(own) + _GAP
    width = max(x - _GAP + 24, 420)
    below = scale.bottom + _ZERO_ROOM + _BELOW
    height = below + _LINE * len(entrants)
    legend = "".join(
        f'<g transform="translate({_LEFT} {below + _LINE * at})">{_mark(at, 6, -4, True)}'
        f'<text x="20">{escape(name)}</text></g>'
        for at, name in enumerate(entrants)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" font-family="system-ui, sans-serif" '
        f'font-size="12" fill="{LIGHT["ink"]}"><title>Bug repair in one mutation</title>'
        f'<rect width="100%" height="100%" fill="{LIGHT["stage"]}"/>'
        f'<text x="{_LEFT}" y="20" font-size="14" font-weight="600">'
        f"Programs repaired by one mutation</text>{''.join(panels)}{legend}</svg>\n"
    )


class _Scale:
    """Shares to heights in pixels; log, with a row of its own for zero."""

    def __init__(self, points: Sequence[Point]) -> None:
        shares = [point.share for point in points if point.share] or [1.0]
        uppers = [point.interval[1] for point in points if not point.share]
        self.lowest = floor(log10(min(shares + uppers)))
        self.bottom = _TOP + _PANEL_HEIGHT

    def y(self, share: float) -> float:
        if share <= 0:
            return self.bottom + _ZERO_ROOM
        part = min(max(log10(share) / self.lowest, 0.0), 1.0) if self.lowest else 0.0
        return _TOP + part * _PANEL_HEIGHT


def _width(points: Sequence[Point]) -> float:
    return _COLUMN * len({point.bugs for point in points})


def _panel(
    problem: str, points: Sequence[Point], entrants: Sequence[str], scale: _Scale, x: float
) -> str:
    width = _width(points)
    parts = [f'<text x="{x:g}" y="{_TOP - 8}" fill="{LIGHT["ink-soft"]}">{escape(problem)}</text>']
    for power in range(scale.lowest, 1):
        y = scale.y(10.0**power)
        parts.append(_rule(x, y, width))
        parts.append(_label(x - 8, y + 4, f"{10.0 ** (power + 2):g}%", "end"))
    never = scale.y(0)
    parts += [_rule(x, never, width, "2 3"), _label(x - 8, never + 4, "never", "end")]
    bugs = sorted({point.bugs for point in points})
    for at, count in enumerate(bugs):
        parts.append(_label(x + (at + 0.5) * _COLUMN, never + 20, str(count), "middle"))
    parts.append(_label(x + width / 2, never + 38, "bugs", "middle"))
    for number, name in enumerate(entrants):
        own = sorted((p for p in points if p.entrant == name), key=lambda p: p.bugs)
        shift = (number - (len(entrants) - 1) / 2) * 7
        places = [
            (x + (bugs.index(point.bugs) + 0.5) * _COLUMN + shift, scale.y(point.share))
            for point in own
        ]
        parts.append(_series(number, own, places, scale))
    return "".join(parts)


def _series(
    number: int, points: Sequence[Point], places: Sequence[tuple[float, float]], scale: _Scale
) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6" '
        'stroke-opacity="0.75"/>'
    ]
    for point, (x, y) in zip(points, places, strict=True):
        low, high = point.interval
        ends = scale.y(low) if point.share else y, scale.y(high)
        parts.append(
            f'<path d="M{x:.1f} {ends[0]:.1f}V{ends[1]:.1f}" stroke="{colour}" stroke-width="1.4" '
            f'stroke-opacity="{1 if point.share else 0.45}"/>'
        )
        told = f"{point.entrant}, bugs {point.bugs}: {100 * point.share:.3g}%"
        mark = _mark(number, x, y, point.share > 0)
        parts.append(f"<g><title>{escape(told)}</title>{mark}</g>")
    return "".join(parts)


def _mark(number: int, x: float, y: float, filled: bool) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    fill = colour if filled else LIGHT["stage"]
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}" stroke="{colour}" '
        'stroke-width="1.5"/>'
    )


def _rule(x: float, y: float, width: float, dashes: str = "none") -> str:
    return (
        f'<path d="M{x:g} {y:.1f}h{width:g}" stroke="{LIGHT["hairline"]}" '
        f'stroke-dasharray="{dashes}"/>'
    )


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:g}" y="{y:.1f}" text-anchor="{anchor}" fill="{LIGHT["ink-soft"]}">'
        f"{text}</text>"
    )
