"""A test in parts in Chromium: the time of the first one ends it, the others outlive a reload, also without a line."""

import re

from playwright.sync_api import Page, expect

from tests.browser.test_exam import SAVED, add_every_class, begin, item, plan, publish, reload, set_basics

FIRST, SECOND = "single_choice", "short_numeric"


def make_exam(page: Page, check_axe, shot) -> str:
    """Three parts: ten minutes and no way back, fifteen minutes, as long as the test; its address."""
    set_basics(page, "Bài thi có ba phần", "Toán")
    plan(page, (FIRST, SECOND, "true_false"), twice=(FIRST,))
    page.get_by_role("button", name="Rút đề", exact=True).click()
    expect(page.locator("fieldset.item")).to_have_count(4)
    page.goto(page.url.replace("/form", "/plan"))
    page.get_by_role("link", name="Thời gian và quy định của các phần").click()
    page.get_by_label("Số phút").nth(0).fill("10")
    page.get_by_label("Đã sang phần sau thì không được quay lại").nth(0).check()
    page.get_by_label("Số phút").nth(1).fill("15")
    check_axe(page)
    shot(page, "parts")
    page.get_by_role("button", name="Lưu", exact=True).click()
    shot(page, "plan-parts")
    check_axe(page)
    page.get_by_role("link", name="Tiếp theo: thí sinh").click()
    add_every_class(page)
    page.get_by_role("link", name="Tiếp theo: công bố").click()
    publish(page)
    return page.url


def expect_part(page: Page, number: str) -> None:
    """One part is shown, and no other."""
    expect(page.locator("[data-part=section-name]")).to_have_text(f"Phần {number} trong 3 phần")
    expect(page.locator(".paper-section:visible")).to_have_count(1)
    expect(page.locator(f".paper-section[data-section={number}]")).to_be_visible()


def test_parts_of_a_test(page_as, check_axe, shot):
    exam = make_exam(page_as("teacher"), check_axe, shot)
    page = page_as("student", width=360)
    page.clock.install()
    page.goto(f"{exam}/start")
    shot(page, "parts-start-360")
    begin(page, exam)
    expect_part(page, "I")
    item(page, FIRST).locator("input").nth(1).check()
    page.locator(SAVED).wait_for()
    check_axe(page)
    shot(page, "parts-first-360")
    page.get_by_role("button", name="Phần tiếp theo").first.press("Enter")
    expect(page.get_by_text("Sau đó em không sửa được gì trong phần I nữa.")).to_be_visible()
    check_axe(page)
    shot(page, "parts-dialog-360")
    page.keyboard.press("Escape")
    expect_part(page, "I")
    page.context.set_offline(True)  # else the server, for whom no time has passed, sets the clock right again
    page.clock.fast_forward(9.5 * 60_000)
    expect(page.locator("[data-part=announcer]")).to_have_text("Phần I: còn 1 phút")
    page.clock.fast_forward(60_000)
    expect(page.locator("[data-part=notice-text]")).to_have_text("Đã hết giờ phần I. Em đang ở phần II.")
    expect_part(page, "II")
    page.context.set_offline(False)
    page.locator(SAVED).wait_for()
    expect(page.locator("[data-part=section-clock]")).to_have_text(re.compile("1[45]:"))
    shot(page, "parts-second-360")
    check_axe(page)
    reload(page)
    expect_part(page, "II")
    expect(page.locator("[data-part=section-clock]")).to_have_text(re.compile("1[34]:"))
    page.set_viewport_size({"width": 1440, "height": 900})
    shot(page, "parts-second")
    check_axe(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Phần tiếp theo").first.press("Enter")
    expect_part(page, "III")
    item(page, SECOND).locator("input").fill("2,5")
    page.locator("[data-part=saved][data-kind=offline]").wait_for()
    reload(page)
    expect_part(page, "III")
    expect(item(page, SECOND).locator("input")).to_have_value("2,5")
    page.get_by_role("button", name="Về phần trước").first.press("Enter")
    expect_part(page, "II")
    expect(page.locator("[data-part=section-clock]")).to_have_text(re.compile("1[34]:"))
    page.context.set_offline(False)
    page.locator(SAVED).wait_for()
    page.locator(".player-bar [data-part=submit]").press("Enter")
    page.locator("dialog[open]").get_by_role("button", name="Nộp bài").press("Enter")
    page.wait_for_url("**/submitted")
    expect(page.get_by_text("2 trên 4 câu")).to_be_visible()
