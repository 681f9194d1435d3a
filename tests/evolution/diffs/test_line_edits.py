"""Line edits: what a language model writes, applied or refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.diffs.line_edits import LineEdit, apply_line_edits, line_edits, lines_of
from evolution.types import Failure, Stage

PARENT = "a\nb\nc\n"
LINES = st.lists(st.sampled_from(["x", "y", "    x", "", " "]))
PROGRAMS = st.builds(lambda lines: "".join(f"{line}\n" for line in lines), LINES)


@given(PROGRAMS, PROGRAMS)
def test_the_edits_between_two_programs_bring_the_child_back(parent: str, child: str) -> None:
    edits = line_edits(parent, child)
    if parent == child:
        assert edits == []
    else:
        assert apply_line_edits(parent, edits) == child
        assert apply_line_edits(parent, edits[::-1]) == child


@pytest.mark.parametrize(
    ("edit", "child"),
    [
        (LineEdit(2, 2, ("B",)), "a\nB\nc\n"),
        (LineEdit(1, 3, ()), ""),
        (LineEdit(1, 0, ("z",)), "z\na\nb\nc\n"),
        (LineEdit(4, 3, ("d", "e")), "a\nb\nc\nd\ne\n"),
        (LineEdit(2, 3, ("x", "y", "z")), "a\nx\ny\nz\n"),
    ],
)
def test_an_edit_replaces_inserts_or_deletes(edit: LineEdit, child: str) -> None:
    assert apply_line_edits(PARENT, [edit]) == child
    assert edit.is_insertion == (edit.last < edit.first)


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ([], "no-edit"),
        ([LineEdit(0, 1, ("x",))], "bad-address"),
        ([LineEdit(5, 4, ("x",))], "bad-address"),
        ([LineEdit(2, 4, ("x",))], "bad-address"),
        ([LineEdit(3, 1, ("x",))], "bad-address"),
        ([LineEdit(1, 2, ("x",)), LineEdit(2, 3, ("y",))], "edits-overlap"),
        ([LineEdit(2, 2, ("b",))], "no-change"),
    ],
)
def test_what_does_not_apply_is_named(edits: list[LineEdit], code: str) -> None:
    failure = apply_line_edits(PARENT, edits)
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == (Stage.DIFF, code)


def test_a_missing_last_newline_is_no_line() -> None:
    assert lines_of("a\nb") == lines_of("a\nb\n") == ["a", "b"]
    assert lines_of("") == []
    assert apply_line_edits("a", [LineEdit(1, 1, ("b",))]) == "b\n"


def test_an_edit_of_a_window_moves_to_its_place() -> None:
    assert LineEdit(1, 2, ("x",)).moved(10) == LineEdit(11, 12, ("x",))
