"""Writing a seed: a good one walks and starts a run, a bad one is refused by line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

GOOD = """def make_walker():
    wc = walker_creator()
    left = wc.add_joint(0, 0)
    right = wc.add_joint(4, 0)
    head = wc.add_joint(2, 3)
    wc.add_muscle(left, head)
    wc.add_muscle(right, head)
    wc.add_muscle(left, right, False, 1.2, 0)
    return wc.get_walker()
"""
BAD = GOOD.replace("wc.add_joint(2, 3)", "wc.add_joint(2, hight)")
HOSTILE = GOOD.replace("    return", "    # <script>document.title = 'taken'</script>\n    return")


def write(page: Page, program: str) -> None:
    """Replace the program, in the editor where there is one."""
    expect(page.locator("[data-preview-form]")).to_have_attribute("data-editor", "ready")
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(program)
    expect(page.locator("textarea[name=program]")).to_have_value(program)


def test_a_good_seed_walks_and_starts_a_run(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page("/runs/new/")
    write(page, GOOD)
    expect(page.locator("[data-start-button]")).to_be_disabled()
    page.locator("[data-preview-button]").click()
    expect(page.locator("[data-preview-state]")).to_contain_text("It goes", timeout=60_000)
    expect(page.locator("[data-preview] walker-player")).to_have_attribute("data-state", "ready")
    expect(page.locator("[data-problems]")).to_be_empty()
    page.locator("input[name=evaluations]").fill("100")
    page.locator("[data-start-button]").click()
    page.wait_for_url("**/r/*/")
    assert run_id not in page.url
    expect(page.locator("[data-status]")).to_have_text("finished", timeout=120_000)
    expect(page.locator("[data-banner=finished]")).to_be_visible()


def test_a_bad_seed_is_refused_by_line(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page("/runs/new/")
    write(page, BAD)
    page.locator("[data-preview-button]").click()
    problems = page.locator("[data-problems]")
    expect(problems).to_contain_text("Line 5", timeout=60_000)
    expect(problems).to_contain_text("hight")
    expect(page.locator("[data-start-button]")).to_be_disabled()
    problems.get_by_role("link", name="Line 5").click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    line = page.evaluate("getSelection().toString()")
    assert "hight" in line, "the cursor stands in the line"
    write(page, GOOD)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-preview-state]")).to_contain_text("It goes", timeout=60_000)
    expect(problems).to_be_empty()


def test_markup_in_a_program_is_only_text(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page("/runs/new/", java_script_enabled=False)
    page.locator("textarea[name=program]").fill(HOSTILE)
    page.locator("[data-preview-button]").click()
    address = page.url
    scripted = open_page(address)
    expect(scripted.get_by_text("document.title = 'taken'")).to_be_visible()
    assert "taken" not in scripted.title()


def test_without_javascript_a_seed_is_tried_and_starts_a_run(
    open_page: Callable[..., Page], run_id: str
) -> None:
    page = open_page("/runs/new/", java_script_enabled=False)
    page.locator("textarea[name=program]").fill(GOOD)
    page.locator("[data-preview-button]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("It goes", timeout=60_000)
    page.locator("input[name=evaluations]").fill("100")
    page.get_by_role("button", name="Start run").click()
    page.wait_for_url("**/r/*/")


def test_an_empty_program_is_refused(open_page: Callable[..., Page], run_id: str) -> None:
    page = open_page("/runs/new/", tolerated="422")
    write(page, "   ")
    page.locator("[data-preview-button]").click()
    expect(page.locator("[data-problems]")).to_contain_text("This cannot be used as it is")
