"""The public diff models' format: round trips, and outputs as models really write them."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evolution.diffs.public_format import (
    PublicExample,
    apply_output,
    read_diff,
    read_example,
    write_example,
    write_prompt,
)
from evolution.diffs.unified import apply_unified
from evolution.types import Failure, Stage
from evolution.walkers.seeds import seed_program

PARENT = """def make_walker():
    wc = walker_creator()
    a = wc.add_joint(0, 0)
    b = wc.add_joint(0, 10)
    wc.add_muscle(a, b)
    return wc.get_walker()
"""
CHILD = PARENT.replace("(0, 10)", "(0, 12)")
HUNK = """ @@ -2,4 +2,4 @@ def make_walker():
     wc = walker_creator()
     a = wc.add_joint(0, 0)
-    b = wc.add_joint(0, 10)
+    b = wc.add_joint(0, 12)
     wc.add_muscle(a, b)
"""


def refused(result: object) -> Failure:
    assert isinstance(result, Failure), result
    assert result.stage is Stage.DIFF
    assert result.reason.endswith(".")
    return result


def test_the_prompt_has_the_layout_of_the_model_cards() -> None:
    # One space after each tag, an empty line where the file ends with a newline, and no
    # space at the end: the models' tokenizer joins it to the "@@" that they write next.
    prompt = write_prompt("x = 1\n", "Change it.", "number.py")
    assert prompt == "<NME> number.py\n<BEF> x = 1\n\n<MSG> Change it.\n<DFF>"
    assert write_prompt("", "Begin.") == "<NME> walker.py\n<BEF> ADDFILE\n<MSG> Begin.\n<DFF>"


def test_an_example_is_prompt_and_hunks_without_file_names() -> None:
    text = write_example(PARENT, CHILD, "Longer.\n\nBy two metres.")
    assert isinstance(text, str)
    assert text.startswith(str(write_prompt(PARENT, "Longer.\n\nBy two metres.")) + " @@ -1,")
    assert "---" not in text
    assert "+++" not in text
    example = read_example(text + "<|endoftext|>anything")
    assert isinstance(example, PublicExample)
    assert example.name == "walker.py"
    assert example.before == PARENT
    assert example.message == "Longer.\n\nBy two metres."
    assert apply_unified(PARENT, example.diff) == CHILD


LINES = st.lists(st.sampled_from(["x", "    x", "", " ", "-", "+x", "@@", "\\", "<MSG", "\r"]))
PROGRAMS = st.one_of(
    st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"])),
    st.text(),
)


@given(PROGRAMS, PROGRAMS, st.text())
def test_round_trip(parent: str, child: str, message: str) -> None:
    assume(parent != child and parent != "ADDFILE")
    text = write_example(parent, child, message)
    assert isinstance(text, str)
    example = read_example(text)
    assert isinstance(example, PublicExample)
    assert (example.before, example.message) == (parent, message)
    assert apply_unified(parent, example.diff) == child
    assert apply_output(parent, text) == child  # also as a model that repeats its prompt
    assert apply_output(parent, text.split("<DFF>")[1]) == child


def test_equal_programs_make_no_example() -> None:
    assert refused(write_example(PARENT, PARENT, "Nothing.")).code == "no-change"


@pytest.mark.parametrize("tag", ["<NME>", "<BEF>", "<MSG>", "<DFF>", "<|endoftext|>"])
def test_text_that_holds_a_tag_is_refused_with_its_line(tag: str) -> None:
    failure = refused(write_prompt(f"x = '''\n{tag} y'''\n", "Change it."))
    assert (failure.code, failure.line) == ("tag-in-text", 2)
    assert tag in failure.reason
    assert refused(write_prompt("x = 1\n", f"{tag} y")).code == "tag-in-text"
    assert refused(write_example("x = 1\n", "x = '''<NME>'''\n", "m")).code == "tag-in-text"


@pytest.mark.parametrize(
    "output",
    [
        HUNK,
        "<DFF>" + HUNK,
        "\n<DFF>" + HUNK,  # a model that was left to write the tag itself
        HUNK + "<|endoftext|>",
        HUNK.rstrip() + "<|endoftext|><NME> other.py\n<BEF> x",
        HUNK + "<NME> other.py\n<BEF> import os\n<MSG> more\n<DFF> @@ -1 +1 @@\n-x\n+y\n",
        HUNK.rstrip() + "<NME> other.py\n",
        HUNK + "<MSG> And more.\n",
        HUNK + "\n\nThis makes the walker taller.\n",
        HUNK + "```\n",
        "Here it is:\n" + HUNK,
        HUNK.replace("-2,4 +2,4", "-7,6 +7,6"),  # a header that miscounts
        HUNK.replace("-2,4 +2,4", "-2,3 +2,3") + "That is all.",
        HUNK.replace("@@ -2,4 +2,4 @@ def make_walker():", "@@"),
    ],
)
def test_what_is_around_the_diff_is_cut(output: str) -> None:
    assert apply_output(PARENT, output) == CHILD


def test_a_line_that_belongs_to_no_diff_inside_a_hunk_is_refused() -> None:
    # Cutting here would apply half of the edit.
    output = HUNK.replace("+    b", "b")
    assert refused(apply_output(PARENT, output)).code == "bad-line"


def test_output_without_a_diff_is_refused() -> None:
    for output in ("", "<DFF>", "I would make it taller.", "<|endoftext|>" + HUNK):
        assert refused(read_diff(output)).code == "no-hunk"
    assert refused(read_diff("", finished=False)).code == "no-hunk"


def test_a_hunk_that_the_token_limit_cut_is_refused() -> None:
    whole, context = HUNK, "     wc.add_muscle(a, b)\n"
    for end in ("     wc.add_mus", ""):
        cut = whole.removesuffix(context) + end
        assert refused(apply_output(PARENT, cut, finished=False)).code == "diff-cut"
    # the hunk is whole, and only what came after it was cut
    assert apply_output(PARENT, whole + " mor", finished=False) == CHILD
    assert apply_output(PARENT, whole + "This is bet", finished=False) == CHILD
    assert apply_output(PARENT, whole + "<NME> othe", finished=False) == CHILD


def test_texts_of_another_format_are_refused() -> None:
    for text in ("", "x = 1", "<BEF> x\n<NME> a.py\n<MSG> m\n<DFF> @@ -1 +1 @@\n-x\n+y\n"):
        assert refused(read_example(text)).code == "bad-format"
    assert refused(read_example("<NME> a.py\n<BEF> x\n<MSG> m\n<DFF> none")).code == "no-hunk"


def test_an_example_that_adds_a_file_has_an_empty_parent() -> None:
    # As CarperAI's data writes it.
    example = read_example("<NME> a.py\n<BEF> ADDFILE\n<MSG> m\n<DFF> @@ -0,0 +1,2 @@\n+a\n+b\n")
    assert isinstance(example, PublicExample)
    assert example.before == ""
    assert apply_unified(example.before, example.diff) == "a\nb\n"


def test_a_new_file_round_trips() -> None:
    text = write_example("", seed_program("square"), "Begin.")
    assert isinstance(text, str)
    assert apply_output("", text) == seed_program("square")


@given(st.text(alphabet=st.sampled_from(list(" +-@\\x1,\n<>NMEDFBSG|")) | st.characters()))
def test_any_output_is_read_or_refused_by_name(output: str) -> None:
    for finished in (True, False):
        result = apply_output(PARENT, output, finished=finished)
        assert isinstance(result, str) or refused(result).code
