"""A walker's pose as an SVG: a poster that needs no JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from evolution.rendering import palette
from evolution.rendering.scene import (
    Camera,
    Point,
    belly,
    draw_stage,
    draw_walker,
    pose_at,
    telling_frame,
)
from evolution.simulation import Motion

Theme = Literal["auto", "light", "dark"]

_TENSION_STEPS = 8  # colours between slack and tense
_DRAWN = (
    "stage",
    "hairline",
    "ground",
    "ground-line",
    "tick",
    "ink-soft",
    "muscle-passive",
    "muscle-slack",
    "muscle-tense",
    "joint",
    "joint-core",
    "shadow-cast",
)


def walker_svg(
    motion: Motion,
    frame: float | None = None,
    *,
    width: int = 320,
    height: int = 240,
    theme: Theme = "auto",
) -> str:
    """One pose on its ground.

    Works alone (in ``<img>``) and inside a page. Every colour is a CSS custom property
    with the design token's name (``--muscle-tense``, ...), so a page that defines them
    themes the picture; elsewhere the built-in colours hold.

    Args:
        motion: recorded motion.
        frame: which moment; by default one that shows the walker at work.
        width: pixels.
        height: pixels.
        theme: the built-in colours; ``"auto"`` follows the reader's system.
    """
    frame = telling_frame(motion) if frame is None else frame
    canvas = _SvgCanvas()
    view = Camera(motion, width, height).view(frame)
    draw_stage(canvas, view, motion)
    draw_walker(canvas, view, motion, pose_at(motion, frame))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="walker-svg" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="A walker of {motion.joints} joints and {len(motion.springs)} muscles">'
        f"<style>{_style(theme)}</style>"
        f'<rect class="w-stage" width="{width}" height="{height}"/>'
        + "".join(canvas.parts)
        + "</svg>"
    )


def _style(theme: Theme) -> str:
    """Colours as private properties, taken from the page's tokens where there are any."""
    colours = palette.DARK if theme == "dark" else palette.LIGHT

    def properties(chosen: dict[str, str]) -> str:
        return ";".join(f"--w-{name}:var(--{name},{chosen[name]})" for name in _DRAWN)

    rules = [f".walker-svg{{{properties(colours)}}}"]
    if theme == "auto":
        dark = f".walker-svg{{{properties(palette.DARK)}}}"
        rules.append(f"@media (prefers-color-scheme:dark){{{dark}}}")
    for name in ("stage", "ground", "shadow-cast"):
        rules.append(f".w-{name}{{fill:var(--w-{name})}}")
    for name in ("hairline", "ground-line", "tick", "muscle-passive"):
        rules.append(f".w-{name}{{fill:none;stroke:var(--w-{name})}}")
    rules.append(".w-joint{fill:var(--w-joint-core);stroke:var(--w-joint)}")
    rules.append(".w-text{fill:var(--w-ink-soft);text-anchor:middle;font-family:monospace}")
    for step in range(_TENSION_STEPS):
        share = round(100 * step / (_TENSION_STEPS - 1))
        colour = f"color-mix(in srgb,var(--w-muscle-tense) {share}%,var(--w-muscle-slack))"
        rules.append(f".w-m{step}{{fill:{colour};stroke:{colour}}}")
    return "".join(rules)


class _SvgCanvas:
    """Collects SVG elements; pixels with one decimal."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def line(self, points: Sequence[Point], token: str, width: float) -> None:
        path = "L".join(_pair(point) for point in points)
        self.parts.append(f'<path class="w-{token}" stroke-width="{width:.3g}" d="M{path}"/>')

    def polygon(self, points: Sequence[Point], token: str) -> None:
        path = "L".join(_pair(point) for point in points)
        self.parts.append(f'<path class="w-{token}" d="M{path}Z"/>')

    def ellipse(self, centre: Point, rx: float, ry: float, token: str) -> None:
        self.parts.append(
            f'<ellipse class="w-{token}" cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" '
            f'rx="{rx:.1f}" ry="{ry:.1f}"/>'
        )

    def joint(self, centre: Point, radius: float, line: float) -> None:
        self.parts.append(
            f'<circle class="w-joint" cx="{centre[0]:.1f}" cy="{centre[1]:.1f}" '
            f'r="{radius:.1f}" stroke-width="{line:.2g}"/>'
        )

    def spindle(self, start: Point, end: Point, half: float, tension: float) -> None:
        step = min(int(tension * _TENSION_STEPS), _TENSION_STEPS - 1)
        one, other = belly(start, end, half)
        self.parts.append(
            f'<path class="w-m{step}" d="M{_pair(start)}Q{_pair(one)} {_pair(end)}'
            f'Q{_pair(other)} {_pair(start)}Z"/>'
        )

    def text(self, centre_top: Point, text: str, size: float) -> None:
        x, y = centre_top
        self.parts.append(
            f'<text class="w-text" x="{x:.1f}" y="{y + size:.1f}" font-size="{size:g}">'
            f"{escape(text)}</text>"
        )


def _pair(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
