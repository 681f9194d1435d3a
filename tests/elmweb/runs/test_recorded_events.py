"""The recording that the front-end's reducer is tested against still speaks our protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from elmweb.runs.protocol import BatchEvent, Event, RunState, RunStatus, StatusEvent

RECORDED = Path(__file__).parents[2] / "golden" / "events" / "recorded.json"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORDED.read_text())
    return found


def test_it_follows_the_schema(recorded: dict[str, Any]) -> None:
    adapter: TypeAdapter[BatchEvent | StatusEvent] = TypeAdapter(Event)
    events = [adapter.validate_python(event) for event in recorded["events"]]
    states = [RunState.model_validate(state) for state in recorded["states"]]
    assert [event.number for event in events] == list(range(1, states[-1].number + 1))
    assert [event.model_dump(mode="json") for event in events] == recorded["events"]
    assert [state.model_dump(mode="json") for state in states] == recorded["states"]


def test_it_shows_what_a_reducer_has_to_bear(recorded: dict[str, Any]) -> None:
    statuses = [e["status"] for e in recorded["events"] if e["kind"] == "status"]
    assert RunStatus.PAUSED in statuses
    assert statuses[-1] == RunStatus.FINISHED
    niches = [elite["niche"] for e in recorded["events"] for elite in e.get("elites", [])]
    assert len(niches) > len(set(niches)), "an elite is replaced"
    assert recorded["states"][0]["elites"] == []
    assert len(recorded["states"][-1]["elites"]) > len(recorded["states"][-1]["newest"])
