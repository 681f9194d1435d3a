"""Groups of edits and their messages, before anything is run."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np

from evolution.language_model.corpus.change import Change
from evolution.language_model.corpus.domain import (
    CHANGED,
    FIXED,
    MOST_DEPTH,
    PARAMETERS,
    SMALL,
    domain_examples,
    fits,
)
from evolution.language_model.examples import EditExample


def groups(seed: int, count: int) -> list[tuple[str, list[EditExample]]]:
    return list(islice(domain_examples(np.random.default_rng(seed)), count))


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
