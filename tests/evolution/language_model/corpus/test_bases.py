"""Base programs: valid, varied, short, repeatable, and none close to a seed."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from evolution.language_model.corpus.bases import (
    FAMILIES,
    MOST_CHARACTERS,
    MOST_LINES,
    base_program,
)
from evolution.language_model.corpus.judging import niche
from evolution.language_model.corpus.kinship import close_seed
from evolution.sandbox import Built, Sandbox
from evolution.walkers import Walker

COUNT = 300


def stream(seed: int, count: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [base_program(rng) for _ in range(count)]


@pytest.fixture(scope="module")
def programs() -> list[str]:
    return stream(0, COUNT)


@pytest.fixture(scope="module")
def walkers(programs: list[str]) -> list[Walker]:
    with Sandbox() as sandbox:
        return [r.walker for r in sandbox.build(programs) if isinstance(r, Built)]


def test_the_same_seed_gives_the_same_programs(programs: list[str]) -> None:
    assert stream(0, 30) == programs[:30]
    assert stream(1, 30) != programs[:30]


def test_programs_differ(programs: list[str]) -> None:
    assert len(set(programs)) == COUNT


def test_programs_are_short(programs: list[str]) -> None:
    assert max(text.count("\n") for text in programs) <= MOST_LINES
    assert max(map(len, programs)) <= MOST_CHARACTERS


def test_nearly_all_make_a_walker_that_moves(walkers: list[Walker]) -> None:
    assert len(walkers) >= 0.98 * COUNT
    assert sum(walker.is_active for walker in walkers) >= 0.98 * len(walkers)


def test_walkers_have_all_sizes(walkers: list[Walker]) -> None:
    niches = [niche(walker) for walker in walkers]
    heights, widths, masses = (len(set(part)) for part in zip(*niches, strict=True))
    assert heights == widths == 12
    assert masses >= 10
    assert len(set(niches)) >= COUNT / 3


def test_phases_and_amplitudes_vary(walkers: list[Walker]) -> None:
    active = [m for walker in walkers for m in walker.muscles if not m.is_distance]
    assert len({round(m.phase, 1) for m in active}) > 55  # of 63
    assert len({round(m.amplitude, 1) for m in active}) > 40


def test_no_program_is_close_to_a_seed(programs: list[str]) -> None:
    assert not [text for text in programs if close_seed(text)]


def test_every_handwriting_occurs(programs: list[str]) -> None:
    spelled = (
        "import math\n", "import numpy as np", "from math import", "from walk_creator import",
        "    def ", "\ndef ", "class ", "lambda ", "# ", '"""', "zip(", "enumerate(", "reversed(",
        "append(", " if ", "for ", "query_cppn(", "=0", "phase=", "add_joint(-",
    )  # fmt: skip
    together = "\n".join(programs)
    assert [piece for piece in spelled if piece not in together] == []


def test_every_family_is_drawn() -> None:
    rng = np.random.default_rng(3)
    bodies = "\n".join(islice((base_program(rng) for _ in range(10_000)), 600))
    marks = ("tips", "spine", "neighbour", "floor", "grid.append", "net = {}", "half = [", "rungs")
    assert [mark for mark in marks if mark not in bodies] == []
    assert len(FAMILIES) >= 35
