"""Reading what instruction-following models answer, in all the forms that they choose."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.operators.instruct_answers import apply_replacements, read_answer
from evolution.types import Failure

PARENT = """def leg(wc, x):
    return wc.add_joint(x, 0)

def make_walker():
    wc = walker_creator()
    a = leg(wc, 0)
    b = leg(wc, 5)
    wc.add_muscle(a, b)
    return wc.get_walker()
"""
CHILD = PARENT.replace("leg(wc, 5)", "leg(wc, 6)")
DIFF = "@@ -7 +7 @@\n-    b = leg(wc, 5)\n+    b = leg(wc, 6)\n"
BLOCK = "<<<<<<< SEARCH\n    b = leg(wc, 5)\n=======\n    b = leg(wc, 6)\n>>>>>>> REPLACE\n"
SNIPPET = "    b = leg(wc, 6)\n"
BROKEN_JSON = json.dumps({"program": CHILD}).replace("\\n", "\n")


@pytest.mark.parametrize(
    "answer",
    [
        CHILD,
        f"```python\n{CHILD}```",
        f"```\n{CHILD}\n```\n",
        f"~~~py\n{CHILD}~~~",
        f"````python\n{CHILD}````",
        f"Sure! Here is the program:\n\n```python\n{CHILD}```\n\nI moved the second leg.",
        f"<think>```python\nx = 1\n```</think>\n```python\n{CHILD}```",
        f"hidden thoughts</think>```python\n{CHILD}```".replace("\n", "\r\n"),
        f"```python\n{CHILD}",  # never closed
        f"I change `leg(wc, 5)`:\n```python\n{SNIPPET}```\nAll of it:\n```python\n{CHILD}```",
        f"The old one:\n```python\n{PARENT}```\nThe new one:\n```python\n{CHILD}```",
        f"```python\n{CHILD}```\nUse it so:\n```python\nwalker = make_walker()\n```",
        json.dumps({"program": CHILD}),
        json.dumps({"code": CHILD, "explanation": "moved"}),
        json.dumps({"program": f"```python\n{CHILD}```"}),
        "```json\n" + json.dumps({"program": CHILD}) + "\n```",
        json.dumps({"program": CHILD}) + "\nDone!",
        BROKEN_JSON,  # plain newlines in a string
        json.dumps({"diff": DIFF}),
        json.dumps({"patch": f"```diff\n{DIFF}```"}),
        json.dumps({"edits": [{"search": "leg(wc, 5)", "replace": "leg(wc, 6)"}]}),
        f"```diff\n{DIFF}```",
        f"```\n--- a/walker.py\n+++ b/walker.py\n{DIFF}```",
        f"diff --git a/walker.py b/walker.py\n--- a\n+++ b\n{DIFF}",
        DIFF,
        BLOCK,
        f"walker.py\n```python\n{BLOCK}```",
        f"Two steps.\n{BLOCK.replace('6', '7')}\n{BLOCK.replace('5', '7')}",
    ],
)
def test_every_form_gives_the_child(answer: str) -> None:
    assert read_answer(PARENT, answer) == CHILD


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("", "empty-answer"),
        (" \n", "empty-answer"),
        ("<think>what now?</think>", "empty-answer"),
        ("Sorry", "no-program"),  # an expression in Python
        ("I would move the second leg.", "no-program"),
        ("{}", "no-program"),
        ('{"answer": "moved"}', "no-program"),
        ('{"program": 5}', "no-program"),
        ('{"edits": {"search": "a"}}', "no-program"),
        ('{"edits": [{"search": "a"}]}', "no-program"),
        ('{"program": "def make', "broken-json"),
        ('{"a":' * 5_000, "broken-json"),
        ('{"edits": []}', "no-edit"),
        ('{"edits": [{"search": " ", "replace": "x"}]}', "empty-search"),
        ('{"edits": [{"search": "wc", "replace": "wc"}]}', "no-change"),
        ('{"edits": [{"search": "c = leg(wc, 9)", "replace": "x"}]}', "hunk-not-found"),
        ("```diff\nnothing\n```", "no-hunk"),
        (BLOCK.replace("leg(wc, 5)", "leg(wc, 9)"), "hunk-not-found"),
    ],
)
def test_what_is_no_clear_change_is_refused_by_name(answer: str, code: str) -> None:
    failure = read_answer(PARENT, answer)
    assert isinstance(failure, Failure)
    assert failure.code == code
    assert failure.reason.endswith((".", "..."))
    assert len(failure.reason) < 200


def test_edits_apply_in_turn_and_forgive_white_space() -> None:
    edits = [
        ("b = leg(wc, 5)\nwc.add_muscle(a, b)", "b = leg(wc, 6)\nwc.add_muscle(b, a)"),
        ("wc.add_muscle(b,a)\n", "wc.add_muscle(b, a, False, 1.0)\n"),  # what the first one made
        ("\n    return wc.add_joint(x, 0)\n", "\n    return wc.add_joint(x, 1)\n"),
    ]
    assert apply_replacements(PARENT, edits) == (
        CHILD.replace("(a, b)", "(b, a, False, 1.0)").replace("(x, 0)", "(x, 1)")
    )


def test_lines_can_be_taken_out() -> None:
    without = PARENT.replace("    wc.add_muscle(a, b)\n", "")
    assert apply_replacements(PARENT, [("    wc.add_muscle(a, b)\n", "")]) == without
    assert apply_replacements(PARENT, [("wc.add_muscle(a,  b)", "")]) == without


def test_a_search_that_could_mean_two_places_is_refused() -> None:
    failure = apply_replacements("x = 1\ny = 2\nx = 1\n", [("y = 2", "y = 3"), ("x = 1", "x = 2")])
    assert isinstance(failure, Failure)
    assert failure.code == "hunk-ambiguous"
    assert failure.reason.startswith("Edit 2: ")


@given(st.text() | st.text(alphabet=list('`~{}"@<>=-+ \nSEARCHPL:[],')))
def test_any_answer_is_read_or_refused_by_name(answer: str) -> None:
    result = read_answer(PARENT, answer)
    assert isinstance(result, str) or (isinstance(result, Failure) and result.code)
