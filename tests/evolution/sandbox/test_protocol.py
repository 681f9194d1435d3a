"""The host believes nothing that a child says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolution.sandbox.protocol import (
    DIED,
    ITEM,
    MAX_TEXT,
    RESULT,
    Built,
    ProtocolError,
    check_text,
    clean,
    read_item,
    split_items,
)
from evolution.types import Failure, Stage

WALKER = {"joints": [[0, 0], [1, 0]], "muscles": [[0, 1, {"type": "distance"}]], "repairs": {}}


def _read(payload: Any) -> Built | Failure:
    return read_item(RESULT, json.dumps(payload).encode(), "one line")


def test_a_good_answer_is_read() -> None:
    result = _read({**WALKER, "repairs": {"self-muscle": 2}})
    assert isinstance(result, Built)
    assert result.walker.joints == ((0.0, 0.0), (1.0, 0.0))
    assert result.repairs == {"self-muscle": 2}


_BAD_ANSWERS: dict[str, Any] = {
    "not an object": [1],
    "no repairs": {key: WALKER[key] for key in ("joints", "muscles")},
    "a repair that is no count": {**WALKER, "repairs": {"self-muscle": True}},
    "a repair below one": {**WALKER, "repairs": {"self-muscle": 0}},
    "a repair with a strange name": {**WALKER, "repairs": {"<b>": 1}},
    "a thousand repairs": {**WALKER, "repairs": {f"a{'b' * i}": 1 for i in range(35)}},
    "joints that are no list": {**WALKER, "joints": 5},
    "a joint that is text": {**WALKER, "joints": ["ab", "cd"]},
    "a muscle to nowhere": {**WALKER, "muscles": [[0, 9, {"type": "distance"}]]},
    "a muscle of a strange type": {**WALKER, "muscles": [[0, 1, {"type": "rope"}]]},
    "an infinite joint": {**WALKER, "joints": [[0, 0], [float("inf"), 0]]},
    "a failure with a strange stage": {"failure": ["simulation", "a", "b", None]},
    "a failure with a strange code": {"failure": ["sandbox", "a b", "b", None]},
    "a failure without a reason": {"failure": ["sandbox", "a", None, None]},
    "a failure of three parts": {"failure": ["sandbox", "a", "b"]},
}


@pytest.mark.parametrize("name", _BAD_ANSWERS)
def test_a_bad_answer_is_a_failure(name: str) -> None:
    result = _read(_BAD_ANSWERS[name])
    assert isinstance(result, Failure)
    assert result.stage in (Stage.SANDBOX, Stage.WALKER)


@pytest.mark.parametrize("line", [0, -1, 2, True, 1.0, "1"])
def test_a_line_that_the_program_does_not_have_is_dropped(line: Any) -> None:
    result = _read({"failure": ["sandbox", "exception", "It failed.", line]})
    assert result == Failure(Stage.SANDBOX, "exception", "It failed.", None)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("joints", "muscles", "repairs"), _JSON))
    | _JSON
)
def test_any_json_becomes_a_value(payload: Any) -> None:
    assert isinstance(_read(payload), Built | Failure)


@given(st.integers(0, 255), st.binary(max_size=200))
def test_any_bytes_become_a_value(kind: int, payload: bytes) -> None:
    assert isinstance(read_item(kind, payload, ""), Built | Failure)


def test_deep_and_huge_answers_are_failures() -> None:
    for payload in (b"[" * 60_000, b'{"joints": [[' + b"9" * 5_000 + b", 0]]}"):
        assert isinstance(read_item(RESULT, payload, ""), Failure)


@given(st.lists(st.tuples(st.sampled_from([RESULT, DIED]), st.binary(max_size=30))))
def test_items_round_trip(items: list[tuple[int, bytes]]) -> None:
    reply = b"".join(ITEM.pack(kind, len(payload)) + payload for kind, payload in items)
    assert list(split_items(reply)) == items
    if reply:
        with pytest.raises(ProtocolError):
            list(split_items(reply + b"\0"))


@given(st.text())
def test_clean_text_is_one_printable_bounded_line(text: str) -> None:
    line = clean(text * 50)
    assert len(line) <= 400
    assert line.isprintable()


@given(st.text())
def test_every_text_can_be_checked(text: str) -> None:
    failure = check_text(text)
    assert failure is None or failure.code in {"empty-program", "null-byte", "invalid-utf8"}


def test_the_longest_text() -> None:
    assert check_text("#" * MAX_TEXT) is None
    too_long = check_text("é" * (MAX_TEXT // 2 + 1))
    assert too_long is not None
    assert too_long.code == "too-long"
