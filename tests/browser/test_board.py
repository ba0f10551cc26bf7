"""The board of a room in Chromium: it follows candidates without a reload; its acts go by keyboard alone."""

import re

from playwright.sync_api import Page, expect

from tests.browser.test_exam import begin, item, make_exam

SEATS = 300


def make_room(page: Page, exam: str) -> None:
    """One room for everybody, seats dealt out; the page goes on to its board."""
    page.goto(f"{exam}/rooms")
    page.locator("[name=name]").fill("Phòng 201")
    page.locator("[name=seats]").fill(str(SEATS))
    page.locator("[name=seats]").press("Enter")
    page.locator("form[action$=seats] button").click()
    page.goto("/exams/watch")
    page.get_by_role("link", name="Phòng 201").last.click()
    expect(page.locator("[data-behaviour=room-board]")).to_be_visible()


def act(page: Page, label: str) -> None:
    """Open an act by keyboard."""
    page.locator(".board-act > summary, .confirm > summary", has_text=label).first.focus()
    page.keyboard.press("Enter")


def test_board_follows_the_room_by_itself(page_as, check_axe, shot) -> None:
    teacher = page_as("teacher")
    exam = make_exam(teacher, "Coi thi trực tiếp")
    make_room(teacher, exam)
    teacher.get_by_role("button", name="Mở phòng thi").press("Enter")
    expect(teacher.get_by_text("Phòng đã mở")).to_be_visible()
    board = teacher.locator("[data-behaviour=room-board]")
    expect(board.locator("[data-part=status]")).to_have_text("Trang tự cập nhật theo phòng thi.")
    teacher.evaluate("window.stayed = true")
    student = page_as("student", width=360)
    begin(student, exam)
    item(student, "single_choice").locator("input").first.check()
    row = board.locator("tr", has_text="Đang làm")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(re.compile(r"1/\d"))
    assert teacher.evaluate("window.stayed"), "it was loaded anew"
    check_axe(teacher)
    act(teacher, "Lời nhắn")
    teacher.locator("[name=message-text]").fill("Còn 15 phút, các em kiểm tra lại số báo danh.")
    check_axe(teacher)
    teacher.get_by_role("button", name="Gửi cả phòng").press("Enter")
    expect(teacher.get_by_role("heading", name="Lời nhắn cho cả phòng")).to_be_visible()
    act(teacher, "Tạm dừng")
    teacher.locator("#pause-reason").fill("Mất điện")
    teacher.locator("#pause-reason").press("Enter")
    expect(teacher.get_by_role("button", name="Cho đồng hồ chạy tiếp")).to_be_visible()
    teacher.get_by_role("button", name="Cho đồng hồ chạy tiếp").press("Enter")
    shot(teacher, "board")
    teacher.set_viewport_size({"width": 360, "height": 800})
    check_axe(teacher)
    row.get_by_role("link").press("Enter")
    act(teacher, "Sự việc")
    teacher.locator("[name=incident-code]").select_option("left_room")
    teacher.get_by_role("button", name="Ghi nhận").press("Enter")
    expect(teacher.get_by_role("heading", name="Đã ghi nhận: 1")).to_be_visible()
    check_axe(teacher)
    act(teacher, "Thu bài")
    teacher.locator("#end-reason").fill("Đình chỉ")
    teacher.locator("#end-reason").press("Enter")
    expect(teacher.get_by_text("Đã thu bài.")).to_be_visible()
    teacher.goto(teacher.url.split("/candidates")[0] + "/minutes")
    expect(teacher.get_by_text("Ra khỏi phòng")).to_be_visible()
    check_axe(teacher)
