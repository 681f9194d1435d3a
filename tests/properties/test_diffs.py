"""Whatever the texts: a diff brings the child back, and its lines bring back both."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from evolution.diffs import apply_unified, diff_lines, unified_diff
from evolution.types import Failure

# Few different lines, so that equal lines at several places are common; and any text at all.
LINES = st.lists(st.sampled_from(["x", "y", "    x", "", " ", "-", "+x", "@@", "\\", "--- a"]))
PROGRAMS = st.one_of(
    st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"])),
    st.text(),
)


@given(PROGRAMS, PROGRAMS, st.text())
def test_round_trip(parent: str, child: str, message: str) -> None:
    assume(parent != child)
    assert apply_unified(parent, unified_diff(parent, child, message)) == child


@given(PROGRAMS, PROGRAMS)
def test_lines_hold_both_programs(parent: str, child: str) -> None:
    lines = diff_lines(parent, child)
    for side, text, own in (("old", parent, "removed"), ("new", child, "added")):
        kept = [line for line in lines if line.kind in ("same", own)]
        numbers = [getattr(line, side) for line in kept]
        assert numbers == list(range(1, len(kept) + 1))
        expected = text.split("\n")
        if expected[-1] == "":
            expected.pop()
        assert [line.text for line in kept] == [line.removesuffix("\r") for line in expected]


@given(PROGRAMS, st.text())
def test_any_text_applies_or_fails_by_name(parent: str, diff: str) -> None:
    result = apply_unified(parent, diff)
    assert isinstance(result, str) or (isinstance(result, Failure) and result.code)


@given(PROGRAMS, PROGRAMS, st.integers(0, 400), st.text(max_size=3))
def test_damaged_diffs_apply_or_fail_by_name(parent: str, child: str, at: int, noise: str) -> None:
    diff = unified_diff(parent, child, "m")
    result = apply_unified(parent, diff[:at] + noise + diff[at + 1 :])
    assert isinstance(result, str) or (isinstance(result, Failure) and result.code)
