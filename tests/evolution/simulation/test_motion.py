"""The codec: round trip, golden bytes, hostile bytes."""

from __future__ import annotations

import json
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolution.simulation.motion import (
    MAX_FRAMES,
    SCALE,
    Motion,
    MotionError,
    Spring,
)
from evolution.simulation.terrain import BUMPY, FLAT, TERRAINS, TUNNEL

GOLDEN = Path(__file__).parents[2] / "golden" / "motion"


def wandering(joints: int, frames: int, seed: int, size: float = 20.0) -> Motion:
    generator = np.random.default_rng(seed)
    positions = np.cumsum(generator.normal(0, 0.05, (frames, joints, 2)), axis=0)
    positions += generator.uniform(-size, size, (1, joints, 2))
    springs = tuple(Spring(i, i + 1, i % 2 == 0) for i in range(joints - 1))
    return Motion(positions, springs, TERRAINS[seed % len(TERRAINS)], 30, 0.25)


@given(
    joints=st.integers(1, 100),
    frames=st.integers(1, 60),
    seed=st.integers(0, 2**32 - 1),
    size=st.sampled_from([0.0, 1.0, 100.0, 10_000.0]),
)
@settings(max_examples=60, deadline=None)
def test_round_trip_within_half_a_step(joints: int, frames: int, seed: int, size: float) -> None:
    motion = wandering(joints, frames, seed, size)
    back = Motion.decode(motion.encode())
    assert back.positions.shape == motion.positions.shape
    assert np.abs(back.positions - motion.positions).max() <= 0.5 / SCALE + 1e-9
    assert back.springs == motion.springs
    assert (back.fps, back.joint_radius) == (30, 0.25)
    assert back.terrain.name == motion.terrain.name
    assert np.allclose(back.terrain.segments, motion.terrain.segments, atol=0.5 / SCALE)
    assert len(back.terrain.ceiling) == len(motion.terrain.ceiling)
    assert back.encode() == Motion.decode(back.encode()).encode()  # stable once quantised


@pytest.mark.parametrize("name", ["tiny", "wave"])
def test_golden_bytes_still_decode(name: str) -> None:
    wanted = json.loads((GOLDEN / f"{name}.json").read_text())
    motion = Motion.decode((GOLDEN / f"{name}.bin").read_bytes())
    assert motion.positions.tolist() == wanted["positions"]
    assert motion.fps == wanted["fps"]
    assert motion.joint_radius == wanted["jointRadius"]
    assert [list(s) for s in motion.springs] == wanted["springs"]
    assert motion.terrain.name == wanted["terrain"]["name"]
    assert [list(s) for s in motion.terrain.segments] == wanted["terrain"]["segments"]
    assert [list(s) for s in motion.terrain.ceiling] == wanted["terrain"]["ceiling"]


def test_tiny_bytes_follow_the_documented_format() -> None:
    plain = zlib.decompress((GOLDEN / "tiny.bin").read_bytes())
    head = bytes([1, 30, 64, 16, 2, 4, 1, 0, 1, 1, 4]) + b"flat" + bytes([1])
    assert plain.startswith(head)
    assert plain.endswith(
        # joint 0 x: 0, 1, 2, -5; joint 0 y: 16, 0, 1, -3
        bytes([0, 2, 4, 9, 32, 0, 2, 5])
        # joint 1 x: -64, 1, -938, 2001 and y: 80, -1, 69922, -139921
        + bytes([127, 2, 0xD3, 0x0E, 0xA2, 0x1F, 0xA0, 0x01, 1, 0xC4, 0xC4, 0x08])
        + bytes([0xA1, 0x8A, 0x11])
    )


def test_length_in_seconds() -> None:
    assert wandering(2, 301, 0).seconds == 10.0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cut short"),
        (b"not zlib", "not a zlib stream"),
        (zlib.compress(b""), "ends before its version"),
        (zlib.compress(bytes([9])), "version 9"),
        (zlib.compress(bytes([1, 0])), "fps is 0"),
        (zlib.compress(bytes([1, 30, 64, 16, 101, 1])), "joints is 101"),
        (zlib.compress(bytes([1, 30, 64, 16, 1, 0xFF, 0xFF, 0xFF, 0x0F])), "frames is"),
        (zlib.compress(bytes([1] + [0xFF] * 9)), "too many bytes"),
        (zlib.compress(bytes([1, 30, 64, 16, 2, 4, 1, 0, 7, 1])), "muscle's joint is 7"),
        (zlib.compress(bytes([1, 30, 64, 16, 1, 1, 0, 1, 0xFF, 0, 0])), "not UTF-8"),
        (zlib.compress(bytes([1, 30, 64, 16, 1, 2, 0, 0, 0, 0, 0, 0, 0])), "3 positions, not 4"),
        (zlib.compress(bytes([1, 30, 64, 16, 1, 1, 0, 0, 0, 0, 0] + [0xFF] * 6 + [0])), "too many"),
        (zlib.compress(b"\0" * (8 << 20)), "larger than any"),
        (wandering(2, 9, 0).encode() + b"x", "after the motion's end"),
        (wandering(2, 9, 0).encode()[:-3], "cut short"),
    ],
)
def test_hostile_bytes_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(MotionError, match=words):
        Motion.decode(data)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    for candidate in (data, zlib.compress(bytes([1, 30, 64, 16, 3, 5, 0, 0, 0, 0]) + data)):
        try:
            motion = Motion.decode(candidate)
        except MotionError:
            continue
        assert np.isfinite(motion.positions).all()


def test_a_bomb_costs_little_memory() -> None:
    bomb = zlib.compress(b"\0" * (256 << 20), 9)
    tracemalloc.start()
    with pytest.raises(MotionError):
        Motion.decode(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_the_largest_motion_passes_and_a_larger_one_does_not() -> None:
    still = np.zeros((MAX_FRAMES, 100, 2))
    assert Motion.decode(Motion(still, (), BUMPY, 30, 0.25).encode()).frames == MAX_FRAMES
    with pytest.raises(MotionError, match="frames"):
        Motion(np.zeros((MAX_FRAMES + 1, 1, 2)), (), FLAT, 30, 0.25).encode()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e9])
def test_unphysical_positions_are_not_encoded(value: float) -> None:
    with pytest.raises(MotionError, match="not finite or too far"):
        Motion(np.full((2, 1, 2), value), (), TUNNEL, 30, 0.25).encode()
