"""The seed programs, built in the sandbox: the geometry is the paper's."""

from __future__ import annotations

import ast
import math

import pytest

from evolution.sandbox.pool import Built, Sandbox
from evolution.walkers import Walker
from evolution.walkers.seeds import SEEDS, seed_program


@pytest.fixture(scope="module")
def walkers() -> dict[str, Walker]:
    with Sandbox() as sandbox:
        results = sandbox.build([seed.program for seed in SEEDS.values()])
    built = [result for result in results if isinstance(result, Built)]
    assert len(built) == len(SEEDS), results
    return {name: result.walker for name, result in zip(SEEDS, built, strict=True)}


def test_names() -> None:
    assert list(SEEDS) == ["square", "radial", "cppn-fixed", "cppn-mutable"]
    assert all(seed.name == name for name, seed in SEEDS.items())
    assert seed_program("square") == SEEDS["square"].program
    with pytest.raises(ValueError, match="Known seeds: square, radial, cppn-fixed, cppn-mutable"):
        seed_program("circle")


@pytest.mark.parametrize("name", list(SEEDS))
def test_seeds_are_programs_with_the_entry_point(name: str) -> None:
    tree = ast.parse(SEEDS[name].program)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert functions[-1] == "make_walker"


def test_square(walkers: dict[str, Walker]) -> None:
    square = walkers["square"]
    assert set(square.joints) == {(0, 0), (10, 0), (10, 10), (0, 10), (5, 5)}
    passive = {(m.a, m.b) for m in square.muscles if m.is_distance}
    active = [m for m in square.muscles if not m.is_distance]
    assert len(passive) == 5  # four sides, one spoke
    assert len(active) == 3
    cap = 0.3 * math.hypot(5, 5)
    assert sorted(m.amplitude for m in active) == pytest.approx([2, cap, cap])
    assert {m.phase for m in active} == {0}


def test_radial(walkers: dict[str, Walker]) -> None:
    radial = walkers["radial"]
    *rim, hub = radial.joints
    assert hub == (5, 5)
    assert [math.dist(joint, hub) for joint in rim] == pytest.approx([5.0] * 8)
    spokes = [m for m in radial.muscles if not m.is_distance]
    assert [m.amplitude for m in spokes] == [k / 8 for k in range(8)]
    assert [m.phase for m in spokes] == [k / 8 for k in range(8)]
    assert len(radial.muscles) == 16


@pytest.mark.parametrize("name", ["cppn-fixed", "cppn-mutable"])
def test_cppn(walkers: dict[str, Walker], name: str) -> None:
    grid = walkers[name]
    assert set(grid.joints) == {(1.5 * x, 1.5 * y) for x in range(8) for y in range(3)}
    assert len(grid.muscles) == 91
    assert not any(m.is_distance for m in grid.muscles)


def test_only_the_mutable_grid_builder_can_evolve() -> None:
    assert "def query_cppn" in seed_program("cppn-mutable")
    assert "def query_cppn" not in seed_program("cppn-fixed")
