"""No test of an operator meets a key of whoever runs it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELM_INSTRUCT_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
