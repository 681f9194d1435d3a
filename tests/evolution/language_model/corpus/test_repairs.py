"""Planted bugs: small, in place, undone by the example, and never in the benchmark's functions."""

from __future__ import annotations

import ast
from itertools import islice

import numpy as np
import pytest

from evolution.diffs.line_edits import apply_line_edits, line_edits
from evolution.language_model.corpus.bug_sites import read_code
from evolution.language_model.corpus.exclusion import check, check_example
from evolution.language_model.corpus.functions import FAMILIES, small_functions
from evolution.language_model.corpus.functions.draft import written
from evolution.language_model.corpus.planted_bugs import KINDS, plant
from evolution.language_model.corpus.repairs import USUAL_MESSAGE, cut_functions, repair_examples
from evolution.language_model.examples import EditExample

EXAMPLE = '''\
def blend(b1, b2, b3, rate=2):
    """Return the sum of b1, b2 and b3, each limited by the rate."""
    total = 0
    for value in [b1, b2, b3]:
        total += min(value, rate) - abs(value) * 3
    items = [total, rate]
    items.append(items[0])
    for k in range(1, rate):
        items.append(divide(total, k))
    return total if total > 0 and rate else items
'''


def some_examples(count: int, seed: int = 0) -> list[EditExample]:
    rng = np.random.default_rng(seed)
    return list(islice(repair_examples(rng, small_functions(rng)), count))


@pytest.mark.parametrize("family", [family for family, _ in FAMILIES])
def test_every_family_writes_functions_that_compile_and_vary(family) -> None:
    rng = np.random.default_rng(1)
    texts = [written(rng, family(rng)) for _ in range(60)]
    for text in texts:
        compile(text, "<function>", "exec")
    assert len(set(texts)) > 50


def test_small_functions_hardly_ever_come_twice_and_pass_the_exclusion() -> None:
    texts = list(islice(small_functions(np.random.default_rng(2)), 2_000))
    assert len(set(texts)) > 1_850
    assert sum(check(text) is not None for text in texts) < 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_bug_can_be_planted(kind: str) -> None:
    planter, _ = KINDS[kind]
    code = read_code(EXAMPLE)
    assert code is not None
    rng = np.random.default_rng(3)
    bugs = [bug for bug in (planter(rng, code) for _ in range(20)) if bug]
    assert bugs
    for bug in bugs:
        for start, end, _ in bug:
            assert 0 <= start <= end <= len(EXAMPLE)


def test_several_variables_are_misnamed_in_one_way() -> None:
    planter, _ = KINDS["misname-several"]
    code = read_code("def f(b1, b2, b3, b4):\n    return max([b1, b2, b3, b4])\n")
    assert code is not None
    rng = np.random.default_rng(4)
    letters = {frozenset(new.text[0] for new in planter(rng, code)) for _ in range(200)}
    assert frozenset({"c"}) in letters


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_bugs_are_as_many_as_asked_for_and_leave_the_rest_alone(count: int) -> None:
    rng = np.random.default_rng(5)
    reached = 0
    for _ in range(30):
        planted = plant(rng, EXAMPLE, count)
        if planted is None:
            continue
        ast.parse(planted.text)
        assert planted.text != EXAMPLE
        assert planted.text.count("\n") == EXAMPLE.count("\n")
        changed = sum(edit.last - edit.first + 1 for edit in line_edits(EXAMPLE, planted.text))
        assert 1 <= changed <= count
        reached = max(reached, changed)
    assert reached > count / 2


def test_only_the_kinds_asked_for_are_planted() -> None:
    rng = np.random.default_rng(9)
    planted = [plant(rng, EXAMPLE, 3, ["operator", "return"]) for _ in range(20)]
    assert {kind for bug in planted if bug for kind in bug.kinds} == {"operator", "return"}


def test_no_place_for_a_bug_is_no_bug() -> None:
    rng = np.random.default_rng(6)
    for text in ("", "pass\n", "x = (\n", "naïve = 1\n", "\0", "a = 1\r\n"):
        assert plant(rng, text, 2) is None


def test_examples_repair_what_was_broken() -> None:
    examples = some_examples(400)
    for example in examples:
        assert apply_line_edits(example.parent, line_edits(example.parent, example.child)) == (
            example.child
        )
        ast.parse(example.parent)
        assert example.source == "domain"
        assert example.intention == "fix-bugs"
        assert check_example(example) is None
        assert "{" not in example.message
    usual = sum(example.message == USUAL_MESSAGE for example in examples)
    assert 0.4 < usual / len(examples) < 0.6


def test_examples_are_repeatable() -> None:
    assert some_examples(20, seed=7) == some_examples(20, seed=7)
    assert some_examples(20, seed=7) != some_examples(20, seed=8)


def test_functions_of_the_benchmark_become_no_examples() -> None:
    texts = ["def f(p, q, r, s):\n    return (p + q + r + s) % 2\n"] * 20
    texts += ["def f(a, b, c, x):\n    return a * x * x + b * x + c\n"] * 20
    assert list(repair_examples(np.random.default_rng(0), texts)) == []


def test_functions_are_cut_out_of_programs() -> None:
    text = (
        "import os\n\nclass A:\n    def f(self, x):\n        y = x + 1\n        return y\n\n"
        "def g(x): return x\n\ndef h(x):\n    if x:\n        return 1\n    return 2\n"
    )
    method = "def f(self, x):\n    y = x + 1\n    return y\n"
    other = "def h(x):\n    if x:\n        return 1\n    return 2\n"
    assert list(cut_functions(text)) == [method, other]
    assert list(cut_functions(text, most_lines=3)) == [method]
    window = f"        return 0\n\n{text}\nclass B:\n    def broken(self):\n        x = (\n"
    assert list(cut_functions(window)) == [method, other]
