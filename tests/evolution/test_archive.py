"""The rules of the archive, one by one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from evolution.archive import (
    EMPTY,
    Admission,
    Archive,
    Entry,
    admits,
    best,
    coverage,
    niche_count,
    niche_of,
    qd_score,
)
from evolution.config import ArchiveConfig

GRID = ArchiveConfig(cells=(2, 3, 4), height=(0, 10), width=(0, 30), mass=(0, 4))


def entry(walker: int, robust: float, program: str = "abc", objective: float = 9.0) -> Entry:
    return Entry(walker, program, objective, robust, (1.0, 1.0, 0.5))


@pytest.mark.parametrize(
    ("incumbent", "candidate", "expected"),
    [
        ((None, None), (0.0, 100), Admission.NEW),
        ((5.0, 10), (5.1, 1000), Admission.IMPROVED),
        ((5.0, 10), (5.0, 9), Admission.SHORTER),
        ((5.0, 10), (5.0, 10), Admission.REJECTED),
        ((5.0, 10), (5.0, 11), Admission.REJECTED),
        ((5.0, 10), (4.9, 1), Admission.REJECTED),
    ],
)
def test_rule_of_admission(
    incumbent: tuple[float | None, int | None],
    candidate: tuple[float, int],
    expected: Admission,
) -> None:
    assert admits(*incumbent, *candidate) is expected
    assert expected.is_admitted is (expected is not Admission.REJECTED)


def test_niches_are_numbered_height_major() -> None:
    assert niche_of((0, 0, 0), GRID) == 0
    assert niche_of((0, 0, 1), GRID) == 1
    assert niche_of((0, 10, 0), GRID) == 4
    assert niche_of((5, 0, 0), GRID) == 12
    assert niche_of((9, 29, 3.5), GRID) == niche_count(GRID) - 1


def test_measures_beyond_a_range_fall_into_the_outermost_cell() -> None:
    assert niche_of((-5, -1, -1e9), GRID) == 0
    assert niche_of((11, 1e9, 4), GRID) == niche_count(GRID) - 1


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_measures_must_be_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        niche_of((1, bad, 1), GRID)


def test_default_grid_is_the_papers() -> None:
    assert niche_count(ArchiveConfig()) == 1728


def test_archive_follows_the_rule_and_keeps_the_entry() -> None:
    archive = Archive(GRID)
    assert archive.add(entry(0, 3.0)) is Admission.NEW
    assert archive.add(entry(1, 2.0, "a")) is Admission.REJECTED
    assert archive.add(entry(2, 3.0, "ab")) is Admission.SHORTER
    assert archive.add(entry(3, 3.0, "ba")) is Admission.REJECTED
    assert archive.add(entry(4, 4.0, "abcdef")) is Admission.IMPROVED
    assert [elite.walker for _, elite in archive.elites()] == [4]
    assert archive[0].program == "abcdef"


def test_bar_is_the_lesser_of_both_distances() -> None:
    archive = Archive(GRID)
    archive.add(entry(0, 3.0, objective=9.0))
    archive.add(Entry(1, "x", 2.0, 8.0, (9.0, 29.0, 3.0)))
    bars = archive.thresholds()
    assert bars.shape == (niche_count(GRID),)
    assert bars[0] == 3.0
    assert bars[-1] == 2.0
    assert sorted(set(bars[1:-1])) == [EMPTY]


def test_statistics() -> None:
    assert coverage(3, 12) == 0.25
    assert qd_score([0.1] * 10) == 1.0  # a plain sum says 0.9999999999999999
    assert best([]) == 0.0
    assert best([1.0, 3.0, 2.0]) == 3.0


def test_rules_cost_no_import_of_pyribs() -> None:
    code = "import sys, evolution.archive; print('ribs' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
