"""A run that evolves on the live stack, and a walker of it, for the pages to show."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.infrastructure.stack import LiveStack, wait_until


@pytest.fixture(scope="session")
def run_id(live_stack: LiveStack) -> str:
    """The first run of a fresh installation, after its first dozen elites."""
    live_stack.django("create_demo_run")
    found = re.search(r"/r/(\w+)/", live_stack.get("/"))
    assert found, "the home page shows the run"
    run = found[1]
    wait_until(lambda: len(state_of(live_stack, run)["elites"]) >= 12, "twelve elites")
    return run


@pytest.fixture(scope="session")
def walker_id(live_stack: LiveStack, run_id: str) -> str:
    """The walker that goes furthest so far, which has a parent."""
    elites = state_of(live_stack, run_id)["elites"]
    best = max((e for e in elites if e["depth"] > 0), key=lambda elite: elite["robust"])
    return str(best["walker"])


def state_of(stack: LiveStack, run: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(stack.get(f"/r/{run}/state.json"))
    return state
