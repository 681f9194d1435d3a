"""Tokens of programs and edits: lossless, marks cannot be forged, faults are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolution.diffs.line_edits import LineEdit, line_edits
from evolution.language_model.tokenizer import EditTokenizer
from evolution.types import Failure, Stage
from evolution.walkers.seeds import seed_program
from tests.evolution.language_model.tiny import examples, tokenizer

LINES = st.lists(
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])), max_size=4
)
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
def test_edits_come_back(edits: list[LineEdit]) -> None:
    tokens = tokenizer().edits(edits)
    assert tokens[-1] == tokenizer().end
    assert tokenizer().parse(tokens[:-1]) == edits


def test_real_edits_are_short() -> None:
    made = [tokenizer().edits(line_edits(e.parent, e.child)) for e in examples()]
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
    ("case", "code"),
    [("empty", "no-edit"), ("text", "bad-edit"), ("no last", "bad-edit"), ("mid-line", "bad-edit")],
)
def test_faults_are_named(case: str, code: str) -> None:
    address, text = tokenizer().addresses[3], tokenizer().line("x")
    tokens = {
        "empty": [],
        "text": text,
        "no last": [address],
        "mid-line": [address, address, *text[1:]],
    }[case]
    failure = tokenizer().parse(tokens)
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == (Stage.DIFF, code)


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
