"""Unified diffs: what applies in spite of sloppiness, and what is refused by name."""

from __future__ import annotations

import pytest

from evolution.diffs import apply_unified, unified_diff
from evolution.types import Failure, Stage

PARENT = """def make_walker():
    wc = walker_creator()

    a = wc.add_joint(0, 0)
    b = wc.add_joint(0, 10)
    wc.add_muscle(a, b)

    return wc.get_walker()
"""
CHILD = PARENT.replace("(0, 10)", "(0, 12)")


def applied(diff: str, parent: str = PARENT) -> str:
    result = apply_unified(parent, diff)
    assert isinstance(result, str), result
    return result


def refused(diff: str, parent: str = PARENT) -> Failure:
    result = apply_unified(parent, diff)
    assert isinstance(result, Failure), result
    assert result.stage is Stage.DIFF
    assert result.reason.endswith(".")
    return result


def test_the_message_comes_first_and_cannot_be_taken_for_a_hunk() -> None:
    message = "Changed parameters.\n@@ -1 +1 @@\n-def make_walker():"
    diff = unified_diff(PARENT, CHILD, message)
    assert diff.startswith("    Changed parameters.\n    @@ -1 +1 @@\n")
    assert "-    b = wc.add_joint(0, 10)\n+    b = wc.add_joint(0, 12)\n" in diff
    assert applied(diff) == CHILD


def test_equal_programs_have_no_hunk() -> None:
    assert "@@" not in unified_diff(PARENT, PARENT, "nothing")
    assert refused(unified_diff(PARENT, PARENT, "nothing")).code == "no-hunk"


@pytest.mark.parametrize(("old", "new"), [("a", "b"), ("a\n", "a"), ("a", "a\n"), ("", "x\n")])
def test_the_last_newline_is_kept_as_it_is(old: str, new: str) -> None:
    assert applied(unified_diff(old, new, "m"), old) == new


def test_wrong_line_numbers_and_counts_are_only_hints() -> None:
    diff = unified_diff(PARENT, CHILD, "m")
    header = next(line for line in diff.splitlines() if line.startswith("@@"))
    for wrong in ("@@ -40,7 +40,7 @@", "@@ -1,2 +1,9 @@", "@@ @@", "@@"):
        assert applied(diff.replace(header, wrong)) == CHILD


def test_a_blank_context_line_may_have_lost_its_blank() -> None:
    diff = unified_diff(PARENT, CHILD, "m")
    assert "\n \n" in diff
    assert applied(diff.replace("\n \n", "\n\n")) == CHILD


def test_other_white_space_matches_and_added_lines_follow_the_parents_indentation() -> None:
    diff = "@@ -5 +5,2 @@\n-b = wc.add_joint(0,10)\n+b = wc.add_joint(0, 12)\n+c = b\n"
    assert applied(diff) == CHILD.replace("12)\n", "12)\n    c = b\n")


def test_context_lines_stay_the_parents_own() -> None:
    diff = (
        "@@ -4,2 +4,2 @@\n     a  =  wc.add_joint(0, 0)\n-    b = wc.add_joint(0, 10)\n+    b = a\n"
    )
    assert "    a = wc.add_joint(0, 0)\n    b = a\n" in applied(diff)


def test_the_line_number_decides_between_equal_places() -> None:
    parent = "x\ny\nx\ny\nx\n"
    assert applied("@@ -3 +3 @@\n-x\n+z\n", parent) == "x\ny\nz\ny\nx\n"
    assert applied("@@ -4 +4 @@\n-y\n+z\n", parent) == "x\ny\nx\nz\nx\n"
    assert refused("@@\n-x\n+z\n", parent).code == "hunk-ambiguous"
    assert refused("@@ -2 +2 @@\n-x\n+z\n", parent).code == "hunk-ambiguous"


def test_the_drift_of_one_hunk_is_expected_of_the_next() -> None:
    parent = "a\n" * 4 + "x\n" + "a\n" * 4
    # both headers are off by one line; the second hunk's line stands everywhere
    diff = "@@ -4 +4 @@\n-x\n+y\n@@ -6 +6 @@\n-a\n+b\n"
    assert applied(diff, parent) == "a\n" * 4 + "y\na\nb\na\na\n"


def test_pure_insertions_go_where_the_header_says() -> None:
    assert applied("@@ -1,0 +2 @@\n+two\n", "one\nthree\n") == "one\ntwo\nthree\n"
    assert applied("@@ -0,0 +1 @@\n+zero\n", "one\n") == "zero\none\n"
    assert refused("@@ -9,0 +9 @@\n+two\n", "one\n").code == "hunk-not-found"


def test_lines_that_are_not_there() -> None:
    failure = refused("@@ -5 +5 @@\n-    b = wc.add_joint(1, 1)\n+    b = a\n")
    assert (failure.code, failure.line) == ("hunk-not-found", 5)


def test_hunks_apply_in_order_and_never_overlap() -> None:
    diff = "@@ -2 +2 @@\n-b\n+B\n@@ -1 +1 @@\n-a\n+A\n"
    assert refused(diff, "a\nb\n").code == "hunk-not-found"


@pytest.mark.parametrize("diff", ["", "just words", "--- parent\n+++ child\n", "@@ -1 +1 @@\n"])
def test_no_hunk(diff: str) -> None:
    assert refused(diff).code == "no-hunk"


def test_a_line_that_belongs_to_no_diff() -> None:
    assert refused("@@ -1 +1 @@\n-def make_walker():\n*oops\n").code == "bad-line"


def test_a_diff_that_changes_nothing() -> None:
    assert refused("@@ -1 +1 @@\n-def make_walker():\n+def make_walker():\n").code == "no-change"
