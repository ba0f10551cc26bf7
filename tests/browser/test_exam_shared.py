"""A computer that several people use: nothing of one pupil's exam is left for the next."""

from playwright.sync_api import Page, expect

from tests.browser.test_exam import SAVED, begin, item, make_exam
from tests.taking_turns import one_sign_in_at_a_time

KEPT = "caches.keys().then(names => names.filter(name => name.startsWith('lms-exam ')).length)"
JOURNAL = """new Promise((resolve) => {
  const opening = indexedDB.open("lms-exam");
  opening.onsuccess = () => {
    const counting = opening.result.transaction("events").objectStore("events").count();
    counting.onsuccess = () => { opening.result.close(); resolve(counting.result); };
  };
})"""


def work(page: Page, exam: str) -> None:
    """Begin and answer, and wait until the page is kept on this device."""
    begin(page, exam)
    item(page, "single_choice").locator("input").first.check()
    page.locator(SAVED).wait_for()
    for _again in range(40):
        if page.evaluate(KEPT):
            return
        page.wait_for_timeout(250)
    raise AssertionError("the page is not kept on this device")


def test_the_page_of_one_is_not_kept_for_the_next(page_as) -> None:
    exam = make_exam(page_as("teacher"), "Máy dùng chung")
    page = page_as("student")
    work(page, exam)
    page.context.clear_cookies()  # he has gone, and somebody else signs in
    with one_sign_in_at_a_time():
        page.goto("/sign-in/start")
        page.locator("[name=username]").fill("librarian")
        page.locator("[name=password]").fill("demo-librarian")
        page.locator("[name=password]").press("Enter")
        page.wait_for_url("**/")
    page.wait_for_function(f"() => {KEPT}.then(number => number === 0)")
    page.goto(f"{exam}/attempt")
    expect(page.locator("[data-behaviour=exam-player]")).to_have_count(0)


def test_answers_leave_the_device_once_the_server_has_them(page_as) -> None:
    exam = make_exam(page_as("teacher"), "Máy dùng chung, đã nộp")
    page = page_as("student")
    work(page, exam)
    assert page.evaluate(JOURNAL) >= 1
    page.locator(".player-bar [data-part=submit]").click()
    page.locator("dialog").get_by_role("button", name="Nộp bài").click()
    page.wait_for_url("**/submitted")
    assert page.evaluate(JOURNAL) == 0
    assert page.evaluate(KEPT) == 0
