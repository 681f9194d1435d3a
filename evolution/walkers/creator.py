"""The walker language: what a program calls to build its walker.

This module runs inside the sandbox and is on the hot path of a search, so it
needs the standard library and numpy only and looks at exact types first.
Evolution writes careless programs: what physics can bear is repaired and
counted, what it cannot is refused. Coordinates and amplitudes are metres,
a phase is an angle in radians.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

import numpy as np

from evolution.walkers.limits import (
    MAX_AMPLITUDE_SHARE,
    MAX_COORDINATE,
    MAX_HEIGHT,
    MAX_JOINTS,
    MAX_MUSCLES,
    MAX_MUSCLES_PER_JOINT,
    MIN_JOINT_DISTANCE,
)

# Code of a repair -> what to tell a person. Codes are stored with walkers: never rename one.
REPAIRS: dict[str, str] = {
    "joint-merged": (f"A joint nearer than {MIN_JOINT_DISTANCE:g} m to another became that joint."),
    "joint-limit": f"A joint beyond the first {MAX_JOINTS} became its nearest neighbour.",
    "self-muscle": "A muscle from a joint to itself was left out.",
    "duplicate-muscle": "A second muscle between the same two joints was left out.",
    "amplitude-clamped": (
        f"An amplitude was limited to {MAX_AMPLITUDE_SHARE:g} of its muscle's length."
    ),
    "number-as-boolean": "A number stood for is_distance; any but 0 counts as True.",
    "boolean-as-number": "True or False stood for a number and counts as 1 or 0.",
    "float-index": "A joint was named by a whole number written as a float.",
    "loose-joint": "A joint that no muscle ties to the walker's largest part was left out.",
}


class Refusal(Exception):
    """The walker asks for what physics cannot bear.

    ``code`` is stable and, where both can find the same fault, equal to the
    code of `evolution.walkers.walker.WalkerError`; the message is for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class WalkerDraft:
    """What `walker_creator.get_walker` returns; `Walker.create` accepts its parts.

    Attributes:
        joints: x and y, metres.
        muscles: joint, joint, is_distance, amplitude (metres), phase.
        repairs: code in `REPAIRS` -> how often it was needed.
    """

    joints: list[tuple[float, float]]
    muscles: list[tuple[int, int, bool, float, float]]
    repairs: dict[str, int] = field(default_factory=dict)


class walker_creator:
    """Collects joints and muscles; `get_walker` hands them over.

    A joint is named by the number of its ``add_joint`` call, counted from 0,
    also when earlier joints were merged: programs that count for themselves
    and programs that keep what ``add_joint`` returned both find theirs.
    """

    def __init__(self) -> None:
        self._joints: list[tuple[float, float]] = []
        self._muscles: dict[tuple[int, int], tuple[bool, float, float]] = {}
        self._degrees: list[int] = []
        self._joint_of_call: list[int] = []
        self._first_call: list[int] = []  # per joint: the call that made it
        self._repairs: dict[str, int] = {}

    def add_joint(self, x: Any, y: Any) -> int:
        """Add a point mass at (x, y) metres and return its index.

        Raises:
            Refusal: for a coordinate that is no finite number or too far out.
        """
        if type(x) is not float:
            x = self._number(x, "x")
        if type(y) is not float:
            y = self._number(y, "y")
        if not (-MAX_COORDINATE <= x <= MAX_COORDINATE and -MAX_COORDINATE <= y <= MAX_COORDINATE):
            raise _bad_place(x, y)
        joint = self._joint_near(x, y)
        if joint is not None:
            self._count("joint-merged")
        elif len(self._joints) >= MAX_JOINTS:
            joint = self._nearest(x, y)
            self._count("joint-limit")
        else:
            joint = len(self._joints)
            self._joints.append((x + 0.0, y + 0.0))
            self._degrees.append(0)
            self._first_call.append(len(self._joint_of_call))
        self._joint_of_call.append(joint)
        return self._first_call[joint]

    def add_muscle(
        self, j0: Any, j1: Any, is_distance: Any = True, amplitude: Any = 0.0, phase: Any = 0.0
    ) -> None:
        """Connect two joints by a passive (distance) or an active muscle.

        Args:
            j0, j1: what ``add_joint`` returned.
            is_distance: True keeps the muscle's length, False makes it oscillate.
            amplitude: change of an active muscle's length, metres; clamped.
            phase: where in the shared period it starts, as an angle in radians. The paper gives
                no unit; its CPPN seeds use whole numbers, which tell joints apart as angles
                and would all mean the same as shares of a period.

        Raises:
            Refusal: for an unknown joint, a parameter that is no finite number
                or of the wrong type, or too many muscles.
        """
        a, b = self._joint(j0), self._joint(j1)
        if is_distance is not True and is_distance is not False:
            is_distance = self._boolean(is_distance)
        if type(amplitude) is not float:
            amplitude = self._number(amplitude, "amplitude")
        if type(phase) is not float:
            phase = self._number(phase, "phase")
        if not (math.isfinite(amplitude) and math.isfinite(phase)):
            raise Refusal("non-finite", "A muscle's amplitude and phase must be finite numbers.")
        if a == b:
            self._count("self-muscle")
            return
        pair = (a, b) if a < b else (b, a)
        if pair in self._muscles:
            self._count("duplicate-muscle")
            return
        self._check_room(a, b)
        if is_distance:
            self._muscles[pair] = (True, 0.0, 0.0)
        else:
            bound = MAX_AMPLITUDE_SHARE * math.dist(self._joints[a], self._joints[b])
            if not -bound <= amplitude <= bound:
                self._count("amplitude-clamped")
                amplitude = bound if amplitude > 0 else -bound
            self._muscles[pair] = (False, amplitude, phase)
        self._degrees[a] += 1
        self._degrees[b] += 1

    def get_walker(self) -> WalkerDraft:
        """The walker as it stands now; more can be added and asked for again.

        A walker is one body: joints outside its largest connected part are left out, or
        loose points scattered about would fill niches of mass and size for nothing.

        Raises:
            Refusal: when there is no joint, or the walker is too tall.
        """
        if not self._joints:
            raise Refusal("joint-count", "The walker has no joints; add at least one.")
        body = _largest_part(len(self._joints), list(self._muscles))
        place = {joint: index for index, joint in enumerate(body)}
        repairs = dict(self._repairs)
        if len(body) < len(self._joints):
            repairs["loose-joint"] = len(self._joints) - len(body)
        muscles = [
            (place[a], place[b], *rest) for (a, b), rest in self._muscles.items() if a in place
        ]
        joints = [self._joints[joint] for joint in body]
        heights = [y for _, y in joints]
        if max(heights) - min(heights) > MAX_HEIGHT:
            raise Refusal(
                "too-tall", f"The walker is taller than {MAX_HEIGHT:g} m; build it lower."
            )
        return WalkerDraft(joints, muscles, repairs)

    def _count(self, code: str) -> None:
        self._repairs[code] = self._repairs.get(code, 0) + 1

    def _joint_near(self, x: float, y: float) -> int | None:
        """The nearest joint, if it is too near for another one."""
        found, nearest = None, MIN_JOINT_DISTANCE
        for joint, (jx, jy) in enumerate(self._joints):
            if (
                -MIN_JOINT_DISTANCE < jx - x < MIN_JOINT_DISTANCE
                and -MIN_JOINT_DISTANCE < jy - y < MIN_JOINT_DISTANCE
            ):
                distance = math.dist((jx, jy), (x, y))
                if distance < nearest:
                    found, nearest = joint, distance
        return found

    def _nearest(self, x: float, y: float) -> int:
        places = self._joints
        return min(
            range(len(places)),
            key=lambda joint: (places[joint][0] - x) ** 2 + (places[joint][1] - y) ** 2,
        )

    def _joint(self, index: Any) -> int:
        """From a program's index to the joint behind it."""
        call: int = index if type(index) is int else self._index(index)
        if not 0 <= call < len(self._joint_of_call):
            added = len(self._joint_of_call)
            raise Refusal(
                "unknown-joint",
                f"A muscle names joint {_short(call)}, but so far only {added} "
                f"{'joint was' if added == 1 else 'joints were'} added; they are counted from 0.",
            )
        return self._joint_of_call[call]

    def _index(self, value: Any) -> int:
        if isinstance(value, bool | np.bool_):
            self._count("boolean-as-number")
            return 1 if value else 0
        if isinstance(value, Integral):  # a numpy integer
            return int(value)
        number = self._number(value, "joint index")
        if not math.isfinite(number):
            raise Refusal("non-finite", "A joint index must be a finite number.")
        if not number.is_integer():
            raise Refusal("unknown-joint", f"{number:g} names no joint; an index is whole.")
        self._count("float-index")
        return int(number)

    def _boolean(self, value: Any) -> bool:
        if isinstance(value, np.bool_):
            return bool(value)
        number = self._number(value, "is_distance")
        if not math.isfinite(number):
            raise Refusal("non-finite", "is_distance must be True or False.")
        self._count("number-as-boolean")
        return number != 0

    def _number(self, value: Any, name: str) -> float:
        """A plain float from any real number; may be infinite or NaN."""
        if type(value) is int:
            return _float(value)
        if isinstance(value, bool | np.bool_):
            self._count("boolean-as-number")
            return float(value)
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value.item()
        if not isinstance(value, Real):
            raise Refusal("type", f"{name} must be a number, not {_kind(value)}.")
        return _float(value)

    def _check_room(self, a: int, b: int) -> None:
        if len(self._muscles) >= MAX_MUSCLES:
            raise Refusal("muscle-count", f"A walker has at most {MAX_MUSCLES} muscles.")
        if max(self._degrees[a], self._degrees[b]) >= MAX_MUSCLES_PER_JOINT:
            raise Refusal(
                "joint-degree", f"At most {MAX_MUSCLES_PER_JOINT} muscles can meet at one joint."
            )


def _largest_part(joints: int, pairs: list[tuple[int, int]]) -> list[int]:
    """The joints of the largest connected part, ascending; the first one at a tie."""
    part = list(range(joints))  # union-find: each points towards the first of its part
    for a, b in pairs:
        while part[a] != a:
            part[a] = a = part[part[a]]
        while part[b] != b:
            part[b] = b = part[part[b]]
        part[max(a, b)] = min(a, b)
    sizes = [0] * joints
    for joint in range(joints):
        part[joint] = part[part[joint]]  # ascending: the one it points to is done
        sizes[part[joint]] += 1
    largest = sizes.index(max(sizes))
    return [joint for joint in range(joints) if part[joint] == largest]


def _bad_place(x: float, y: float) -> Refusal:
    if math.isfinite(x) and math.isfinite(y):
        return Refusal(
            "coordinate",
            f"A joint at ({x:g}, {y:g}) is too far out; coordinates go up to {MAX_COORDINATE:g}.",
        )
    return Refusal("non-finite", "A joint's place must be finite numbers.")


def _float(value: Any) -> float:
    """``value`` is a real number."""
    try:
        return float(value)
    except OverflowError:  # an int beyond the floats
        return math.inf if value > 0 else -math.inf


def _kind(value: Any) -> str:
    name = type(value).__name__
    return "nothing (None)" if value is None else f"a value of type {name[:40]}"


def _short(index: int) -> str:
    return str(index) if abs(index) < 10**9 else "with a huge number"
