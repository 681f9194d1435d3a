"""Fixtures that more than one room needs. The real parts, on throwaway data."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from elmweb.launch.broker import EmbeddedBroker
    from tests.infrastructure.stack import LiveStack

# Torch's threads would only wait for each other: the tests' matrices are small.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The time an example takes says nothing on a busy machine; in continuous integration the
# examples are the same every time, elsewhere they are new ones.
settings.register_profile(
    "elmweb",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("elmweb")


@pytest.fixture(scope="session")
def embedded_broker() -> Iterator[EmbeddedBroker]:
    """The broker that Django's settings point at, in the throwaway data directory."""
    from elmweb.launch.broker import EmbeddedBroker

    with EmbeddedBroker(Path(os.environ["ELMWEB_DATA_DIR"])) as broker:
        yield broker


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A throwaway PostgreSQL."""
    from elmweb.launch.postgres import Postgres

    with Postgres() as postgres:
        yield postgres.url()


@pytest.fixture(scope="session")
def live_stack() -> Iterator[LiveStack]:
    """The whole application, shared by the tests that only use it."""
    from tests.infrastructure.stack import LiveStack

    with LiveStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a module: Playwright's event loop must not be there for other tests."""
    from tests.infrastructure.browser import launched

    with launched() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser, live_stack: LiveStack) -> Iterator[Callable[..., Page]]:
    """Open pages of the live stack, each in a fresh context with the settings given."""
    from tests.infrastructure.browser import opening

    with opening(browser, live_stack.url) as open_page:
        yield open_page
