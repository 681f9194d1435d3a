"""Probing Chipmunk's memory layout, and what happens where it is not as expected."""

from __future__ import annotations

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
    assert found == layout.probe(ffi, lib)
    for size in (found.body, found.circle, found.segment, found.spring):
        assert size % layout.LINE_BYTES == 0
        assert 128 <= size <= 1024
    assert 0 < found.position < found.body // 8
    assert 0 < found.rest_length < found.spring // 8


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
        layout._places(lambda at: None, 1.0)


def test_a_pymunk_without_cffi_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymunk._chipmunk_cffi", None)
    with pytest.raises(layout.LayoutError, match="no cffi interface"):
        layout.load()
