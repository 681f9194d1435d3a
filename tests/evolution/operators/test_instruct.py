"""The operator for chat endpoints, against a real server: what works, and each trouble."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import numpy as np
import pytest

from evolution.operators.base import Child, OperatorUnavailable
from evolution.operators.instruct import GIVE_UP
from evolution.operators.instruct_client import Patience, Usage
from evolution.types import Failure, Stage
from tests.evolution.operators.chat_server import (
    Answer,
    Received,
    completion,
    error,
    serving,
)
from tests.evolution.operators.instruct_cases import (
    SQUARE,
    larger,
    only_failure,
    operator_at,
    propose,
)


def test_children_come_in_order_with_their_messages() -> None:
    def respond(request: Received) -> Answer:
        time.sleep(0.02 if request.number % 2 else 0.0)  # answers overtake each other
        number = request.question.split("message ")[1].split()[0]
        return completion(json.dumps({"program": SQUARE.replace("10)", f"2{number})")}))

    with serving(respond) as server:
        children = propose(operator_at(server.endpoint), 10)
    for at, child in enumerate(children):
        assert child == Child(SQUARE.replace("10)", f"2{at})"), "instruct", f"message {at}")
    assert 1 < server.at_once <= Patience().parallel


def test_no_more_requests_at_once_than_allowed() -> None:
    def respond(request: Received) -> Answer:
        time.sleep(0.01)
        return larger(request)

    with serving(respond) as server:
        propose(operator_at(server.endpoint, {"parallel": 2}), 8)
    assert server.at_once == 2


def test_the_request_holds_language_parent_message_and_limits() -> None:
    with serving(larger) as server:
        operator = operator_at(server.endpoint, limits={"max_tokens": 77}, temperature=0.3)
        propose(operator, parent="def make_walker():\n    return '```'\n")
        propose(operator_at(server.endpoint, language="python"), parent="x = 1\n")
    walker, python = server.received
    assert walker.path == "/v1/chat/completions"
    assert walker.body["model"] == "tiny"
    assert walker.body["max_tokens"] == 77
    assert walker.body["temperature"] == 0.3
    assert walker.body["response_format"]["json_schema"]["schema"]["required"] == ["program"]
    system = walker.body["messages"][0]["content"]
    assert "add_muscle" in system
    assert "Commit message: message 0" in walker.question
    # the fence is longer than any in the program
    assert walker.question.endswith("````python\ndef make_walker():\n    return '```'\n````")
    assert "add_muscle" not in python.body["messages"][0]["content"]
    assert "Authorization" not in walker.headers


def test_equal_seeds_ask_equally_and_others_do_not() -> None:
    with serving(larger) as server:
        first = propose(operator_at(server.endpoint), 5, seed=1)
        assert propose(operator_at(server.endpoint), 5, seed=1) == first
        assert propose(operator_at(server.endpoint), 5, seed=2) != first
    assert len({child.program for child in first if isinstance(child, Child)}) == 5


@pytest.mark.parametrize("form", ["program", "edits", "diff"])
def test_every_form_of_answer_makes_the_child(form: str) -> None:
    edit = {"search": "make_square(wc, 0, 0, 10)", "replace": "make_square(wc, 0, 0, 12)"}
    wanted = SQUARE.replace("0, 0, 10", "0, 0, 12")
    answers = {
        "program": {"program": wanted},
        "edits": {"edits": [edit]},
        "diff": {"diff": f"@@\n-    corners = {edit['search']}\n+    corners = {edit['replace']}"},
    }
    with serving(lambda _: completion(json.dumps(answers[form]))) as server:
        (child,) = propose(operator_at(server.endpoint, answer=form))
    assert isinstance(child, Child), child
    assert child.program == wanted
    schema = server.received[0].body["response_format"]["json_schema"]["schema"]
    assert list(schema["properties"]) == [form]


def test_an_endpoint_without_schemas_or_seeds_is_asked_without() -> None:
    def respond(request: Received) -> Answer:
        if "response_format" in request.body:
            return error(400, "Unsupported parameter: json_schema")
        if "seed" in request.body:
            return error(422, "extra field: seed")
        if "max_tokens" in request.body:
            return error(400, "use 'max_completion_tokens' instead of 'max_tokens'")
        return completion(f"```python\n{SQUARE.replace('10', '12')}```")

    with serving(respond) as server:
        operator = operator_at(server.endpoint, {"parallel": 1})
        children = propose(operator, 2)
    assert all(isinstance(child, Child) for child in children)
    assert len(server.received) == 3 + 2  # learnt once
    assert server.received[-1].body.keys() == {
        *("model", "messages", "temperature", "max_completion_tokens")
    }


def test_what_was_cut_from_a_message_is_said() -> None:
    typed = "Add a <MSG> joint.\n" + "word " * 2_000
    with serving(larger) as server:
        operator = operator_at(server.endpoint)
        (child,) = operator.propose([SQUARE], [typed], np.random.default_rng(0))
    assert isinstance(child, Child)
    assert child.message.startswith("Add a joint. word")
    assert "1 format mark; all but the first 1000 of" in child.message
    assert len(child.message) <= 200
    assert "<MSG>" not in server.received[0].question


@pytest.mark.parametrize(
    ("parent", "message", "code"),
    [
        ("", "Begin.", "nothing-to-change"),
        ("# nothing\n", "Begin.", "nothing-to-change"),
        ("def f(:\n", "Repair.", "unparseable-parent"),
        ("x = 1\n" * 20_000, "Shorten.", "parent-too-long"),
        (SQUARE, "\0\ud800 \n", "empty-message"),
    ],
)
def test_what_no_model_should_be_asked_is_refused_without_asking(
    parent: str, message: str, code: str
) -> None:
    with serving(larger) as server:
        operator = operator_at(server.endpoint)
        failure, child = operator.propose(
            [parent, SQUARE], [message, "Enlarge."], np.random.default_rng(0)
        )
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.code) == (Stage.OPERATOR, code)
    assert isinstance(child, Child)
    assert len(server.received) == 1


# --- answers of no use: failures of single children, the endpoint is fine


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (completion(""), "empty-answer"),
        (completion(None), "empty-answer"),
        (completion("<think>hmm</think>\n"), "empty-answer"),
        (completion("", refusal="I cannot do that."), "answer-refused"),
        (completion("```python\nx = (1\n```", finish="length"), "answer-cut"),
        (completion("Make its legs longer."), "no-program"),
        (completion("```python\ndef make_walker(:\n```"), "not-python"),
        (completion('{"program": "x = \\u0000"}'), "not-python"),
        (completion(json.dumps({"program": SQUARE + "\n\n"})), "unchanged-program"),
        (completion(json.dumps({"program": "x = 1\n" * 2_000})), "program-too-long"),
        (completion('{"edits": [{"search": "nowhere", "replace": "x"}]}'), "hunk-not-found"),
        (error(400, "maximum context length is 2048 tokens"), "prompt-too-long"),
    ],
)
def test_answers_of_no_use_are_named_failures(answer: Answer, code: str) -> None:
    with serving(lambda _: answer) as server:
        (failure,) = propose(operator_at(server.endpoint))  # and nothing is raised
    assert isinstance(failure, Failure)
    assert failure.code == code
    assert failure.reason.endswith(".")
    assert len(server.received) == 1  # asking again would give the same


# --- troubles of the endpoint


def test_an_endpoint_that_cannot_be_reached() -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(OperatorUnavailable) as raised:
            propose(operator_at(endpoint), 20)
    assert raised.value.failure.code == "endpoint-unreachable"
    assert endpoint in raised.value.failure.reason


@pytest.mark.parametrize("manner", ["hang", "drip"])
def test_an_endpoint_that_hangs(manner: str) -> None:
    failure, server = only_failure(lambda _: Answer(manner=manner), limits={"timeout_s": 0.2})
    assert failure.code == "endpoint-timeout"
    assert len(server.received) == 1  # it may still be at the first


@pytest.mark.parametrize(
    ("answer", "code", "requests"),
    [
        (Answer(body=b"<html>hello</html>"), "endpoint-garbage", 1),
        (Answer(body=b""), "endpoint-garbage", 1),
        (Answer(body=b"[" * 100_000), "endpoint-garbage", 1),
        (Answer(body=b"\xff\xfe\x00"), "endpoint-garbage", 1),
        (Answer(body=b"[1, 2]"), "endpoint-garbage", 1),
        (Answer(body=b'{"choices": []}'), "endpoint-garbage", 1),
        (Answer(body=b'{"choices": [{"message": "x"}]}'), "endpoint-garbage", 1),
        (Answer(body=b'{"error": {"message": "model is loading"}}'), "endpoint-garbage", 1),
        (Answer(manner="endless"), "answer-too-long", 1),
        (Answer(manner="hang up"), "connection-lost", 3),
        (error(401), "access-denied", 1),
        (error(403), "access-denied", 1),
        (error(402), "quota-spent", 1),
        (error(429, "insufficient_quota"), "quota-spent", 1),
        (error(404, "model 'tiny' not found, try pulling it first"), "model-not-found", 1),
        (Answer(404, b"<h1>Not Found</h1>"), "endpoint-not-found", 1),
        (Answer(307, headers={"Location": "http://127.0.0.1:1/"}), "endpoint-redirect", 1),
        (error(400, "what is this"), "request-refused", 1),
        (error(429), "rate-limited", 3),
        (error(429, Retry_After="3600"), "rate-limited", 1),
        (error(500), "endpoint-error", 3),
        (Answer(502, b"<html>Bad Gateway</html>"), "endpoint-error", 3),
        (error(503, "Loading model"), "endpoint-error", 3),
    ],
)
def test_troubles_of_the_endpoint_make_the_operator_unavailable(
    answer: Answer, code: str, requests: int
) -> None:
    with serving(lambda _: answer) as server, pytest.raises(OperatorUnavailable) as raised:
        propose(operator_at(server.endpoint))
    assert raised.value.failure.stage is Stage.OPERATOR
    assert raised.value.failure.code == code
    assert raised.value.failure.reason.endswith(".")
    assert len(server.received) == requests


def test_the_endpoints_own_words_are_passed_on() -> None:
    failure, _ = only_failure(lambda _: error(503, "Loading\x1b[31m model\nplease wait"))
    assert "(Loading[31m model please wait)" in failure.reason


@pytest.mark.parametrize("first", [error(429), error(500), Answer(manner="hang up")])
def test_a_passing_trouble_is_overcome(first: Answer) -> None:
    with serving(lambda request: first if request.number < 2 else larger(request)) as server:
        operator = operator_at(server.endpoint)
        (child,) = propose(operator)
    assert isinstance(child, Child)
    assert operator.usage == Usage(3, 2, 1, 100, 20, 0)


@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_is_honoured(as_date: bool) -> None:
    # The server counts for itself: who comes too early is refused again, and two tries are all.
    opens = datetime.now(UTC) + timedelta(seconds=1)

    def respond(request: Received) -> Answer:
        if datetime.now(UTC) >= opens:
            return larger(request)
        later = opens + timedelta(seconds=1)
        return error(429, Retry_After=format_datetime(later, usegmt=True) if as_date else "1")

    with serving(respond) as server:
        (child,) = propose(operator_at(server.endpoint, {"tries": 2}))
    assert isinstance(child, Child)
    assert len(server.received) == 2


def test_a_dead_endpoint_is_not_asked_for_every_child() -> None:
    with serving(lambda _: error(401)) as server, pytest.raises(OperatorUnavailable):
        propose(operator_at(server.endpoint, {"parallel": 1}), 50)
    assert len(server.received) == 1
    answer = Answer(body=b"garbage")
    with serving(lambda _: answer) as server, pytest.raises(OperatorUnavailable):
        propose(operator_at(server.endpoint, {"parallel": 1}), 50)
    assert len(server.received) == GIVE_UP


def test_children_made_before_the_trouble_are_kept() -> None:
    def respond(request: Received) -> Answer:
        return larger(request) if request.number < 2 else error(403)

    with serving(respond) as server:
        results = propose(operator_at(server.endpoint, {"parallel": 1}), 5)
    assert [isinstance(result, Child) for result in results] == [True, True, False, False, False]
    assert {result.code for result in results if isinstance(result, Failure)} == {"access-denied"}


def test_an_operator_recovers_with_its_endpoint() -> None:
    down = True
    with serving(lambda request: error(500) if down else larger(request)) as server:
        operator = operator_at(server.endpoint)
        with pytest.raises(OperatorUnavailable):
            propose(operator)
        down = False
        assert isinstance(propose(operator)[0], Child)


def test_the_search_counts_what_the_endpoint_could_not_do(
    request: pytest.FixtureRequest,
) -> None:
    """Every parent gets its entry, whatever happens."""
    kinds: list[Callable[[Received], Answer]] = [
        larger,
        lambda _: completion("no"),
        lambda _: error(400, "context too long"),
    ]
    with serving(lambda got: kinds[got.number % 3](got)) as server:
        results = propose(operator_at(server.endpoint, {"parallel": 3}), 30)
    codes = sorted(result.code for result in results if isinstance(result, Failure))
    assert codes == ["no-program"] * 10 + ["prompt-too-long"] * 10
    assert sum(isinstance(result, Child) for result in results) == 10
