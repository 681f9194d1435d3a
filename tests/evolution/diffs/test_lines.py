"""The structured diff that pages show."""

from __future__ import annotations

from evolution.diffs import DiffLine, diff_lines


def test_lines_are_marked_and_numbered_on_both_sides() -> None:
    assert diff_lines("a\nb\nc\n", "a\nB\nb2\nc\n") == [
        DiffLine("same", 1, 1, "a"),
        DiffLine("removed", 2, None, "b"),
        DiffLine("added", None, 2, "B"),
        DiffLine("added", None, 3, "b2"),
        DiffLine("same", 3, 4, "c"),
    ]


def test_a_changed_last_newline_shows_as_a_changed_line() -> None:
    assert [line.kind for line in diff_lines("a", "a\n")] == ["removed", "added"]


def test_empty_programs() -> None:
    assert diff_lines("", "") == []
    assert diff_lines("", "a") == [DiffLine("added", None, 1, "a")]


def test_windows_line_ends_do_not_reach_the_page() -> None:
    assert diff_lines("a\r\n", "a\r\n") == [DiffLine("same", 1, 1, "a")]
