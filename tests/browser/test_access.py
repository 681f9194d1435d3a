"""Every page for everyone: WCAG 2.2 AA in both themes, keyboard, phones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.infrastructure.browser import accessibility_problems

pytestmark = pytest.mark.browser

PAGES = ["/", "/runs/new/", "/r/{run}/", "/r/{run}/lineage/", "/w/{walker}/", "/w/{walker}/embed/"]
PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(
    open_page: Callable[..., Page], run_id: str, walker_id: str, path: str, theme: str
) -> None:
    page = open_page(
        path.format(run=run_id, walker=walker_id), color_scheme=theme, reduced_motion="reduce"
    )
    page.wait_for_load_state("load")
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_a_missing_page(open_page: Callable[..., Page], theme: str) -> None:
    page = open_page("/w/nobody/", color_scheme=theme, tolerated="404")
    expect(page.get_by_role("link", name="elmweb").first).to_be_visible()
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(
    open_page: Callable[..., Page], run_id: str, walker_id: str, path: str
) -> None:
    page = open_page(path.format(run=run_id, walker=walker_id), viewport=PHONE)
    page.wait_for_load_state("load")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_keyboard_skips_to_the_content(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.parametrize("path", PAGES[:-1])
def test_focus_reaches_every_control_and_shows(
    open_page: Callable[..., Page], run_id: str, walker_id: str, path: str
) -> None:
    """Tab through the page: every link and button that is visible gets the focus, visibly."""
    page = open_page(path.format(run=run_id, walker=walker_id), reduced_motion="reduce")
    page.wait_for_load_state("load")
    page.evaluate(COUNT_FOCUS)
    for _ in range(40):
        page.keyboard.press("Tab")
        page.wait_for_function(FOCUS_SHOWS)  # the editor's ring comes a moment later
    assert page.evaluate("window.focused.size") >= 10


COUNT_FOCUS = """() => {
    window.focused = new Set();
    addEventListener("focusin", (event) => window.focused.add(event.target));
}"""
# The ring may be drawn by the control, a layer of it, or the card that it stands for.
FOCUS_SHOWS = """() => {
    const element = document.activeElement;
    if (element === document.body) return true;  // past the last control
    const whole = element.closest("article, li, label, .cm-editor");
    const around = [element, element.parentElement, whole];
    return around.filter(Boolean).some((shown) =>
        [null, "::before", "::after"].some((layer) => {
            const style = getComputedStyle(shown, layer);
            const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
            return ring || style.boxShadow !== "none";
        }));
}"""


def test_the_theme_is_chosen_by_keyboard_and_kept(
    open_page: Callable[..., Page], run_id: str
) -> None:
    page = open_page("/", color_scheme="light")
    ink = "getComputedStyle(document.body).color"
    light = page.evaluate(ink)
    page.locator("[data-theme-toggle]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"(light) => {ink} !== light", arg=light)
    dark = page.evaluate(ink)
    page.goto("/runs/new/")
    assert page.evaluate(ink) == dark


def test_all_motion_can_be_stopped(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page("/")
    players = page.locator("walker-player[data-playing=true]")
    expect(players.first).to_be_visible()
    page.locator("[data-motion-toggle]").click()
    expect(players).to_have_count(0)
