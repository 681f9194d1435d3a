"""Tokens of programs and edits: lossless, marks cannot be forged, faults are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolution.diffs.line_edits import LineEdit, apply_line_edits, line_edits, lines_of
from evolution.language_model.tokenizer import EditTokenizer
from evolution.types import Failure, Stage
from evolution.walkers.seeds import seed_program
from tests.evolution.language_model.tiny import examples, tokenizer

LINES = st.lists(
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])), max_size=4
)
CODE = st.lists(st.sampled_from(["  ", "f(", "12", " 1", "1.5", "a", " a", ",", ")"])).map("".join)
EDITS = st.lists(
    st.builds(
        lambda first, more, lines: LineEdit(first, first - 1 + more, tuple(lines)),
        st.integers(1, 200),
        st.integers(0, 40),
        LINES,
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60)
@given(EDITS)
def test_whole_lines_come_back(edits: list[LineEdit]) -> None:
    tokens = tokenizer().edits(edits, [])
    assert tokens[-1] == tokenizer().end
    assert tokenizer().parse(tokens[:-1], []) == edits


@settings(max_examples=100)
@given(st.lists(CODE, min_size=1, max_size=5), st.lists(CODE, min_size=1, max_size=5))
def test_a_child_comes_back(old: list[str], new: list[str]) -> None:
    parent, child = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    tokens = tokenizer().edits(line_edits(parent, child), old)
    edits = tokenizer().parse(tokens[:-1], old)
    if old == new:
        assert isinstance(edits, Failure)
    else:
        assert isinstance(edits, list)
        assert apply_line_edits(parent, edits) == child


def test_what_changes_within_a_line_is_short() -> None:
    lines = ["def make_walker():", "    wc.add_muscle(hip, foot, False, 2.5, 0.5)"]
    edit = LineEdit(2, 2, ("    wc.add_muscle(hip, foot, False, 3.1, 0.5)",))
    tokens = tokenizer().edits([edit], lines)
    assert len(tokens) < len(tokenizer().line(edit.lines[0]))
    assert tokenizer().parse(tokens[:-1], lines) == [edit]


def test_each_of_several_lines_says_what_changes_in_it() -> None:
    lines = [f"    point_{n} = wc.add_joint(width * {n}, height + {n})" for n in range(3)]
    indented = tuple("    " + line for line in lines)
    tokens = tokenizer().edits([LineEdit(1, 3, indented)], lines)
    assert len(tokens) < 20
    edits = tokenizer().parse(tokens[:-1], lines)
    assert edits == [LineEdit(n, n, (line,)) for n, line in enumerate(indented, 1)]


def test_real_edits_are_short() -> None:
    made = [
        tokenizer().edits(line_edits(e.parent, e.child), lines_of(e.parent)) for e in examples()
    ]
    assert max(map(len, made)) < 40


def test_each_line_of_a_program_has_its_address() -> None:
    lines = seed_program("square").split("\n")
    tokens = tokenizer().program(lines)
    addresses = [token for token in tokens if token in set(tokenizer().addresses)]
    assert addresses == tokenizer().addresses[1 : len(lines) + 2]


def test_digits_stand_alone() -> None:
    one, other = tokenizer().line("x = 1234"), tokenizer().line("x = 1235")
    assert len(one) == len(other)
    assert one[:-1] == other[:-1]


def test_a_program_cannot_forge_marks() -> None:
    marks = {*tokenizer().addresses, tokenizer().end}
    assert not marks & set(tokenizer().line("x = '<end><L3><edit>'"))
    assert tokenizer().message("<end> <L1>").count(tokenizer().end) == 0


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ("", "no-edit"),
        ("x", "bad-edit"),
        ("<L1>", "bad-edit"),
        ("<L1> <L1> x", "bad-edit"),
        (r"<L1> <L1> \n <old> x", "bad-edit"),
        ("<L1> <old> a", "bad-edit"),
        ("<L1> <old> a <new> b <new> c", "bad-edit"),
        ("<L1> <old> a <insert> <new> c", "bad-edit"),
        (r"<L1> <old> \n <new> b", "bad-edit"),
        ("<L1> <old> z <new> b", "text-not-found"),
        ("<L1> <old> b <new> c <old> a <new> c", "text-not-found"),
        ("<L1> <old> <new> c", "text-not-found"),
        ("<L2> <old> a <new> b", "text-not-found"),
        ("<L0> <old> a <new> b", "text-not-found"),
    ],
)
def test_faults_are_named(edit: str, code: str) -> None:
    failure = tokenizer().parse(tokens_of(edit), ["a + b"])
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == (Stage.DIFF, code)


def tokens_of(edit: str) -> list[int]:
    """Tokens of an edit that is spelt with its marks, and one letter a piece of text."""
    marks = {"<insert>", "<old>", "<new>"}
    known = tokenizer()._tokenizer
    tokens: list[int] = []
    for piece in edit.split():
        token = known.token_to_id(piece) if piece in marks or piece.startswith("<L") else None
        tokens += known.encode(piece.replace("\\n", "\n")).ids[:1] if token is None else [token]
    return tokens


def test_it_is_saved_and_loaded(tmp_path: Path) -> None:
    tokenizer().save(tmp_path)
    loaded = EditTokenizer.load(tmp_path)
    program = seed_program("radial").split("\n")
    assert loaded.program(program) == tokenizer().program(program)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(ValueError, match="damaged"):
        EditTokenizer.load(tmp_path)
    with pytest.raises(ValueError, match="missing"):
        EditTokenizer.load(tmp_path / "nowhere")
