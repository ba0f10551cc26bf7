"""A pupil sits a test twice and sees both attempts, and that the best counts."""

from playwright.sync_api import Page, expect

from tests.browser.test_exam import SAVED, begin, item, make_exam


def allow_two(page: Page) -> None:
    """On the page of the basics."""
    field = page.get_by_label("Số lần mỗi thí sinh được làm bài")
    if field.count():
        field.fill("2")


def hand_in(page: Page, exam: str, choice: int) -> None:
    """Begin, answer one question, hand in."""
    begin(page, exam)
    item(page, "single_choice").locator("input").nth(choice).check()
    page.locator(SAVED).wait_for()
    page.locator(".player-bar [data-part=submit]").click()
    page.locator("dialog").get_by_role("button", name="Nộp bài").click()
    page.wait_for_url("**/submitted")


def test_a_pupil_sits_a_test_twice(page_as, check_axe, shot) -> None:
    exam = make_exam(page_as("teacher"), "Bài luyện làm hai lần", allow_two)
    page = page_as("student", width=360)
    hand_in(page, exam, 0)
    expect(page.get_by_text("Còn 1 lần làm bài")).to_be_visible()
    check_axe(page)
    shot(page, "exam-again")
    page.get_by_role("button", name="Làm lại bài này").press("Enter")
    expect(page.get_by_text("Lần 2 trong 2 lần")).to_be_visible()
    check_axe(page)
    hand_in(page, exam, 1)
    expect(page.get_by_role("link", name="Biên nhận lần")).to_have_count(2)
    expect(page.get_by_role("button", name="Làm lại bài này")).to_have_count(0)
