"""Programs under other names are the same programs."""

from __future__ import annotations

import ast

import numpy as np

from evolution.language_model.examples import EditExample
from evolution.language_model.renaming import names_of, renamed
from evolution.sandbox import Built, Sandbox
from evolution.walkers.seeds import SEEDS

NAMES = ["alpha", "beta", "gamma", "delta", "kappa", "sigma", "omega", "theta", "zeta", "iota"]


def rename(*group: EditExample, seed: int = 0) -> list[EditExample]:
    return renamed(group, NAMES, np.random.default_rng(seed))


def edit(parent: str, child: str, message: str = "Change it.") -> EditExample:
    return EditExample(parent, child, message, "domain")


def test_the_seeds_make_the_same_walkers() -> None:
    programs = [seed.program for seed in SEEDS.values()]
    others = [rename(edit(text, text), seed=n)[0].child for n in range(3) for text in programs]
    assert not set(others) & set(programs)
    with Sandbox() as sandbox:
        built = sandbox.build(programs * 3)
        for before, after in zip(built, sandbox.build(others), strict=True):
            assert isinstance(before, Built)
            assert isinstance(after, Built)
            assert after.walker == before.walker


def test_parent_and_children_are_renamed_alike() -> None:
    parent = "hip = 1\nfoot = hip\n"
    first, second = rename(
        edit(parent, "hip = 2\nfoot = hip\n"), edit(parent, "hip = 1\nfoot = hip\ntoe = foot\n")
    )
    assert first.parent == second.parent
    hip, foot = (line.split(" = ")[0] for line in first.parent.splitlines())
    assert len({hip, foot, "hip", "foot"}) == 4
    assert first.child == f"{hip} = 2\n{foot} = {hip}\n"
    assert second.child.splitlines()[2].endswith(f" = {foot}")


def test_what_others_named_stays() -> None:
    text = (
        "import math\n\ndef make_walker():\n"
        "    leg = walker_creator()\n    hip = leg.add_joint(1, 2)\n"
        "    amplitude = abs(math.pi)\n    leg.add_muscle(hip, hip, amplitude=amplitude)\n"
    )
    (example,) = rename(edit(text, text, "Move the leg."))
    names = {node.id for node in ast.walk(ast.parse(example.parent)) if isinstance(node, ast.Name)}
    assert names >= {"walker_creator", "leg", "amplitude", "abs", "math"}
    assert "hip" not in names
    assert "def make_walker" in example.parent
    assert "add_joint" in example.parent


def test_text_that_does_not_parse_stays() -> None:
    example = edit("hip = (", "hip = 1")
    assert rename(example) == [example]


def test_few_names_are_enough() -> None:
    text = "".join(f"part{n} = {n}\n" for n in range(40))
    (example,) = renamed([edit(text, text)], ["one", "two"], np.random.default_rng(0))
    bound = [line.split(" = ")[0] for line in example.parent.splitlines()]
    assert len(set(bound)) == 40


def test_new_names_are_identifiers_of_nobody_else() -> None:
    words = [" leg", "for", "print", "x", "b" * 40, "ö", "make_walker", "hip", " hip", "42"]
    assert names_of(words) == ["hip", "leg"]
