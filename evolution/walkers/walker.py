"""The phenotype: one frozen value, with a canonical form and a content hash."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from evolution.walkers import limits


class WalkerError(ValueError):
    """A walker breaks a limit. ``code`` is stable, the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Muscle(NamedTuple):
    """A spring between joints ``a < b``.

    A distance muscle is passive (amplitude and phase are 0). An active one
    changes its rest length by ``amplitude`` metres around its built length,
    once a period, as a sine; ``phase`` is its angle at the start, radians in [0, 2 pi).
    """

    a: int
    b: int
    is_distance: bool
    amplitude: float
    phase: float


@dataclass(frozen=True)
class Walker:
    """Joints (metres) and muscles, within `limits`; build it with `create` or `from_json`."""

    joints: tuple[tuple[float, float], ...]
    muscles: tuple[Muscle, ...]

    @classmethod
    def create(
        cls, joints: list[tuple[float, float]], muscles: list[tuple[int, int, bool, float, float]]
    ) -> Walker:
        """Check every limit and bring the parts into canonical form.

        Raises:
            WalkerError: naming the limit that is broken.
        """
        points = tuple(_canonical_joint(i, x, y) for i, (x, y) in enumerate(joints))
        if not 1 <= len(points) <= limits.MAX_JOINTS:
            raise WalkerError(
                "joint-count", f"{len(points)} joints; a walker has 1 to {limits.MAX_JOINTS}."
            )
        if max(y for _, y in points) - min(y for _, y in points) > limits.MAX_HEIGHT:
            raise WalkerError(
                "too-tall",
                f"The walker is taller than {limits.MAX_HEIGHT:g} m; build it lower.",
            )
        if len(muscles) > limits.MAX_MUSCLES:
            raise WalkerError(
                "muscle-count", f"{len(muscles)} muscles; at most {limits.MAX_MUSCLES} are allowed."
            )
        springs = tuple(_canonical_muscle(points, muscle) for muscle in muscles)
        _check_topology(springs)
        return cls(points, springs)

    @classmethod
    def from_json(cls, payload: Any) -> Walker:
        """Read the paper's intermediate form; trusts nothing about ``payload``.

        Raises:
            WalkerError: for a wrong shape, type or a broken limit.
        """
        try:
            joints = [(_number(x), _number(y)) for x, y in payload["joints"]]
            muscles = [_muscle_from_json(*entry) for entry in payload["muscles"]]
        except WalkerError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise WalkerError("shape", f"This is not a walker's JSON form: {error!r}") from None
        return cls.create(joints, muscles)

    def to_json(self) -> dict[str, Any]:
        """The paper's intermediate form."""
        return {
            "joints": [list(joint) for joint in self.joints],
            "muscles": [
                [m.a, m.b, {"type": "distance"}]
                if m.is_distance
                else [m.a, m.b, {"type": "muscle", "amplitude": m.amplitude, "phase": m.phase}]
                for m in self.muscles
            ],
        }

    @cached_property
    def digest(self) -> str:
        """Content hash of the canonical form, 32 hex digits."""
        text = json.dumps(self.to_json(), separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @cached_property
    def height(self) -> float:
        """Initial height of the joints' bounding box, metres."""
        ys = [y for _, y in self.joints]
        return max(ys) - min(ys)

    @cached_property
    def width(self) -> float:
        """Initial width of the joints' bounding box, metres."""
        xs = [x for x, _ in self.joints]
        return max(xs) - min(xs)

    @property
    def mass(self) -> float:
        """Kilograms: every joint weighs the same, muscles weigh nothing."""
        return len(self.joints) * limits.JOINT_MASS

    @property
    def measures(self) -> tuple[float, float, float]:
        """The behaviour characterisation of the paper: height, width, mass."""
        return (self.height, self.width, self.mass)

    @property
    def is_active(self) -> bool:
        """Whether any muscle moves; a passive walker's objective is 0."""
        return any(not m.is_distance and m.amplitude for m in self.muscles)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WalkerError("type", f"Expected a number, got {type(value).__name__}.")
    return float(value)


def _index(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WalkerError("type", f"A joint index is a whole number, got {type(value).__name__}.")
    return value


def _muscle_from_json(a: Any, b: Any, kind: Any) -> tuple[int, int, bool, float, float]:
    if kind["type"] == "distance":
        return (_index(a), _index(b), True, 0.0, 0.0)
    if kind["type"] == "muscle":
        return (_index(a), _index(b), False, _number(kind["amplitude"]), _number(kind["phase"]))
    raise WalkerError("shape", f"Unknown muscle type {kind['type']!r}.")


def _canonical_joint(index: int, x: float, y: float) -> tuple[float, float]:
    if not (math.isfinite(x) and math.isfinite(y)):
        raise WalkerError("non-finite", f"Joint {index} is at a place that is not a finite number.")
    if max(abs(x), abs(y)) > limits.MAX_COORDINATE:
        raise WalkerError(
            "coordinate",
            f"Joint {index} is at ({x:g}, {y:g}); coordinates go up to {limits.MAX_COORDINATE:g}.",
        )
    return (float(x) + 0.0, float(y) + 0.0)  # + 0.0 turns -0.0 into 0.0


def _canonical_muscle(
    points: tuple[tuple[float, float], ...], muscle: tuple[int, int, bool, float, float]
) -> Muscle:
    a, b, is_distance, amplitude, phase = muscle
    if not (0 <= a < len(points) and 0 <= b < len(points)):
        raise WalkerError("unknown-joint", f"A muscle names joint {max(a, b)}, which is not there.")
    a, b = min(a, b), max(a, b)
    length = math.dist(points[a], points[b])
    if length < limits.MIN_MUSCLE_LENGTH:
        raise WalkerError(
            "muscle-length",
            f"The muscle from {a} to {b} is {length:g} m long; "
            f"at least {limits.MIN_MUSCLE_LENGTH:g} m are needed.",
        )
    if is_distance:
        return Muscle(a, b, True, 0.0, 0.0)
    if not (math.isfinite(amplitude) and math.isfinite(phase)):
        raise WalkerError("non-finite", f"The muscle from {a} to {b} has a non-finite parameter.")
    bound = limits.MAX_AMPLITUDE_SHARE * length
    return Muscle(
        a, b, False, min(max(amplitude, -bound), bound) + 0.0, phase % math.tau % math.tau
    )


def _check_topology(muscles: tuple[Muscle, ...]) -> None:
    degree: Counter[int] = Counter()
    seen: set[tuple[int, int]] = set()
    for muscle in muscles:
        pair = (muscle.a, muscle.b)
        if pair in seen:
            raise WalkerError("duplicate-muscle", f"Joints {pair} are connected twice.")
        seen.add(pair)
        degree.update(pair)
    for joint, count in degree.most_common(1):
        if count > limits.MAX_MUSCLES_PER_JOINT:
            raise WalkerError(
                "joint-degree",
                f"Joint {joint} has {count} muscles; "
                f"at most {limits.MAX_MUSCLES_PER_JOINT} can meet there.",
            )
