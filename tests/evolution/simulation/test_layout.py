"""Probing Chipmunk's memory layout, and what happens where it is not as expected."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import numpy as np
import pytest

from evolution.simulation import arena, constants, layout
from evolution.simulation.preparation import Prepared, prepare
from evolution.simulation.settings import SCREENING
from evolution.simulation.terrain import FLAT
from tests.evolution.simulation.samples import grid, square


def test_probe_is_repeatable_and_plausible() -> None:
    ffi, lib = layout.load()
    found = layout.probe(ffi, lib)
    again = layout.probe(ffi, lib)
    assert found.segment == again.segment
    sizes = [found.segment]
    for name in ("body", "circle", "spring"):
        template, other = getattr(found, name), getattr(again, name)
        assert template.places == other.places
        places = [place for all_of_field in template.places.values() for place in all_of_field]
        assert len(set(places)) == len(places)
        assert max(places) < len(template.row) == len(other.row)
        sizes.append(template.row.nbytes)
    for size in sizes:
        assert size % layout.LINE_BYTES == 0
        assert 128 <= size <= 1024


def test_a_copy_is_what_chipmunk_initialises() -> None:
    (prepared,) = [p for p in [prepare(square(), FLAT, None)] if isinstance(p, Prepared)]
    with arena.opened([prepared], FLAT, SCREENING) as opened:
        lib, cast = arena._lib, arena._ffi.cast
        bodies = [cast("cpBody *", at) for at in layout.addresses(opened._bodies).tolist()]
        for i, at in enumerate(layout.addresses(opened._circles).tolist()):
            circle = cast("cpShape *", at)
            assert lib.cpShapeGetBody(circle) == bodies[i]
            assert lib.cpCircleShapeGetRadius(circle) == constants.JOINT_RADIUS
            assert lib.cpShapeGetFriction(circle) == constants.FRICTION
            assert lib.cpShapeGetFilter(circle).group == layout.JOINTS[0]
            assert lib.cpBodyGetMass(bodies[i]) == constants.JOINT_MASS
            where = lib.cpBodyGetPosition(bodies[i])
            assert [where.x, where.y] == prepared.start[i].tolist()
        for i, at in enumerate(layout.addresses(opened._springs).tolist()):
            spring = cast("cpConstraint *", at)
            ends = [lib.cpConstraintGetBodyA(spring), lib.cpConstraintGetBodyB(spring)]
            assert ends == [bodies[joint] for joint in prepared.ends[i]]
            assert lib.cpDampedSpringGetStiffness(spring) == prepared.stiffness[i]
            assert lib.cpDampedSpringGetDamping(spring) == prepared.damping[i]


def test_views_are_what_chipmunk_reads_and_writes() -> None:
    batch = [prepare(w, FLAT, None) for w in (square(), grid(3, 3))]
    prepared = [p for p in batch if isinstance(p, Prepared)]
    assert len(prepared) == 2
    with arena.opened(prepared, FLAT, SCREENING) as opened:
        expected = np.concatenate([p.start for p in prepared])
        assert np.array_equal(opened.positions, expected)
        assert np.array_equal(opened.rest_lengths, np.concatenate([p.rest[0] for p in prepared]))
        for space in opened.spaces * 2:  # the first step only gathers speed
            arena._lib.cpSpaceStep(space, constants.STEP)
        assert not np.array_equal(opened.positions, expected)
        opened.rest_lengths[3] = 12.5
        spring = arena._ffi.cast("cpConstraint *", opened._springs[3:].ctypes.data)
        assert arena._lib.cpDampedSpringGetRestLength(spring) == 12.5


def test_a_changed_interface_is_noticed() -> None:
    ffi, lib = layout.load()
    with pytest.raises(layout.LayoutError, match="interface has changed"):
        layout.probe(ffi, SimpleNamespace(cpBodyInit=lib.cpBodyInit))


def test_an_initialiser_that_writes_nothing_is_noticed() -> None:
    with pytest.raises(layout.LayoutError, match="unexpected size"):
        layout._size(lambda at: None)
    with pytest.raises(layout.LayoutError, match="not found"):
        layout._template(lambda at, x: ctypes.memset(at, 0, 8), x=layout.MAGIC[:2])


def test_a_structure_that_cannot_be_copied_is_noticed() -> None:
    def keeps_its_own_address(at: int, x: float) -> None:
        words = np.ctypeslib.as_array((ctypes.c_uint64 * 2).from_address(at))
        words[:] = (at, np.float64(x).view(np.uint64))

    with pytest.raises(layout.LayoutError, match="cannot be copied"):
        layout._template(keeps_its_own_address, x=layout.MAGIC[:2])


def test_a_pymunk_without_cffi_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymunk._chipmunk_cffi", None)
    with pytest.raises(layout.LayoutError, match="no cffi interface"):
        layout.load()
