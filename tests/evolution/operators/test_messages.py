"""Typed messages: what reaches a model, what is said to be cut, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.config import PAPER_MESSAGES
from evolution.operators.messages import (
    MAX_CHARACTERS,
    MAX_LABEL,
    Message,
    clean_message,
    labelled,
    without_notes,
)
from evolution.types import Failure, Stage


def cleaned(typed: str, **limits: int) -> Message:
    message = clean_message(typed, **limits)
    assert isinstance(message, Message), message
    return message


@pytest.mark.parametrize(
    "typed",
    [
        *(text for text, _ in PAPER_MESSAGES),
        "message 0",
        "Máquina más rápida: 足を伸ばす 👩\u200d🚀",
        "use a < b and c > d, call <b>add_joint</b> and list[int]",
    ],
)
def test_ordinary_messages_stay_as_they_are(typed: str) -> None:
    assert cleaned(typed) == Message(typed)
    assert cleaned(typed).label() == typed


def test_a_message_becomes_one_line() -> None:
    assert cleaned("  Add a joint.\r\n\r\n\tAnd\u00a0a muscle.\n") == Message(
        "Add a joint. And a muscle."
    )


def test_unprintable_characters_are_cut_and_counted() -> None:
    # NUL, escape, a lone surrogate, a right-to-left override, a zero-width space, no character
    message = cleaned("Add\0 a\x1b[31m joint\ud800 now\u202e.\u200b\uffff")
    assert message == Message("Add a[31m joint now.", ("6 unprintable characters",))
    assert message.label() == "Add a[31m joint now. [note: 6 unprintable characters]"
    message.text.encode()  # fits into any prompt


@pytest.mark.parametrize(
    "mark",
    [
        *("<NME>", "<BEF>", "<MSG>", "<DFF>", "<|endoftext|>", "<|im_start|>", "</s>", "[INST]"),
        *("<edit>", "<L3>", "<L255>", "<end>", "<message>", "<program>", "<insert>"),
    ],
)
def test_marks_of_the_formats_are_cut_and_counted(mark: str) -> None:
    assert cleaned(f"Add{mark}a joint. {mark}") == Message("Add a joint.", ("2 format marks",))


def test_cutting_makes_no_new_mark() -> None:
    assert cleaned("<NM<NME>E> a").text == "<NM E> a"
    assert cleaned("<ed\0it> a").text == "a"  # hidden by a control character


def test_long_messages_are_cut_between_words() -> None:
    message = cleaned("longer legs " * 900)
    assert len(message.text) <= MAX_CHARACTERS
    assert message.text.endswith((" longer", " legs"))
    assert message.cut == (f"all but the first {MAX_CHARACTERS} of 10,799 characters",)
    assert len(cleaned("x" * 10_000).text) == MAX_CHARACTERS
    assert len(message.label()) <= MAX_LABEL
    assert message.label().endswith("of 10,799 characters]")
    assert cleaned("longer legs " * 900, longest=50).text == "longer legs " * 3 + "longer legs"


@pytest.mark.parametrize("typed", ["", " \n\t", "\0\0", "<MSG><DFF>", "\ud800 \u200b\u200d"])
def test_nothing_left_is_a_named_failure(typed: str) -> None:
    failure = clean_message(typed)
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == (Stage.OPERATOR, "empty-message")
    assert failure.reason.endswith("; say what is to change.")


def test_notes_come_off_again() -> None:
    label = cleaned("Add a joint.").label("lines 3 to 9 of 40 were shown", "a [b]")
    assert label == "Add a joint. [note: lines 3 to 9 of 40 were shown; a (b)]"
    assert without_notes(label) == "Add a joint."
    assert without_notes("Add a joint [here].") == "Add a joint [here]."
    assert without_notes("Add a joint [here]") == "Add a joint [here]"
    long = labelled("word " * 100, ["note " * 100])
    assert len(long) <= MAX_LABEL
    assert without_notes(long) == ("word " * 18).strip()


@given(st.text() | st.text(alphabet=list("<>NMEL1 \0|edit")))
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    message = clean_message(typed)
    if isinstance(message, Message):
        assert cleaned(message.text) == Message(message.text)
        assert len(message.label()) <= MAX_LABEL
        message.label().encode()
