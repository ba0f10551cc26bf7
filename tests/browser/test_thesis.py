"""Step 4 of the main job, in a browser: catalogue a thesis under embargo; a deposit is reviewed and returned."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.walk.thesis import THESIS, pdf_bytes

pytestmark = pytest.mark.browser
SELECTS = ("degree", "language", "licence")


def describe(page: Page, title: str) -> None:
    """Fill in the form of a thesis."""
    for name, value in (THESIS | {"title": title}).items():
        control = page.locator(f"main [name={name}]")
        if name in SELECTS:
            control.select_option(value)
        else:
            control.fill(value)


def test_a_thesis_under_embargo(page_as: Callable[..., Page], new_page: Callable[..., Page], tmp_path: Path,
                                check_axe: Callable[[Page], None], shot: Callable[[Page, str], None]) -> None:
    pdf = tmp_path / "luan-van.pdf"
    pdf.write_bytes(pdf_bytes())
    page = page_as("librarian")
    page.goto("/works/new")
    check_axe(page)
    shot(page, "works-choose-kind")
    page.get_by_role("link", name=re.compile("^Khoá luận, luận văn, luận án")).click()
    page.locator("[name=title]").fill("Luận văn của hành trình")
    page.locator("[name=year]").fill("năm nay")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    expect(page.get_by_role("alert")).to_contain_text("bốn chữ số")
    check_axe(page)
    describe(page, "Luận văn của hành trình")
    page.get_by_role("button", name="Lưu và tiếp tục").click()
    page.wait_for_url("**/files")
    check_axe(page)
    page.locator("input[type=file]").set_input_files(pdf)
    embargo = (datetime.now(UTC) + timedelta(days=400)).date()
    page.locator("form [name=embargo_date]").last.fill(embargo.isoformat())
    page.get_by_role("button", name="Thêm tệp").click()
    expect(page.get_by_role("heading", name="luan-van.pdf")).to_be_visible()
    check_axe(page)
    shot(page, "works-files")
    page.get_by_role("link", name="Sang bước tiếp theo").click()
    check_axe(page)
    shot(page, "works-finish")
    page.get_by_role("button", name="Công bố ngay").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Luận văn của hành trình")
    check_axe(page)

    visitor = new_page(width=360, dark=True)
    visitor.goto(page.url)
    expect(visitor.get_by_text(re.compile("hạn chế truy cập đến"))).to_contain_text(embargo.strftime("%d/%m/%Y"))
    expect(visitor.get_by_role("link", name="Tải về")).to_have_count(0)
    check_axe(visitor)
    shot(visitor, "thesis-embargo-phone-dark")
    visitor.goto("/works")
    check_axe(visitor)
    visitor.goto("/collections")
    check_axe(visitor)

    page.get_by_role("link", name="Tệp và quyền truy cập").click()
    page.locator("[name=embargo_date]").first.fill("")
    page.get_by_role("button", name="Đổi quyền truy cập").click()
    page.get_by_role("link", name="Về trang tài liệu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Luận văn của hành trình")
    shot(page, "thesis-open")
    visitor.goto(page.url)
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="Tải về").click()
    assert Path(download.value.path()).read_bytes() == pdf_bytes()


def test_a_deposit_is_returned_and_handed_in_again(page_as: Callable[..., Page], tmp_path: Path,
                                                   check_axe: Callable[[Page], None],
                                                   shot: Callable[[Page, str], None]) -> None:
    pdf = tmp_path / "khoa-luan.pdf"
    pdf.write_bytes(pdf_bytes())
    teacher, librarian = page_as("teacher"), page_as("librarian", width=360)
    teacher.goto("/works/new/thesis")
    describe(teacher, "Khoá luận cần chỉnh sửa")
    teacher.get_by_role("button", name="Lưu và tiếp tục").click()
    teacher.locator("input[type=file]").set_input_files(pdf)
    teacher.get_by_role("button", name="Thêm tệp").click()
    teacher.get_by_role("link", name="Sang bước tiếp theo").click()
    teacher.get_by_role("button", name="Nộp để duyệt").click()
    work = teacher.url.rsplit("/", 1)[1]

    librarian.goto("/curation")
    check_axe(librarian)
    shot(librarian, "curation-queue-phone")
    librarian.get_by_role("button", name="Duyệt “Khoá luận cần chỉnh sửa”").click()
    check_axe(librarian)
    shot(librarian, "curation-review-phone")
    librarian.set_viewport_size({"width": 1440, "height": 900})
    shot(librarian, "curation-review")
    librarian.locator("[name=reason]").fill("Xin bổ sung tên người hướng dẫn thứ hai.")
    librarian.get_by_role("button", name="Trả lại người nộp").click()
    expect(librarian.get_by_role("status").first).to_contain_text("Đã trả lại")

    teacher.goto("/works/mine")
    check_axe(teacher)
    shot(teacher, "works-mine")
    teacher.goto(f"/works/{work}")
    expect(teacher.get_by_text("Xin bổ sung tên người hướng dẫn thứ hai.")).to_be_visible()
    check_axe(teacher)
    teacher.goto(f"/works/{work}/finish")
    teacher.get_by_role("button", name="Nộp để duyệt").click()
    librarian.goto(f"/curation/{work}")
    librarian.get_by_role("button", name="Nhận duyệt").click()
    librarian.get_by_role("button", name="Công bố", exact=True).click()
    expect(librarian.get_by_role("heading", level=1)).to_have_text("Khoá luận cần chỉnh sửa")
