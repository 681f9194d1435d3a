"""Edits as a model writes them: those that make no program are written anew."""

from __future__ import annotations

import numpy as np

from evolution.language_model.generation import Sampler
from evolution.language_model.grammar import EditRules
from evolution.language_model.model import new_decoder
from evolution.language_model.sampling import Sampling
from evolution.operators.candidates import child_failure
from evolution.operators.edit_writing import Written, write_edits
from evolution.types import Failure
from evolution.walkers.seeds import seed_program
from tests.evolution.language_model.tiny import SHAPE, tokenizer

SQUARE = seed_program("square")


def programs(attempts: int) -> list[str | Failure]:
    """What a model makes of the Square that knows nothing yet."""
    sampler = Sampler(new_decoder(tokenizer(), SHAPE, 0), end=tokenizer().end)
    sampling = Sampling(least_allowed=0, attempts=attempts, longest=64)
    rng = np.random.default_rng(0)
    asked = [(SQUARE, "Change.")] * 60
    written = write_edits(asked, sampler, EditRules(tokenizer()), sampling, rng)
    return [one.program for one in written if isinstance(one, Written)]


def test_an_edit_that_makes_no_program_is_written_anew() -> None:
    once, often = programs(1), programs(40)
    assert len(once) == len(often) == 60
    failed_once, failed_often = (
        sum(isinstance(program, Failure) for program in made) for made in (once, often)
    )
    assert failed_once > 5
    assert failed_often < failed_once / 2
    assert all(isinstance(p, Failure) or child_failure(SQUARE, p) is None for p in often)
