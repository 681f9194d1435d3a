"""Writes the motion fixtures that the Python and the TypeScript decoder are tested against.

    python tests/golden/motion/make_fixtures.py

Positions are whole quantisation steps, so what is decoded equals the JSON exactly. Run it only
when the wire format gets a new version; the fixtures keep old links readable.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from evolution.simulation.motion import SCALE, Motion, Spring
from evolution.simulation.terrain import FLAT, TUNNEL

HERE = Path(__file__).parent


def tiny() -> Motion:
    """Two joints, four frames: small enough to check by hand."""
    steps = [
        [[0, 16], [-64, 80]],
        [[1, 16], [-63, 79]],
        [[4, 17], [-1000, 70000]],
        [[2, 15], [64, 0]],
    ]
    return Motion(np.array(steps) / SCALE, (Spring(0, 1, True),), FLAT, 30, 0.25)


def wave() -> Motion:
    """Four joints, 91 frames, in the tunnel: every field filled."""
    steps = [
        [
            [
                round(64 * (2 * j - 3 + t * t / 900)),
                round(64 * (1 + math.sin(t / 5 + j))),
            ]
            for j in range(4)
        ]
        for t in range(91)
    ]
    springs = (Spring(0, 1, False), Spring(1, 2, True), Spring(2, 3, False), Spring(0, 3, True))
    return Motion(np.array(steps) / SCALE, springs, TUNNEL, 30, 0.25)


def values(motion: Motion) -> dict[str, object]:
    return {
        "fps": motion.fps,
        "jointRadius": motion.joint_radius,
        "springs": [[s.a, s.b, s.is_active] for s in motion.springs],
        "terrain": {
            "name": motion.terrain.name,
            "segments": [list(s) for s in motion.terrain.segments],
            "ceiling": [list(s) for s in motion.terrain.ceiling],
        },
        "positions": motion.positions.tolist(),
    }


if __name__ == "__main__":
    for name, motion in (("tiny", tiny()), ("wave", wave())):
        (HERE / f"{name}.bin").write_bytes(motion.encode())
        (HERE / f"{name}.json").write_text(json.dumps(values(motion)) + "\n")
