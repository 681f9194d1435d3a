"""What the tests of the operator for chat endpoints share."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from evolution.config import InstructConfig
from evolution.operators.base import Child, OperatorUnavailable
from evolution.operators.instruct import InstructOperator, InstructSettings
from evolution.operators.instruct_client import Patience
from evolution.types import Failure
from evolution.walkers.seeds import seed_program
from tests.evolution.operators.chat_server import (
    Answer,
    ChatServer,
    Received,
    Respond,
    completion,
    serving,
)

SQUARE = seed_program("square")
QUICK = {"backoff_s": 0.001, "longest_wait_s": 3.0}


def larger(request: Received) -> Answer:
    """What a good model does: the parent with another side, told apart by its seed."""
    program = SQUARE.replace("0, 0, 10", f"0, 0, {11 + request.body['seed']}")
    return completion(json.dumps({"program": program}))


def operator_at(
    endpoint: str, patience: dict[str, Any] | None = None, limits: Any = None, **settings: Any
) -> InstructOperator:
    config = InstructConfig(endpoint=endpoint, model="tiny", **(limits or {}))
    return InstructOperator(
        config, InstructSettings(patience=Patience(**QUICK | (patience or {})), **settings)
    )


def propose(
    operator: InstructOperator, count: int = 1, parent: str = SQUARE, seed: int = 0
) -> list[Child | Failure]:
    messages = [f"message {at}" for at in range(count)]
    return operator.propose([parent] * count, messages, np.random.default_rng(seed))


def only_failure(respond: Respond, **arguments: Any) -> tuple[Failure, ChatServer]:
    """The failure of one child, whether it was returned or raised."""
    with serving(respond) as server:
        try:
            (failure,) = propose(operator_at(server.endpoint, **arguments))
        except OperatorUnavailable as unavailable:
            failure = unavailable.failure
    assert isinstance(failure, Failure), failure
    assert failure.reason.endswith(".")
    return failure, server
