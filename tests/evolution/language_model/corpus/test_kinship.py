"""Closeness to seeds: copies and variants are seen, other walkers are not."""

from __future__ import annotations

import re

import pytest

from evolution.language_model.corpus.kinship import close_seed
from evolution.walkers.seeds import SEEDS, seed_program
from tests.evolution.language_model.corpus.walker_programs import LISTED, SMALL


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_is_close_to_itself(name: str) -> None:
    assert close_seed(seed_program(name)) == name


@pytest.mark.parametrize("name", SEEDS)
def test_other_names_numbers_and_comments_do_not_hide_a_seed(name: str) -> None:
    text = re.sub(r"\bwc\b", "creator", seed_program(name))
    text = re.sub(r"\b\d+\b", "7", text).replace("    #", "    # note:")
    assert close_seed(text) == name


def test_another_walker_is_not_close() -> None:
    assert close_seed(SMALL) is None
    assert close_seed(LISTED) is None
    assert close_seed("") is None
