"""The library's archive against pyribs, and against the rule said in one line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ribs.archives import GridArchive

from evolution.archive import Archive, Entry, niche_of
from evolution.config import ArchiveConfig

GRIDS = (
    ArchiveConfig(),
    ArchiveConfig(cells=(2, 3, 2), height=(0, 4), width=(0, 6), mass=(1, 5)),
    ArchiveConfig(cells=(7, 1, 9), height=(-3, 0.7), width=(2, 2.1), mass=(0, 1e-3)),
)
# Round numbers hit the borders of cells.
# No walker is larger than 200 m or heavier than 100 kg.
measure = st.one_of(st.integers(-5, 60).map(float), st.floats(-200, 200))
measures = st.tuples(measure, measure, measure)
# Few different values, so that ties are frequent.
distance = st.one_of(st.sampled_from([0.0, 1.0, 2.0]), st.floats(0, 400))
entries = st.lists(
    st.builds(
        Entry,
        walker=st.integers(0, 10**6),
        program=st.text("ab", min_size=1, max_size=4),
        objective=distance,
        robust_objective=distance,
        measures=st.tuples(st.floats(-1, 9), st.floats(-1, 9), st.floats(0, 9)),
    ),
    max_size=40,
)


def pyribs(config: ArchiveConfig) -> GridArchive:
    ranges = (config.height, config.width, config.mass)
    return GridArchive(solution_dim=1, dims=config.cells, ranges=ranges)


@given(measures, st.sampled_from(GRIDS))
def test_niche_agrees_with_pyribs(place: tuple[float, float, float], config: ArchiveConfig) -> None:
    assert niche_of(place, config) == pyribs(config).index_of_single(place)


@given(entries)
def test_statistics_agree_with_pyribs(offered: list[Entry]) -> None:
    config = GRIDS[1]
    archive, theirs = Archive(config), pyribs(config)
    for entry in offered:
        archive.add(entry)
        theirs.add_single([0.0], entry.robust_objective, entry.measures)
    assert len(archive) == len(theirs)
    assert archive.coverage == pytest.approx(float(theirs.stats.coverage))
    assert archive.qd_score == pytest.approx(float(theirs.stats.qd_score))
    assert archive.best == (theirs.stats.obj_max if offered else 0.0)


@given(entries)
def test_elite_is_the_furthest_then_the_shortest_then_the_first(offered: list[Entry]) -> None:
    config = GRIDS[1]
    archive = Archive(config)
    for entry in offered:
        archive.add(entry)
    expected: dict[int, Entry] = {}
    for entry in sorted(offered, key=lambda e: (-e.robust_objective, e.length)):  # stable
        expected.setdefault(niche_of(entry.measures, config), entry)
    assert archive.elites() == sorted(expected.items())


@given(entries)
def test_bars_never_ask_for_more_than_the_elite_reaches(offered: list[Entry]) -> None:
    config = GRIDS[1]
    archive = Archive(config)
    for entry in offered:
        archive.add(entry)
    bars = archive.thresholds()
    for niche, elite in archive.elites():
        assert bars[niche] <= elite.robust_objective
    filled = [niche for niche, _ in archive.elites()]
    assert np.flatnonzero(bars > -math.inf).tolist() == filled
