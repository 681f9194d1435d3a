"""What is in a picture of a walker and where: poses, cameras, shapes; no file formats.

A picture is drawn on a `Canvas`, which is vector (`evolution.rendering.svg`) or raster
(`evolution.rendering.raster`), so both show the same thing. The look is that of the
player in the browser. World: metres, y up. Canvas: pixels, y down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evolution.simulation import Motion, Segment

Pose = NDArray[np.float64]
"""Joints at one moment, shape (joints, 2), metres."""
Point = tuple[float, float]

GROUND_SHARE = 0.17  # of the height, below the ground line
LEAST_METRES = 6.0  # a tiny walker does not fill the picture
FILL = 0.82  # share of the free space that a walker takes at most
FULL_TENSION = 0.24  # share of its built length by which a muscle shortens for full colour
LEAST_UNIT = 0.011  # of the height: radius of a joint that is still seen when small
_SMOOTHING = 0.5  # seconds to each side
_LABEL_STEPS = (5, 10, 20, 50, 100, 200, 500)  # metres


class Canvas(Protocol):
    """What a picture is drawn on. Colours are names of tokens (see `palette`)."""

    def line(self, points: Sequence[Point], token: str, width: float) -> None: ...

    def polygon(self, points: Sequence[Point], token: str) -> None: ...

    def ellipse(self, centre: Point, rx: float, ry: float, token: str) -> None: ...

    def joint(self, centre: Point, radius: float, line: float) -> None: ...

    def spindle(self, start: Point, end: Point, half: float, tension: float) -> None:
        """A muscle's belly, ``half`` pixels thick to each side in its middle."""
        ...

    def text(self, centre_top: Point, text: str, size: float) -> None: ...


@dataclass(frozen=True, slots=True)
class View:
    """A placed camera: ``scale`` in pixels a metre, the picture's lower left corner in metres."""

    scale: float
    left: float
    bottom: float
    width: float
    height: float

    def x(self, metres: float) -> float:
        return (metres - self.left) * self.scale

    def y(self, metres: float) -> float:
        return self.height - (metres - self.bottom) * self.scale

    def point(self, place: Sequence[float]) -> Point:
        return (self.x(float(place[0])), self.y(float(place[1])))

    @classmethod
    def around(cls, centre: float, scale: float, width: float, height: float) -> View:
        """Centred at a world x, with the ground at its usual height."""
        return cls(scale, centre - width / 2 / scale, -GROUND_SHARE * height / scale, width, height)


class Camera:
    """Follows a walker: glides along its centre of mass while the walker bounces."""

    def __init__(self, motion: Motion, width: float, height: float) -> None:
        self._path = smooth(motion.positions[:, :, 0].mean(axis=1), round(_SMOOTHING * motion.fps))
        reach = np.abs(motion.positions[:, :, 0] - self._path[:, None]).max() + motion.joint_radius
        top = motion.positions[:, :, 1].max() + motion.joint_radius
        self._size = (width, height)
        self._scale = float(
            min(
                width * FILL / max(2 * reach, LEAST_METRES),
                height * (1 - GROUND_SHARE) * FILL / max(top, LEAST_METRES / 2),
            )
        )

    def view(self, frame: float) -> View:
        """The view at a frame, which may lie between two recorded ones."""
        centre = float(np.interp(frame, np.arange(len(self._path)), self._path))
        return View.around(centre, self._scale, *self._size)


def smooth(values: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """Mean over up to ``radius`` values to each side, twice; both ends stay in place."""
    for _ in range(2):
        count = len(values)
        sums = np.concatenate(([0.0], np.cumsum(values)))
        at = np.arange(count)
        reach = np.minimum(radius, np.minimum(at, count - 1 - at))
        values = (sums[at + reach + 1] - sums[at - reach]) / (2 * reach + 1)
    return values


def pose_at(motion: Motion, frame: float) -> Pose:
    """The joints at a frame, linear between recorded ones."""
    before = min(max(math.floor(frame), 0), motion.frames - 1)
    after = min(before + 1, motion.frames - 1)
    share = min(max(frame - before, 0.0), 1.0)
    pose: Pose = motion.positions[before] * (1 - share) + motion.positions[after] * share
    return pose


def telling_frame(motion: Motion) -> int:
    """A frame that shows the walker at work: after the warm-up, muscles furthest from rest."""
    active = [(spring.a, spring.b) for spring in motion.springs if spring.is_active]
    start = min(2 * motion.fps, motion.frames - 1)
    if not active:
        return start
    a, b = np.array(active).T
    lengths = np.linalg.norm(motion.positions[:, a] - motion.positions[:, b], axis=2)
    effort = np.abs(lengths / np.maximum(lengths[0], 1e-9) - 1).mean(axis=1)
    return start + int(np.argmax(effort[start:]))


def tension(motion: Motion, pose: Pose, a: int, b: int) -> float:
    """How tense a muscle is: 0 fully stretched, 0.5 as built, 1 fully contracted."""
    built = math.dist(motion.positions[0, a], motion.positions[0, b])
    if built <= 0:
        return 0.5
    shortening = 1 - math.dist(pose[a], pose[b]) / built
    return min(max(0.5 + shortening / FULL_TENSION / 2, 0.0), 1.0)


def draw_stage(
    canvas: Canvas, view: View, motion: Motion, *, labels: float = 0, grid: bool = True
) -> None:
    """The ruled paper, the terrain, and the metre rule in the ground.

    Args:
        canvas: drawn on.
        view: camera.
        motion: whose terrain and start it is.
        labels: size of the rule's numbers in pixels; 0 for none.
        grid: whether to draw the paper's uprights.
    """
    start = float(motion.positions[0, :, 0].mean())
    step = next((s for s in _LABEL_STEPS if s * view.scale >= max(56, 4.5 * labels)), 1000)
    ground = view.y(0.0)
    for x, _ in _marks(view, start, step) if grid else ():
        canvas.line([(x, 0.0), (x, ground)], "hairline", 1)
    surfaces = (*motion.terrain.segments, *motion.terrain.ceiling)
    for segment in surfaces:
        canvas.polygon(_solid_side(view, segment), "ground")
    for x0, y0, x1, y1 in surfaces:
        ends = [view.point((_in_sight(view, x), y)) for x, y in ((x0, y0), (x1, y1))]
        canvas.line(ends, "ground-line", 1.5)
    small = 1 if step <= 10 else step // 10
    for x, metres in _marks(view, start, small):
        share = 1.0 if metres % step == 0 else 0.65 if metres * 2 % step == 0 else 0.4
        length = share * max(9.0, 0.7 * labels)
        canvas.line([(x, ground), (x, ground + length)], "tick", 1)
    if labels:
        for x, metres in _marks(view, start, step):
            canvas.text((x, ground + 1.1 * labels), f"{abs(metres)}", labels)


def draw_walker(
    canvas: Canvas, view: View, motion: Motion, pose: Pose, *, shadow: bool = True
) -> None:
    """The walker in one pose: shadow, bones, muscles, joints."""
    unit = max(motion.joint_radius * view.scale, view.height * LEAST_UNIT)
    if shadow:
        for x, y in pose:
            floor = ground_at(motion.terrain.segments, float(x))
            radius = 2.2 * motion.joint_radius * view.scale / (1 + 0.25 * max(float(y) - floor, 0))
            centre = (view.x(float(x)), view.y(floor) + 1)
            canvas.ellipse(centre, radius, radius * 0.22, "shadow-cast")
    places = [view.point(place) for place in pose]
    for a, b, is_active in motion.springs:
        if not is_active:
            canvas.line([places[a], places[b]], "muscle-passive", max(unit * 0.3, 1))
    for a, b, is_active in motion.springs:
        if is_active:
            tense = tension(motion, pose, a, b)
            length = math.dist(places[a], places[b])
            half = min(unit * (0.35 + 0.75 * tense), length / 3)
            canvas.spindle(places[a], places[b], half, tense)
    line = max(min(unit * 0.4, view.height / 200), 1)
    for place in places:
        canvas.joint(place, max(unit - line / 2, 0.8), line)


def belly(start: Point, end: Point, half: float) -> tuple[Point, Point]:
    """Control points of the two quadratic curves around a muscle's belly."""
    length = math.dist(start, end) or 1.0
    nx = -(end[1] - start[1]) / length * half
    ny = (end[0] - start[0]) / length * half
    mx, my = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    return (mx + nx, my + ny), (mx - nx, my - ny)


def ground_at(ground: Sequence[Segment], x: float) -> float:
    """Height of the ground below a place, metres."""
    for x0, y0, x1, y1 in ground:
        if x0 < x1 and x0 <= x <= x1:
            return y0 + (x - x0) / (x1 - x0) * (y1 - y0)
    return 0.0


def _marks(view: View, start: float, step: int) -> list[tuple[float, int]]:
    """(canvas x, metres from the start) of each multiple of ``step`` in sight."""
    first = math.ceil((view.left - start) / step)
    last = math.floor((view.left + view.width / view.scale - start) / step)
    return [(view.x(start + i * step), i * step) for i in range(first, last + 1)]


def _in_sight(view: View, x: float) -> float:
    """A far end of the ground, brought near enough for file formats with small numbers."""
    span = view.width / view.scale
    return min(max(x, view.left - span), view.left + 2 * span)


def _solid_side(view: View, segment: Segment) -> list[Point]:
    """The segment's solid side, on its right: below ground, above a ceiling, behind a wall."""
    x0, y0, x1, y1 = segment
    left, right = view.x(_in_sight(view, x0)), view.x(_in_sight(view, x1))
    start, end = (left, view.y(y0)), (right, view.y(y1))
    if x0 == x1:
        edge = max(view.width, left) if y1 > y0 else min(0.0, left)
        return [start, end, (edge, end[1]), (edge, start[1])]
    edge = view.height if x1 > x0 else 0.0
    return [start, end, (right, edge), (left, edge)]
