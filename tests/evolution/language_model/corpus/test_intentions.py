"""Intentions: their edits make walkers, do what they say, and are told from each other."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import islice

import numpy as np
import pytest

from evolution.language_model.corpus.change import Walkers
from evolution.language_model.corpus.domain import Candidate, candidates
from evolution.language_model.corpus.intentions import INTENTIONS, Intention, intention_named
from evolution.language_model.corpus.intentions.base import slots
from evolution.language_model.corpus.intentions.drafting import moved
from evolution.language_model.corpus.source import read
from evolution.sandbox import Built, Sandbox
from evolution.walkers.seeds import SEEDS, seed_program
from tests.evolution.language_model.corpus.walker_programs import LISTED, SMALL, built_families

NAMES = [intention.name for intention in INTENTIONS]
# Of these no edit is also one of another.
EXCLUSIVE = (
    "change-amplitudes", "change-phases", "move-joint", "add-joint", "remove-joint", "add-muscle",
    "remove-muscle", "make-active", "make-passive", "rename-variable", "add-two-joints",
    "remove-unused",
)  # fmt: skip


@cache
def made() -> dict[str, list[tuple[Candidate, Walkers | None]]]:
    """For each intention edits of programs of many families, with walkers where both run."""
    rng = np.random.default_rng(7)
    drawn: list[Candidate] = []
    for intention in INTENTIONS:
        order = rng.permutation(list(built_families()))
        edits = (c for text in order for c in candidates(str(text), rng, 1, ((intention, 1.0),)))
        drawn += islice(edits, 14)
    texts = list(dict.fromkeys(t for c in drawn for t in (c.parent, c.edit.child)))
    with Sandbox() as sandbox:
        built = dict(zip(texts, sandbox.build(texts), strict=True))
    found: dict[str, list[tuple[Candidate, Walkers | None]]] = defaultdict(list)
    for candidate in drawn:
        old, new = built[candidate.parent], built[candidate.edit.child]
        both = isinstance(old, Built) and isinstance(new, Built)
        found[candidate.intention.name].append(
            (candidate, (old.walker, new.walker) if both else None)
        )
    return found


def held(name: str) -> list[tuple[Candidate, Walkers]]:
    return [
        (candidate, walkers)
        for candidate, walkers in made()[name]
        if walkers is not None
        and candidate.intention.holds(candidate.parent, candidate.edit.child, walkers)
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "fix-bugs"])
def test_edits_hold_what_they_intend(name: str) -> None:
    assert held(name)
    assert len(held(name)) >= 0.2 * len(made()[name])


def test_most_edits_make_a_walker() -> None:
    outcomes = [walkers for name in NAMES if name != "fix-bugs" for _, walkers in made()[name]]
    assert sum(walkers is not None for walkers in outcomes) > 0.9 * len(outcomes)


@pytest.mark.parametrize("name", EXCLUSIVE)
def test_an_edit_is_not_taken_for_another(name: str) -> None:
    for candidate, walkers in held(name):
        texts = (candidate.parent, candidate.edit.child)
        others = [intention_named(other) for other in EXCLUSIVE if other != name]
        assert [i.name for i in others if i.holds(*texts, walkers)] == []


@pytest.mark.parametrize("intention", INTENTIONS, ids=lambda intention: intention.name)
def test_wordings(intention: Intention) -> None:
    assert len(intention.wordings) >= 15
    assert len(intention.messages) >= 8
    rng = np.random.default_rng(0)
    values = {slot: "it" for text in intention.wordings for slot in slots(text)}
    messages = {intention.message(rng, values) for _ in range(60)}
    assert len(messages) > 12
    assert not [text for text in messages if set("{}[]|") & set(text) or "  " in text or not text]


def test_messages_name_what_the_edit_names() -> None:
    rng = np.random.default_rng(1)
    for candidate, _ in made()["add-muscle"]:
        message = candidate.intention.message(rng, candidate.edit.values)
        assert "{" not in message


def test_the_same_seed_gives_the_same_edits() -> None:
    texts = list(built_families())[::5]
    first, second = (
        [c.edit for text in texts for c in candidates(text, np.random.default_rng(4), 6)]
        for _ in range(2)
    )
    assert first == second
    assert first


@pytest.mark.parametrize("name", SEEDS)
def test_every_seed_can_be_edited_in_many_ways(name: str) -> None:
    rng = np.random.default_rng(0)
    text = seed_program(name)
    possible = [i.name for i in INTENTIONS if any(i.apply(text, rng) for _ in range(5))]
    assert len(possible) >= 28
    assert {"change-parameters", "add-joint", "larger", "add-tail", "add-muscle"} <= set(possible)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "x = 1\n",
        "def make_walker(:\n",
        "def make_walker():\n\tpass\n",
        "def make_walker():\n    pass",
        "def make_walker():\n    return walker_creator().get_walker()\n",
        "async def make_walker(*a, **k):\n    return [await x async for x in y]\n",
        "class A:\n    def make_walker(self): return self.wc.get_walker()\n",
        "def make_walker(): wc = walker_creator(); wc.add_joint(0, 0); return wc.get_walker()\n",
        "f = lambda: (yield)\nf(*f, **f)\nwc.add_joint(*p)\nwc.add_muscle(*p, **k)\n",
        SMALL.replace("hip", "hüfte"),
        SMALL.replace("1.6", "1e400"),
        LISTED.replace("(2.5, 3)", "*rest"),
        "for i in range(10): print(i) or add_joint(1, 2)\nelse: add_muscle(1, 2, False)\n",
    ],
)
def test_odd_programs_are_edited_or_left_alone(text: str) -> None:
    rng = np.random.default_rng(0)
    for intention in INTENTIONS:
        for _ in range(3):
            edit = intention.apply(text, rng)
            if edit is not None:
                assert edit.child != (edit.parent or text)
                assert read(edit.child) is not None


def test_numbers_with_signs_and_brackets_move() -> None:
    source = read("wc.add_joint(-(5), ~1)\n")
    assert source is not None
    x, y = source.calls[0].args
    assert (moved(source, x, 2.0), moved(source, y, 2.0)) == ("-3", "~1 + 2.0")


def test_formatting_and_comments_stay() -> None:
    text = SMALL.replace("(2, 0)", "( 2,0 )  # the toe").replace("hip = ", "hip   = ")
    rng = np.random.default_rng(5)
    for name in ("add-joint", "change-phases", "make-active", "add-leg"):
        edit = intention_named(name).apply(text, rng)
        assert edit is not None
        assert "( 2,0 )  # the toe" in edit.child
        assert "hip   = " in edit.child


def test_a_child_that_does_not_parse_holds_nothing() -> None:
    broken = SMALL.replace("return", "retrun x")
    assert not [i.name for i in INTENTIONS if i.holds(SMALL, broken)]
    assert not [i.name for i in INTENTIONS if i.holds(SMALL, SMALL)]


def test_an_unknown_intention_is_named() -> None:
    with pytest.raises(ValueError, match="no intention 'fly'"):
        intention_named("fly")
