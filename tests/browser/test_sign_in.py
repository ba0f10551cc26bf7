"""Step 1 of the main job, in a browser: sign in, look at the account, sign out of both sessions."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.taking_turns import one_sign_in_at_a_time

pytestmark = pytest.mark.browser


def test_a_teacher_signs_in_and_out(
    new_page: Callable[..., Page], check_axe: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = new_page()
    page.goto("/sign-in?next=/account")
    check_axe(page)
    shot(page, "sign-in")
    with one_sign_in_at_a_time():
        page.get_by_role("link", name="Đăng nhập bằng tài khoản giáo dục").click()
        page.locator("[name=username]").fill("teacher")
        page.locator("[name=password]").fill("demo-teacher")
        page.locator("[name=password]").press("Enter")
        page.wait_for_url("**/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nguyễn Thị Hoa")
    check_axe(page)
    shot(page, "account")
    page.locator("header summary", has_text="H").last.click()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    page.wait_for_url("**/signed-out**")
    check_axe(page)
    shot(page, "signed-out")
    page.goto("/sign-in/start")
    expect(page.locator("[name=password]")).to_be_visible()


def test_a_wrong_password_is_explained(
    new_page: Callable[..., Page], check_axe: Callable[[Page], None], live: str
) -> None:
    page = new_page(width=360, language="en", dark=True)
    page.goto("/sign-in/start")
    page.locator("[name=username]").fill("nobody-here")
    page.locator("[name=password]").fill("not the password")
    page.locator("[name=password]").press("Enter")
    expect(page.locator("[name=password]")).to_be_visible()
    if page.url.startswith(f"{live}/oidc"):
        expect(page.get_by_role("alert")).to_contain_text("not right")
        check_axe(page)


def test_an_answer_from_elsewhere_is_explained(
    new_page: Callable[..., Page], check_axe: Callable[[Page], None]
) -> None:
    page = new_page(width=360)
    answer = page.goto("/sign-in/callback?code=made-up&state=made-up")
    assert answer is not None
    assert answer.status == 400
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập không thành công")
    check_axe(page)


def test_signing_out_on_one_device_ends_another(
    page_as: Callable[..., Page], check_axe: Callable[[Page], None]
) -> None:
    first, second = page_as("librarian"), page_as("librarian")
    second.goto("/account")
    check_axe(second)
    second.get_by_text("Đăng xuất khỏi các thiết bị khác").first.click()
    second.locator(".confirm-box button").click()
    expect(second.get_by_role("status")).to_contain_text("Đã đăng xuất")
    first.goto("/account")
    first.wait_for_url("**/sign-in?**")
