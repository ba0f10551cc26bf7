"""The tree of organisations in a browser: unfolded without script, searched, a year turned and undone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}


def look(page: Page, check_axe: Callable[[Page], None], shot: Callable[[Page, str], None], name: str) -> None:
    """axe and a picture at both widths."""
    for size, suffix in ((PHONE, "-phone"), (DESKTOP, "")):
        page.set_viewport_size(size)
        check_axe(page)
        shot(page, f"organisations-{name}{suffix}")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_tree_and_its_pages(page_as, check_axe, shot, language: str) -> None:
    page = page_as("department", language=language)
    page.goto("/organisations")
    look(page, check_axe, shot, f"tree-{language}")
    page.get_by_role("searchbox").last.fill("truong thpt ho sen")
    page.get_by_role("searchbox").last.press("Enter")
    page.get_by_role("link", name="Trường THPT Hồ Sen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hồ Sen")
    look(page, check_axe, shot, f"school-{language}")
    school = page.url
    for part in ("members", "history?on=2020-01-01", "rename", "move", "merge", "close", "roll-over"):
        page.goto(f"{school}/{part}")
        expect(page.locator("main h1")).to_be_visible()
        look(page, check_axe, shot, f"{part.split('?')[0]}-{language}")
    for path in ("/organisations/import", "/people", "/people/new?organisation=01-THPT-0001&q=nguyen",
                 "/people/import"):
        page.goto(path)
        look(page, check_axe, shot, f"{path[1:].split('?')[0].replace('/', '-')}-{language}")
    page.goto("/people?q=nguyen")
    page.locator(".rows a.row-title").first.click()
    look(page, check_axe, shot, f"person-{language}")


def test_the_tree_unfolds_without_script_and_by_keyboard(browser: Browser, live: str, page_as) -> None:
    cookies = page_as("teacher").context.cookies()
    context = browser.new_context(base_url=live, java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto("/organisations?at=")
    ministry = page.get_by_role("button", name=re.compile("Mở rộng Bộ Giáo dục"))
    ministry.focus()
    page.keyboard.press("Enter")
    hanoi = page.get_by_role("button", name=re.compile("Mở rộng Sở Giáo dục và Đào tạo Hà Nội"))
    expect(hanoi).to_have_attribute("aria-expanded", "false")
    hanoi.click()
    expect(page.get_by_role("link", name="Trường THPT Hồ Sen")).to_be_visible()
    page.get_by_role("button", name=re.compile("Thu gọn Sở Giáo dục và Đào tạo Hà Nội")).click()
    expect(page.get_by_role("link", name="Trường THPT Hồ Sen")).to_have_count(0)
    context.close()


def test_a_year_is_turned_and_undone(page_as, check_axe, shot) -> None:
    page = page_as("department")
    page.goto("/organisations/new?parent=01-THPT-0002")
    page.get_by_label("Loại đơn vị").select_option("class")
    page.get_by_label("Tên đơn vị").fill("10A1")
    page.get_by_label("Mã", exact=False).last.fill("01-THPT-0002-10A1")
    page.get_by_role("button", name="Thêm", exact=True).click()
    expect(page.get_by_text("Đã thêm “10A1”.")).to_be_visible()
    school = page.url.split("?")[0]
    page.goto("/people/new?organisation=01-THPT-0002-10A1")
    page.get_by_label("Họ và tên").fill("Lê Thị Thử Nghiệm")
    page.get_by_role("button", name="Thêm", exact=True).click()
    expect(page.get_by_text("Đã thêm Lê Thị Thử Nghiệm.")).to_be_visible()
    page.goto(f"{school}/roll-over")
    expect(page.get_by_label("10A1 năm sau có tên là")).to_have_value("11A1")
    page.get_by_role("link", name="Chọn học sinh 10A1").click()
    check_axe(page)
    shot(page, "organisations-roll-over-class")
    page.get_by_label("Lê Thị Thử Nghiệm").select_option("10A1")
    page.get_by_role("button", name="Lưu").click()
    page.locator("details.confirm summary").click()
    check_axe(page)
    page.get_by_role("button", name="Chuyển ngay").click()
    expect(page.get_by_text("Đã chuyển năm học.")).to_be_visible()
    look(page, check_axe, shot, "rolled-over")
    page.goto("/organisations?q=01-THPT-0002-2027")
    expect(page.get_by_role("link", name="10A1", exact=True)).to_be_visible()
    page.goto(f"{school}/roll-over")
    page.get_by_text("Hoàn tác việc chuyển năm học").first.click()
    page.get_by_role("button", name="Hoàn tác việc chuyển năm học").click()
    expect(page.get_by_text("Mọi thứ đã trở lại như trước khi chuyển năm học.")).to_be_visible()


def test_a_foreign_place_is_out_of_reach(page_as, check_axe) -> None:
    page = page_as("department")
    page.goto("/organisations?q=79-THPT-0001")
    page.get_by_role("link", name="Trường THPT Bến Phượng").click()
    expect(page.get_by_role("link", name="Đổi tên")).to_have_count(0)
    answer = page.goto(f"{page.url}/rename")
    assert answer is not None
    assert answer.status == 403
    check_axe(page)
