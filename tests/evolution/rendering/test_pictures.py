"""Pictures: what is in them, and that they fit."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evolution.rendering import POSTER_SIZE, gif, palette, poster_png, walker_svg
from evolution.rendering.scene import Camera, pose_at, smooth, telling_frame, tension
from evolution.simulation import (
    FLAT,
    SCREENING,
    Motion,
    Outcome,
    Terrain,
    simulate,
    terrain_named,
)
from evolution.walkers import Walker

SVG = "{http://www.w3.org/2000/svg}"
TOKENS = Path(__file__).parents[3] / "frontend" / "src" / "styles" / "tokens.css"


def frame_walker() -> Walker:
    joints = [(0.0, 0.0), (8.0, 0.0), (8.0, 6.0), (0.0, 6.0)]
    bones = [(i, (i + 1) % 4, True, 0.0, 0.0) for i in range(4)]
    return Walker.create(joints, [*bones, (0, 2, False, 2.5, 0.0), (1, 3, False, 2.0, 0.4)])


def grid_walker() -> Walker:
    joints = [(1.5 * i, 1.5 * j) for i in range(8) for j in range(3)]
    muscles = [
        (a, b, False, 0.4, 0.09 * joints[a][0])
        for a in range(24)
        for b in range(a + 1, 24)
        if np.hypot(*np.subtract(joints[a], joints[b])) < 3.2
    ]
    return Walker.create(joints, muscles)


def motion_of(walker: Walker, terrain: Terrain = FLAT) -> Motion:
    (outcome,) = simulate([walker], terrain, SCREENING, record=True)
    assert isinstance(outcome, Outcome)
    assert outcome.motion is not None
    return outcome.motion


@pytest.fixture(scope="module")
def motion() -> Motion:
    return motion_of(frame_walker())


def stretched(motion: Motion, metres: float) -> Motion:
    """The same walker, carried along evenly."""
    positions = motion.positions.copy()
    positions[:, :, 0] += np.linspace(0, metres, motion.frames)[:, None]
    return Motion(positions, motion.springs, motion.terrain, motion.fps, motion.joint_radius)


def lone_joint() -> Motion:
    return Motion(np.full((301, 1, 2), 0.25), (), FLAT, 30, 0.25)


def test_svg_shows_every_joint_and_muscle(motion: Motion) -> None:
    root = ElementTree.fromstring(walker_svg(motion))
    assert len(root.findall(f"{SVG}circle")) == 4
    classes = [path.get("class", "") for path in root.findall(f"{SVG}path")]
    assert classes.count("w-muscle-passive") == 4
    assert sum(bool(re.fullmatch(r"w-m\d", name)) for name in classes) == 2
    assert "4 joints and 6 muscles" in root.get("aria-label", "")


def test_svg_keeps_the_walker_in_sight(motion: Motion) -> None:
    for frame in (0, 150.5, 300):
        root = ElementTree.fromstring(walker_svg(motion, frame, width=200, height=100))
        for circle in root.findall(f"{SVG}circle"):
            assert 0 < float(circle.get("cx", "-1")) < 200
            assert 0 < float(circle.get("cy", "-1")) < 100


def test_svg_themes(motion: Motion) -> None:
    auto, light, dark = (walker_svg(motion, theme=theme) for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme" in auto
    assert palette.LIGHT["muscle-tense"] in light
    assert palette.DARK["muscle-tense"] not in light
    assert palette.DARK["muscle-tense"] in dark
    assert "var(--muscle-tense," in auto  # a page's own tokens win


def test_svg_is_small() -> None:
    assert len(walker_svg(motion_of(grid_walker()))) < 20_000


@pytest.mark.parametrize("name", ["left-wall", "right-wall", "tunnel", "bumpy"])
def test_every_terrain_is_drawn(name: str) -> None:
    motion = motion_of(frame_walker(), terrain_named(name))
    ElementTree.fromstring(walker_svg(motion))
    assert poster_png(motion, name, "on its terrain")


def test_poster_is_a_share_card(motion: Motion) -> None:
    with Image.open(io.BytesIO(poster_png(motion, "Walker 7", "Generation 3"))) as image:
        assert (image.format, image.size) == ("PNG", POSTER_SIZE)
        pixels = np.asarray(image.convert("RGB")).astype(int)
    stage = np.array(palette.rgba(palette.LIGHT["stage"])[:3])
    tense = np.array(palette.rgba(palette.LIGHT["alive"])[:3])
    assert (np.abs(pixels[200, 3] - stage) < 3).all()
    near_red = np.abs(pixels - tense).sum(axis=2) < 60
    assert near_red[:180, 800:].sum() > 500  # the distance
    assert (np.abs(pixels[180:540] - stage).sum(axis=2) > 150).sum() > 2000  # the walker


def test_poster_differs_with_its_words(motion: Motion) -> None:
    one = poster_png(motion, "Walker 7", "Generation 3")
    assert one == poster_png(motion, "Walker 7", "Generation 3")
    assert one != poster_png(motion, "Walker 8", "Generation 3")


@pytest.mark.parametrize("title", ["", "W" * 300, "two\nlines\tand <b>marks</b>", "Λευκός 走者"])
def test_poster_bears_any_title(motion: Motion, title: str) -> None:
    with Image.open(io.BytesIO(poster_png(motion, title, title))) as image:
        right = np.asarray(image.convert("L"))[:60, 1150:]
    assert right.min() > 200  # nothing runs into the margin


@pytest.mark.parametrize("metres", [-390.0, -30.0, 0.0, 30.0, 390.0])
def test_poster_bears_any_distance(motion: Motion, metres: float) -> None:
    with Image.open(io.BytesIO(poster_png(stretched(motion, metres), "Far", ""))) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    stage = np.array(palette.rgba(palette.LIGHT["stage"])[:3])
    assert (np.abs(pixels[180:540] - stage).sum(axis=2) > 150).sum() > 1500


def test_gif_plays_in_real_time(motion: Motion) -> None:
    data = gif(motion)
    assert len(data) <= 500_000
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["loop"] == 0
        total = 0
        for frame in range(image.n_frames):
            image.seek(frame)
            total += image.info["duration"]
    assert total == pytest.approx(1000 * motion.seconds, rel=0.02)


@pytest.mark.parametrize("limit", [500_000, 250_000])
def test_gif_of_a_large_walker_fits(limit: int) -> None:
    data = gif(motion_of(grid_walker()), limit=limit, dark=True)
    assert len(data) <= limit


def test_gif_of_the_largest_walker_fits() -> None:
    rng = np.random.default_rng(1)
    joints = [(float(x), float(y)) for x in range(10) for y in range(10)]
    pairs = [
        (a, b)
        for a in range(100)
        for b in range(a + 1, 100)
        if np.hypot(*np.subtract(joints[a], joints[b])) < 2.3
    ][:500]
    muscles = [(a, b, False, 0.3, float(rng.random())) for a, b in pairs]
    assert len(gif(motion_of(Walker.create(joints, muscles)))) <= 500_000


def test_passive_lone_joint_can_be_drawn() -> None:
    motion = lone_joint()
    ElementTree.fromstring(walker_svg(motion))
    assert poster_png(motion, "Stone", "It lies")
    assert gif(motion)


def test_camera_follows_every_step(motion: Motion) -> None:
    far = stretched(motion, 120.0)
    camera = Camera(far, 400, 300)
    for frame in np.linspace(0, far.frames - 1, 40):
        view = camera.view(frame)
        for place in pose_at(far, frame):
            x, y = view.point(place)
            assert 0 < x < 400
            assert 0 < y < 300


def test_smoothing_keeps_both_ends() -> None:
    values = np.random.default_rng(0).normal(size=50).cumsum()
    smoothed = smooth(values, 8)
    assert smoothed[0] == pytest.approx(values[0])
    assert smoothed[-1] == pytest.approx(values[-1])
    assert np.abs(np.diff(smoothed)).max() < np.abs(np.diff(values)).max()


def test_tension_of_a_muscle(motion: Motion) -> None:
    start = motion.positions[0]
    assert tension(motion, start, 0, 2) == pytest.approx(0.5)
    assert tension(motion, start * 0.5, 0, 2) == 1.0
    assert tension(motion, start * 2, 0, 2) == 0.0


def test_telling_frame_is_after_the_start(motion: Motion) -> None:
    assert 2 * motion.fps <= telling_frame(motion) < motion.frames


def test_colours_are_those_of_the_design_tokens() -> None:
    pattern = r"--([\w-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)"
    tokens = {name: (light, dark) for name, light, dark in re.findall(pattern, TOKENS.read_text())}
    assert palette.LIGHT.keys() == palette.DARK.keys()
    for name in palette.LIGHT:
        assert (palette.LIGHT[name], palette.DARK[name]) == tokens[name]
