"""Small searches for the tests of the application."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from elmweb.launch.broker import EmbeddedBroker
from evolution.config import RunConfig
from evolution.walkers.seeds import SEEDS

SQUARE = SEEDS["square"].program


@pytest.fixture
def make_config() -> Callable[..., RunConfig]:
    """A search that ends within seconds."""

    def make(**choices: object) -> RunConfig:
        settings = {
            "seed_program": SQUARE, "evaluations": 40, "batch_size": 8, "batches_in_flight": 3
        }  # fmt: skip
        return RunConfig.model_validate(settings | choices)

    return make


@pytest.fixture(autouse=True)
def _broker(embedded_broker: EmbeddedBroker) -> None:
    """Tasks that are sent arrive somewhere, though nobody works on them."""
