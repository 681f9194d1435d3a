"""A real browser: pages, the problems they report, and how accessible they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from elmweb.launch import chromium

# Only there so that a test ends: a machine may be busy, and nothing waits longer than it must.
PATIENCE_MS = 30_000
WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser. Fails, with what to install, where there is none."""
    executable = chromium.ensure()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opening(browser: Browser, base_url: str) -> Iterator[Callable[..., Page]]:
    """Opens pages by path, each in a fresh context with the settings given, until it ends."""
    with ExitStack() as contexts:

        def open_page(path: str, **settings: Any) -> Page:
            page = contexts.enter_context(opened(browser, base_url, **settings))
            page.goto(path)
            return page

        yield open_page


@contextmanager
def opened(
    browser: Browser, base_url: str, *, tolerated: str | None = None, **settings: Any
) -> Iterator[Page]:
    """A page in a fresh context, which must not report errors while it is used.

    `tolerated` is part of a message that the browser itself writes and that is meant.
    """
    context: BrowserContext = browser.new_context(base_url=base_url, **settings)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
    page.on("console", lambda said: problems.extend(errors_of(said)))
    try:
        yield page
    finally:
        context.close()
    serious = [text for text in problems if tolerated is None or tolerated not in text]
    assert not serious, f"the page reported errors: {serious}"


def errors_of(said: ConsoleMessage) -> list[str]:
    return [f"{said.text} ({said.location['url']})"] if said.type == "error" else []


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, one line each: rule, what to do, where."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG_AA}})
    return [
        f"{violation['id']}: {violation['help']} at {node['target']}: {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
