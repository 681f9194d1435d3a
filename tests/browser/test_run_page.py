"""A run, live: it grows before one's eyes, and obeys."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from evolution.config import PAPER_MESSAGES

pytestmark = pytest.mark.browser

NUMBER_GROWS = """([selector, before]) =>
    Number(document.querySelector(selector).textContent.replace(/\\D/g, "")) > before"""


def number(page: Page, selector: str) -> int:
    return int(re.sub(r"\D", "", page.inner_text(selector)))


def test_it_grows_without_a_reload(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page(f"/r/{run_id}/")
    page.evaluate("window.sameDocument = true")
    for _ in range(3):
        before = number(page, "[data-evaluations]")
        page.wait_for_function(NUMBER_GROWS, arg=["[data-evaluations]", before], timeout=60_000)
    assert page.evaluate("window.sameDocument") is True
    expect(page.locator("[data-map-canvas]")).to_be_visible()
    expect(page.locator("[data-champion] walker-player")).to_have_attribute("data-state", "ready")


def test_children_say_what_they_were_asked_for(open_page: Callable[..., Page], run_id: str) -> None:
    """Nobody chose how children are made: the shipped model makes them."""
    page = open_page(f"/r/{run_id}/")
    newest = page.locator("[data-newest-strip] a").first
    expect(newest).to_be_visible(timeout=60_000)
    page.goto(newest.get_attribute("href") or "")
    change = page.locator("section", has=page.locator("#change-title"))
    expect(change).to_contain_text(re.compile("|".join(text for text, _ in PAPER_MESSAGES)))
    expect(change).to_contain_text("walker-diff@")
    expect(change.locator(".diff__added, .diff__removed").first).to_be_visible()


def test_it_pauses_and_goes_on(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page(f"/r/{run_id}/")
    status = page.locator("[data-status]")
    expect(status).to_have_text("running")
    page.get_by_role("button", name="Pause").click()
    expect(status).to_have_text("paused")
    expect(page.locator("[data-banner=paused]")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(status).to_have_text("running")
    before = number(page, "[data-evaluations]")
    page.wait_for_function(NUMBER_GROWS, arg=["[data-evaluations]", before], timeout=60_000)


def test_two_people_see_the_same(open_page: Callable[..., Page], run_id: str) -> None:
    first, second = open_page(f"/r/{run_id}/"), open_page(f"/r/{run_id}/")
    first.get_by_role("button", name="Pause").click()
    expect(second.locator("[data-status]")).to_have_text("paused")
    expect(first.locator("[data-status]")).to_have_text("paused")
    assert number(first, "[data-evaluations]") == number(second, "[data-evaluations]")
    second.get_by_role("button", name="Resume").click()
    expect(first.locator("[data-status]")).to_have_text("running")


def test_a_niche_is_opened_by_keyboard(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page(f"/r/{run_id}/")
    page.locator("[data-map-canvas]").focus()
    page.keyboard.press("Home")
    expect(page.locator("[data-inspector]")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/w/*/")
    expect(page.locator("h1")).to_contain_text("Walker")


def test_a_niche_plays_under_the_pointer(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page(f"/r/{run_id}/")
    map_canvas = page.locator("[data-map-canvas]")
    map_canvas.focus()
    page.keyboard.press("Home")
    player = page.locator("[data-inspector] walker-player")
    expect(player).to_have_attribute("data-state", "ready")
    expect(player).to_have_attribute("data-playing", "true")


def test_the_home_page_leads_to_the_run(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page("/")
    page.locator(f"a[href='/r/{run_id}/']").first.click()
    page.wait_for_url(f"**/r/{run_id}/")


def test_the_lineage_opens_walkers(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page(f"/r/{run_id}/")
    page.get_by_role("link", name="Lineage").first.click()
    page.wait_for_url(f"**/r/{run_id}/lineage/")
    expect(page.locator("[data-tree-canvas]")).to_be_visible()
    page.wait_for_function(NUMBER_GROWS, arg=["[data-tree-count]", 11])
    table = page.locator("details", has_text="line of descent")
    page.locator("summary", has_text="as a table").first.click()
    table.locator("tbody a").first.click()
    page.wait_for_url("**/w/*/")


def test_without_javascript_the_state_is_there(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page(f"/r/{run_id}/", java_script_enabled=False)
    assert number(page, "[data-evaluations]") > 0
    expect(page.locator("[data-champion] img")).to_be_visible()
    page.locator("summary", has_text="Best elites as a table").click()
    assert page.locator("[data-elites-rows] tr").count() > 0
