"""A form is withdrawn while a pupil works on it: the teacher sees the effect first, the pupil begins anew."""

from playwright.sync_api import Page, expect

from tests.browser.test_exam import SAVED, begin, item, make_exam

NOTICED = 60_000
"""Milliseconds in which a page has asked for notices."""


def in_two_codes(page: Page) -> None:
    """On the page of the plan."""
    field = page.locator("input[name=codes]")
    if field.count():
        field.fill("2")


def test_a_form_is_withdrawn_while_a_pupil_works_on_it(page_as, check_axe, shot) -> None:
    teacher = page_as("teacher", width=360)
    exam = make_exam(teacher, "Mã đề bị lộ", in_two_codes)
    pupil = page_as("student")
    begin(pupil, exam)
    item(pupil, "single_choice").locator("input").first.check()
    pupil.locator(SAVED).wait_for()
    code = pupil.locator(".player-code").inner_text().split()[-1]
    teacher.goto(exam)
    teacher.get_by_role("link", name="Thu hồi mã đề").click()
    check_axe(teacher)
    shot(teacher, "withdraw-form")
    teacher.get_by_label("Mã đề", exact=True).select_option(label=code)
    teacher.get_by_label("Áp dụng cho").select_option("running")
    teacher.get_by_label("Nói rõ hơn").fill("Đề bị chụp lên mạng")
    teacher.get_by_role("button", name="Xem trước tác động").press("Enter")
    expect(teacher.get_by_text("1 thí sinh làm lại mã đề khác")).to_be_visible()
    check_axe(teacher)
    shot(teacher, "withdraw-form-effect")
    teacher.get_by_role("button", name="Thu hồi mã đề này").press("Enter")
    expect(teacher.get_by_text("Đã thu hồi mã đề.")).to_be_visible()
    check_axe(teacher)
    expect(pupil.get_by_text("Mã đề của em đã bị thu hồi")).to_be_visible(timeout=NOTICED)
    check_axe(pupil)
    shot(pupil, "withdrawn-start")
    begin(pupil, exam)
    expect(item(pupil, "single_choice").locator("input:checked")).to_have_count(0)
