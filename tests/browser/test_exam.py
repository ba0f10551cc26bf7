"""Step 6 in Chromium: a teacher makes an exam; a student sits it, through reload, cut line and restarted server."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.taking_turns import one_sign_in_at_a_time

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TYPES = ("single_choice", "multiple_response", "true_false", "short_numeric")
SAVED = "[data-part=saved][data-kind=saved]"


def local(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def set_basics(page: Page, title: str, subject: str, check=lambda _page: None, minutes: int = 30) -> None:
    """The first step of a new exam, open now."""
    page.goto("/exams/")
    check(page)
    page.get_by_role("link", name="Bài kiểm tra mới").first.click()
    page.get_by_label("Tên bài kiểm tra").fill(title)
    page.get_by_label("Môn học").select_option(label=subject)
    page.get_by_label("Thời gian làm bài (phút)").fill(str(minutes))
    now = datetime.now(UTC)
    page.get_by_label("Mở lúc").fill(local(now - timedelta(hours=1)))
    page.get_by_label("Đóng lúc").fill(local(now + timedelta(hours=2)))
    check(page)
    page.get_by_role("button", name="Lưu và tiếp tục").click()


def plan(page: Page, types: Iterable[str], twice: Iterable[str], prepare=lambda _page: None) -> None:
    """A row of the plan for each type: one question, or two of those that come `twice`."""
    for number, type in enumerate(types, 1):
        page.locator("select[name=type]").select_option(type)
        page.locator("[name=count]").fill("2" if type in twice else "1")
        prepare(page)
        page.get_by_role("button", name="Thêm", exact=True).click()
        expect(page.locator(".table").first.locator("tbody tr")).to_have_count(number)


def add_every_class(page: Page) -> None:
    """The pupils of each class the teacher has become candidates."""
    add = page.get_by_role("button", name="Thêm học sinh các lớp này")
    add.wait_for()  # the boxes below are counted at once, and would be none on the page before
    for box in page.locator("input[name=classes]").all():
        box.check()
    add.click()


def publish(page: Page) -> None:
    """From the page of the last step."""
    page.get_by_role("button", name="Công bố bài kiểm tra").click()
    expect(page.get_by_text("Đã công bố bài kiểm tra")).to_be_visible()


def make_exam(page: Page, title: str, check=lambda _page: None, minutes: int = 30) -> str:
    """Step by step, as a teacher does; the address of the exam."""
    set_basics(page, title, "Toán", check, minutes)
    plan(page, TYPES, twice=("single_choice",))
    check(page)
    page.get_by_role("button", name="Rút đề", exact=True).click()
    expect(page.locator("fieldset.item")).to_have_count(5)
    check(page)
    page.get_by_role("link", name="Tiếp theo: thí sinh").click()
    add_every_class(page)
    check(page)
    page.get_by_role("link", name="Tiếp theo: công bố").click()
    publish(page)
    check(page)
    return page.url


@pytest.fixture
def exam(page_as) -> str:
    return make_exam(page_as("teacher"), "Bài thi trong trình duyệt")


def begin(page: Page, exam: str) -> None:
    page.goto(f"{exam}/start")
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.locator("[data-behaviour=exam-player][data-ready=true]").wait_for()


def item(page: Page, type: str):
    return page.locator(f"fieldset[data-type={type}]").first


def answer_all(page: Page) -> None:
    for single in page.locator("fieldset[data-type=single_choice]").all():
        single.locator("input").nth(1).check()
    item(page, "multiple_response").locator("input").nth(0).check()
    item(page, "multiple_response").locator("input").nth(2).check()
    for row in item(page, "true_false").locator("tbody tr").all():
        row.locator("input").first.check()
    item(page, "short_numeric").locator("input").fill("-1,5")


def reload(page: Page) -> None:
    page.reload()
    page.locator("[data-behaviour=exam-player][data-ready=true]").wait_for()


def expect_all_answered(page: Page) -> None:
    expect(page.locator("fieldset[data-type=single_choice] input:checked")).to_have_count(2)
    expect(item(page, "multiple_response").locator("input:checked")).to_have_count(2)
    expect(item(page, "true_false").locator("input:checked")).to_have_count(4)
    expect(item(page, "short_numeric").locator("input")).to_have_value("-1,5")
    expect(page.locator(".palette-count")).to_have_text("Đã trả lời 5/5 câu")


def test_teacher_makes_an_exam_and_student_sits_it(page_as, check_axe, shot):
    teacher = page_as("teacher")
    exam = make_exam(teacher, "Kiểm tra chương đạo hàm", check_axe)
    shot(teacher, "exam-published")
    student = page_as("student")
    student.goto("/exams/mine")
    check_axe(student)
    student.goto(f"{exam}/start")
    check_axe(student)
    begin(student, exam)
    check_axe(student)
    answer_all(student)
    student.locator(SAVED).wait_for()
    student.locator("[data-flag]").first.click()
    shot(student, "exam-player")
    check_axe(student)
    reload(student)
    expect_all_answered(student)
    expect(student.locator("[data-flag]").first).to_have_attribute("aria-pressed", "true")
    student.locator(".player-bar [data-part=submit]").click()
    expect(student.get_by_text("Có 1 câu em đánh dấu để xem lại.")).to_be_visible()
    check_axe(student)
    student.keyboard.press("Escape")
    student.locator(".player-bar [data-part=submit]").click()
    student.locator("dialog").get_by_role("button", name="Nộp bài").click()
    student.wait_for_url("**/submitted")
    expect(student.locator(".receipt-code")).to_have_text(re.compile(r"[0-9a-f]{64}"))
    check_axe(student)
    shot(student, "exam-submitted")
    teacher.reload()
    expect(teacher.get_by_role("row", name=re.compile("Đã nộp")).first).to_be_visible()


def test_answers_outlive_a_cut_line_and_a_restarted_server(page_as, exam, platform, check_axe, shot):
    page = page_as("student", width=360)
    begin(page, exam)
    item(page, "single_choice").locator("input").nth(2).check()
    page.locator(SAVED).wait_for()
    page.context.set_offline(True)
    item(page, "short_numeric").locator("input").fill("12,5")
    page.locator("[data-part=saved][data-kind=offline]").wait_for()
    expect(page.locator("[data-part=announcer]")).to_contain_text("Mất kết nối")
    check_axe(page)
    shot(page, "exam-offline-360")
    page.context.set_offline(False)
    page.locator(SAVED).wait_for()
    platform.restart_web()
    item(page, "single_choice").locator("input").nth(3).check()
    page.locator(SAVED).wait_for(timeout=30_000)
    reload(page)
    expect(item(page, "single_choice").locator("input").nth(3)).to_be_checked()
    expect(item(page, "short_numeric").locator("input")).to_have_value("12,5")


def test_what_was_not_sent_survives_a_closed_page(page_as, exam):
    page = page_as("student")
    begin(page, exam)
    page.locator(SAVED).wait_for()
    page.route("**/api/v1/attempts/**", lambda route: route.abort())
    item(page, "single_choice").locator("input").nth(1).check()
    item(page, "short_numeric").locator("input").fill("7")
    page.locator("[data-part=saved][data-kind=offline]").wait_for()
    other = page.context.new_page()
    page.close()
    other.goto(f"{exam}/attempt")
    other.locator("[data-behaviour=exam-player][data-ready=true]").wait_for()
    expect(item(other, "single_choice").locator("input").nth(1)).to_be_checked()
    expect(item(other, "short_numeric").locator("input")).to_have_value("7")
    other.locator(SAVED).wait_for()


def test_expired_session_loses_nothing(page_as, exam):
    page = page_as("student")
    begin(page, exam)
    page.context.clear_cookies(name="lms_session")
    item(page, "single_choice").locator("input").nth(0).check()
    page.locator(SAVED).wait_for()
    page.reload()
    with one_sign_in_at_a_time():
        page.goto("/sign-in/start?next=" + exam.split("/", 3)[3].join(["/", "/attempt"]))
        if page.locator("[name=username]").count():
            page.locator("[name=username]").fill("student")
            page.locator("[name=password]").fill("demo-student")
            page.locator("[name=password]").press("Enter")
        page.locator("[data-behaviour=exam-player][data-ready=true]").wait_for()
    expect(item(page, "single_choice").locator("input").nth(0)).to_be_checked()


def test_a_second_tab_takes_over_and_gives_back(page_as, exam, check_axe):
    first = page_as("student")
    begin(first, exam)
    item(first, "single_choice").locator("input").nth(0).check()
    first.locator(SAVED).wait_for()
    second = first.context.new_page()
    second.goto(f"{exam}/attempt")
    second.locator("[data-behaviour=exam-player][data-ready=true]").wait_for()
    expect(first.get_by_text("Bài thi đang mở ở một thẻ khác")).to_be_visible()
    check_axe(first)
    item(second, "single_choice").locator("input").nth(2).check()
    second.locator(SAVED).wait_for()
    first.get_by_role("link", name="Làm tiếp ở đây").click()
    first.locator("[data-behaviour=exam-player][data-ready=true]").wait_for()
    expect(item(first, "single_choice").locator("input").nth(2)).to_be_checked()


def test_the_whole_exam_by_keyboard(page_as, exam):
    page = page_as("student")
    begin(page, exam)
    item(page, "single_choice").locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    expect(item(page, "single_choice").locator("input").nth(1)).to_be_checked()
    item(page, "multiple_response").locator("input").first.focus()
    page.keyboard.press("Space")
    expect(item(page, "multiple_response").locator("input").first).to_be_checked()
    item(page, "short_numeric").locator("input").focus()
    page.keyboard.type("3,5")
    page.locator(".player-end [data-part=submit]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/submitted")
    expect(page.get_by_text("3 trên 5 câu")).to_be_visible()


def test_another_browser_needs_the_teachers_word(page_as, exam, check_axe):
    first, teacher = page_as("student"), page_as("teacher")
    begin(first, exam)
    item(first, "single_choice").locator("input").nth(1).check()
    first.locator(SAVED).wait_for()
    second = page_as("student")
    second.goto(f"{exam}/attempt")
    expect(second.get_by_text("Bài thi đang được làm trên một trình duyệt khác")).to_be_visible()
    check_axe(second)
    teacher.goto(exam)
    teacher.get_by_role("button", name="Cho đổi máy").first.click()
    second.reload()
    second.get_by_role("button", name="Làm tiếp ở đây").click()
    second.locator("[data-behaviour=exam-player][data-ready=true]").wait_for()
    expect(item(second, "single_choice").locator("input").nth(1)).to_be_checked()
    # By now the first page may have heard of it by itself and be shut: the click then does nothing.
    item(first, "single_choice").locator("input").nth(0).evaluate("box => box.click()")
    expect(first.get_by_text("Bài thi đang được làm trên một thiết bị khác.").first).to_be_visible()
    expect(item(first, "single_choice").locator("input").nth(0)).to_be_disabled()
