"""A diff model small enough to be made in a test, and what it learns from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from evolution.language_model.examples import EditExample
from evolution.language_model.making import make_model
from evolution.language_model.mixture import Part, make_part
from evolution.language_model.model import Shape
from evolution.language_model.tokenizer import EditTokenizer
from evolution.language_model.training import Progress, TrainingSettings
from evolution.walkers.seeds import SEEDS

SHAPE = Shape(width=64, layers=2, heads=2, key_value_heads=2, inner=128)
SETTINGS = TrainingSettings(
    steps=3, rows=2, row_length=896, warm_up=2, validate_every=2, validation_parents=2
)


def examples() -> list[EditExample]:
    """One number changed in each of the seed programs' lines that have one."""
    found = []
    for seed in SEEDS.values():
        lines = seed.program.split("\n")
        for number, line in enumerate(lines):
            for digit in "23456789":
                if "5" in line and digit != "5":
                    child = "\n".join(
                        [*lines[:number], line.replace("5", digit, 1), *lines[number + 1 :]]
                    )
                    found.append(
                        EditExample(seed.program, child, f"Use {digit} for 5.", "domain", "number")
                    )
    return found


def part() -> Part:
    made = make_part("tiny", 1.0, examples())
    # All of four parents: whichever the hash holds out is trained on too.
    return Part("tiny", 1.0, made.groups + made.held_out, made.groups[:1], "0" * 64)


@cache
def tokenizer() -> EditTokenizer:
    texts = [text for e in examples() for text in ("\n" + e.child, e.message)]
    return EditTokenizer.train(texts, vocabulary=600)


def make_tiny(folder: Path, steps: int = 3) -> Iterator[Progress]:
    settings = SETTINGS.model_copy(update={"steps": steps})
    return make_model([part()], settings, folder, shape=SHAPE, command="test")
