"""The layout of Chipmunk's structures in memory, found by probing.

`arena` keeps bodies, circles and springs inside numpy arrays: it fills them column by column,
reads positions and writes rest lengths, without a call each. pymunk keeps the structures'
definitions to itself, so their sizes and the places of their fields are measured here, once, at
import: an initialiser is run on memory filled with a pattern, and what changed is looked at.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evolution.simulation import constants

PROBE_BYTES = 4096  # a multiple of any structure's size
SLACK_BYTES = 8  # for one last field that an initialiser might not write (today all are)
LINE_BYTES = 64  # sizes are rounded up to an odd number of cache lines
PATTERNS = (0xA5, 0x5A)
MAGIC = (1234.56789, -9876.54321, 45.678912, 3.21987, 0.98765, 76.54321)  # marks of fields
JOINTS = (1, 0xFFFFFFFF, 0xFFFFFFFF)  # a shape filter: joints never collide with each other

Words = NDArray[np.uint64]  # Chipmunk's memory: numbers and pointers of 8 bytes
Initialise = Callable[..., None]  # (address, *fields)


class LayoutError(RuntimeError):
    """pymunk's private parts do not look as expected; `plain` has to do the work."""


@dataclass(frozen=True, eq=False)
class Template:
    """A structure as Chipmunk initialises it, to be copied; its fields are written afterwards.

    Attributes:
        row: the structure, with its slack.
        places: for each field the words that hold it. The first is the one to read or change
            while it is in use; Chipmunk derives the others from it.
    """

    row: Words
    places: dict[str, tuple[int, ...]]

    def copies(self, count: int) -> Words:
        """Memory of that many structures, a row each."""
        rows = reserve(count, self.row.nbytes)
        rows[:] = self.row
        return rows

    def write(self, rows: Words, field: str, values: NDArray[Any]) -> None:
        """Set a field of every row; ``values`` are float64, or addresses as uint64."""
        for place in self.places[field]:
            rows[:, place] = values.view(np.uint64)


@dataclass(frozen=True, eq=False)
class Layout:
    """What `arena` builds from.

    Attributes:
        body: a joint's; fields ``x`` and ``y``, which are neighbours.
        circle: a joint's shape; field ``body``, an address.
        spring: fields ``a`` and ``b``, addresses of bodies; ``rest_length``, ``stiffness`` and
            ``damping``.
        segment: bytes to reserve for a piece of ground.
    """

    body: Template
    circle: Template
    spring: Template
    segment: int


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

    def pointer(address: int) -> Any:
        return ffi.cast("void *", address)

    def init_body(at: int, x: float, y: float) -> None:
        lib.cpBodyInit(pointer(at), constants.JOINT_MASS, constants.JOINT_MOMENT)
        lib.cpBodySetPosition(pointer(at), (x, y))

    def init_circle(at: int, body: int) -> None:
        lib.cpCircleShapeInit(pointer(at), pointer(body), constants.JOINT_RADIUS, zero)
        lib.cpShapeSetFriction(pointer(at), constants.FRICTION)
        lib.cpShapeSetFilter(pointer(at), JOINTS)

    def init_spring(at: int, a: int, b: int, rest: float, stiffness: float, damping: float) -> None:
        ends = pointer(a), pointer(b)
        lib.cpDampedSpringInit(pointer(at), *ends, zero, zero, rest, stiffness, damping)

    def init_segment(at: int) -> None:
        lib.cpSegmentShapeInit(pointer(at), pointer(bodies[0]), zero, (1.0, 0.0), 1.0)

    memory = np.zeros((2, PROBE_BYTES // 8), dtype=np.uint64)  # bodies for the others to hang on
    bodies = addresses(memory).tolist()
    for at in bodies:
        init_body(at, 0.0, 0.0)
    body = _template(init_body, x=MAGIC[:2], y=MAGIC[2:4])
    if body.places["y"][0] != body.places["x"][0] + 1:
        raise LayoutError("A body's x and y are not neighbours.")
    return Layout(
        body=body,
        circle=_template(init_circle, body=bodies),
        spring=_template(
            init_spring,
            a=bodies,
            b=bodies[::-1],
            rest_length=MAGIC[:2],
            stiffness=MAGIC[2:4],
            damping=MAGIC[4:],
        ),
        segment=_size(init_segment),
    )


# --- memory -------------------------------------------------------------------------------


def reserve(count: int, size: int) -> Words:
    """Zeroed memory for ``count`` structures, a row each, starting on a cache line."""
    raw = np.zeros(count * size + LINE_BYTES, dtype=np.uint8)
    skip = -raw.ctypes.data % LINE_BYTES
    return raw[skip : skip + count * size].view(np.uint64).reshape(count, size // 8)


def addresses(rows: Words) -> Words:
    """Where each row lies."""
    steps = np.arange(len(rows), dtype=np.uint64) * np.uint64(rows.strides[0])
    return steps + np.uint64(rows.ctypes.data)


# --- probing ------------------------------------------------------------------------------


def _memory(initialise: Initialise, pattern: int, *fields: float) -> NDArray[np.uint8]:
    memory = np.full(PROBE_BYTES, pattern, dtype=np.uint8)
    initialise(memory.ctypes.data, *fields)
    return memory


def _size(initialise: Initialise, *fields: float) -> int:
    """Bytes that the initialiser writes, with slack, in whole cache lines."""
    changed = [np.flatnonzero(_memory(initialise, p, *fields) != p) for p in PATTERNS]
    last = max(int(places.max(initial=-1)) for places in changed)
    if not 0 <= last < PROBE_BYTES // 2:
        raise LayoutError("A structure of Chipmunk has an unexpected size.")
    lines = -(-(last + 1 + SLACK_BYTES) // LINE_BYTES)
    # An odd number of lines: at a power of two, the same field of all structures would fall into
    # a few sets of the cache, and writing the rest lengths would cost half as much again.
    return (lines | 1) * LINE_BYTES


def _template(initialise: Initialise, **marks: Sequence[float]) -> Template:
    """The structure, and where its fields stand; each has two marks: floats, or addresses (int).

    The first mark is searched for. With the second, a copy must be what the initialiser makes.
    """
    first, second = zip(*marks.values(), strict=True)
    row = _memory(initialise, 0, *first).view(np.uint64)[: _size(initialise, *first) // 8]
    template = Template(row, {name: _places(row, mark[0]) for name, mark in marks.items()})
    copy = template.copies(1)
    for name, mark in marks.items():
        template.write(copy, name, _bits(mark[1]))
    if not np.array_equal(copy[0], _memory(initialise, 0, *second).view(np.uint64)[: len(row)]):
        raise LayoutError("A structure of Chipmunk cannot be copied.")
    return template


def _bits(mark: float) -> Words:
    return np.array([mark], np.uint64 if isinstance(mark, int) else np.float64).view(np.uint64)


def _places(row: Words, mark: float) -> tuple[int, ...]:
    """The words that hold the mark."""
    places = tuple(int(place) for place in np.flatnonzero(row == _bits(mark)))
    if not places:
        raise LayoutError("A field of Chipmunk's structures was not found.")
    return places
