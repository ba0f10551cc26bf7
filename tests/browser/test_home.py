"""The frame and the home pages in a browser: every role, phone and desktop, light and dark, keyboard, no script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
PHONE = 360


@pytest.mark.parametrize("username", ["student", "teacher", "librarian", "admin"])
def test_the_home_of_each_role(
    page_as: Callable[..., Page], check_axe: Callable[[Page], None], shot: Callable[[Page, str], None], username: str
) -> None:
    page = page_as(username)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xin chào")
    check_axe(page)
    shot(page, f"home-{username}")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": PHONE, "height": 740})
    check_axe(page)
    shot(page, f"home-{username}-phone-dark")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_page_for_everybody(
    new_page: Callable[..., Page], check_axe: Callable[[Page], None], shot: Callable[[Page, str], None], language: str
) -> None:
    page = new_page(language=language)
    page.goto("/")
    check_axe(page)
    shot(page, f"home-{language}")
    page.set_viewport_size({"width": PHONE, "height": 740})
    check_axe(page)
    shot(page, f"home-{language}-phone")


def test_the_theme_changes_at_once_and_is_remembered(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("summary[aria-label='Giao diện sáng hoặc tối']").click()
    with page.expect_response("**/theme"):
        page.get_by_role("button", name="Tối", exact=True).click()
    page.wait_for_function("before => getComputedStyle(document.body).backgroundColor !== before", arg=before)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_language_and_theme_work_without_script(browser: Browser, live: str) -> None:
    context = browser.new_context(base_url=live, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("summary[aria-label='Light or dark']").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    context.close()


def test_the_phone_menu_opens_and_closes_by_keyboard(page_as: Callable[..., Page]) -> None:
    page = page_as("teacher", width=PHONE)
    page.goto("/")
    menu = page.locator("summary[aria-label='Trình đơn']")
    menu.focus()
    page.keyboard.press("Enter")
    link = page.locator(".menu-wide").get_by_role("link", name="Ngân hàng câu hỏi")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_first_tab_leads_to_the_content(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_administrators_pages(
    page_as: Callable[..., Page], check_axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = page_as("admin")
    for name, address in [("jobs", "/admin/jobs"), ("audit", "/audit"), ("api", "/api/v1/docs")]:
        page.goto(address)
        check_axe(page)
        shot(page, f"admin-{name}")
    page.locator(".api-operation summary").first.click()
    expect(page.locator(".api-operation[open]")).to_have_count(1)
    check_axe(page)


def test_an_unknown_page_has_a_way_out(new_page: Callable[..., Page], check_axe: Callable[[Page], None]) -> None:
    page = new_page(width=PHONE)
    page.goto("/khong-co-trang-nay")
    check_axe(page)
    page.get_by_role("link", name="Về trang chủ").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
