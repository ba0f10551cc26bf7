"""Step 3 of the main job, in a browser: find a lecture, narrow down, open it; also by keyboard and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
TITLE = "Sự chuyển thể của nước"
INDEXED = 60_000


def _open(page: Page, address: str) -> None:
    """Open a search that finds the lecture, once the index has it."""
    page.goto(address)
    for _again in range(INDEXED // 2_000):
        if page.locator(".search-hit", has_text=TITLE).count():
            return
        page.wait_for_timeout(2_000)
        page.reload()


def test_a_visitor_finds_a_lecture_without_tone_marks(
    new_page: Callable[..., Page], check_axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = new_page()
    _open(page, "/search?q=chuyen+the")
    page.goto("/search")
    check_axe(page)
    shot(page, "search-newest")
    page.locator("#q").fill("su chuyen the cua nuoc")
    page.locator("#q").press("Enter")
    hit = page.locator(".search-hit", has_text=TITLE)
    expect(hit).to_be_visible()
    expect(hit.locator("h3 mark").first).to_have_text("Sự")
    check_axe(page)
    shot(page, "search-results")
    page.get_by_label("Bài giảng").check()
    page.get_by_role("button", name="Lọc kết quả").click()
    expect(page.get_by_label("Bài giảng")).to_be_checked()
    expect(hit).to_be_visible()
    check_axe(page)
    hit.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)


def test_nothing_found_gives_advice_on_a_phone_in_the_dark(
    new_page: Callable[..., Page], check_axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = new_page(width=360, dark=True)
    page.goto("/search?q=khongcogiohet&kind=lecture&page=9")
    expect(page.get_by_text("Không tìm thấy kết quả nào")).to_be_visible()
    check_axe(page)
    shot(page, "search-nothing-phone")
    page.get_by_role("link", name="Tìm lại, không dùng bộ lọc").click()
    expect(page).not_to_have_url("kind=")
    _open(page, "/search?q=chuyen+the")
    check_axe(page)
    shot(page, "search-results-phone")


def test_in_english(new_page: Callable[..., Page], check_axe: Callable[[Page], None]) -> None:
    page = new_page(language="en")
    page.goto("/search?q=" + "very+long+question+" * 40)
    expect(page.get_by_text("Your question was long")).to_be_visible()
    check_axe(page)
