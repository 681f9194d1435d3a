"""The layout of Chipmunk's structures in memory, found by probing.

`arena` lets Chipmunk initialise bodies, circles and springs inside numpy arrays, to read
positions and write rest lengths without a call each. pymunk keeps the structures' definitions to
itself, so their sizes and offsets are measured here, once, at import: an initialiser is run on
memory filled with a pattern, and what changed is looked at.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROBE_BYTES = 4096  # a multiple of any structure's size
SLACK_BYTES = 8  # for one last field that an initialiser might not write (today all are)
LINE_BYTES = 64  # sizes are rounded up to an odd number of cache lines
PATTERNS = (0xA5, 0x5A)
MAGIC = (1234.56789, -9876.54321)


class LayoutError(RuntimeError):
    """pymunk's private parts do not look as expected; `plain` has to do the work."""


@dataclass(frozen=True)
class Layout:
    """Sizes in bytes; offsets in float64 places.

    Attributes:
        body, circle, segment, spring: bytes to reserve for each structure.
        position: where a body keeps x and, next to it, y.
        rest_length: where a spring keeps its rest length.
    """

    body: int
    circle: int
    segment: int
    spring: int
    position: int
    rest_length: int


def load() -> tuple[Any, Any]:
    """pymunk's cffi interface: (ffi, lib).

    Raises:
        LayoutError: when this pymunk has no such module.
    """
    try:
        module = importlib.import_module("pymunk._chipmunk_cffi")
        return module.ffi, module.lib
    except (ImportError, AttributeError) as error:
        raise LayoutError(f"pymunk has no cffi interface: {error}") from error


def probe(ffi: Any, lib: Any) -> Layout:
    """Measure the layout.

    Raises:
        LayoutError: when something is not found where it should be.
    """
    try:
        return _probe(ffi, lib)
    except (AttributeError, TypeError, ffi.error) as error:
        raise LayoutError(f"pymunk's cffi interface has changed: {error}") from error


def _probe(ffi: Any, lib: Any) -> Layout:
    zero = (0.0, 0.0)
    keep = np.zeros(PROBE_BYTES // 8)  # a body for the others to hang on
    body = ffi.cast("cpBody *", keep.ctypes.data)
    lib.cpBodyInit(body, 1.0, 1.0)

    def init_body(at: Any) -> None:
        lib.cpBodyInit(ffi.cast("cpBody *", at), 1.0, 1.0)

    def init_circle(at: Any) -> None:
        lib.cpCircleShapeInit(ffi.cast("cpCircleShape *", at), body, 1.0, zero)

    def init_segment(at: Any) -> None:
        lib.cpSegmentShapeInit(ffi.cast("cpSegmentShape *", at), body, zero, (1.0, 0.0), 1.0)

    def init_spring(at: Any) -> None:
        at = ffi.cast("cpDampedSpring *", at)
        lib.cpDampedSpringInit(at, body, body, zero, zero, 1.0, 1.0, 1.0)

    def set_position(at: Any) -> None:
        init_body(at)
        lib.cpBodySetPosition(ffi.cast("cpBody *", at), MAGIC)

    def set_rest_length(at: Any) -> None:
        init_spring(at)
        lib.cpDampedSpringSetRestLength(ffi.cast("cpConstraint *", at), MAGIC[0])

    position = _places(set_position, MAGIC[0])[0]
    if _places(set_position, MAGIC[1])[0] != position + 1:
        raise LayoutError("A body's x and y are not neighbours.")
    return Layout(
        body=_size(init_body),
        circle=_size(init_circle),
        segment=_size(init_segment),
        spring=_size(init_spring),
        position=position,
        rest_length=_places(set_rest_length, MAGIC[0])[0],
    )


def _memory(initialise: Callable[[int], None], pattern: int) -> NDArray[np.uint8]:
    memory = np.full(PROBE_BYTES, pattern, dtype=np.uint8)
    initialise(memory.ctypes.data)
    return memory


def _size(initialise: Callable[[int], None]) -> int:
    """Bytes that the initialiser writes, with slack, in whole cache lines."""
    changed = [np.flatnonzero(_memory(initialise, p) != p) for p in PATTERNS]
    last = max(int(places.max(initial=-1)) for places in changed)
    if not 0 <= last < PROBE_BYTES // 2:
        raise LayoutError("A structure of Chipmunk has an unexpected size.")
    lines = -(-(last + 1 + SLACK_BYTES) // LINE_BYTES)
    # An odd number of lines: at a power of two, the same field of all structures would fall into
    # a few sets of the cache, and writing the rest lengths would cost half as much again.
    return (lines | 1) * LINE_BYTES


def _places(initialise: Callable[[int], None], value: float) -> list[int]:
    """Where in the structure the value stands, as float64 places."""
    memory = _memory(initialise, PATTERNS[0]).view(np.float64)
    places = [int(place) for place in np.flatnonzero(memory == value)]
    if not places:
        raise LayoutError("A field of Chipmunk's structures was not found.")
    return places
