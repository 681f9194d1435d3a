"""A walker at its short link: it moves, obeys, and is the same for everyone."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PLAYER = "walker-player[data-main-player]"
PIXELS = f"document.querySelector('{PLAYER} canvas').toDataURL()"


def ready(page: Page) -> Page:
    expect(page.locator(PLAYER)).to_have_attribute("data-state", "ready")
    return page


def distance_shown(page: Page) -> str:
    return page.locator(".tile--alive .number").first.inner_text()


def test_its_pixels_move(open_page: Callable[..., Page], walker_id: str) -> None:
    page = ready(open_page(f"/w/{walker_id}/"))
    expect(page.locator(PLAYER)).to_have_attribute("data-playing", "true")
    before = page.evaluate(PIXELS)
    page.wait_for_function(f"(before) => {PIXELS} !== before", arg=before)


def test_it_stops_scrubs_and_steps(open_page: Callable[..., Page], walker_id: str) -> None:
    page = ready(open_page(f"/w/{walker_id}/"))
    player = page.locator(PLAYER)
    page.locator("[data-control=play]").click()
    expect(player).to_have_attribute("data-playing", "false")
    scrubber = page.get_by_label("Time in the replay")
    scrubber.fill("5")
    expect(player).to_have_attribute("data-frame", "150")  # thirty frames a second
    half_way = page.evaluate(PIXELS)
    scrubber.fill("0")
    expect(player).to_have_attribute("data-frame", "0")
    assert page.evaluate(PIXELS) != half_way
    scrubber.fill("5")
    expect(player).to_have_attribute("data-frame", "150")
    assert page.evaluate(PIXELS) == half_way, "the same moment looks the same"


def test_it_obeys_the_keyboard(open_page: Callable[..., Page], walker_id: str) -> None:
    page = ready(open_page(f"/w/{walker_id}/"))
    player = page.locator(PLAYER)
    page.locator(f"{PLAYER} .player__stage").focus()
    page.keyboard.press("Space")
    expect(player).to_have_attribute("data-playing", "false")
    page.keyboard.press("Home")
    expect(player).to_have_attribute("data-frame", "0")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(player).to_have_attribute("data-frame", "3")
    follow = page.locator("[data-control=follow]")
    pressed = follow.get_attribute("aria-pressed")
    page.keyboard.press("f")
    expect(follow).not_to_have_attribute("aria-pressed", pressed or "")


def test_a_share_link_opens_in_a_fresh_context(
    open_page: Callable[..., Page], walker_id: str
) -> None:
    page = ready(open_page(f"/w/{walker_id}/"))
    link = page.locator("#share-link").input_value()
    stranger = ready(open_page(link))
    assert stranger.url.split("?")[0].endswith(f"/w/{walker_id}/")
    assert distance_shown(stranger) == distance_shown(page)
    motions = [p.request.get(f"/w/{walker_id}/motion").body() for p in (page, stranger)]
    assert motions[0] == motions[1]
    assert len(motions[0]) > 0


def test_a_link_can_name_the_moment(open_page: Callable[..., Page], walker_id: str) -> None:
    page = ready(open_page(f"/w/{walker_id}/"))
    page.locator("[data-control=play]").click()
    page.get_by_label("Time in the replay").fill("4")
    frame = page.locator(PLAYER).get_attribute("data-frame")
    page.wait_for_function("() => location.search !== ''")
    other = ready(open_page(page.url))
    other.wait_for_function(
        f"() => Number(document.querySelector('{PLAYER}').dataset.frame) >= {frame}"
    )


def test_without_javascript_a_poster_is_there(
    open_page: Callable[..., Page], walker_id: str
) -> None:
    page = open_page(f"/w/{walker_id}/", java_script_enabled=False)
    poster = page.locator(f"{PLAYER} img")
    expect(poster).to_be_visible()
    picture = Image.open(io.BytesIO(poster.screenshot())).convert("RGB")
    colours = picture.getcolors(maxcolors=1 << 24)
    assert len(colours or []) > 20, "more than an empty plate"
    expect(page.get_by_role("link", name="moving GIF")).to_be_visible()
    expect(page.locator("#program-title")).to_be_visible()


def test_unwanted_motion_does_not_start(open_page: Callable[..., Page], walker_id: str) -> None:
    page = ready(open_page(f"/w/{walker_id}/", reduced_motion="reduce"))
    player = page.locator(PLAYER)
    expect(player).to_have_attribute("data-playing", "false")
    page.locator("[data-control=play]").click()
    expect(player).to_have_attribute("data-playing", "true")


def test_it_shows_what_changed_and_whence(open_page: Callable[..., Page], walker_id: str) -> None:
    page = open_page(f"/w/{walker_id}/")
    expect(page.locator("#change-title")).to_be_visible()
    page.locator("section[aria-labelledby=ancestors-title] a.walker-card__name").first.click()
    page.wait_for_function(f"() => !location.pathname.includes('{walker_id}')")
    expect(page.locator("h1")).to_contain_text("Walker")


def test_its_preview_for_other_sites_exists(open_page: Callable[..., Page], walker_id: str) -> None:
    page = open_page(f"/w/{walker_id}/")
    address = page.locator("meta[property='og:image']").get_attribute("content")
    size = [page.locator(f"meta[property='og:image:{d}']") for d in ("width", "height")]
    answer = page.request.get(address or "")
    assert answer.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.body()))
    assert [str(n) for n in picture.size] == [d.get_attribute("content") for d in size]
