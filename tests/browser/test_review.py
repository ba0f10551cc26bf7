"""A question of a reviewed bank in Chromium: written, remarked upon, revised, signed by two others, approved."""

import re

import pytest
from playwright.sync_api import expect

from tests.assessment.bank.test_media_bytes import picture

NAME = "Ngân hàng Toán của Bộ"
PICTURE = "Đồ thị của hàm số bậc hai"
MEMBERS = (("Nguyễn Thị Hoa", "Người soạn"), ("Nguyễn Thị Hoa", "Người thẩm định nội dung"),
           ("Đỗ Thanh Bình", "Người thẩm định nội dung"), ("Lê Thu Hà", "Người thẩm định ngôn ngữ"),
           ("Phạm Quốc Việt", "Người phê duyệt"))


@pytest.fixture
def look(check_axe, shot):
    """axe and a picture of a page, as wide as it is and as narrow as a phone."""
    def look(page, name):
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            check_axe(page)
            shot(page, f"review-{name}-{width}")
    return look


def make_bank(page, look):
    """A reviewed bank of the Ministry, by two persons; its address."""
    page.goto("/bank/banks/new")
    page.get_by_label("Tên ngân hàng").fill(NAME)
    page.get_by_role("button", name="Lập ngân hàng này").click()
    page.get_by_label("Tên đồng nghiệp").wait_for()
    address = page.url
    for person, role in MEMBERS:
        page.get_by_label("Tên đồng nghiệp").fill(person)
        page.get_by_role("button", name="Tìm kiếm", exact=True).last.click()
        page.get_by_label("Đồng nghiệp", exact=True).select_option(label=person)
        page.get_by_label("Vai trò trong ngân hàng").select_option(label=role)
        page.get_by_role("button", name="Giao vai trò này").click()
        expect(page.get_by_text("Đã thay đổi thành viên của ngân hàng.")).to_be_visible()
    look(page, "bank")
    return address


def write_item(page, bank, file):
    """An author's question with a formula and a picture, handed in; the address of its review."""
    page.goto(f"/bank/items/new/single_choice?bank={bank.rsplit('/', 1)[1]}")
    expect(page.locator("#prompt.rich-surface")).to_be_visible()
    page.get_by_label("Câu hỏi *").focus()
    page.keyboard.type("Nghiệm dương của phương trình ")
    page.keyboard.press("Alt+=")
    expect(page.locator("math-field")).to_be_focused()
    page.keyboard.type("2x=1/2")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Hình hoặc âm thanh").click()
    page.get_by_label("Tệp hình hoặc âm thanh").set_input_files(file)
    expect(page.locator("#picture-dialog img")).to_be_visible()
    page.get_by_label("Mô tả cho người không nhìn thấy hình").fill(PICTURE)
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=preview]").get_by_role("img", name=PICTURE)).to_be_visible()
    for letter, words in zip("ABCD", ("hai", "ba", "bốn", "năm"), strict=True):
        page.get_by_label(f"Phương án {letter}", exact=True).fill(words)
    page.get_by_label("Đáp án đúng").first.check()
    page.get_by_label("Môn học").select_option(label="Toán")
    page.get_by_label("Ngân hàng", exact=True).select_option(label=NAME)
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.get_by_role("link", name="Duyệt", exact=True).click()
    page.get_by_role("button", name="Nộp để duyệt").wait_for()
    address = page.url
    page.get_by_role("button", name="Nộp để duyệt").click()
    page.goto(address)
    return address


def sign(page, address, button):
    """Sign by keyboard, from the page of what waits."""
    page.goto(address)
    page.get_by_role("button", name=button).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Trạng thái mới của câu hỏi")).to_be_visible()


def test_a_question_is_written_reviewed_and_approved(page_as, look, tmp_path):
    file = tmp_path / "do-thi.png"
    file.write_bytes(picture(size=(160, 90)))
    approver, author = page_as("admin"), page_as("teacher")
    bank = make_bank(approver, look)
    address = write_item(author, bank, file)
    expect(author.get_by_text("Bạn đã soạn câu hỏi này, nên cần người khác ký.")).to_be_visible()
    expect(author.get_by_role("button", name="Ký duyệt nội dung")).to_have_count(0)
    look(author, "author")

    officer = page_as("department")
    officer.goto("/bank/reviews")
    look(officer, "waiting")
    officer.goto(address)
    expect(officer.get_by_role("img", name=PICTURE)).to_be_visible()
    expect(officer.locator(".item__prompt .katex").first).to_be_visible()
    officer.get_by_label("Nhận xét về phần nào").select_option(value="options.o2")
    officer.get_by_label("Nhận xét", exact=True).fill("Phương án này chưa đủ gây nhiễu.")
    officer.get_by_role("button", name="Ghi nhận xét").click()
    expect(officer.get_by_text("Đã ghi nhận xét.")).to_be_visible()
    look(officer, "remark")

    author.goto(address.replace("/review", "/edit"))
    expect(author.locator("#prompt.rich-surface")).to_be_visible()
    author.get_by_label("Phương án B", exact=True).fill("âm hai")
    author.get_by_role("button", name="Lưu và cho dùng").click()
    expect(author.get_by_text("Đã lưu câu hỏi.")).to_be_visible()

    officer.goto(address)
    expect(officer.get_by_text("Phiên bản 2", exact=True)).to_be_visible()
    officer.get_by_role("button", name="Đã xử lí xong").click()
    sign(officer, address, "Ký duyệt nội dung")

    linguist = page_as("librarian")
    linguist.goto(address)
    for box in linguist.get_by_role("group", name="Rà soát").get_by_role("checkbox").all():
        box.check()
    look(linguist, "language")
    linguist.get_by_role("button", name="Ký duyệt ngôn ngữ").click()
    expect(linguist.get_by_text("Trạng thái mới của câu hỏi")).to_be_visible()

    approver.goto(address)
    look(approver, "pilot")
    sign(approver, address, "Phê duyệt câu hỏi này")
    approver.goto(address)
    expect(approver.get_by_text("Đã duyệt", exact=True).first).to_be_visible()
    look(approver, "approved")
    approver.goto(f"/bank/?bank={bank.rsplit('/', 1)[1]}&state=ready")
    expect(approver.locator(".rows .row-title").first).to_contain_text(re.compile("Nghiệm dương"))
