"""Groups of edits and their messages, before anything is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import numpy as np

from evolution.language_model.corpus.bases import base_program
from evolution.language_model.corpus.chance import Rng, chance, pick
from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.domain import (
    CHANGED,
    FIXED,
    MOST_DEPTH,
    PARAMETERS,
    SMALL,
    candidates,
    fits,
)
from evolution.language_model.examples import EditExample


def lines_of_descent(rng: Rng) -> Iterator[tuple[str, list[EditExample]]]:
    """Programs, each with edits of it; often one of its children is the next program."""
    while True:
        base, depth = base_program(rng), 0
        while depth <= MOST_DEPTH:
            made = candidates(base, rng, 8)
            planted = [c for c in made if c.is_planted]
            plain = [c for c in made if not c.is_planted]
            yield base, [c.example(rng) for c in plain]
            for candidate in planted:
                yield candidate.parent, [candidate.example(rng)]
            children = [c.edit.child for c in plain if fits(c.edit.child)]
            if not children or chance(rng, 0.25):
                break
            base, depth = pick(rng, children), depth + 1


def groups(seed: int, count: int) -> list[tuple[str, list[EditExample]]]:
    return list(islice(lines_of_descent(np.random.default_rng(seed)), count))


def test_a_group_has_different_edits_of_its_program() -> None:
    for base, examples in groups(0, 60):
        assert {example.parent for example in examples} <= {base}
        assert len({example.child for example in examples}) == len(examples)
        assert all(e.source == "domain" and e.intention and e.message for e in examples)
        assert len(examples) <= 8


def test_the_same_seed_gives_the_same_groups() -> None:
    assert groups(3, 25) == groups(3, 25)
    assert groups(3, 25) != groups(4, 25)


def test_children_become_parents() -> None:
    made = groups(1, 80)
    children = {example.child for _, examples in made for example in examples}
    parents = [base for base, _ in made if base in children]
    assert len(parents) > 20
    assert all(fits(base) for base in parents)
    assert MOST_DEPTH == 10


def test_general_messages_fit_their_edits() -> None:
    counts: Counter[str] = Counter()
    for _, examples in groups(2, 150):
        for example in examples:
            counts[example.message] += 1
            change = Change(example.parent, example.child)
            if example.message == PARAMETERS:
                assert change.numbers_only
            if example.message == FIXED:
                assert example.intention == "fix-bugs"
    assert min(counts[text] for text in (CHANGED, PARAMETERS, SMALL, FIXED)) > 15
    assert len(counts) > 300
