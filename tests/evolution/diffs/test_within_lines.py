"""Changes within a line: short, in the right place, and lossless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.diffs.within_lines import Replacement, replace_within, replacements

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.lists(st.sampled_from(["\n ", "1", " 1", "12.5", "a", " b", "(", ", ", ")"])).map(
        lambda parts: "x" + "".join(parts)
    ),
)


@given(TEXTS, TEXTS)
def test_replacements_turn_one_text_into_the_other(old: str, new: str) -> None:
    changes = replacements(old, new)
    assert (changes == []) == (old == new)
    assert replace_within(old, changes) == new


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("f(a, 2.5, 7)", "f(a, 3.1, 7)", [(" 2.5", " 3.1")]),
        ("f(1, 1, 1)", "f(1, 1, 2)", [(" 1, 1", " 1, 2")]),  # not the first that reads so
        ("f(1, 1, 1)", "f(1, 2, 1)", [(" 1", " 2")]),
        ("g(a, b, phase=1)", "h(a, b, phase=2)", [("g", "h"), ("1", "2")]),
        ("x = 12 + 1", "x = 12 + 3", [(" 1", " 3")]),  # a digit of 12 is no place
        ("f(a)", "f(a, b)", [("a", "a, b")]),
        ("f(a, b)", "f(a)", [(", b", "")]),
        ("\n    x = 1", "\n        x = 1", [("\n    ", "\n        ")]),
    ],
)
def test_only_what_changes_is_said(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert replacements(old, new) == [Replacement(*pair) for pair in expected]


@pytest.mark.parametrize("changes", [[("c", "d")], [("b", "x"), ("a", "x")], [("", "x")]])
def test_what_is_not_there_is_not_replaced(changes: list[tuple[str, str]]) -> None:
    assert replace_within("a + b", [Replacement(*pair) for pair in changes]) is None
