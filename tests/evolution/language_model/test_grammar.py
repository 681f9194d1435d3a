"""The grammar of edits: every real edit is one, and nothing else applies to the lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from evolution.diffs.line_edits import apply_line_edits, line_edits, lines_of
from evolution.language_model.edit_state import EditState
from evolution.language_model.generation import Sampler
from evolution.language_model.grammar import EditRules
from evolution.language_model.layout import is_code, layout_of
from evolution.language_model.model import new_decoder
from evolution.language_model.program_facts import facts_of
from evolution.language_model.reference import reference_sample
from evolution.language_model.sampling import Group, Sampling
from evolution.types import Failure
from evolution.walkers.seeds import SEEDS
from tests.evolution.language_model.tiny import SHAPE, examples, tokenizer

RULES = EditRules(tokenizer())
FIRST_MARK = tokenizer().text_end
CLOSING = {token for token, text in enumerate(RULES.texts) if text and not text.strip(")]}")}
LINE = st.one_of(
    st.lists(st.sampled_from(["  ", "f(", "12", " 1", "1.5", "a", " a", ",", ")"])).map("".join),
    st.sampled_from(
        ["if a:", "  f(1)", "  if b:", "    f(a)", "f(2)", "  # a:", "", "for a in b:"]
    ),
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=9),
)
LINES = st.lists(LINE, min_size=1, max_size=6)


def allowed(state: EditState) -> set[int]:
    mask = np.zeros(tokenizer().size, dtype=bool)
    state.allow(mask)
    return set(np.flatnonzero(mask).tolist())


def assert_allowed(parent: str, child: str) -> None:
    lines = lines_of(parent)
    state = RULES.grammar(lines).start()
    for token in tokenizer().edits(line_edits(parent, child), lines):
        assert token in allowed(state)
        state.advance(token)


def test_the_edits_of_examples_are_allowed() -> None:
    for edit in examples():
        assert_allowed(edit.parent, edit.child)


@settings(max_examples=150)
@given(LINES, LINES)
def test_every_edit_is_allowed(old: list[str], new: list[str]) -> None:
    parent, child = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    before, after = layout_of(old), layout_of(new)
    # Comments and blanks can be indented as they like, and windows begin within blocks; the
    # grammar is stricter.
    is_tidy = (
        after is not None
        and before is not None
        and after.before[0] == before.before[0]
        and all(not line or is_code(line) for line in new)
        and not any(blocks.stack for blocks in after.before + before.before)
    )
    if parent != child and (before is None or is_tidy):
        assert_allowed(parent, child)


@pytest.mark.parametrize(
    "child",
    [
        "points = [\n    f(1),\n    g(2),\n]\nx = 1\n",
        "points = [\n    f(1),\n    f(3),\n    f(2),\n]\nx = 1\n",
        "points = [f(1), f(2)]\nx = 1\n",
        "points = [\n    f(1),\n    f(2),\n]\nif points:\n    x = 1\n",
    ],
)
def test_edits_of_brackets_over_several_lines_are_allowed(child: str) -> None:
    assert_allowed("points = [\n    f(1),\n    f(2),\n]\nx = 1\n", child)


@settings(max_examples=150)
@given(LINES, st.integers(0, 2**32))
@example(["f(", "", "", ")", ""], 200)  # a bracket is closed between two edits
def test_whatever_is_allowed_applies(lines: list[str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = RULES.grammar(lines).start()
    tokens: list[int] = []
    while tokenizer().end not in (choice := allowed(state)) or rng.random() < 0.7:
        # Marks, addresses and closing brackets are few: ask for them by name.
        rare = sorted(t for t in choice - {tokenizer().end} if t in CLOSING or t >= FIRST_MARK)
        some = rare if rare and rng.random() < 0.5 else sorted(choice - {tokenizer().end})
        tokens.append(int(rng.choice(some)))
        state.advance(tokens[-1])
        assume(len(tokens) < 60)
    edits = tokenizer().parse(tokens, lines)
    assert not isinstance(edits, Failure)
    child = apply_line_edits("".join(f"{line}\n" for line in lines), edits)
    if isinstance(child, Failure):  # what one edit deletes another can insert
        assert child.code == "no-change"
    elif layout_of(lines) is not None and not any(mark in child for mark in ('"""', "'''", "\\")):
        assert layout_of(lines_of(child)) is not None


@pytest.mark.parametrize("temperature", [1.0, 0.0])
def test_a_model_that_knows_nothing_writes_edits(temperature: float) -> None:
    decoder = new_decoder(tokenizer(), SHAPE, seed=0)
    sampler = Sampler(decoder, end=tokenizer().end)
    programs = [lines_of(seed.program) for seed in SEEDS.values()]
    groups = [
        Group(
            tokenizer().program(lines), [tokenizer().message("Change.")] * 4, RULES.grammar(lines)
        )
        for lines in programs
    ]
    sampled = sampler.sample(groups, Sampling(temperature, 1.0, 40), np.random.default_rng(0))
    for lines, children in zip(programs, sampled, strict=True):
        for child in children:
            state = RULES.grammar(lines).start()
            for token in child.tokens:
                assert token in allowed(state)
                state.advance(token)
            if child.ended:
                assert not isinstance(tokenizer().parse(child.tokens, lines), Failure)


def test_the_reference_obeys_the_same_grammar() -> None:
    decoder = new_decoder(tokenizer(), SHAPE, seed=0)
    lines = ["a = 1", "b = a + 2"]
    grammar = RULES.grammar(lines)
    prompt = [*tokenizer().program(lines), *tokenizer().message("Change.")]
    end = tokenizer().end
    (one,) = reference_sample(decoder, prompt, 1, Sampling(0, 1, 30), 0, end=end, grammar=grammar)
    sampler = Sampler(decoder, end=end)
    program, message = tokenizer().program(lines), tokenizer().message("Change.")
    ((other,),) = sampler.sample(
        [Group(program, [message], grammar)], Sampling(0, 1, 30), np.random.default_rng(0)
    )
    assert one == other


PROGRAM = """\
def make_walker():
    wc = walker_creator()
    a = wc.add_joint(0, 0)
    b = wc.add_joint(1 + 2, 0)
    for k in range(3):
        wc.add_muscle(a, b, False, k)
    return wc.get_walker()
"""


def is_allowed(old: str, new: str) -> bool:
    """Whether the program's edit that puts one text in the place of another can be written."""
    lines = lines_of(PROGRAM)
    child = PROGRAM.replace(old, new, 1)
    state = RULES.grammar(lines, facts_of(PROGRAM)).start()
    for token in tokenizer().edits(line_edits(PROGRAM, child), lines):
        if token not in allowed(state):
            return False
        state.advance(token)
    return True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("add_joint(0, 0)", "add_joint(5, -0.5 * 2)"),
        ("a, b, False, k", "b, a"),
        ("range(3)", "range(2 + 3)"),
        ("k in range(3)", "k in (1, 2)"),
        ("    return", "    foot = wc.add_joint(2, 2)\n    wc.add_muscle(foot, a)\n    return"),
        ("    a = wc", "    points = [k * 2 for k in range(3)]\n    del points\n    a = wc"),
        (
            "    a = wc",
            "    points = [\n        (1, 2),\n        (3, 4),\n    ]\n    del points\n    a = wc",
        ),
        ("    return", "    wc.add_joint(2, 2)\n    return"),
        # Nothing reads the value, but the call adds joints.
        ("    return", "    grid = query_cppn(wc, 2, 2, 1, any, any, any)\n    return"),
    ],
)
def test_edits_that_can_work_are_allowed(old: str, new: str) -> None:
    assert is_allowed(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("add_joint(0, 0)", "add_joint(0)"),
        ("add_joint(0, 0)", "add_joint(0, 0, 0)"),
        ("add_joint(0, 0)", "add_joint(hip, 0)"),
        ("1 + 2", "1 2"),
        ("1 + 2", "1 +"),
        ("for k in", "for k + 1 in"),
        ("a = wc", "a + 1 = wc"),
        ("make_walker()", "make_walker(a * 2)"),
        ("make_walker()", "make_walker(a, a)"),
        ("    return", "    foot = wc.add_jiont(2, 2)\n    return"),
        ("    return", "    foot = nobody\n    return"),
        ("    return", "    if a\n    return"),
        # Something reads what nothing gives any more.
        ("k in range(3)", "j in range(3)"),
        ("    b = wc.add_joint(1 + 2, 0)\n", ""),
        # No walker could show it.
        ("1 + 2", "1.0 + 2"),
        ("    return", "    # the end\n    return"),
        ("    return", "\n    return"),
        ("    return", "    foot = wc.add_joint(2, 2)\n    return"),
        ("get_walker()\n", "get_walker()\n    wc.add_muscle(a, b)\n"),
    ],
)
def test_edits_that_cannot_work_are_not(old: str, new: str) -> None:
    assert not is_allowed(old, new)


def test_an_edit_that_nears_its_longest_ends_as_soon_as_it_can() -> None:
    program = "def make_walker():\n    wc = walker_creator()\n    return wc.get_walker()\n"
    lines = lines_of(program)
    grammar = RULES.grammar(lines, facts_of(program), longest=60)
    rng = np.random.default_rng(0)
    for _ in range(50):
        state, written = grammar.start(), []
        while tokenizer().end not in written and len(written) < 60:
            # Ends are avoided as long as there is anything else.
            choice = sorted(allowed(state) - {tokenizer().end}) or [tokenizer().end]
            written.append(int(rng.choice(choice)))
            state.advance(written[-1])
        if tokenizer().end in written:
            edits = tokenizer().parse(written[: written.index(tokenizer().end)], lines)
            assert not isinstance(edits, Failure)
            return
    raise AssertionError("no edit came to its end")


def test_critics_are_asked_about_walkers_only() -> None:
    square, other = SEEDS["square"].program, "def double(a):\n    return a + a\n"
    for program, is_judged in ((square, True), (other, False)):
        assert RULES.grammar(lines_of(program), facts_of(program)).is_judged == is_judged
