"""Motion: the recorded way of a walker, and its compact form on the wire.

A motion is a self-contained replay: the viewer needs nothing else and never simulates.

Wire format, version 1
----------------------
The bytes are one zlib stream (RFC 1950; in a browser ``new DecompressionStream("deflate")``).
Inflated, it is a row of whole numbers, most of them *varints*:

* ``varint``: unsigned LEB128. Each byte carries 7 bits, lowest first; its top bit is set
  when another byte follows. At most 5 bytes.
* ``signed``: a varint of the zigzag form: 0, 1, 2, 3, 4 mean 0, -1, 1, -2, 2. To decode:
  ``n = (v >>> 1) ^ -(v & 1)``.
* ``text``: a varint count of bytes, then that many bytes of UTF-8.

In this order, nothing between, nothing after:

1.  byte    version, 1
2.  varint  fps: frames a second (30)
3.  varint  scale: quantisation steps in a metre (64); every length below is
            a whole number of steps, so metres = value / scale
4.  varint  radius of a joint, in steps
5.  varint  joints J, 1 to 100
6.  varint  frames F, 1 to 3,600; frame t is at t / fps seconds, frame 0 is the start
7.  varint  muscles M, at most 500
8.  M times: varint a, varint b (joint numbers, 0-based), byte active (0 passive, 1 active)
9.  text    the terrain's name
10. varint  ground segments S, at most 1,000
11. S times: signed x0, signed y0, signed x1, signed y1
12. varint  ceiling segments C, at most 1,000
13. C times: signed x0, signed y0, signed x1, signed y1
14. J * 2 channels, each of F signed numbers r[0..F-1]; the channels' order is
    joint 0 x, joint 0 y, joint 1 x, joint 1 y, ...

A channel holds second differences over time. With positions q in steps:
``r[0] = q[0]``, ``r[1] = q[1] - q[0]``, ``r[t] = q[t] - 2 q[t-1] + q[t-2]``. To decode:

    velocity = 0; position = r[0]; q[0] = position
    for t in 1..F-1: velocity += r[t]; position += velocity; q[t] = position

x points right, y up, the flat ground is y = 0. A reader refuses other versions.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evolution.simulation.terrain import Segment, Terrain
from evolution.walkers import limits

VERSION = 1
FPS = 30
SCALE = 64  # steps a metre; an error of 1/128 m is half a pixel at the usual zoom
MAX_FRAMES = 3600
MAX_SEGMENTS = 1000
MAX_FPS = 240
MAX_SCALE = 4096
MAX_NAME_BYTES = 64
MAX_STEPS = 2**20  # positions in steps: 16 km at the usual scale
# The largest honest motion inflates to less: 720,000 positions of up to 4 bytes.
MAX_INFLATED_BYTES = 3 << 20
MAX_VARINT_BYTES = 5


class MotionError(ValueError):
    """These bytes are not a motion, or this motion cannot be encoded."""


class Spring(NamedTuple):
    """A muscle as the viewer draws it: from joint ``a`` to ``b``, active or passive."""

    a: int
    b: int
    is_active: bool


@dataclass(frozen=True, eq=False)
class Motion:
    """A recorded motion.

    Attributes:
        positions: float64, shape (frames, joints, 2), metres.
        springs: the walker's muscles.
        terrain: where it walked.
        fps: frames a second.
        joint_radius: metres.
    """

    positions: NDArray[np.float64]
    springs: tuple[Spring, ...]
    terrain: Terrain
    fps: int
    joint_radius: float

    @property
    def frames(self) -> int:
        return int(self.positions.shape[0])

    @property
    def joints(self) -> int:
        return int(self.positions.shape[1])

    @property
    def seconds(self) -> float:
        """Time from the first to the last frame."""
        return (self.frames - 1) / self.fps

    def encode(self) -> bytes:
        """The motion's bytes; positions come back within 1 / (2 * SCALE) m.

        Raises:
            MotionError: when the motion is too large or not finite.
        """
        self._check()
        steps = np.rint(self.positions * SCALE).astype(np.int64)
        head = bytearray([VERSION])
        _append(head, [self.fps, SCALE, round(self.joint_radius * SCALE)])
        _append(head, [self.joints, self.frames, len(self.springs)])
        _append(head, [int(part) for spring in self.springs for part in spring])
        name = self.terrain.name.encode()
        _append(head, [len(name)])
        head += name
        for segments in (self.terrain.segments, self.terrain.ceiling):
            _append(head, [len(segments)])
            ends = np.rint(np.array(segments, dtype=np.float64).reshape(-1) * SCALE)
            head += _varints(_zigzag(ends.astype(np.int64)))
        channels = steps.transpose(1, 2, 0).reshape(self.joints * 2, self.frames)
        return _deflate(bytes(head) + _varints(_zigzag(_differences(channels))))

    def _check(self) -> None:
        if self.positions.ndim != 3 or self.positions.shape[2] != 2:
            raise MotionError("Positions have the shape (frames, joints, 2).")
        if not (1 <= self.joints <= limits.MAX_JOINTS and 1 <= self.frames <= MAX_FRAMES):
            raise MotionError(
                f"A motion has 1 to {limits.MAX_JOINTS} joints and 1 to {MAX_FRAMES} frames, "
                f"this one {self.joints} and {self.frames}."
            )
        if not np.all(np.abs(self.positions) * SCALE < MAX_STEPS):  # also false for NaN
            raise MotionError("A position is not finite or too far away to be recorded.")

    @classmethod
    def decode(cls, data: bytes) -> Motion:
        """Read a motion's bytes; trusts nothing about them.

        Raises:
            MotionError: saying what is wrong. Memory stays below about 50 MB.
        """
        reader = _Reader(_inflate(data))
        version = reader.byte("version")
        if version != VERSION:
            raise MotionError(f"This is version {version} of the format; {VERSION} can be read.")
        fps = reader.whole("fps", 1, MAX_FPS)
        scale = reader.whole("scale", 1, MAX_SCALE)
        radius = reader.whole("joint radius", 0, MAX_STEPS)
        joints = reader.whole("joints", 1, limits.MAX_JOINTS)
        frames = reader.whole("frames", 1, MAX_FRAMES)
        springs = tuple(
            Spring(
                reader.whole("muscle's joint", 0, joints - 1),
                reader.whole("muscle's joint", 0, joints - 1),
                bool(reader.whole("muscle's kind", 0, 1)),
            )
            for _ in range(reader.whole("muscles", 0, limits.MAX_MUSCLES))
        )
        terrain = Terrain(reader.text(), reader.segments(scale), reader.segments(scale))
        residuals = _unzigzag(reader.rest(joints * 2 * frames)).reshape(joints * 2, frames)
        steps = _integrate(residuals)
        if np.abs(steps).max() > MAX_STEPS:
            raise MotionError("A position is too far away.")
        positions = steps.reshape(joints, 2, frames).transpose(2, 0, 1) / scale
        return cls(np.ascontiguousarray(positions), springs, terrain, fps, radius / scale)


def _differences(channels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Second differences along time, in a row; shape (channels, frames) -> (channels * frames,)."""
    out = channels.copy()
    out[:, 1:] -= channels[:, :-1]
    out[:, 2:] -= np.diff(channels, axis=1)[:, :-1]
    return out.reshape(-1)


def _integrate(residuals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Undo `_differences`; wraps silently for hostile numbers, the caller checks the range."""
    out = residuals.copy()
    out[:, 1:] = np.cumsum(residuals[:, 1:], axis=1)
    return np.cumsum(out, axis=1)


def _zigzag(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return (values << 1) ^ (values >> 63)


def _unzigzag(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return (values >> 1) ^ -(values & 1)


def _varints(values: NDArray[np.int64]) -> bytes:
    """LEB128 of non-negative numbers below 2**35."""
    longest = max(1, math.ceil(int(values.max(initial=0)).bit_length() / 7))
    columns = np.empty((len(values), longest), dtype=np.uint8)
    used = np.empty((len(values), longest), dtype=np.bool_)
    for i in range(longest):
        later = values >> (7 * (i + 1))
        columns[:, i] = ((values >> (7 * i)) & 0x7F) | np.where(later > 0, 0x80, 0)
        used[:, i] = True if i == 0 else (values >> (7 * i)) > 0
    return columns[used].tobytes()


def _append(head: bytearray, values: Iterable[int]) -> None:
    head += _varints(np.array(list(values), dtype=np.int64))


def _deflate(plain: bytes) -> bytes:
    # Small numbers around zero: zlib's filtered strategy saves 3% against its default. Level 9
    # saves one more per cent for three times the time, and every confirmed walker is encoded.
    deflater = zlib.compressobj(7, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return deflater.compress(plain) + deflater.flush()


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, MAX_INFLATED_BYTES)
    except zlib.error as error:
        raise MotionError(f"These bytes are not a zlib stream: {error}.") from None
    if inflater.unconsumed_tail:
        raise MotionError("The motion is larger than any that this program records.")
    if not inflater.eof:
        raise MotionError("The motion is cut short.")
    if inflater.unused_data:
        raise MotionError("There are bytes after the motion's end.")
    return plain


class _Reader:
    """Walks through the inflated bytes; every number is checked against its range."""

    def __init__(self, plain: bytes) -> None:
        self._plain = plain
        self._at = 0

    def byte(self, what: str) -> int:
        if self._at >= len(self._plain):
            raise MotionError(f"The motion ends before its {what}.")
        self._at += 1
        return self._plain[self._at - 1]

    def varint(self, what: str) -> int:
        value = 0
        for i in range(MAX_VARINT_BYTES):
            byte = self.byte(what)
            value |= (byte & 0x7F) << (7 * i)
            if byte < 0x80:
                return value
        raise MotionError(f"The {what} is a number of too many bytes.")

    def whole(self, what: str, low: int, high: int) -> int:
        value = self.varint(what)
        if not low <= value <= high:
            raise MotionError(f"The {what} is {value}; it must be {low} to {high}.")
        return value

    def text(self) -> str:
        size = self.whole("length of the terrain's name", 0, MAX_NAME_BYTES)
        raw = bytes(self.byte("terrain's name") for _ in range(size))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise MotionError("The terrain's name is not UTF-8.") from None

    def segments(self, scale: int) -> tuple[Segment, ...]:
        count = self.whole("segments", 0, MAX_SEGMENTS)
        return tuple(Segment(*(self._length(scale) for _ in range(4))) for _ in range(count))

    def _length(self, scale: int) -> float:
        value = self.whole("segment's end", 0, 2 * MAX_STEPS)
        return ((value >> 1) ^ -(value & 1)) / scale

    def rest(self, count: int) -> NDArray[np.int64]:
        """All remaining bytes as exactly ``count`` varints."""
        raw = np.frombuffer(self._plain, dtype=np.uint8, offset=self._at)
        ends = np.flatnonzero(raw < 0x80)
        if len(ends) != count or not len(raw) or ends[-1] != len(raw) - 1:
            raise MotionError(f"The motion holds {len(ends)} positions, not {count}.")
        starts = np.concatenate(([0], ends[:-1] + 1))
        used = ends - starts + 1
        if int(used.max()) > MAX_VARINT_BYTES:
            raise MotionError("A position is a number of too many bytes.")
        values = np.zeros(count, dtype=np.int64)
        for i in range(int(used.max())):
            more = used > i
            values[more] |= (raw[starts[more] + i].astype(np.int64) & 0x7F) << (7 * i)
        return values
