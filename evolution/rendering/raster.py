"""Pictures made of pixels: the share card (PNG) and the animation (GIF)."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evolution.rendering import palette
from evolution.rendering.scene import (
    FILL,
    Camera,
    Canvas,
    Point,
    View,
    belly,
    draw_stage,
    draw_walker,
    pose_at,
)
from evolution.simulation import Motion

POSTER_SIZE = (1200, 630)  # what Open Graph readers crop least
_DISPLAY_FONT = Path(__file__).parent / "fonts" / "instrument-serif-latin-400-normal.woff"
_MAX_GHOSTS = 6
_GHOST_SPACING = 0.6  # of the walker's width, at least: nearer ones only blur it
_BODY_PIXELS = 190  # a poster's walker is at least this large, if it must lose part of its way

# GIF, without the grid, which would cost more bytes than the walker: (width, height,
# frames a second); the first that fits into the limit is taken.
# Delays are whole hundredths of a second.
_GIF_STEPS = (
    (480, 300, 20),
    (480, 300, 12.5),
    (400, 250, 12.5),
    (400, 250, 10),
    (320, 200, 10),
    (280, 175, 10),
    (240, 150, 10),
    (240, 150, 5),
)
_GIF_SAMPLE = 16  # frames that predict an animation's size


def poster_png(motion: Motion, title: str, subtitle: str) -> bytes:
    """A share card of 1200 x 630 pixels: the walker on its way, and how far it went."""
    canvas = _RasterCanvas(POSTER_SIZE, palette.LIGHT, oversampling=2)
    view = _way_view(motion)
    draw_stage(canvas, view, motion, labels=20)
    frames = _ghost_frames(motion, view)
    for age, frame in enumerate(frames):
        ghost = _RasterCanvas(POSTER_SIZE, palette.LIGHT, oversampling=2, transparent=True)
        last = age == len(frames) - 1
        draw_walker(ghost, view, motion, pose_at(motion, frame), shadow=last)
        canvas.lay(ghost, 1.0 if last else 0.18 + 0.32 * age / len(frames))
    picture = canvas.finished()
    _write_card(picture, motion, title, subtitle)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def gif(motion: Motion, *, limit: int = 500_000, dark: bool = False) -> bytes:
    """The whole motion in real time as an endless GIF; the camera follows.

    Args:
        motion: recorded motion.
        limit: size in bytes that decides the resolution and the frame rate. The default
            is kept for every walker; below 200,000 a large one may exceed it.
        dark: light lines on dark.
    """
    colours = palette.DARK if dark else palette.LIGHT
    for step in _GIF_STEPS[:-1]:
        if _predicted_gif_size(motion, step, colours) > limit:
            continue
        data = _encode_gif(_gif_frames(motion, step, colours), step)
        if len(data) <= limit:
            return data
    return _encode_gif(_gif_frames(motion, _GIF_STEPS[-1], colours), _GIF_STEPS[-1])


def _way_view(motion: Motion) -> View:
    """The whole way in sight, or its last part where that would make the walker tiny."""
    width, height = POSTER_SIZE
    xs = motion.positions[:, :, 0]
    low, high = float(xs.min()) - 1, float(xs.max()) + 1
    top = float(motion.positions[:, :, 1].max()) + motion.joint_radius
    body = float(max((xs.max(axis=1) - xs.min(axis=1)).mean(), top, 1.0))
    # The walker may fill the lower two thirds; the title stands above.
    scale = min(width * 0.92 / max(high - low, 12.0), height * FILL * 0.58 / max(top, 4.0))
    near = min(_BODY_PIXELS / body, height * FILL * 0.58 / max(top, 4.0))
    if scale >= near:
        return View.around((low + high) / 2, scale, width, height)
    end = xs[-1].mean()
    forwards = end >= xs[0].mean()
    edge = float(xs[-1].max()) + 1 if forwards else float(xs[-1].min()) - 1
    half = width * 0.48 / near
    return View.around(edge - half if forwards else edge + half, near, width, height)


def _ghost_frames(motion: Motion, view: View) -> list[float]:
    """Moments on the visible part of the way, evenly apart in place; the last is the end."""
    centres = motion.positions[:, :, 0].mean(axis=1)
    visible = np.flatnonzero(
        (motion.positions[:, :, 0].min(axis=1) >= view.left)
        & (motion.positions[:, :, 0].max(axis=1) <= view.left + view.width / view.scale)
    )
    end = motion.frames - 1
    if len(visible) == 0:
        return [float(end)]
    travelled = np.abs(centres - centres[end])[visible]
    farthest = float(travelled.max())
    body = float(
        (motion.positions[:, :, 0].max(axis=1) - motion.positions[:, :, 0].min(axis=1)).mean()
    )
    count = min(int(farthest / (_GHOST_SPACING * body + 0.5)), _MAX_GHOSTS)
    places = farthest * np.arange(count, 0, -1) / max(count, 1)
    frames = {float(visible[int(np.argmin(np.abs(travelled - place)))]) for place in places}
    return [*sorted(frames - {float(end)}), float(end)]


def _write_card(picture: Image.Image, motion: Motion, title: str, subtitle: str) -> None:
    draw = ImageDraw.Draw(picture)
    width, _ = POSTER_SIZE
    way = motion.positions[-1, :, 0].mean() - motion.positions[0, :, 0].mean()
    distance = f"{abs(way):.1f} m"
    number = _display_font(120)
    room = width - 128 - draw.textlength(distance, number) - 48
    ink, soft, alive = (palette.rgba(palette.LIGHT[n]) for n in ("ink", "ink-soft", "alive"))
    draw.text(
        (64, 96), _fitting(draw, title, _display_font(76), room), ink, _display_font(76), "ls"
    )
    draw.text((66, 144), _fitting(draw, subtitle, _text_font(27), room), soft, _text_font(27), "ls")
    draw.text((width - 64, 116), distance, alive, number, "rs")
    seconds = f"in {motion.seconds:.0f} seconds"
    draw.text((width - 64, 154), seconds, soft, _text_font(27), "rs")


def _fitting(
    draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, room: float
) -> str:
    """The text in one line, cut with an ellipsis where it is too long."""
    text = " ".join(text.split())
    if draw.textlength(text, font) <= room:
        return text
    while text and draw.textlength(text + "…", font) > room:
        text = text[:-1]
    return text.rstrip() + "…"


@lru_cache(maxsize=8)
def _display_font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_DISPLAY_FONT, size)


@lru_cache(maxsize=8)
def _text_font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # Pillow's wheels have FreeType
    return font


GifStep = tuple[int, int, float]


def _gif_frames(
    motion: Motion, step: GifStep, colours: dict[str, str], count: int | None = None
) -> list[Image.Image]:
    """Frames in the colours of one shared palette."""
    width, height, rate = step
    camera = Camera(motion, width, height)
    total = max(math.floor(motion.seconds * rate), 1)
    frames: list[Image.Image] = []
    shared = _gif_palette(colours)
    for number in range(total if count is None else min(count, total)):
        frame = number * motion.fps / rate
        canvas = _RasterCanvas((width, height), colours, oversampling=2)
        view = camera.view(frame)
        draw_stage(canvas, view, motion, labels=12, grid=False)
        draw_walker(canvas, view, motion, pose_at(motion, frame))
        frames.append(canvas.finished().quantize(palette=shared, dither=Image.Dither.NONE))
    return frames


def _gif_palette(colours: dict[str, str]) -> Image.Image:
    """Every colour that is drawn, and its blend with what lies behind, for smooth edges."""
    drawn = [colours[name] for name in ("joint", "muscle-passive", "ink-soft", "ground-line")]
    muscles = [
        palette.mix(colours["muscle-slack"], colours["muscle-tense"], share / 6)
        for share in range(7)
    ]
    solid = [palette.rgba(colour) for colour in drawn] + muscles
    stage, ground = palette.rgba(colours["stage"]), palette.rgba(colours["ground"])
    blends = [palette.blend(stage, colour, 0.5) for colour in [*solid[:4], *muscles[::2]]]
    blends += [palette.blend(ground, colour, 0.5) for colour in solid[2:4]]
    blends += [palette.blend(ground, (*palette.rgba(colours["shadow-cast"])[:3], 255), 0.15)]
    image = Image.new("P", (1, 1))
    image.putpalette(
        [channel for colour in (stage, ground, *solid, *blends) for channel in colour[:3]]
    )
    return image


def _encode_gif(frames: list[Image.Image], step: GifStep) -> bytes:
    file = io.BytesIO()
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=round(1000 / step[2]),
        loop=0,
        disposal=1,
        optimize=False,
    )
    return file.getvalue()


def _predicted_gif_size(motion: Motion, step: GifStep, colours: dict[str, str]) -> float:
    sample = _gif_frames(motion, step, colours, _GIF_SAMPLE)
    return len(_encode_gif(sample, step)) / len(sample) * motion.seconds * step[2]


class _RasterCanvas(Canvas):
    """Draws oversampled pixels, so that edges are smooth once they are averaged."""

    def __init__(
        self,
        size: tuple[int, int],
        colours: dict[str, str],
        *,
        oversampling: int,
        transparent: bool = False,
    ) -> None:
        self._colours = colours
        self._k = oversampling
        large = (size[0] * oversampling, size[1] * oversampling)
        background = (0, 0, 0, 0) if transparent else palette.rgba(colours["stage"])
        self._image = Image.new("RGBA" if transparent else "RGB", large, background)
        # Mode RGBA blends translucent colours into an opaque picture.
        self._draw = ImageDraw.Draw(self._image, "RGBA")

    def lay(self, other: _RasterCanvas, opacity: float) -> None:
        """Put another, transparent canvas on top of this one."""
        mask = other._image.getchannel("A").point(lambda alpha: round(alpha * opacity))
        self._image.paste(other._image.convert("RGB"), (0, 0), mask)

    def finished(self) -> Image.Image:
        return self._image.reduce(self._k)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._k, y * self._k) for x, y in points]

    def _colour(self, token: str) -> tuple[int, int, int, int]:
        return palette.rgba(self._colours[token])

    def line(self, points: Sequence[Point], token: str, width: float) -> None:
        pixels = max(round(width * self._k), 1)
        self._draw.line(self._scaled(points), self._colour(token), pixels)

    def polygon(self, points: Sequence[Point], token: str) -> None:
        self._draw.polygon(self._scaled(points), self._colour(token))

    def ellipse(self, centre: Point, rx: float, ry: float, token: str) -> None:
        self._draw.ellipse(self._box(centre, rx, ry), self._colour(token))

    def joint(self, centre: Point, radius: float, line: float) -> None:
        outer = radius + line / 2
        self._draw.ellipse(self._box(centre, outer, outer), self._colour("joint"))
        inner = radius - line / 2
        if inner > 0.5:
            self._draw.ellipse(self._box(centre, inner, inner), self._colour("joint-core"))

    def spindle(self, start: Point, end: Point, half: float, tension: float) -> None:
        one, other = belly(start, end, half)
        outline = [*_curve(start, one, end), *_curve(end, other, start)]
        slack, tense = self._colours["muscle-slack"], self._colours["muscle-tense"]
        colour = palette.mix(slack, tense, tension)
        self._draw.polygon(self._scaled(outline), colour)
        self._draw.line(self._scaled([start, end]), colour, self._k)  # keeps the tips visible

    def text(self, centre_top: Point, text: str, size: float) -> None:
        (place,) = self._scaled([centre_top])
        font = _text_font(round(size * self._k))
        self._draw.text(place, text, self._colour("ink-soft"), font, "mt")

    def _box(self, centre: Point, rx: float, ry: float) -> list[Point]:
        (x, y) = centre
        return self._scaled([(x - rx, y - ry), (x + rx, y + ry)])


def _curve(start: Point, control: Point, end: Point, pieces: int = 8) -> list[Point]:
    """A quadratic curve as points."""
    points = []
    for i in range(pieces + 1):
        t = i / pieces
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        points.append(
            (
                a * start[0] + b * control[0] + c * end[0],
                a * start[1] + b * control[1] + c * end[1],
            )
        )
    return points
