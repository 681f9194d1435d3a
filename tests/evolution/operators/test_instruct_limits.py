"""What the operator for chat endpoints may spend, whom it asks, and its key."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from evolution.config import InstructConfig
from evolution.operators.base import Child, OperatorUnavailable
from evolution.operators.instruct import InstructOperator
from evolution.operators.instruct_client import Usage, api_key
from evolution.types import Failure
from tests.evolution.operators.chat_server import (
    completion,
    error,
    serving,
)
from tests.evolution.operators.instruct_cases import (
    larger,
    only_failure,
    operator_at,
    propose,
)

KEY = "sk-secret-0123456789"


# --- budget


def test_the_request_budget_is_kept_exactly() -> None:
    with serving(larger) as server:
        operator = operator_at(server.endpoint, limits={"max_requests": 3})
        results = propose(operator, 5)
        assert sum(isinstance(result, Child) for result in results) == 3
        assert [r.code for r in results if isinstance(r, Failure)] == ["budget-spent"] * 2
        with pytest.raises(OperatorUnavailable, match="3 requests is spent"):
            propose(operator)
    assert len(server.received) == 3


def test_second_tries_count_against_the_budget() -> None:
    with serving(lambda _: error(500)) as server, pytest.raises(OperatorUnavailable):
        propose(operator_at(server.endpoint, limits={"max_requests": 2}))
    assert len(server.received) == 2


def test_the_token_budget_ends_the_asking() -> None:
    with serving(larger) as server:  # 120 tokens an answer
        operator = operator_at(server.endpoint, {"max_total_tokens": 300, "parallel": 1})
        results = propose(operator, 5)
    assert [isinstance(result, Child) for result in results] == [True] * 3 + [False] * 2
    assert operator.usage == Usage(3, 0, 3, 300, 60, 0)
    assert operator.usage.tokens == 360


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": None}, {"prompt_tokens": -5}])
def test_tokens_that_nobody_counts_are_estimated(usage: dict[str, Any]) -> None:
    with serving(lambda _: completion("```\nx = 2\n```", usage=usage)) as server:
        operator = operator_at(server.endpoint, {"max_total_tokens": 100, "parallel": 1})
        results = propose(operator, 3)
        characters = sum(len(m["content"]) for m in server.received[0].body["messages"])
    assert operator.usage.estimated == 1
    assert operator.usage.prompt_tokens == -(-characters // 4)
    assert [isinstance(result, Child) for result in results] == [True, False, False]


# --- the key


def test_the_key_is_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELM_INSTRUCT_API_KEY", KEY)
    with serving(lambda request: error(400, f"bad {request.headers['Authorization']}")) as server:
        operator = operator_at(server.endpoint)
        with pytest.raises(OperatorUnavailable) as raised:
            propose(operator)
    assert server.received[0].headers["Authorization"] == f"Bearer {KEY}"
    assert "bad Bearer ***" in raised.value.failure.reason
    for shown in (str(raised.value), repr(raised.value.failure), repr(vars(operator))):
        assert KEY not in shown


def test_a_key_that_no_header_can_hold_is_refused_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELM_INSTRUCT_API_KEY", f"{KEY}\nX-Other: 1")
    failure, server = only_failure(larger)
    assert failure.code == "access-denied"
    assert KEY not in failure.reason
    assert server.received == []


def test_the_openai_key_goes_to_openai_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert api_key("https://api.openai.com/v1/chat/completions") == KEY
    for other in (
        "http://127.0.0.1:80/v1",
        "https://openai.com.example/v1",
        "https://notopenai.com",
    ):
        assert api_key(other) is None
    monkeypatch.setenv("ELM_INSTRUCT_API_KEY", "other")
    assert api_key("https://api.openai.com/v1") == "other"


@pytest.mark.parametrize(
    "endpoint",
    ["file:///etc/passwd", "ftp://host/v1", "localhost:8080", "", "http://", "http://a:b@host/v1"],
)
def test_other_addresses_than_http_are_refused(endpoint: str) -> None:
    with pytest.raises((ValueError, ValidationError)):
        InstructOperator(InstructConfig(endpoint=endpoint, model="m"))
    config = InstructConfig.model_construct(endpoint=endpoint, model="m", max_requests=1)
    with pytest.raises(ValueError, match="endpoint"):
        InstructOperator(config)


def test_an_address_may_name_the_completions_themselves() -> None:
    with serving(larger) as server:
        for path in ("/", "/chat/completions", "/chat/completions/?version=1"):
            propose(operator_at(server.endpoint + path))
    assert [request.path for request in server.received] == [
        *("/v1/chat/completions", "/v1/chat/completions", "/v1/chat/completions?version=1")
    ]
