"""A teacher holds one exam at two times: a pupil sits in the first, and finds himself moved to the second."""

from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.test_exam import add_every_class, local, plan, publish, set_basics


def add_second(page: Page, check_axe, shot) -> None:
    """From the page of candidates."""
    page.get_by_role("link", name="Tổ chức nhiều ca thi").click()
    expect(page.get_by_role("heading", name="Các ca thi")).to_be_visible()
    check_axe(page)
    opens = datetime.now().astimezone() + timedelta(days=1)
    page.get_by_label("Mở lúc").fill(local(opens))
    page.get_by_label("Đóng lúc").fill(local(opens - timedelta(hours=1)))
    page.get_by_role("button", name="Thêm ca thi này").press("Enter")
    expect(page.get_by_label("Đóng lúc")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Đóng lúc").fill(local(opens + timedelta(hours=2)))
    page.get_by_role("button", name="Thêm ca thi này").press("Enter")
    expect(page.get_by_text("Đã thêm “Ca thi 2”.")).to_be_visible()
    check_axe(page)
    shot(page, "sittings")


def test_one_exam_at_two_times(page_as, check_axe, shot) -> None:
    teacher = page_as("teacher", width=360)
    set_basics(teacher, "Thi hai ca", "Toán")
    plan(teacher, ["single_choice"], [])
    teacher.get_by_role("button", name="Rút đề", exact=True).click()
    expect(teacher.locator("fieldset.item")).to_have_count(1)
    exam = teacher.url.rsplit("/", 1)[0]
    teacher.goto(f"{exam}/candidates")
    add_every_class(teacher)
    add_second(teacher, check_axe, shot)
    teacher.goto(f"{exam}/candidates")
    teacher.get_by_role("link", name="Ca thi 2").press("Enter")
    expect(teacher.get_by_text("Danh sách chưa có ai")).to_be_visible()
    check_axe(teacher)
    teacher.get_by_role("link", name="Ca thi 1").press("Enter")
    shot(teacher, "sitting-candidates")
    teacher.get_by_role("row").nth(1).get_by_role("link").click()
    name = teacher.get_by_role("heading", level=1).inner_text()
    teacher.get_by_label("Ca thi", exact=True).select_option(label="Ca thi 2")
    check_axe(teacher)
    shot(teacher, "sitting-move")
    teacher.get_by_role("button", name="Chuyển sang ca thi này").press("Enter")
    expect(teacher.get_by_text("Đã chuyển thí sinh.")).to_be_visible()
    teacher.goto(f"{exam}/candidates")
    teacher.get_by_role("link", name="Ca thi 2").press("Enter")
    expect(teacher.get_by_role("rowheader", name=name)).to_be_visible()
    teacher.goto(exam)
    check_axe(teacher)
    shot(teacher, "sittings-exam")
    publish(teacher)
