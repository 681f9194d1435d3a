"""The frozen Walker: canonical form, JSON, hash, limits."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from evolution.walkers import Walker, WalkerError, limits

JOINTS = [(0.0, 0.0), (3.0, 4.0), (6.0, 0.0)]


def test_canonical_form() -> None:
    walker = Walker.create(
        [(-0.0, 0), (3, 4), (6, 0)], [(1, 0, False, 9.0, -math.pi / 2), (1, 2, True, 7.0, 0.5)]
    )
    assert str(walker.joints[0]) == "(0.0, 0.0)"
    assert walker.muscles[0] == (
        0,
        1,
        False,
        1.5,
        1.5 * math.pi,
    )  # 0.3 of 5 m; a phase is below a turn
    assert walker.muscles[1] == (1, 2, True, 0.0, 0.0)


@pytest.mark.parametrize("phase", [-1e-20, 1.0, -3.0, 1e300, 6.283185])
def test_phases_stay_below_a_full_turn_and_read_back_the_same(phase: float) -> None:
    walker = Walker.create(JOINTS, [(0, 1, False, 1.0, phase)])
    assert 0 <= walker.muscles[0].phase < math.tau
    assert Walker.from_json(walker.to_json()) == walker


def test_json_round_trip_keeps_the_hash() -> None:
    walker = Walker.create(JOINTS, [(0, 1, False, 1 / 3, 0.1), (1, 2, True, 0, 0)])
    again = Walker.from_json(json.loads(json.dumps(walker.to_json())))
    assert again == walker
    assert again.digest == walker.digest
    assert len(walker.digest) == 32
    assert Walker.create(JOINTS, []).digest != walker.digest


def test_measures() -> None:
    walker = Walker.create(JOINTS, [(0, 1, False, 0.0, 0.0)])
    assert walker.measures == (4.0, 6.0, 3.0)
    assert not walker.is_active
    assert Walker.create(JOINTS, [(0, 1, False, 0.1, 0.0)]).is_active


@pytest.mark.parametrize(
    ("joints", "muscles", "code"),
    [
        ([], [], "joint-count"),
        ([(i * 0.5, 0.0) for i in range(limits.MAX_JOINTS + 1)], [], "joint-count"),
        ([(math.nan, 0.0)], [], "non-finite"),
        ([(0.0, 100.5)], [], "coordinate"),
        ([(0.0, -1.0), (0.0, 29.5)], [], "too-tall"),
        (JOINTS, [(0, 3, True, 0.0, 0.0)], "unknown-joint"),
        (JOINTS, [(-1, 0, True, 0.0, 0.0)], "unknown-joint"),
        (JOINTS, [(1, 1, True, 0.0, 0.0)], "muscle-length"),
        (JOINTS, [(0, 1, False, math.inf, 0.0)], "non-finite"),
        (JOINTS, [(0, 1, True, 0.0, 0.0), (1, 0, False, 1.0, 0.0)], "duplicate-muscle"),
        (JOINTS, [(0, 1, True, 0.0, 0.0)] * (limits.MAX_MUSCLES + 1), "muscle-count"),
    ],
)
def test_broken_limits_are_named(joints: Any, muscles: Any, code: str) -> None:
    with pytest.raises(WalkerError) as caught:
        Walker.create(joints, muscles)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "walker",
        {},
        {"joints": 3, "muscles": []},
        {"joints": [[0]], "muscles": []},
        {"joints": [[0, "1"]], "muscles": []},
        {"joints": [[True, 0]], "muscles": []},
        {"joints": [[0, 0], [1, 1]], "muscles": [[0, 1]]},
        {"joints": [[0, 0], [1, 1]], "muscles": [[0, 1, {}]]},
        {"joints": [[0, 0], [1, 1]], "muscles": [[0, 1, {"type": "wing"}]]},
        {"joints": [[0, 0], [1, 1]], "muscles": [[0, 1.0, {"type": "distance"}]]},
        {"joints": [[0, 0], [1, 1]], "muscles": [[0, 1, {"type": "muscle", "phase": 0}]]},
    ],
)
def test_no_payload_is_trusted(payload: Any) -> None:
    with pytest.raises(WalkerError):
        Walker.from_json(payload)
