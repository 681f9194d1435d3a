"""Who makes the children, chosen and watched; and a model that is to learn from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_run_page import NUMBER_GROWS
from tests.evolution.language_model.tiny import make_tiny
from tests.infrastructure.browser import accessibility_problems, opened, opening
from tests.infrastructure.stack import LiveStack

pytestmark = pytest.mark.browser

MESSAGE = "Added a leg on the left."
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """The application with a model: a tiny one, which changes a digit at best."""
    models = tmp_path_factory.mktemp("models")
    list(make_tiny(models / "walker-diff"))
    with LiveStack(settings={"ELM_MODELS": str(models)}) as stack:
        yield stack


@pytest.fixture
def visit(browser: Browser, stack: LiveStack) -> Iterator[Callable[..., Page]]:
    with opening(browser, stack.url) as visit:
        yield visit


@pytest.fixture(scope="module")
def run_address(browser: Browser, stack: LiveStack) -> str:
    """A run by both operators with a message of one's own, started from the form."""
    with opened(browser, stack.url) as page:
        page.goto("/runs/new/?seed=square")
        page.locator("[data-preview-button]").click()
        expect(page.locator("[data-start-button]")).to_be_enabled(timeout=60_000)
        page.get_by_role("radio", name="Genetic programming").check()
        expect(page.get_by_label("Which language model")).to_be_hidden()
        page.get_by_role("radio", name="Both").check()
        expect(page.get_by_label("Which language model")).to_be_visible()
        page.get_by_label("What children are asked to change").fill(MESSAGE)
        page.locator("input[name=evaluations]").fill("640")
        page.locator("[data-start-button]").click()
        page.wait_for_url("**/r/*/")
        return page.url.removeprefix(stack.url)


def test_shares_are_shown_and_move(visit: Callable[..., Page], run_address: str) -> None:
    page = visit(run_address)
    tried = "[data-maker=syntax-tree] [data-tried]"
    page.wait_for_function(NUMBER_GROWS, arg=[tried, 0], timeout=120_000)
    expect(page.locator("[data-maker-bar]")).to_have_count(2)
    makers = page.locator("[data-makers]")
    expect(makers).to_contain_text(MESSAGE)
    expect(makers).to_contain_text("walker-diff@")
    expect(makers).to_contain_text("Genetic programming changes programs at random")
    expect(page.locator(".newest .walker-card__maker").first).to_be_visible(timeout=60_000)
    shares = page.locator("[data-maker] [data-share]").all_inner_texts()
    assert sum(float(share.rstrip("%")) for share in shares) == pytest.approx(100, abs=0.2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit: Callable[..., Page], run_address: str, theme: str) -> None:
    for path in ("/runs/new/", run_address, "/models/", "/models/new/"):
        page = visit(path, color_scheme=theme, reduced_motion="reduce")
        page.wait_for_load_state("load")
        assert accessibility_problems(page) == [], path


def test_nothing_is_wider_than_a_phone(visit: Callable[..., Page], run_address: str) -> None:
    for path in ("/runs/new/", run_address, "/models/", "/models/new/"):
        page = visit(path, viewport=PHONE)
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_a_finished_run_teaches_a_model(
    visit: Callable[..., Page], stack: LiveStack, run_address: str
) -> None:
    page = visit(run_address, viewport=PHONE)
    expect(page.locator("[data-status]")).to_have_text("finished", timeout=180_000)
    page.get_by_role("link", name="Improve the model").click()
    page.wait_for_url("**/models/new/**")
    expect(page.get_by_role("checkbox")).to_be_checked()
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**/models/trainings/**")
    expect(page.locator(".badge--preparing")).to_be_visible(timeout=120_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Cancel the training").click()
    expect(page.locator(".badge--cancelled")).to_be_visible()
    expect(page.get_by_text("There is no new model.")).to_be_visible()
    page.get_by_role("link", name="Models").first.click()
    expect(page.locator(".badge--cancelled")).to_be_visible()
